"""Does what the reader recorded of a scan agree with the lesions?"""

from datetime import timedelta

import pytest
from person import START, person

from equipoise.endpoints.readings import disagreement, lesion_problem
from equipoise.protocol.yaml_file import load
from equipoise.terms.response import Response

ASSESSMENT = load("NCT04509635").assessment
READER, VISIT = "LOCAL MDT", "SCAN 1"


def scanned(said: str | None, mm: str = "30", visit: str = VISIT, role: str = "TARGET"):
    """50 mm at baseline, then one scan on day 56; the response, if any, is entry 4."""
    before, after = START - timedelta(7), START + timedelta(56)
    length = {"TRLNKID": "T1", "TRTESTCD": "LDIAM", "TRORRESU": "mm", "TREVAL": READER}
    rows = [
        ("TU", {"TULNKID": "T1", "TUORRES": role, "TULOC": "LIVER", "TUEVAL": READER}),
        ("TR", length | {"TRORRES": "50", "VISIT": "SCREENING", "TRDTC": before.isoformat()}),
        ("TR", length | {"TRORRES": mm, "VISIT": visit, "TRDTC": after.isoformat()}),
    ]
    if said is not None:
        row = {"RSTESTCD": "OVRLRESP", "RSORRES": said, "RSEVAL": READER, "VISIT": VISIT}
        rows.append(("RS", row | {"RSDTC": after.isoformat()}))
    rows[0] = ("TU", rows[0][1] | {"TUDTC": before.isoformat(), "VISIT": "SCREENING"})
    return person(*rows)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        pytest.param(scanned("PR"), None, id="they agree"),
        pytest.param(scanned("SD"), ("SD", Response.PR), id="they differ"),
        pytest.param(scanned(None), None, id="nothing was recorded"),
        pytest.param(scanned("SD", visit="SCAN 2"), None, id="nothing was measured at that visit"),
    ],
)
def test_a_response_is_compared_with_the_lesions_of_its_visit(subject, expected):
    assert disagreement(subject, 4, VISIT, ASSESSMENT) == expected


def test_the_reader_is_asked_in_a_sentence():
    found = disagreement(scanned("SD"), 4, VISIT, ASSESSMENT)

    assert found is not None
    assert (found.recorded, found.derived.cdisc) == ("SD", "PR")
    assert not {"SD", "PR"} & set(found.question.split())  # neutral: it proposes no value


def test_lesions_that_recist_does_not_allow_are_told():
    assert lesion_problem(scanned("PR"), ASSESSMENT) is None
    told = lesion_problem(scanned("PR", role="?"), ASSESSMENT)
    assert told is not None
    assert told.startswith("TU record 1: role is '?'")
