"""Numbers in, numbers out: the statistics of a trial, knowing no trial.

Import from the rooms:

- `survival`: Kaplan-Meier with quantiles and landmarks, weighted and stratified log-rank tests,
MaxCombo, restricted
  means, cumulative incidence with Gray's test.
- `cox`: `fit_cox` with residuals, baseline hazard and the test of proportionality.
- `proportions`: intervals and tests of shares, their power and size by enumeration, Simon's two
stages.
- `sequential`: designs with early looks, and inference at a look and after stopping.
- `sample_size`: events, subjects, duration, assurance.

Subjects' arguments have shape (subject,); times are in any one unit, and events are true or 1 where
they happened. Shares, levels and powers lie strictly between 0 and 1. What cannot be computed is a
ValueError that names the argument, the place, the value found and what is admissible. Everything is
deterministic.
"""
