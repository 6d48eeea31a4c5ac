"""Constants, inflation factors and bounds printed in books and package documentation.

Bounds at looks 1/3, 2/3, 1 were read as rpact 4.5 prints them; constants of Jennison and Turnbull's
tables stand as they are commonly quoted and were not compared with the book.
`test_independent_sequential` holds every family against rpact.
"""

import pytest

from equipoise.statistics.sequential import (
    BetaSpending,
    HaybittlePeto,
    HwangShihDeCani,
    KimDeMets,
    OBrienFleming,
    OBrienFlemingSpending,
    Pocock,
    PocockSpending,
    design_group_sequential,
)


def equal(looks: int) -> list[float]:
    return [k / looks for k in range(1, looks + 1)]


# Jennison and Turnbull 2000, tables 2.1 and 2.3: two-sided constants C(K, alpha).
@pytest.mark.parametrize(
    ("rule", "alpha", "constants"),
    [
        (Pocock(), 0.05, {2: 2.178, 3: 2.289, 4: 2.361, 5: 2.413, 10: 2.555}),
        (Pocock(), 0.01, {2: 2.772, 3: 2.873, 4: 2.939, 5: 2.986, 10: 3.117}),
        (OBrienFleming(), 0.05, {1: 1.960, 2: 1.977, 3: 2.004, 4: 2.024, 5: 2.040, 10: 2.087}),
        (OBrienFleming(), 0.01, {1: 2.576, 2: 2.580, 3: 2.595, 4: 2.609, 5: 2.621, 10: 2.660}),
    ],
)
def test_the_constants_of_jennison_and_turnbull(rule, alpha, constants):
    for looks, constant in constants.items():
        design = design_group_sequential(rule, equal(looks), alpha=alpha, sided=2)

        assert design.efficacy[-1] == pytest.approx(constant, abs=5.1e-4)


# Jennison and Turnbull 2000, tables 2.2 and 2.4: maximum information over that of one look, alpha
# 0.05 two-sided.
@pytest.mark.parametrize(
    ("rule", "power", "factors"),
    [
        (Pocock(), 0.8, {2: 1.110, 3: 1.166, 4: 1.202, 5: 1.229, 10: 1.301}),
        (Pocock(), 0.9, {2: 1.100, 3: 1.151, 4: 1.183, 5: 1.207, 10: 1.271}),
        (OBrienFleming(), 0.8, {2: 1.008, 3: 1.017, 4: 1.024, 5: 1.028, 10: 1.040}),
        (OBrienFleming(), 0.9, {2: 1.007, 3: 1.016, 4: 1.022, 5: 1.026, 10: 1.037}),
    ],
)
def test_the_inflation_factors_of_jennison_and_turnbull(rule, power, factors):
    for looks, factor in factors.items():
        design = design_group_sequential(rule, equal(looks), alpha=0.05, sided=2, power=power)

        assert design.inflation_factor == pytest.approx(factor, abs=5.1e-4)


def test_haybittle_peto_of_jennison_and_turnbull():
    """Section 2.4: |Z| of 3 at interim looks; the last constant for a two-sided 0.05."""
    for looks, constant in {2: 1.967, 3: 1.975, 4: 1.983, 5: 1.990}.items():
        design = design_group_sequential(HaybittlePeto(), equal(looks), alpha=0.05, sided=2)

        assert design.efficacy[-1] == pytest.approx(constant, abs=5.1e-4)


def test_the_bounds_of_lan_and_demets():
    """Proschan, Lan and Wittes 2006; the same figures come with Lan and DeMets' own program.
    Two-sided 0.05.
    """
    cases = [
        (OBrienFlemingSpending(), 4, (4.3326, 2.9631, 2.3590, 2.0141)),
        (PocockSpending(), 5, (2.4380, 2.4268, 2.4101, 2.3966, 2.3859)),
    ]
    for rule, looks, bounds in cases:
        design = design_group_sequential(rule, equal(looks), alpha=0.05, sided=2)

        assert design.efficacy == pytest.approx(bounds, abs=1.1e-4)


def test_five_looks_as_rpact_prints_them():
    """The vignette of rpact on alpha spending of the O'Brien-Fleming type, one-sided 0.025, five
    equal looks.
    """
    design = design_group_sequential(OBrienFlemingSpending(), equal(5))

    assert design.efficacy == pytest.approx((4.877, 3.357, 2.680, 2.290, 2.031), abs=5.1e-4)


@pytest.mark.parametrize(
    ("rule", "bounds"),
    [
        (OBrienFleming(), (3.47109144, 2.45443230, 2.00403558)),
        (Pocock(), (2.28947846, 2.28947846, 2.28947846)),
        (OBrienFlemingSpending(), (3.71030287, 2.51142748, 1.99304748)),
        (PocockSpending(), (2.27942824, 2.29491114, 2.29593959)),
        (HwangShihDeCani(-4), (3.01073949, 2.54653055, 1.99922635)),
        (KimDeMets(3), (3.11301726, 2.46193402, 2.00870528)),
    ],
)
def test_the_bounds_of_rpact_and_gsdesign(rule, bounds):
    """Rpact 4.5 and gsDesign 3.11, one-sided 0.025, looks at 1/3, 2/3 and 1."""
    design = design_group_sequential(rule, (1 / 3, 2 / 3, 1))

    assert design.efficacy == pytest.approx(
        bounds, abs=2e-8 if isinstance(rule, Pocock) else 1.2e-8
    )


def test_futility_bounds_as_rpact_prints_them():
    """Rpact 3.3.4, O'Brien-Fleming spending of alpha 0.025 and beta 0.1, non-binding: bounds and
    shift (drift^2).
    """
    spending = OBrienFlemingSpending()
    design = design_group_sequential(
        spending, (1 / 3, 2 / 3, 1), power=0.9, futility=BetaSpending(spending)
    )

    assert design.futility == pytest.approx((-0.694541170, 1.002459550), abs=2e-9)
    assert design.drift**2 == pytest.approx(11.1314952, abs=1e-7)
