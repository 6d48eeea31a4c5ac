"""Plain Python and machine code give the same numbers, to the last bit: same counts, same random
draws, same roundings.
"""

import pkgutil
from copy import deepcopy
from dataclasses import replace
from functools import partial
from importlib import import_module
from math import isnan

import numpy as np
import pytest

import equipoise
from equipoise import compiled
from equipoise.allocation.declared import METHODS
from equipoise.allocation.method import Allocation
from equipoise.assessments.recist.policy import RECIST_1_1
from equipoise.assessments.recist.rules import (
    Lesions,
    VisitDays,
    assess_dated_visits,
    assess_visits,
)
from equipoise.endpoints.censoring import (
    KnownDays,
    TimeToEventRules,
    progression_free,
    survival_end,
)
from equipoise.endpoints.policies import ADMIRAL
from equipoise.endpoints.response_rules import (
    best_confirmed,
    best_of,
    best_unconfirmed,
    counts_as,
    response_begins,
)
from equipoise.planning.rechallenge.rules import follow_both_arms
from equipoise.protocol.yaml_file import load
from equipoise.simulation import event_time_rules
from equipoise.simulation.event_time_trial import Cut, EventTimeTrial, Stratum
from equipoise.simulation.full_trial import trial_of
from equipoise.simulation.full_trial_rules import simulate_full_trials
from equipoise.simulation.judging_rules import TIME_COLUMNS
from equipoise.simulation.proportion_rules import simulate_proportion_trials
from equipoise.simulation.trial_rules import scheme_of
from equipoise.statistics.cox import likelihood, walk
from equipoise.statistics.proportions import fisher_rules, stratified_power, two_stage
from equipoise.statistics.sample_size import Accrual, Arm, Hazard
from equipoise.statistics.survival import FlemingHarrington, ModestWeight, checked, curve, ordered
from equipoise.statistics.survival.rank_sums import (
    log_rank_sums,
    two_group_log_rank,
    two_group_scores,
)
from equipoise.virtual import tumor

TRIAL = trial_of(load("NCT04509635"))
NOTHING = np.empty(0)
LOG_FACTORIAL = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, 200)))])


def ran(kernel, arguments):
    """What a kernel returns, and what it made of its arguments."""
    own = deepcopy(arguments)
    return kernel(*own), own


def same(one, other):
    if isinstance(one, np.random.Generator):
        return np.array_equal(one.random(9), other.random(9))
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other or (isnan(one) and isnan(other))


def some_switches(rng, policy):
    """The policy with every switch thrown at random."""
    return policy._replace(
        **{
            name: bool(rng.integers(2))
            for name, value in policy._asdict().items()
            if isinstance(value, bool)
        }
    )


def visits(rng, dated):
    v, lesions = rng.integers(2, 8), rng.integers(0, 6)
    length = rng.integers(0, 60, (v, lesions)) * 1000
    special = rng.random(length.shape) < 0.25
    length[special] = rng.choice([0, -1, -2, 4_900, 9_900, 10_000, 21_000_000], special.sum())
    day = np.cumsum(rng.integers(1, 60, v)).astype(np.int32) - 1
    policy = some_switches(rng, RECIST_1_1)._replace(
        reappearance=int(rng.integers(2)), pd_scan=int(rng.integers(2))
    )
    node, nontarget = rng.integers(0, 2, lesions), rng.integers(0, 5, v)
    new = rng.choice([0, 0, 0, 1, 2], v)
    codes = (part.astype(np.int8) for part in (node, nontarget, new))
    node, nontarget, new = codes
    until = int(rng.choice([-1, 30, 100]))
    seen = Lesions(length.astype(np.int32), node, nontarget, new)
    return VisitDays(day, day + 3, day + 1) if dated else day, seen, until, policy


def scans(rng):
    n = rng.integers(0, 9)
    day = np.cumsum(rng.integers(1, 90, n)).astype(np.int32)
    response = rng.choice([0, 1, 2, 2, 3, 3, 4, 5], n).astype(np.int8)
    dated = np.where(rng.random(n) < 0.3, day - 1, -1).astype(np.int32)
    return day, response, dated


def responses(rng):
    policy = some_switches(rng, ADMIRAL)._replace(after_cr=int(rng.integers(3)))
    return *scans(rng), int(rng.choice([-1, 50, 200])), policy


def responses_confirmed(rng):
    *seen, therapy, policy = responses(rng)
    return *seen, therapy, bool(rng.integers(2)), policy


