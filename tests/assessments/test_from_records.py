"""What one record of TU or TR says of a lesion, and which of several records counts."""

from datetime import date
from decimal import Decimal

import pytest

from equipoise.assessments.recist.from_records import ONE_VISIT_DAYS, lesion_series
from equipoise.assessments.recist.policy import RECIST_1_1
from equipoise.assessments.recist.sightings import LesionError
from equipoise.subject.records import TR, TU
from equipoise.terms.dates import parse_date
from equipoise.terms.response import NewLesion, NonTarget

START = date(2024, 1, 1)
BEFORE, AFTER = "2023-12-20", "2024-02-26"
READER = "LOCAL MDT"


def tumor(link="T1", role="TARGET", location="LIVER", day=BEFORE, source=1, **other):
    return TU(
        link=link,
        role=role,
        location=location,
        date=parse_date(day),
        visit=visit_of(day),
        source=source,
        **other,
    )


def visit_of(day):
    return "SCREENING" if day <= START.isoformat() else f"SCAN {day[:7]}"


def length(mm, day=AFTER, source=3, link="T1", **other):
    told = {"test": "LDIAM", "visit": visit_of(day), "value": Decimal(mm) if mm else None}
    return TR(**told | {"link": link, "date": parse_date(day), "source": source} | other)


def state(said, day=AFTER, source=3, link="T1", **other):
    return length("", day, source, link, test="TUMSTATE", original=said, **other)


BASELINE = length("50", BEFORE, 2)


def series(tumors, readings, **options):
    return lesion_series(tumors, readings, START, RECIST_1_1, **options)


def last_target(reading):
    """Thousandths of a millimeter of the one target at the last visit."""
    return int(series([tumor()], [BASELINE, reading]).length[-1, 0])


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        pytest.param(length("30"), 30_000, id="a length"),
        pytest.param(length("30.04"), 30_040, id="as it was read, never rounded"),
        pytest.param(length("30.057"), 30_057, id="to a thousandth of a millimeter"),
        pytest.param(length("0"), 0, id="nothing is a length"),
        pytest.param(length("", original="GONE"), 0, id="a word for a length"),
        pytest.param(length("", original="too small"), -2, id="too small"),
        pytest.param(length("", original="PRESENT"), -1, id="a word that gives no length"),
        pytest.param(length("", original="?"), -1, id="no word at all"),
        pytest.param(length("30", status="not done"), -1, id="not done, whatever stands there"),
        pytest.param(state("ABSENT"), 0, id="a state: gone"),
        pytest.param(state(" too small "), -2, id="a state: too small"),
        pytest.param(state("PRESENT"), -1, id="seen without a diameter adds nothing"),
    ],
)
def test_what_a_record_says_of_a_target(reading, expected):
    assert last_target(reading) == expected


@pytest.mark.parametrize(
    ("location", "reading", "told"),
    [
        ("LUNG", state("PRESENT", link="N1"), NonTarget.NON_CR_NON_PD),
        ("LUNG", state("ABSENT", link="N1"), NonTarget.CR),
        ("LUNG", state("PD", link="N1"), NonTarget.PD),
        ("LUNG", length("0.1", link="N1"), NonTarget.NON_CR_NON_PD),
        ("LUNG", length("0", link="N1"), NonTarget.CR),
        ("LYMPH NODE", length("9.9", link="N1", test="SAXIS"), NonTarget.CR),
        ("LYMPH NODE", length("10", link="N1", test="SAXIS"), NonTarget.NON_CR_NON_PD),
        ("LUNG", length("", link="N1", original="PRESENT"), NonTarget.NON_CR_NON_PD),
        ("LUNG", length("", link="N1", original="TOO SMALL"), NonTarget.NE),
    ],
)
def test_what_a_record_says_of_a_non_target(location, reading, told):
    lesions = [tumor(), tumor("N1", "NON-TARGET", location)]
    before = [BASELINE, state("PRESENT", BEFORE, link="N1")]

    assert series(lesions, [*before, reading]).nontarget[-1] == told


@pytest.mark.parametrize(
    ("reading", "told"),
    [
        (length("8", link="X1"), NewLesion.UNEQUIVOCAL),
        (length("", link="X1"), NewLesion.UNEQUIVOCAL),
        (length("8", link="X1", status="NOT DONE"), NewLesion.NONE),
        (state("EQUIVOCAL", link="X1"), NewLesion.EQUIVOCAL),
        (state("GONE", link="X1"), NewLesion.NONE),
    ],
)
def test_what_a_record_says_of_a_new_lesion(reading, told):
    """Measured, it is there; the record that identifies it then says no more."""
    lesions = [tumor(), tumor("X1", "new", day=AFTER)]
    seen = series(lesions, [BASELINE, length("50", source=4), reading])

    assert seen.new_seen[-1] is told
    assert seen.sources[-1] == (4, 3)


@pytest.mark.parametrize(
    ("described", "told"),
    [("", NewLesion.UNEQUIVOCAL), (" equivocal ", NewLesion.EQUIVOCAL)],
)
def test_a_new_lesion_only_identified_is_unequivocal_unless_it_says_otherwise(described, told):
    lesions = [tumor(), tumor("X1", "NEW", day=AFTER, lesion=described)]

    assert series(lesions, [BASELINE, length("50")]).new_seen[-1] is told


