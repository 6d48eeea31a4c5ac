"""What a policy of RECIST 1.1 may be, and what the published one is."""

from dataclasses import replace
from datetime import date

import pytest

from equipoise.assessments.recist.from_records import lesion_series
from equipoise.assessments.recist.policy import RECIST_1_1, any_targets, build_policy
from equipoise.assessments.recist.series import build_series
from equipoise.assessments.recist.sightings import LesionError, Sighting
from equipoise.conformance.runner import CASES, read_topics
from equipoise.subject.records import TR, TU
from equipoise.terms.dates import parse_date


def test_the_published_policy_is_that_of_the_cases():
    case = dict(read_topics(CASES))["time_point"][0]

    assert case["inputs"]["policy"] == RECIST_1_1._asdict()
    assert build_policy(RECIST_1_1._asdict()) == RECIST_1_1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"pd_percent": -1}, "pd_percent is -1; it cannot be negative"),
        ({"pd_percent": True}, "pd_percent is True; write a whole number"),
        ({"pd_percent": "20"}, "pd_percent is '20'; write a whole number"),
        ({"pr_stays_pr": 1}, "pr_stays_pr is 1; write true or false"),
        ({"reappearance": 2}, "reappearance is 2; write 0 or 1"),
        ({"pd_scan": 2}, "pd_scan is 2; write 0 or 1"),
        ({"tea": 1}, r"missing nothing, unknown \['tea'\]"),
    ],
)
def test_what_a_policy_cannot_be(changed, message):
    with pytest.raises(ValueError, match=message):
        build_policy(RECIST_1_1._asdict() | changed)


def test_zero_and_one_are_positions_of_a_number():
    positions = {"reappearance": 1, "pd_scan": 1, "pd_percent": 0}

    assert build_policy(RECIST_1_1._asdict() | positions).pd_scan == 1


def test_a_policy_that_leaves_something_out_is_refused():
    with pytest.raises(ValueError, match=r"missing \['pd_percent'\], unknown nothing"):
        build_policy({k: v for k, v in RECIST_1_1._asdict().items() if k != "pd_percent"})


def test_targets_as_others_selected_them_may_be_many_and_small():
    policy = any_targets(RECIST_1_1)

    assert (policy.measurable_um, policy.measurable_node_um) == (0, 0)
    assert (policy.max_targets, policy.max_per_organ) == (10_000, 10_000)
    assert (
        policy._replace(
            measurable_um=10_000, measurable_node_um=15_000, max_targets=5, max_per_organ=2
        )
        == RECIST_1_1
    )


DAY = parse_date("2021-03-01")
LESION = TU(link="T1", role="TARGET", location="LIVER", date=DAY, source=("tu", "TU", 3))
LENGTH = TR(link="T1", test="LDIAM", original="50", date=DAY, source=("tr", "TR", 7))


def refused(lesion: TU, length: TR) -> str:
    with pytest.raises(LesionError) as error:
        lesion_series([lesion], [length], date(2021, 3, 10), RECIST_1_1)
    return str(error.value)


def test_an_imported_record_is_named_by_data_set_domain_and_number():
    assert refused(LESION, replace(LENGTH, link="T2")).startswith("TR record 7 of tr: lesion 'T2'")
    assert refused(replace(LESION, role="?"), LENGTH).startswith("TU record 3 of tu: role is '?'")


def test_a_record_of_the_ledger_is_named_by_its_position():
    assert refused(LESION, replace(LENGTH, link="T2", source=9)).startswith("TR record 9: ")


# ------------------------------------------------------------------ new lesions of one visit


def sighting(lesion: str, visit: int, on: str, state: str) -> Sighting:
    day = date.fromisoformat(on)
    return Sighting(visit=f"V{visit}", date=day, lesion=lesion, role="NEW", state=state)


BASELINE = Sighting(
    visit="V0", date=date(2021, 3, 1), lesion="T1", role="TARGET", organ="LIVER", length=50_000
)
ORIGIN = date(2021, 3, 10)


@pytest.mark.parametrize(
    ("seen", "new_day"),
    [
        pytest.param(
            [("N1", "2021-05-08", "UNEQUIVOCAL"), ("N2", "2021-05-05", "UNEQUIVOCAL")],
            56,
            id="two of one kind: the first day",
        ),
        pytest.param(
            [("N1", "2021-05-05", "UNEQUIVOCAL"), ("N2", "2021-05-08", "UNEQUIVOCAL")],
            56,
            id="in whatever order they are listed",
        ),
    ],
)
def test_new_lesions_of_one_visit_have_the_first_day(seen, new_day):
    rows = [BASELINE, *(sighting(lesion, 1, on, state) for lesion, on, state in seen)]
    series = build_series(rows, ORIGIN, RECIST_1_1)

    assert int(series.new_day[1]) == new_day
    assert int(series.new[1]) == 1


def test_an_unequivocal_lesion_goes_before_one_that_was_equivocal_first():
    rows = [
        BASELINE,
        sighting("N1", 1, "2021-05-05", "EQUIVOCAL"),
        sighting("N2", 1, "2021-05-08", "UNEQUIVOCAL"),
        sighting("N1", 2, "2021-06-30", "UNEQUIVOCAL"),
    ]
    series = build_series(rows, ORIGIN, RECIST_1_1)

    assert series.new.tolist() == [0, 1, 1]
    assert series.new_day.tolist()[1:] == [59, 112]
