"""The clause of the target response alone, whatever decided the overall one."""

from datetime import date

import pytest

from equipoise.assessments.recist.policy import RECIST_1_1
from equipoise.assessments.recist.series import assess_series, build_series
from equipoise.assessments.recist.sightings import Sighting
from equipoise.assessments.recist.target_clause import target_clause
from equipoise.terms.response import Response

DAYS = (date(2024, 1, 1), date(2024, 2, 12), date(2024, 3, 25))


def last_clause(*lengths, new_at=None):
    """One target of these lengths in mm (None: not evaluated), and perhaps a new lesion, which
    decides overall.
    """
    seen = [
        Sighting(
            visit=f"V{v}",
            date=DAYS[v],
            lesion=name,
            role="TARGET",
            organ=name,
            length=None if mm is None else mm * 1000,
            state="NOT EVALUATED" if mm is None else "",
        )
        for v, pair in enumerate(lengths)
        for name, mm in zip(("T01", "T02"), pair, strict=True)
    ]
    if new_at is not None:
        seen.append(
            Sighting(
                visit=f"V{new_at}", date=DAYS[new_at], lesion="N01", role="NEW", state="UNEQUIVOCAL"
            )
        )
    found = assess_series(build_series(seen, None, RECIST_1_1), RECIST_1_1)
    last = len(lengths) - 1
    return Response(int(found.target[last])).cdisc, target_clause(found, last, RECIST_1_1).sentence


@pytest.mark.parametrize(
    ("lengths", "response", "says"),
    [
        pytest.param(
            [(50, 50), (30, 30), (40, 40)],
            "PD",
            "grew over the smallest sum",
            id="growth over the nadir",
        ),
        pytest.param([(50, 50), (30, 30), (32, 42)], "PD", "grew over", id="growth of the sum"),
        pytest.param([(50, 50), (30, 30), (35, 36)], "PR", "PR continues", id="PR stays"),
        pytest.param([(50, 50), (30, 30), (33, 33)], "PR", "smaller than at baseline", id="PR"),
        pytest.param([(50, 50), (45, 45), (45, 45)], "SD", "neither PR", id="SD"),
        pytest.param([(50, 50), (0, 0), (0, 0)], "CR", "all targets gone", id="CR"),
        pytest.param([(50, 50), (0, 0), (0, 6)], "PD", "smallest sum was 0", id="from nothing"),
        pytest.param(
            [(50, 50), (0, 0), (0, 3)],
            "PD",
            "is seen again",
            id="back after CR, too small for growth",
        ),
        pytest.param(
            [(50, 50), (30, 30), (80, None)], "PD", "the measured ones alone", id="measured part"
        ),
        pytest.param(
            [(50, 50), (30, 30), (30, None)], "NE", "was not evaluated", id="not evaluated"
        ),
    ],
)
def test_the_clause_of_the_targets(lengths, response, says):
    assert last_clause(*lengths)[0] == response
    assert says in last_clause(*lengths)[1]
    assert last_clause(*lengths, new_at=2) == last_clause(
        *lengths
    )  # a new lesion changes the overall one only
