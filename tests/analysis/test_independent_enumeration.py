"""Every outcome of 25 v 25 through the pipeline, weighted by binomials, against direct enumeration
with scipy.

The power of a design is thereby a statement about the code that analyzes the trial: responses are
entered as read by the MDT, and the p-values that count are those of the results.
"""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy.stats import binom, fisher_exact

from equipoise.analysis.analyze import analyze, analyze_endpoint, courses_of, populations_of
from equipoise.analysis.known import Known
from equipoise.ledger.verified import Verified
from story import Story, alternating

DAY, CUTOFF = date(2021, 3, 10), date(2021, 12, 31)
EXPERIMENTAL, CONTROL = "CETUXIMAB_CHEMOTHERAPY", "CHEMOTHERAPY"
SCENARIOS = {
    "VELO": (0.387, 0.742, 0.668),
    "VELO_WT": (0.478, 0.807, 0.600),
    "FENG": (0.531, 0.706, 0.179),
}
N = 25


@pytest.fixture(scope="module")
def pool():
    """For each arm 25 participants with stable disease at eight weeks and 25 with progression,
    through the commands.
    """
    story = Story()
    story.sealed = alternating(story.protocol, CONTROL, EXPERIMENTAL)
    story.begin()
    by_kind = {(arm, response): [] for arm in (EXPERIMENTAL, CONTROL) for response in ("SD", "PD")}  # type: ignore[var-annotated]
    names = [f"S01-{number:03}" for number in range(1, 4 * N + 1)]
    for name in names:
        story.ready(name, DAY).randomize(name, DAY)
    for number, name in enumerate(names, 1):
        response = "SD" if number <= 2 * N else "PD"
        story.scan(name, "2021-05-05", 1, response, "45" if response == "SD" else "70")
        by_kind[story.session.trial.subjects[name].randomized.arm, response].append(name)
    return story.session.trial, by_kind


def chosen(pool, controlled_1, controlled_0):
    """The trial in which so many of 25 reach disease control."""
    trial, by_kind = pool
    names = []
    for arm, controlled in ((EXPERIMENTAL, controlled_1), (CONTROL, controlled_0)):
        names += by_kind[arm, "SD"][:controlled] + by_kind[arm, "PD"][: N - controlled]
    return replace(trial, subjects={name: trial.subjects[name] for name in names})


def primary(trial, courses):
    """The comparison of the primary endpoint, without its sensitivity analyses but Fisher's test;
    the whole pipeline says the same (tested below).
    """
    protocol = trial.protocol
    analysis = protocol.primary.analysis.model_copy(update={"sensitivity": ("fisher",)})
    alone = protocol.primary.model_copy(update={"analysis": analysis})
    populations = populations_of(trial, courses, CUTOFF)
    return analyze_endpoint(protocol, alone, courses, populations, CUTOFF).comparison


@pytest.mark.parametrize("controlled", [(0, 0), (18, 9), (9, 3), (13, 25), (25, 25)])
def test_the_whole_pipeline_says_the_same(pool, controlled):
    trial = chosen(pool, *controlled)

    verified = Verified(entries=trial.head.seq, head=trial.head.hash, redacted=())
    known = Known(trial=trial, cutoff=CUTOFF, verified=verified)

    whole = analyze(known).results.endpoints["DCR"].comparison
    alone = primary(trial, courses_of(trial, CUTOFF))
    assert alone.arms == whole.arms
    assert alone.tests.items() <= whole.tests.items()
    assert alone.tests.keys() == {"boschloo", "fisher"}


@pytest.fixture(scope="module")
def rejected(pool):
    """Fisher's p at most 0.05, for each of the 26 x 26 outcomes, from the results of the
    pipeline.
    """
    rejected = np.empty((N + 1, N + 1))
    courses = courses_of(pool[0], CUTOFF)  # each of one person, whoever else is in the trial
    for x1 in range(N + 1):
        for x0 in range(N + 1):
            trial = chosen(pool, x1, x0)
            dcr = primary(trial, {name: courses[name] for name in trial.subjects})
            assert (dcr.arms[EXPERIMENTAL].events, dcr.arms[CONTROL].events) == (x1, x0)
            rejected[x1, x0] = dcr.tests["fisher"] <= 0.05
    return rejected


@pytest.fixture(scope="module")
def direct():
    """The same, by scipy from the table alone."""
    k = np.arange(N + 1)
    return np.array(  # type: ignore[type-var]
        [[fisher_exact([[a, N - a], [b, N - b]]).pvalue <= 0.05 for b in k] for a in k], float
    )


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_power_through_the_pipeline_is_the_enumerated_power(rejected, direct, scenario):
    control, experimental, published = SCENARIOS[scenario]
    k = np.arange(N + 1)

    def weigh(region):
        return binom.pmf(k, N, experimental) @ region @ binom.pmf(k, N, control)

    assert weigh(rejected) == pytest.approx(weigh(direct), abs=1e-9)
    assert weigh(rejected) == pytest.approx(published, abs=0.0005)
