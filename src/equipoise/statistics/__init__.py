"""Numbers in, numbers out: the statistics of a trial, knowing no trial.

Import from the rooms:

- `survival`: `kaplan_meier` with quantiles and landmarks.
- `log_rank`: `log_rank`, weighted and stratified, and joint scores of several weights.
- `restricted_mean`: `restricted_mean` with difference and ratio.
- `cox`: `fit_cox`, baseline hazard and residuals; `proportionality`: `proportionality_test`.
- `competing_risks`: `cumulative_incidence`, `gray_test`.
- `proportions`: intervals and tests of shares; `exact_power`: power and size of exact tests by enumeration.
- `sequential`: designs with early looks, and inference at a look and after stopping.
- `sample_size`: events, subjects, duration, assurance.

Subjects' arguments have shape (subject,); times are in any one unit, and events are true or 1 where they happened.
Shares, levels and powers lie strictly between 0 and 1. What cannot be computed is a ValueError that names the
argument, the place, the value found and what is admissible. Everything is deterministic.
"""
