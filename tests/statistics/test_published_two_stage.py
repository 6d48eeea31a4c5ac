"""Simon's two-stage designs: Controlled Clinical Trials 1989, tables 1 and 2, and every design
enumerated plainly.

The optimal design for 0.1 v 0.3 at 80 % was read; the other rows stand as commonly quoted and were
not compared with the paper. The enumeration below confirms each of them.
"""

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import binom

from equipoise.statistics.proportions import TwoStage, simon_two_stage, two_stage_result

# p0, p1, power, then for each design r1/n1, r/n, expected n under p0.
SIMON = [
    (0.05, 0.25, 0.8, (0, 9, 2, 17, 12.0), (0, 12, 2, 16, 13.8)),
    (0.10, 0.30, 0.8, (1, 10, 5, 29, 15.0), (1, 15, 5, 25, 19.5)),
    (0.20, 0.40, 0.8, (3, 13, 12, 43, 20.6), (4, 18, 10, 33, 22.3)),
    (0.30, 0.50, 0.8, (5, 15, 18, 46, 23.6), (6, 19, 16, 39, 25.7)),
    (0.40, 0.60, 0.8, (7, 16, 23, 46, 24.5), (17, 34, 20, 39, 34.4)),
    (0.10, 0.30, 0.9, (2, 18, 6, 35, 22.5), (2, 22, 6, 33, 26.2)),
    (0.05, 0.20, 0.8, (0, 10, 3, 29, 17.6), (0, 13, 3, 27, 19.8)),
]


@pytest.mark.parametrize(("p0", "p1", "power", "optimal", "minimax"), SIMON)
def test_the_tables_of_simon(p0, p1, power, optimal, minimax):
    found = simon_two_stage(p0, p1, power=power)

    for design, (r1, n1, r, n, expected) in ((found.optimal, optimal), (found.minimax, minimax)):
        assert design == TwoStage(r1=r1, n1=n1, r=r, n=n)
        assert design.expected_n(p0) == pytest.approx(expected, abs=0.0501)
        assert design.stops_early(p0) == pytest.approx(binom.cdf(r1, n1, p0))
        assert design.rejects(p0) <= 0.05
        assert design.rejects(p1) >= power


def test_every_small_design_in_turn_leaves_the_same_two():
    p0, p1, alpha, power, most = 0.1, 0.45, 0.1, 0.8, 14
    kept = []
    for n in range(2, most + 1):
        for n1 in range(1, n):
            x, later = np.arange(n1 + 1), n - n1
            for r1 in range(n1):
                for r in range(r1, n):
                    error, found = (
                        (x > r1) * binom.pmf(x, n1, p) @ binom.sf(r - x, later, p) for p in (p0, p1)
                    )
                    if error > alpha or found < power:
                        continue
                    kept.append(
                        (n1 + later * binom.sf(r1, n1, p0), n, TwoStage(r1=r1, n1=n1, r=r, n=n))
                    )
    found = simon_two_stage(p0, p1, alpha=alpha, power=power, largest_n=most)  # type: ignore[assignment]

    assert found.optimal == min(kept, key=lambda row: row[:2])[2]  # type: ignore[attr-defined]
    assert found.minimax == min(kept, key=lambda row: (row[1], row[0]))[2]  # type: ignore[attr-defined]


def test_admissible_designs_lead_from_minimax_to_optimal_by_weights():
    found = simon_two_stage(0.1, 0.3)
    sizes = [(design.n, design.expected_n(0.1)) for design in found.admissible]

    assert (found.admissible[0], found.admissible[-1]) == (found.minimax, found.optimal)
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(sizes)]
    assert slopes == sorted(slopes)
    assert max(slopes) < 0


DESIGN = TwoStage(r1=1, n1=10, r=5, n=29)


def outcomes(p):
    """Every end of the trial with its probability."""
    ends = {x: binom.pmf(x, 10, p) for x in range(2)}
    for first in range(2, 11):
        for second in range(20):
            ends[first + second] = ends.get(first + second, 0) + binom.pmf(
                first, 10, p
            ) * binom.pmf(second, 19, p)
    return ends


@pytest.mark.parametrize("p", [0.05, 0.1, 0.3, 0.6])
def test_the_estimate_is_unbiased_the_naive_one_is_not_and_the_interval_covers(p):
    found = {x: two_stage_result(DESIGN, x, 0.1) for x in outcomes(p)}
    mean = sum(chance * found[x].unbiased.estimate for x, chance in outcomes(p).items())
    naive = sum(chance * found[x].naive for x, chance in outcomes(p).items())
    covered = sum(
        c for x, c in outcomes(p).items() if found[x].unbiased.lower <= p <= found[x].unbiased.upper
    )

    assert mean == pytest.approx(p, abs=1e-12)
    assert naive < p - 1e-6
    assert covered >= 0.95


def test_the_p_value_holds_every_level():
    found = {x: two_stage_result(DESIGN, x, 0.1).p for x in outcomes(0.1)}
    for alpha in (0.01, 0.025, 0.05, 0.2):
        assert sum(chance for x, chance in outcomes(0.1).items() if found[x] <= alpha) <= alpha

    assert found[6] == pytest.approx(DESIGN.rejects(0.1))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: simon_two_stage(0.3, 0.1), "p1 is 0.1; it must be above p0 = 0.3"),
        (lambda: simon_two_stage(0, 0.1), "p0 is 0; it must lie strictly between 0 and 1"),
        (lambda: simon_two_stage(0.1, 0.3, alpha=1), "alpha is 1"),
        (lambda: simon_two_stage(0.1, 0.3, power=0.01), "power is 0.01; it must be above alpha"),
        (lambda: simon_two_stage(0.1, 0.3, largest_n=10), "largest_n is 10; no design of so few"),
        (lambda: simon_two_stage(0.1, 0.11), "largest_n is .*; designs of at most 1000"),
        (lambda: TwoStage(r1=5, n1=5, r=6, n=9), "r1 is 5; it must lie between 0 and n1 - 1 = 4"),
        (lambda: TwoStage(r1=2, n1=9, r=6, n=9), "n1 is 9; it must be over 0 and below n = 9"),
        (lambda: TwoStage(r1=2, n1=5, r=1, n=9), "r is 1; it must lie between r1 = 2"),
        (
            lambda: two_stage_result(DESIGN, 30, 0.1),
            "responses is 30; it must lie between 0 and n = 29",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name(call, says):
    with pytest.raises(ValueError, match=says):
        call()
