"""Intervals and tests of shares against printed tables.

Newcombe: Statistics in Medicine 1998; 17: 873-890, Table II, methods 6 (Miettinen-Nurminen) and 10
(Newcombe).
Vollset: interval tables of one proportion, 4 of 10 (Clopper-Pearson and Wilson). SAS: PROC FREQ,
"Migraine" example.
R: the expected values are those that R packages exact2x2 and Exact print for the same table.
"""

import pytest

from equipoise.statistics import proportions


@pytest.mark.parametrize(
    ("table", "miettinen_nurminen", "newcombe"),
    [
        ((56, 70, 48, 80), (0.0528, 0.3382), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1700, 0.8406), (0.1705, 0.8090)),
        ((6, 7, 2, 7), (0.0342, 0.8534), (0.0582, 0.8062)),
        ((5, 56, 0, 29), (-0.0326, 0.1933), (-0.0381, 0.1926)),
        ((0, 10, 0, 20), (-0.1658, 0.2844), (-0.1611, 0.2775)),
        ((0, 10, 0, 10), (-0.2879, 0.2879), (-0.2775, 0.2775)),
        ((10, 10, 0, 20), (0.7156, 1.0), (0.6791, 1.0)),
        ((10, 10, 0, 10), (0.6636, 1.0), (0.6075, 1.0)),
    ],
)
def test_intervals_of_a_difference_are_those_newcombe_printed(table, miettinen_nurminen, newcombe):
    score, square = proportions.miettinen_nurminen(*table), proportions.newcombe(*table)

    assert (score.lower, score.upper) == pytest.approx(miettinen_nurminen, abs=5.1e-5)
    assert (square.lower, square.upper) == pytest.approx(newcombe, abs=5.1e-5)


def test_intervals_of_one_share():
    exact, score = proportions.clopper_pearson(4, 10), proportions.wilson(4, 10)

    assert (exact.lower, exact.upper) == pytest.approx((0.121552258120, 0.737621923393), abs=1e-11)
    assert (score.lower, score.upper) == pytest.approx((0.168180329706, 0.687326230266), abs=1e-11)


def test_nobody_responding_of_25_still_allows_14_percent():
    none, all_ = proportions.clopper_pearson(0, 25), proportions.clopper_pearson(25, 25)

    assert (none.lower, none.upper) == pytest.approx((0, 1 - 0.025 ** (1 / 25)), abs=1e-12)
    assert (all_.lower, all_.upper) == pytest.approx((0.025 ** (1 / 25), 1), abs=1e-12)


def test_fisher_and_boschloo_on_a_table_fisher_misses():
    assert proportions.fisher(17, 30, 14, 40) == pytest.approx(0.09109, abs=5e-6)
    assert proportions.boschloo(17, 30, 14, 40) == pytest.approx(0.07571, abs=5e-6)


def test_cochran_mantel_haenszel_on_the_migraine_trial():
    women, men = (16, 27, 5, 25), (12, 28, 7, 26)

    found = proportions.cochran_mantel_haenszel([women, men])

    assert found.chi_square == pytest.approx(8.3052, abs=5e-5)
    assert found.p == pytest.approx(0.0040, abs=5e-5)
