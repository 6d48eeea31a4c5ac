"""The declared tests of virtual trials, against R on the very participants: stratified log-rank and
Cox, Kaplan-Meier medians, and Cochran-Mantel-Haenszel.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from changed import shipped_with
from equipoise.assessments.recist.rules import no_results
from equipoise.simulation.declared_test import rejected_by_shares
from equipoise.simulation.followed import draw_participants, room_for_participants
from equipoise.simulation.full_trial import trial_of
from equipoise.simulation.full_trial_rules import CELLS, simulate_full_trials
from equipoise.simulation.judging_rules import (
    EVENTS,
    LOG_HAZARD_RATIO,
    MEDIAN,
    SCORE,
    STANDARD_ERROR,
    SUBJECTS,
    TIME_COLUMNS,
    VARIANCE,
    collect_times,
    room_for_outcomes,
)
from equipoise.simulation.operating_characteristics import cmh_z
from equipoise.virtual.tumor_rules import MAX_TARGETS, room_for
from r_survival import in_r

TRIAL = replace(
    trial_of(shipped_with(("participants: 50", "participants: 120"))), shares=(0.1, 0.2, 0.3, 0.4)
)
LATE = 1


def exported(seed, place):
    """The times of one analysis as a table, and the columns that the loop wrote of that trial."""
    plan, rng = TRIAL.plan(), np.random.default_rng(seed)
    everyone = room_for_participants(int(plan.participants.max()), len(plan.planned))
    room = room_for(len(plan.planned), MAX_TARGETS)
    results = no_results(len(plan.planned) + 1, MAX_TARGETS)
    draw_participants(rng, TRIAL.tumor, TRIAL.conduct, TRIAL.rules, plan, everyone, room, results)
    out = np.zeros((1, 2, TRIAL.first_times + TIME_COLUMNS * len(TRIAL.times)))
    simulate_full_trials(
        np.random.default_rng(seed),
        TRIAL.tumor,
        TRIAL.conduct,
        TRIAL.rules,
        TRIAL.judged(),
        plan,
        out,
    )
    judged, outcomes = TRIAL.judged(), room_for_outcomes(len(everyone.entry))
    n = collect_times(
        everyone,
        everyone.entry[-1] + plan.follow_days[LATE],
        TRIAL.rules,
        judged.kind[place],
        judged.switches[place],
        outcomes,
    )
    first = TRIAL.first_times + TIME_COLUMNS * place
    table = {
        name: getattr(outcomes, name)[:n].copy() for name in ("time", "event", "arm", "stratum")
    }
    return table, out[0, LATE, first : first + TIME_COLUMNS]


@pytest.mark.parametrize(("place", "name"), [(0, "FDA"), (2, "OS")])
def test_times_are_compared_as_r_compares_them_in_strata(tmp_path, place, name):
    assert TRIAL.times[place].analysis == name
    table, row = exported(7, place)
    r = in_r(
        """
        s <- survdiff(Surv(time, event) ~ arm + strata(stratum), data = d)
        out$score <- sum(s$obs[2, ]) - sum(s$exp[2, ])
        out$variance <- s$var[2, 2]
        fit <- coxph(Surv(time, event) ~ arm + strata(stratum), data = d, ties = "efron")
        out$log_ratio <- coef(fit)
        out$error <- sqrt(diag(vcov(fit)))
        out$median <- quantile(survfit(Surv(time, event) ~ arm, data = d), 0.5)$quantile
        out$events <- tapply(d$event, d$arm, sum)
        out$n <- table(d$arm)
        """,
        tmp_path,
        **table,
    )

    assert row[SCORE] == pytest.approx(r["score"][0], rel=1e-9)
    assert row[VARIANCE] == pytest.approx(r["variance"][0], rel=1e-9)
    assert row[LOG_HAZARD_RATIO] == pytest.approx(r["log_ratio"][0], rel=1e-6)
    assert row[STANDARD_ERROR] == pytest.approx(r["error"][0], rel=1e-6)
    assert row[MEDIAN : MEDIAN + 2] == pytest.approx(r["median"])
    assert row[EVENTS : EVENTS + 2].tolist() == r["events"].tolist()
    assert row[SUBJECTS : SUBJECTS + 2].tolist() == r["n"].tolist()


def test_strata_matter_to_these_times():
    # Or the test above could not tell a stratified test from one that is not.
    _, row = exported(7, 0)
    free = replace(TRIAL, times=(replace(TRIAL.times[0], stratified=False),))
    out = np.zeros((1, 2, free.first_times + TIME_COLUMNS))
    simulate_full_trials(
        np.random.default_rng(7),
        free.tumor,
        free.conduct,
        free.rules,
        free.judged(),
        free.plan(),
        out,
    )

    assert out[0, LATE, free.first_times + SCORE] != pytest.approx(row[SCORE], rel=1e-3)


def test_shares_are_compared_as_r_compares_them_in_strata(tmp_path):
    """mantelhaen.test of every trial; one that it cannot judge (no variance) is not rejected."""
    out = np.zeros((40, 2, TRIAL.first_times + TIME_COLUMNS * len(TRIAL.times)))
    small = replace(TRIAL, looks=tuple(replace(look, participants=40) for look in TRIAL.looks))
    simulate_full_trials(
        np.random.default_rng(3),
        small.tumor,
        small.conduct,
        small.rules,
        small.judged(),
        small.plan(),
        out,
    )
    n = out[:, 0, CELLS : CELLS + 8].reshape(-1, 4, 2)
    events = out[:, 0, CELLS + 8 : CELLS + 16].reshape(-1, 4, 2)
    columns = {
        f"{what}{stratum}{arm}": counts[:, stratum, arm]
        for what, counts in (("x", events), ("n", n))
        for stratum in range(4)
        for arm in range(2)
    }
    r = in_r(
        """
        one <- function(row) {
            x <- matrix(row[1:8], 2); n <- matrix(row[9:16], 2)
            keep <- colSums(n > 0) == 2
            t <- array(rbind(x, n - x)[c(1, 3, 2, 4), keep], c(2, 2, sum(keep)))
            tryCatch({
                m <- mantelhaen.test(t, correct = FALSE)
                c(m$statistic, m$p.value)
            }, error = function(e) c(0, 1))
        }
        both <- apply(d, 1, one)
        out <- list(chi = both[1, ], p = both[2, ])
        """,
        tmp_path,
        **columns,
    )

    assert cmh_z(events, n) ** 2 == pytest.approx(r["chi"], rel=1e-9, abs=1e-12)
    rejected = rejected_by_shares("cmh", events, n, 0.05)
    assert (rejected.above | rejected.below).tolist() == (r["p"] <= 0.05).tolist()
    assert 0 < rejected.above.sum() < 40
