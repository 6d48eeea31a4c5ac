"""What is refused, what happens when the looks come at other times, and do the promises hold in
simulated trials?
"""

from functools import lru_cache
from math import inf, nan, sqrt

import numpy as np
import pytest

from equipoise.statistics.sequential import (
    BetaSpending,
    ConditionalPowerFutility,
    FutilityBounds,
    HaybittlePeto,
    HwangShihDeCani,
    KimDeMets,
    OBrienFleming,
    OBrienFlemingSpending,
    Pocock,
    PocockSpending,
    SpendingFunction,
    TabulatedSpending,
    WangTsiatis,
    conditional_power,
    design_group_sequential,
    final_inference,
    operating_characteristics,
    predictive_power,
    repeated_interval,
    repeated_p_value,
    stagewise_p_value,
    update_information,
)

LOOKS = (0.4, 0.7, 1.0)
OF, BETA = OBrienFlemingSpending(), BetaSpending(OBrienFlemingSpending())


def plan(rule=OF, looks=LOOKS, **options):
    return design_group_sequential(rule, looks, **options)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: plan(looks=(0.5, 0.5, 1)), r"information\[1\] is 0.5, after 0.5"),
        (lambda: plan(looks=(0.5, 1.2)), r"information\[1\] is 1.2; a fraction .* not above 1"),
        (
            lambda: plan(looks=(0.5, 0.9)),
            r"information\[1\] is 0.9; the last look must be at fraction 1",
        ),
        (lambda: plan(looks=(0, 1)), r"information\[0\] is 0.0; .* above 0"),
        (lambda: plan(looks=(nan, 1)), r"information\[0\] is nan"),
        (lambda: plan(looks=()), "information is empty"),
        (
            lambda: plan(looks=(0.5, 0.5 + 1e-9, 1)),
            r"information\[1\] is 0.500000001, after 0.5; .* 1e-07 of itself",
        ),
        (lambda: plan("OF"), "rule is 'OF'; it must be a shape of bounds or a spending family"),
        (lambda: plan(futility="none"), "futility is 'none'"),
        (
            lambda: plan(futility=FutilityBounds((0.0, 2.9))),
            r"futility.z\[1\] is 2.9; it must lie below the efficacy",
        ),
        (
            lambda: plan(futility=FutilityBounds((3.0, 2.3)), binding=True),
            "alpha cannot be spent at look 2",
        ),
        (lambda: plan(alpha=0), "alpha is 0; it must lie strictly between 0 and 1"),
        (lambda: plan(alpha=nan), "alpha is nan"),
        (lambda: plan(sided=3), "sided is 3; it must be 1 or 2"),
        (lambda: plan(power=0.025), "power is 0.025; it must lie above"),
        (lambda: plan(power=1.0), "power is 1.0"),
        (lambda: plan(futility=BETA), "power is None; this futility rule needs"),
        (lambda: plan(binding=True), "binding is True, but there is no futility rule"),
        (lambda: plan(sided=2, power=0.9, futility=BETA), "sided is 2; futility"),
        (
            lambda: plan(futility=FutilityBounds((0.0,))),
            "futility.z has 1 values; a design of 3 looks asks for 2",
        ),
        (lambda: FutilityBounds((nan,)), r"z\[0\] is nan"),
        (
            lambda: plan(spending_times=(0.5, 1)),
            "spending_times has 2 values; information asks for 3",
        ),
        (lambda: plan(Pocock(), spending_times=(0.3, 0.6, 1)), "Pocock spends nothing by time"),
        (
            lambda: plan(TabulatedSpending((0.01, 0.005, 0.025))),
            r"cumulative\[1\] is 0.005, after 0.01",
        ),
        (
            lambda: plan(TabulatedSpending((0.01, 0.02, 0.03))),
            "rule spends 0.03 by the end; it may not pass 0.025",
        ),
        (
            lambda: plan(TabulatedSpending((0.01, 0.02, 0.021))),
            "rule spends 0.021 by the end; it must spend all",
        ),
        (
            lambda: plan(TabulatedSpending((0.01, 0.025))),
            "cumulative has 2 values; the design has 3 looks",
        ),
        (
            lambda: plan(
                SpendingFunction(lambda t: 0.025 * (2 * t - t * t) if t != 0.7 else 0.001)
            ),
            "after 0.016",
        ),
        (lambda: plan(HaybittlePeto(1.5)), "the interim looks alone spend"),
        (lambda: HaybittlePeto(nan), "z is nan"),
        (lambda: KimDeMets(0), "rho is 0"),
        (lambda: HwangShihDeCani(nan), "gamma is nan"),
        (lambda: WangTsiatis(nan), "delta is nan"),
        (lambda: ConditionalPowerFutility(0.2, "hope"), "effect is 'hope'"),
        (lambda: update_information(plan(), (40, 30, 100), maximum=100), r"information\[1\] is"),
        (
            lambda: update_information(plan(), (40, 110, 120), maximum=100),
            r"information\[1\] is 110, not below maximum",
        ),
        (
            lambda: update_information(plan(Pocock()), (0.3, 0.7, 1)),
            "Pocock holds for the planned looks only",
        ),
        (
            lambda: stagewise_p_value(plan(), 1, 1.0),
            "z is 1.0 at look 1 of 3; the trial goes on between",
        ),
        (lambda: stagewise_p_value(plan(), 4, 1.0), "look is 4; looks are counted from 1 to 3"),
        (lambda: repeated_interval(plan(), 1, nan), "z is nan"),
        (lambda: repeated_p_value(plan(HaybittlePeto()), 1, 2.0), "no repeated p-value"),
        (lambda: conditional_power(plan(), 3, 1.0), "look is 3, the last one"),
        (lambda: conditional_power(plan(), 1, 1.0, "design"), "the design was made without power"),
        (lambda: predictive_power(plan(), 1, 1.0, prior_information=-1), "prior_information is -1"),
        (lambda: operating_characteristics(plan(), inf), "drift is inf"),
    ],
)
def test_nonsense_is_refused_by_name(make, message):
    with pytest.raises(ValueError, match=message):
        make()