def follow_up(rng):
    choices = (int(choice) for choice in rng.integers(0, 3, 6))
    rules = TimeToEventRules(*choices, longest_gap=126)  # type: ignore[misc]
    moments = (int(day) for day in rng.choice([-1, 20, 90, 200, 400], 3))
    known = KnownDays(*scans(rng), bool(rng.integers(2)), *moments, int(rng.integers(0, 500)))  # type: ignore[call-arg]
    return known, rules


def full_trials(rng):
    trial = replace(TRIAL, rules=TRIAL.rules._replace(confirm=bool(rng.integers(2))))
    out = np.zeros((3, len(trial.looks), trial.first_times + TIME_COLUMNS * len(trial.times)))
    return rng, trial.tumor, trial.conduct, trial.rules, trial.judged(), trial.plan(), out


def both_arms(rng):
    planned, fractions = np.array(TRIAL.scan_days, np.int32), np.array([1e-6, 0.01, 0.5, 0.99])
    out = np.zeros((6, 5, 3))
    return rng, fractions, TRIAL.tumor, TRIAL.conduct, TRIAL.rules, planned, out


def event_trials(rng, *, strata, dropout, stratified, estimated):
    trial = EventTimeTrial(
        accrual=Accrual(durations=(3.0, 9.0), rates=(10.0, 30.0)),
        control=Arm(hazard=Hazard(starts=(0.0, 4.0), rates=(0.1, 0.2)), dropout=dropout),
        experimental=Arm(hazard=Hazard(starts=(0.0, 6.0), rates=(0.1, 0.1)), dropout=dropout),
        strata=tuple(Stratum(share=1 / strata, multiplier=1 + s / strata) for s in range(strata)),
        looks=(Cut(events=40), Cut(events=290), Cut(date=20.0), Cut(date=0.01)),
        tests=(FlemingHarrington(), FlemingHarrington(0.5, 1), ModestWeight(t_star=5.0)),
        stratified=stratified,
        estimated=estimated,
    )
    assumed, looks = trial.as_numbers()
    return rng, assumed, looks, np.full((2, 4, event_time_rules.SCORES + 12), np.nan)


def share_trials(rng):
    blocks = METHODS["stratified permuted blocks"]
    scheme = scheme_of(Allocation(method=blocks, arms=("C", "E"), ratio=(2, 1), numbers=(3, 6)))
    shares, strata = np.array([0.3, 0.6]), np.array([0.5, 0.2, 0.3])
    looks = np.array([20, 61], np.int32)
    return rng, shares, scheme, strata, looks, np.zeros(61, np.int8), np.zeros((5, 2, 2, 3, 2))


def one_course(rng):
    return rng, bool(rng.integers(2)), tumor.velo_fit(), np.array(TRIAL.scan_days, np.int32)


def subjects(rng, n=400, distinct=40):
    """Sorted times with ties of more than a byte can count, events, two groups and three strata."""
    time = np.sort(np.where(rng.random(n) < 0.7, 5.0, rng.integers(1, distinct, n) / 3))
    event, group = rng.random(n) < 0.9, rng.integers(0, 2, n)
    return time, event.astype(np.uint8), group.astype(np.int8), rng.integers(0, 3, n, np.int8)


def cox_sets(rng, entry=False):
    time, event, group, _ = subjects(rng)
    x = np.column_stack([group, rng.normal(size=len(time)), rng.normal(size=len(time))])
    x, _, _ = likelihood.standardize(x, np.arange(len(time), dtype=np.int32))
    starts = np.array([0, 150, 400], np.int32)
    came = time * rng.uniform(0, 0.99, len(time)) if entry else NOTHING
    by_entry = np.empty(0, np.int32)
    if entry:
        parts = [np.argsort(came[lo:hi]) + lo for lo, hi in ((0, 150), (150, 400))]
        by_entry = np.concatenate(parts).astype(np.int32)
    return time, event, x, came, by_entry, starts


def climb(rng, entry=False, recorded=False):
    sets, p = cox_sets(rng, entry), 3
    records = np.zeros((400, 2 + 3 * p + 6)) if recorded else np.zeros((0, 0))
    beta, score, information = rng.normal(size=p), np.zeros(p), np.zeros(6)
    return *sets, beta, bool(rng.integers(2)), score, information, records


def maximum(rng, entry=False):
    sets, score, information = cox_sets(rng, entry), np.zeros(3), np.zeros(6)
    null = walk.slope(*sets, np.zeros(3), True, score, information, np.zeros((0, 0)))  # type: ignore[call-arg]
    return *sets, True, float(null), score, information, 1e-9