@pytest.mark.parametrize(
    ("lesion", "reading", "message"),
    [
        (
            tumor(),
            length("-0.1"),
            "^TR record 3: T1 measures -0.1 mm; a length cannot be negative$",
        ),
        (
            tumor(),
            state("PD"),
            "^TR record 3: state of T1 is 'PD'; write one of: GONE, TOO SMALL, NOT EVALUATED$",
        ),
        (tumor(role="AIM"), length("30"), "^TU record 1: role is 'AIM'; write one of: TARGET,"),
        (tumor(), length("30", link="T2"), "^TR record 3: lesion 'T2' is not identified"),
        (
            tumor(),
            length("30", "2024-02"),
            "^TR record 3: the day of visit 'SCAN 2024-02' is not known",
        ),
    ],
)
def test_what_cannot_be_assessed_names_its_record(lesion, reading, message):
    with pytest.raises(LesionError, match=message):
        series([lesion], [BASELINE, reading])


def test_other_tests_of_a_lesion_say_nothing_of_its_size():
    seen = series([tumor()], [BASELINE, length("30"), length("70", source=4, test="VOLUME")])

    assert seen.length[-1].tolist() == [30_000]
    assert seen.sources[-1] == (3,)


@pytest.mark.parametrize(
    ("readings", "expected", "source"),
    [
        ([state("ABSENT", source=3), length("30", source=4)], 30_000, 4),
        ([length("30", source=3), state("ABSENT", source=4)], 30_000, 3),
        ([length("", source=3), state("ABSENT", source=4)], 0, 4),
        ([state("ABSENT", source=3), length("", source=4)], 0, 3),
        ([length("30", source=3), length("31", source=4)], 30_000, 3),
    ],
)
def test_a_diameter_goes_before_a_state_and_a_state_before_nothing(readings, expected, source):
    seen = series([tumor()], [BASELINE, *readings])

    assert (seen.length[-1, 0], seen.target_sources[-1]) == (expected, (source,))


def test_only_two_different_lengths_of_one_visit_are_asked_about():
    same = [length("30", source=3), length("30", source=4), state("PRESENT", source=5)]
    gone = [length("30", source=3), length("0", source=4)]

    assert series([tumor()], [BASELINE, *same]).notes == ()
    assert series([tumor()], [BASELINE, *gone]).notes == (
        (
            "TR record 3 and TR record 4: T1 measures 30.0 and 0.0 mm in visit SCAN 2024-02;"
            " the first is taken"
        ),
    )


def test_one_reader_is_taken_where_one_is_named():
    lesions = [tumor(evaluator=READER), tumor("T2", evaluator="CENTRAL")]
    seen = [
        length("50", BEFORE, 2, evaluator=READER),
        length("20", BEFORE, 3, "T2", evaluator="CENTRAL"),
        length("30", AFTER, 4, evaluator=READER),
    ]

    assert series(lesions, seen, evaluator=READER).lesions == ("T1",)
    assert series(lesions, seen, evaluator=READER).length.tolist() == [[50_000], [30_000]]
    with pytest.raises(LesionError, match="read by 'CENTRAL' and 'LOCAL MDT'; name one"):
        series(lesions, seen)


def test_a_visit_lasts_two_weeks_unless_the_schedule_says_otherwise():
    days = ("2024-02-01", "2024-02-15", "2024-02-16")
    readings = [length("30", day, place) for place, day in enumerate(days, 3)]

    assert ONE_VISIT_DAYS == 14
    assert series([tumor()], [BASELINE, *readings[:2]]).visits == ("SCREENING", "SCAN 2024-02")
    assert series([tumor()], [BASELINE, *readings]).visits == (
        "SCREENING",
        "SCAN 2024-02",
        "SCAN 2024-02 (2024-02-16)",
    )


@pytest.mark.parametrize("again", ["2023-12-20", "2024-01-01"])
def test_baseline_scans_far_apart_are_one_visit_and_nobody_is_asked(again):
    first = "2023-11-01"
    seen = series([tumor(day=first)], [length("50", first, 2), length("52", again, 3)])

    assert (len(seen.visits), seen.length.tolist(), seen.notes) == (1, [[52_000]], ())


def test_baseline_ends_with_the_day_of_randomization():
    seen = series([tumor()], [length("50", "2024-01-01", 2), length("30", "2024-01-02", 3)])

    assert seen.day.tolist() == [0, 1]


def test_a_scan_without_its_day_was_made_on_the_first_day_of_its_visit():
    visit = {"visit": "SCAN 1"}
    lesions = [tumor(), tumor("T2", location="LUNG"), tumor("T3", location="SKIN")]
    before = [length("50", BEFORE, 2, link) for link in ("T1", "T2", "T3")]
    seen = series(
        lesions,
        [
            *before,
            length("30", "2024-02-28", 5, "T1", **visit),
            length("30", "2024-02-26", 6, "T2", **visit),
            length("30", "2024-02", 7, "T3", **visit),
        ],
    )

    assert (seen.day.tolist()[1:], seen.last_day.tolist()[1:]) == ([56], [58])
    assert seen.sources[1] == (6, 7, 5)