RULES = (
    OBrienFleming(),
    Pocock(),
    WangTsiatis(0.25),
    HaybittlePeto(),
    OF,
    PocockSpending(),
    HwangShihDeCani(-4),
    KimDeMets(3),
    TabulatedSpending((0.004, 0.012, 0.025)),
)
TRIALS = 100_000


@lru_cache(maxsize=4)
def statistics(looks, drift):
    """Z of every look (trials, looks), built from independent increments: not from the recursion
    under test.
    """
    steps = np.diff(np.concatenate([[0.0], looks]))
    scores = (
        np.random.default_rng(20240229)
        .normal(drift * steps, np.sqrt(steps), (TRIALS, len(looks)))
        .cumsum(axis=1)
    )
    return scores / np.sqrt(looks)


@pytest.mark.parametrize("sided", [1, 2])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)
def test_simulated_null_trials_keep_the_level(rule, sided):
    if isinstance(rule, TabulatedSpending) and sided == 2:
        rule = TabulatedSpending(tuple(2 * a for a in rule.cumulative))
    alpha = 0.025 * sided
    design = plan(rule, alpha=alpha, sided=sided)
    z = statistics(LOOKS, 0.0)

    crossed = (z >= design.efficacy) | ((sided == 2) & (z <= -np.array(design.efficacy)))
    by_look = np.maximum.accumulate(crossed, axis=1).mean(axis=0)

    error = 4 * np.sqrt(alpha / TRIALS)
    assert by_look == pytest.approx(design.alpha_spent, abs=error)
    assert design.alpha_spent[-1] == pytest.approx(alpha, abs=1e-12)