def covariates(rng):
    x = rng.normal(size=(50, 3))
    x[rng.integers(0, 50), 1] = rng.choice([np.nan, 3.0])
    return (x,)


def two_groups(rng, stratified):
    time, event, group, stratum = subjects(rng)
    return time, event, group, stratum if stratified else stratum[:0]


def separated(rng):
    """Everybody of one group dies before the others."""
    group = np.repeat([0, 1], 6).astype(np.int8)
    return np.arange(12) + rng.random(12) / 2, np.ones(12, np.uint8), group, group[:0]


def weighted(rng, stratified):
    weight = rng.choice([0.0, 0.5, 1.0, 2.0], 2)
    if rng.integers(2):
        return *two_groups(rng, stratified), *map(float, weight), np.inf, 1.0
    return *two_groups(rng, stratified), 0.0, 0.0, 5.0, float(rng.random() / 2)


def in_strata(rng, groups=None):
    time, event, group, _ = subjects(rng)
    starts = np.array([0, 150, 400], np.int32)
    weights = np.array([[0.0, 0.0, np.inf, 1.0], [1.0, 0.5, np.inf, 1.0], [0.0, 0.0, 4.0, 0.2]])
    if groups is None:
        return time, event, group, starts, weights
    return time, event, rng.integers(0, groups, 400).astype(np.int32), starts, groups, weights


def one_curve(rng, entry=False):
    time, event, _, _ = subjects(rng)
    came = np.sort(time * rng.uniform(0, 0.9, len(time))) if entry else NOTHING
    return time, event, came


def bounds(rng, interval):
    _, survival, error, _, events = curve.product_limit(*one_curve(rng))
    return survival, error, events, 1.96, interval


def crossing(rng):
    times, survival, *_ = curve.product_limit(*one_curve(rng))
    return times, survival, float(rng.random())


def packed(rng):
    times = np.where(rng.random(300) < 0.5, rng.exponential(size=300), 1 + rng.random(300) * 2**-48)
    return times.view(np.uint64), np.empty(300, np.uint64), np.uint64(9)


def unpacked(rng):
    bits, keys, width = packed(rng)
    ordered._pack(bits, keys, width)
    keys.sort()
    mask = np.uint64((1 << 9) - 1)
    return keys, mask, bits.view(np.float64), np.empty(300, np.int32), np.empty(300)


def near_ties(rng):
    return (np.sort(rng.integers(1, 50, 300) + rng.integers(0, 3, 300) * 1e-8),)


def codes(rng):
    return rng.integers(0, 7, 300).astype(np.int32), 7


def taken(rng):
    return rng.normal(size=300), rng.permutation(300).astype(np.int32)


def tables(rng):
    n_1, n_0 = (int(n) for n in rng.integers(1, 40, 2))
    return n_1, n_0, LOG_FACTORIAL, 1 + 1e-7


def margin(rng):
    n_1, n_0, *rest = tables(rng)
    return n_1, n_0, int(rng.integers(0, n_1 + n_0 + 1)), *rest


def between(rng):
    low = rng.integers(0, 30, (40, 5)).astype(np.int32)
    return np.cumsum(rng.random(61)), low, low + 30


def ends(rng):
    low = rng.integers(0, 30, (40, 5)).astype(np.int32)
    return rng.random(40), low, low + 30, 60


def two_stages(rng):
    p0 = float(rng.uniform(0.05, 0.4))
    return p0, p0 + 0.25, 0.05, 0.2, 30, LOG_FACTORIAL