@pytest.mark.parametrize(
    "futility", [BETA, ConditionalPowerFutility(0.1), ConditionalPowerFutility(0.2, "design")]
)
@pytest.mark.parametrize("binding", [False, True])
def test_simulated_trials_with_futility_keep_level_and_power(futility, binding):
    design = plan(power=0.9, futility=futility, binding=binding)

    for drift, wanted in ((0.0, 0.025), (design.drift, 0.9)):
        z = statistics(LOOKS, drift)
        obeyed = (
            drift > 0 or binding
        )  # the level of non-binding bounds is that of those who ignore them
        on, won = np.ones(TRIALS, dtype=bool), np.zeros(TRIALS, dtype=bool)
        for k in range(3):
            won |= on & (z[:, k] >= design.efficacy[k])
            floor = design.floors[k] if obeyed else -inf
            on &= (z[:, k] < design.efficacy[k]) & (z[:, k] > floor)
        assert won.mean() == pytest.approx(wanted, abs=4 * sqrt(wanted * (1 - wanted) / TRIALS))


@pytest.mark.parametrize("theta", [0.0, 0.3])
@pytest.mark.parametrize(
    "design",
    [
        plan(maximum_information=100),
        plan(Pocock(), alpha=0.05, sided=2, maximum_information=100),
        plan(power=0.9, futility=BETA, binding=True, maximum_information=100),
        plan(power=0.9, futility=BETA, maximum_information=100),
    ],
    ids=["one-sided", "two-sided", "binding", "non-binding"],
)
def test_intervals_cover_and_the_estimate_is_median_unbiased(design, theta):
    """The interval rises with z at each look, so 30 intervals per look and lines between them serve
    all trials.
    """
    z = statistics(LOOKS, theta * 10)
    covered, above = np.zeros(TRIALS, dtype=bool), np.zeros(TRIALS)
    on, repeated = np.ones(TRIALS, dtype=bool), np.ones(TRIALS, dtype=bool)
    for k in range(3):
        # Non-binding futility bounds are left out of the ordering, so the promise is for those who
        # ignore them.
        floor = design.floors[k] if design.binding or design.sided == 2 else -inf
        stops = on & ((z[:, k] >= design.efficacy[k]) | (z[:, k] <= floor) | (k == 2))
        for part in (
            z[stops & (z[:, k] >= design.efficacy[k]), k],
            z[stops & (z[:, k] < design.efficacy[k]), k],
        ):
            if not part.size:
                continue
            grid = np.linspace(part.min(), part.max(), 30)
            found = [final_inference(design, k + 1, value) for value in grid]
            low = np.interp(part, grid, [f.interval.lower for f in found])
            high = np.interp(part, grid, [f.interval.upper for f in found])
            middle = np.interp(part, grid, [f.estimate for f in found])
            rows = np.flatnonzero(
                stops & ((z[:, k] >= design.efficacy[k]) == (part[0] >= design.efficacy[k]))
            )
            covered[rows] = (low <= theta) & (theta <= high)
            above[rows] = middle > theta
        zero = repeated_interval(design, k + 1, 0.0)  # the repeated interval only shifts with z
        shift = z[:, k] / sqrt(design.amounts()[k])
        repeated &= ~on | ((zero.lower + shift <= theta) & (theta <= zero.upper + shift))
        on &= ~stops
    error = 4 * sqrt(0.05 * 0.95 / TRIALS)
    assert covered.mean() == pytest.approx(0.95, abs=error)
    assert above.mean() == pytest.approx(0.5, abs=4 * sqrt(0.25 / TRIALS))
    assert repeated.mean() >= 0.95 - error


def test_a_look_that_comes_late_spends_what_its_information_allows():
    planned = plan(maximum_information=100)
    moved = update_information(planned, (47, 70, 100))

    assert moved.alpha_spent[0] == pytest.approx(float(OF.spent(0.025, [0.47])[0]), rel=1e-12)
    assert moved.efficacy[0] < planned.efficacy[0]
    assert moved.alpha_spent[-1] == pytest.approx(0.025, abs=1e-13)


@pytest.mark.parametrize("end", [88, 100, 130])
def test_the_last_look_spends_all_that_is_left_whatever_its_information(end):
    moved = update_information(plan(power=0.9, maximum_information=100), (40, 70, end), final=True)
    z = statistics(moved.information, 0.0)

    assert moved.alpha_spent[-1] == pytest.approx(0.025, abs=1e-13)
    assert (z >= moved.efficacy).any(axis=1).mean() == pytest.approx(
        0.025, abs=4 * sqrt(0.025 / TRIALS)
    )
    assert (moved.power - 0.9) * (end - 100) >= 0