LEAVING = Hazard(starts=(0.0,), rates=(0.02,))
STAYING = Hazard(starts=(0.0,), rates=(0.0,))
CASES = {
    "RECIST, dated": (assess_dated_visits, partial(visits, dated=True), 150),
    "RECIST": (assess_visits, partial(visits, dated=False), 50),
    "best response": (best_unconfirmed, responses, 150),
    "confirmed response": (best_confirmed, responses, 150),
    "best response, confirmed or not": (best_of, responses_confirmed, 50),
    "response begins": (response_begins, responses_confirmed, 150),
    "counted": (counts_as, lambda rng: (int(rng.integers(6)), int(rng.integers(64))), 30),
    "PFS": (progression_free, follow_up, 300),
    "OS": (survival_end, lambda rng: tuple(map(int, rng.integers(-1, 9, 3))), 100),
    "full trials": (simulate_full_trials, full_trials, 2),
    "re-challenge": (follow_both_arms, both_arms, 2),
    "event times": (
        event_time_rules.simulate_event_trials,
        partial(event_trials, strata=1, dropout=STAYING, stratified=False, estimated=True),
        1,
    ),
    "event times in many strata": (
        event_time_rules.simulate_event_trials,
        partial(event_trials, strata=90, dropout=LEAVING, stratified=True, estimated=True),
        1,
    ),
    "shares": (simulate_proportion_trials, share_trials, 3),
    "one course": (tumor._draw, one_course, 20),
    "Cox, standard": (
        likelihood.standardize,
        lambda rng: (rng.normal(size=(90, 2)), rng.permutation(90).astype(np.int32)),
        3,
    ),
    "Cox, slope": (walk.slope, climb, 5),
    "Cox, slope with entry": (walk.slope, partial(climb, entry=True, recorded=True), 5),
    "Cox, maximum": (likelihood.maximize, maximum, 3),
    "Cox, maximum with entry": (likelihood.maximize, partial(maximum, entry=True), 3),
    "Cox, range": (likelihood.column_range, covariates, 5),
    "Cox, two groups": (likelihood.two_group_cox, partial(two_groups, stratified=False), 3),
    "Cox, separated": (likelihood.two_group_cox, separated, 3),
    "Cox, strata": (likelihood.two_group_cox, partial(two_groups, stratified=True), 3),
    "log-rank": (two_group_log_rank, partial(weighted, stratified=False), 9),
    "log-rank in strata": (two_group_log_rank, partial(weighted, stratified=True), 9),
    "scores": (two_group_scores, in_strata, 5),
    "scores of groups": (log_rank_sums, partial(in_strata, groups=4), 5),
    "curve": (curve.product_limit, one_curve, 5),
    "curve with entry": (curve.product_limit, partial(one_curve, entry=True), 5),
    **{f"bounds {i}": (curve._bounds, partial(bounds, interval=i), 5) for i in range(4)},
    "quantile": (curve.first_time_at, crossing, 20),
    "median": (curve.median_of_sorted, lambda rng: subjects(rng)[:2], 5),
    "sort": (ordered._pack, packed, 5),
    "sort, the rest": (ordered._unpack, unpacked, 5),
    "ties": (ordered.fold_ties, near_ties, 5),
    "partition": (ordered.partition, codes, 5),
    "counts": (checked.count_codes, codes, 5),
    "copy": (checked._take, taken, 5),
    "Fisher": (fisher_rules._of_all, tables, 5),
    "Fisher, one margin": (fisher_rules._of_margin, margin, 9),
    "sets of tables": (stratified_power._sum_between, between, 3),
    "sets of tables, the other half": (stratified_power._begin_and_end, ends, 3),
    "Simon": (two_stage._best_of_each_n, two_stages, 3),
}


@pytest.mark.parametrize("case", CASES)
def test_plain_and_compiled_are_equal(case):
    kernel, draw, times = CASES[case]
    for seed in range(times):
        arguments = draw(np.random.Generator(np.random.Philox(seed)))

        assert same(ran(kernel, arguments), ran(compiled.compiled(kernel), arguments)), seed  # type: ignore[type-var]


@pytest.mark.parametrize("case", CASES)
def test_the_digest_knows_every_tuple_a_kernel_takes(case):
    kernel, draw, _ = CASES[case]
    taken = draw(np.random.Generator(np.random.Philox(0)))

    def tuples(value):
        if isinstance(value, tuple):
            yield from [type(value)] if hasattr(value, "_fields") else []
            for part in value:
                yield from tuples(part)

    assert set(tuples(taken)) <= set(compiled.tuples_of(kernel))


def test_every_kernel_stands_behind_one_of_these_cases():
    for module in pkgutil.walk_packages(equipoise.__path__, "equipoise."):
        if not module.name.endswith("__main__") and not module.name.startswith("equipoise.web"):
            import_module(module.name)

    behind = frozenset().union(*(compiled.kernels_of(kernel) for kernel, _, _ in CASES.values()))
    assert set(compiled.marked()) - behind == set()


def test_nobody_compiles_for_little_work():
    small, large = compiled.STEPS_TO_START - 1, 1000 * compiled.STEPS_TO_START

    @compiled.njit(cache=True)
    def twice(x):
        return 2 * x

    assert compiled.at(twice, small) is twice
    assert compiled.at(twice, large) is not twice
    assert compiled.at(twice, 0)(4) == 8