def test_with_fewer_looks_than_planned_the_last_one_given_is_an_interim_look():
    """rpact 3.3.4 gives 2.4061 for the second look."""
    seen = update_information(plan(maximum_information=120), (41.0, 86.0))

    assert seen.efficacy[1] == pytest.approx(2.4061, abs=5e-5)
    assert seen.amounts() == pytest.approx((41.0, 86.0, 120.0))
    assert seen.alpha_spent[1] == pytest.approx(float(OF.spent(0.025, [86 / 120])[0]), rel=1e-10)


def test_as_many_looks_as_planned_that_end_early_are_final_only_when_it_is_said():
    planned = plan(maximum_information=120)

    with pytest.raises(ValueError, match="if it is the last one for another reason, say final"):
        update_information(planned, (41.0, 86.0, 110.0))
    ended = update_information(planned, (41.0, 86.0), final=True)
    assert (len(ended.information), ended.alpha_spent[-1]) == (2, pytest.approx(0.025))


@pytest.mark.parametrize("look", [2, 3])
def test_with_binding_futility_bound_interval_and_p_value_are_one_verdict(look):
    design = plan(power=0.9, futility=BetaSpending(HwangShihDeCani(-2.0)), binding=True)
    z = design.efficacy[look - 1]

    assert repeated_p_value(design, look, z) == pytest.approx(0.025, abs=1e-9)
    assert repeated_interval(design, look, z).lower == pytest.approx(0.0, abs=1e-12)
    assert repeated_p_value(design, look, z - 0.01) > 0.025


def test_calendar_time_spends_by_its_own_clock():
    """Half of the information after a quarter of the time: less is spent than by information."""
    by_time = plan(spending_times=(0.25, 0.6, 1.0))

    assert by_time.alpha_spent[:2] == pytest.approx(OF.spent(0.025, (0.25, 0.6)), rel=1e-10)
    assert by_time.efficacy[0] > plan().efficacy[0]


def test_futility_by_conditional_power_stops_where_it_says():
    design = plan(power=0.9, futility=ConditionalPowerFutility(0.2))
    z = design.futility[1]

    assert conditional_power(design, 2, z) == pytest.approx(0.2, abs=1e-10)


def test_a_function_and_a_table_spend_like_the_family_they_imitate():
    family = plan(KimDeMets(2)).efficacy

    assert plan(SpendingFunction(lambda t: 0.025 * t * t)).efficacy == pytest.approx(
        family, abs=1e-12
    )
    assert plan(TabulatedSpending((0.004, 0.01225, 0.025))).efficacy == pytest.approx(
        family, abs=1e-12
    )
    line = TabulatedSpending((0.025,), (1.0,))
    assert plan(line).efficacy == pytest.approx(plan(HwangShihDeCani(0)).efficacy, abs=1e-12)


def test_nothing_to_spend_means_no_stop():
    design = plan(TabulatedSpending((0.0, 0.01, 0.025)))

    assert design.efficacy[0] == inf
    assert design.alpha_spent[0] == 0
    assert operating_characteristics(design, 3.0).stopping[0] == 0


@pytest.mark.parametrize("binding", [False, True])
def test_updating_with_what_is_known_already_changes_nothing(binding):
    planned = design_group_sequential(
        OBrienFlemingSpending(),
        (0.5, 1.0),
        power=0.9,
        futility=BetaSpending(KimDeMets(2)),
        binding=binding,
        maximum_information=100.0,
    )
    once = update_information(planned, (45.0, 105.0))
    twice = update_information(once, (45.0, 105.0))

    assert twice.planned_power == 0.9
    assert twice.futility == pytest.approx(once.futility, abs=1e-12)
    assert twice.efficacy == pytest.approx(once.efficacy, abs=1e-12)
    assert twice.power == pytest.approx(once.power, abs=1e-12)
