"""A table of lesions in, responses with reasons or a clear error out; and the same from trial
records.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from equipoise.assessments.recist.from_records import lesion_series
from equipoise.assessments.recist.lesion_table import assess, read_lesions
from equipoise.assessments.recist.policy import RECIST_1_1
from equipoise.assessments.recist.series import assess_series
from equipoise.assessments.recist.sightings import LesionError
from equipoise.subject.records import LB, TR, TU
from equipoise.terms.dates import parse_date
from equipoise.terms.response import Response

HEAD = "visit,date,lesion,role,organ,node,diameter_mm,state\n"
BASE = "BASE,2024-01-01,T1,TARGET,LIVER,N,50.0,\nBASE,2024-01-01,N1,NON-TARGET,LUNG,N,,PRESENT\n"


def table(rows):
    return assess(read_lesions(HEAD + rows), RECIST_1_1)


def test_a_table_becomes_responses_with_their_reasons():
    base, week8, week16 = table(
        BASE
        + "W8,2024-02-26,T1,TARGET,LIVER,N,30.0,\nW8,2024-02-26,N1,NON-TARGET,LUNG,N,,PRESENT\n"
        + "W16,2024-04-22,T1,TARGET,LIVER,N,36.0,\nW16,2024-04-22,N1,NON-TARGET,LUNG,N,,GONE\n"
    )

    assert (base.overall, base.sum_mm, base.nontarget) == (
        "BASELINE",
        Decimal(50),
        "NON-CR/NON-PD",
    )
    assert (base.change_from_baseline_percent, base.change_from_nadir_percent) == (None, None)
    assert (week8.overall, week8.change_from_baseline_percent, week8.decided_by) == (
        "PR",
        Decimal("-40.0"),
        "BASE",
    )
    assert (week16.overall, week16.decided_by, week16.progression_day) == ("PD", "W8", 112)
    assert (week16.change_from_nadir_percent, week16.change_from_nadir_mm) == (
        Decimal("20.0"),
        Decimal(6),
    )
    assert week16.reference == "RECIST 1.1 Table 1 row 7, 4.3.1"


@pytest.mark.parametrize(
    ("rows", "overall"),
    [
        pytest.param(
            "W8,2024-02-26,T1,TARGET,LIVER,N,,NOT EVALUATED\n", "NE", id="target not evaluated"
        ),
        pytest.param(
            "W8,2024-02-26,N1,NON-TARGET,LUNG,N,,GONE\n", "NE", id="a target without a row"
        ),
        pytest.param(
            "W8,2024-02-26,T1,TARGET,LIVER,N,,GONE\n",
            "PR",
            id="a non-target without a row is not gone",
        ),
        pytest.param(
            "W8,2024-02-26,T1,TARGET,LIVER,N,0,\nW8,2024-02-26,N1,NON-TARGET,LUNG,N,,GONE\n",
            "CR",
            id="CR",
        ),
        pytest.param(
            "W8,2024-02-26,T1.1,TARGET,LIVER,N,30,\nW8,2024-02-26,T1.2,TARGET,LIVER,N,30,\n",
            "PD",
            id="split",
        ),
        pytest.param(
            "W8,2024-02-26,T1,TARGET,LIVER,N,50,\nW8,2024-02-26,X,NEW,BONE,N,,UNEQUIVOCAL\n",
            "PD",
            id="new",
        ),
        pytest.param(
            "W8,2024-02-26,T1,TARGET,LIVER,N,50,\nW8,2024-02-26,X,NEW,BONE,N,,EQUIVOCAL\n",
            "SD",
            id="unsure",
        ),
    ],
)
def test_the_second_visit(rows, overall):
    assert table(BASE + rows)[1].overall == overall


def test_an_incomplete_sum_has_no_changes():
    _, week8 = table(BASE + "W8,2024-02-26,T1,TARGET,LIVER,N,,NOT EVALUATED\n")

    assert (week8.sum_mm, week8.change_from_baseline_percent) == (None, None)
    assert (week8.change_from_nadir_percent, week8.change_from_nadir_mm) == (None, None)


def test_a_target_too_small_says_how_small_and_how_large_it_must_be():
    small = BASE.replace("50.0", "9.9")

    with pytest.raises(LesionError, match=r"measures 9\.9 mm .* at least 10\.0 mm"):
        table(small)


def test_merged_lesions_have_one_diameter():
    base = "B,2024-01-01,T1,TARGET,LIVER,N,30,\nB,2024-01-01,T2,TARGET,LIVER,N,20,\n"

    assert table(base + "W8,2024-02-26,T1/T2,TARGET,LIVER,N,48,\n")[1].sum_mm == Decimal(48)


def test_another_lesion_does_not_confirm_an_equivocal_one():
    visits = (
        BASE + "W8,2024-02-26,T1,TARGET,LIVER,N,50,\nW8,2024-02-26,X,NEW,BONE,N,,EQUIVOCAL\n"
        "W16,2024-04-22,T1,TARGET,LIVER,N,50,\nW16,2024-04-22,{},NEW,LUNG,N,,UNEQUIVOCAL\n"
    )

    assert table(visits.format("Y"))[2].progression_day == 112
    assert table(visits.format("X"))[2].progression_day == 56
    assert table(visits.format("Y"))[1].new == "EQUIVOCAL"


def test_disease_after_a_complete_response_asks_the_reader():
    gone = "W8,2024-02-26,T1,TARGET,LIVER,N,0,\nW8,2024-02-26,N1,NON-TARGET,LUNG,N,,GONE\n"
    back = "W16,2024-04-22,T1,TARGET,LIVER,N,6,\nW16,2024-04-22,N1,NON-TARGET,LUNG,N,,GONE\n"

    assert (
        table(BASE + gone + back)[2].query
        == "disease after the complete response of W8: was that CR true, or a PR?"
    )


T = "B,2024-01-01,{},TARGET,{},{},{},{}\n"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            T.replace("TARGET", "AIM").format("T1", "LIVER", "N", 50, ""),
            "row 2: role is 'AIM'; write one of: TARGET",
        ),
        (
            T.format("T1", "LIVER", "N", "big", ""),
            "row 2: diameter_mm is 'big'; write a number of millimeters",
        ),
        (T.format("T1", "LIVER", "N", "nan", ""), "row 2: diameter_mm is 'nan'; write a number"),
        (
            T.format("T1", "LIVER", "N", -3, ""),
            "row 2: diameter_mm is -3; a length cannot be negative",
        ),
        (
            T.format("T1", "LIVER", "N", 50.5555, ""),
            "row 2: diameter_mm is 50.5555; at most three digits after the point",
        ),
        (
            T.format("T1", "LIVER", "N", 9.9, ""),
            "row 2: target T1 measures 9.9 mm at baseline; the longest diameter",
        ),
        (
            T.format("T1", "NECK", "Y", 14.9, ""),
            "row 2: target T1 measures 14.9 mm at baseline; the short axis",
        ),
        (
            T.format("T1", "LIVER", "maybe", 20, ""),
            "row 2: node is 'maybe'; write Y for a lymph node, else N",
        ),
        (
            T.format("T1", "LIVER", "N", "", "PRESENT"),
            "row 2: nothing is said of T1; give diameter_mm, or state GONE",
        ),
        (
            T.format("T1", "LIVER", "N", "20", "GONE"),
            "row 2: diameter 20 mm and state 'GONE'; keep one of the two",
        ),
        (
            T.format("T1", "LIVER", "N", "", "TOO SMALL"),
            "row 2: target T1 has no diameter at baseline",
        ),
        (
            T.format("T1", "LIVER", "N", "", "HUGE"),
            "row 2: state is 'HUGE'; for TARGET write one of: GONE",
        ),
        (T.format("", "LIVER", "N", 50, ""), "row 2: lesion is empty"),
        (
            T.replace("2024-01-01", "2024-02-30").format("T1", "LIVER", "N", 50, ""),
            "row 2: date: '2024-02-30'",
        ),
        (
            T.replace("2024-01-01", "2024-02").format("T1", "LIVER", "N", 50, ""),
            "row 2: date is '2024-02'; the day",
        ),
        (
            "".join(T.format(f"T{i}", f"O{i}", "N", 20, "") for i in range(6)),
            "row 7: 6 targets at baseline; at most 5",
        ),
        (
            "".join(T.format(f"T{i}", "LIVER", "N", 20, "") for i in range(3)),
            "row 4: 3 targets in LIVER; at most 2",
        ),
        (
            "".join(T.format(f"T{i}", f"O{i}", "Y", 20, "") for i in range(3)),
            "row 4: 3 targets in LYMPH NODE; at most 2",
        ),
        (
            T.format("T1", "LIVER", "N", 50, "") * 2,
            "row 3: T1 stands twice in visit B .also row 2.; keep one",
        ),
        (
            BASE + "W8,2024-02-26,T9,TARGET,LIVER,N,50,\n",
            "row 4: target T9 was not measured at baseline .BASE.",
        ),
        (
            BASE + "W8,2024-02-26,N9,NON-TARGET,LIVER,N,,PRESENT\n",
            "row 4: non-target N9 was not there at baseline",
        ),
        (
            BASE + "W8,2024-02-26,T1,NON-TARGET,LIVER,N,,PRESENT\n",
            "row 4: T1 is NON-TARGET, but TARGET in row 2",
        ),
        ("", "no lesions: at least a baseline visit is needed"),
    ],
)
def test_a_bad_table_says_where_and_what_to_do(rows, message):
    with pytest.raises(LesionError, match=message):
        table(rows)


def test_a_missing_column_is_named():
    with pytest.raises(LesionError, match="row 1: column organ, node not found"):
        read_lesions("visit,date,lesion,role,diameter_mm,state\n")


def tumor(link, role, location, source):
    return TU(
        link=link,
        role=role,
        location=location,
        date=parse_date("2024-01-01"),
        visit="SCREENING",
        source=source,
    )


def reading(
    link, visit, day, source, value=None, test="LDIAM", original="", status="", evaluator=""
):
    number = None if value is None else Decimal(value)
    what = {
        "link": link,
        "visit": visit,
        "date": parse_date(day),
        "test": test,
        "original": original,
    }
    return TR(**what, value=number, status=status, evaluator=evaluator, source=source)


TUMORS = [
    tumor("T1", "TARGET", "LIVER", 1),
    tumor("T2", "TARGET", "LYMPH NODE", 2),
    tumor("N1", "NON-TARGET", "LUNG", 3),
]
SCREENING = [
    reading("T1", "SCREENING", "2023-12-20", 4, "50"),
    reading("T2", "SCREENING", "2023-12-20", 5, "20", test="SAXIS"),
    reading("N1", "SCREENING", "2023-12-20", 6, test="TUMSTATE", original="PRESENT"),
]
START = date(2024, 1, 1)


def test_records_become_the_same_arrays_and_lead_back_to_their_sources():
    week8 = [
        reading("T1", "WEEK 8", "2024-02-26", 7, "0"),
        reading("T2", "WEEK 8", "2024-02-27", 8, "8", test="SAXIS"),
        reading("N1", "WEEK 8", "2024-02-26", 9, test="TUMSTATE", original="ABSENT"),
    ]
    series = lesion_series(TUMORS, SCREENING + week8, START, RECIST_1_1)
    results = assess_series(series, RECIST_1_1)

    assert Response(int(results.response[1])) is Response.CR
    assert series.day.tolist() == [-12, 56]
    assert series.last_day.tolist() == [-12, 57]
    assert series.node.tolist() == [0, 1]
    assert series.target_sources == ((4, 5), (7, 8))
    assert series.sources[1] == (7, 9, 8)


def test_a_reading_not_done_is_not_evaluated():
    week8 = [reading("T1", "WEEK 8", "2024-02-26", 7, status="NOT DONE")]

    assert lesion_series(TUMORS, SCREENING + week8, START, RECIST_1_1).length.tolist() == [
        [50_000, 20_000],
        [-1, -1],
    ]


def test_a_new_lesion_that_is_only_identified_is_progression():
    new = TU(
        link="X1",
        role="NEW",
        location="BONE",
        date=parse_date("2024-02-26"),
        visit="WEEK 8",
        source=10,
    )
    week8 = [
        reading("T1", "WEEK 8", "2024-02-26", 7, "40"),
        reading("T2", "WEEK 8", "2024-02-26", 8, "20"),
    ]
    series = lesion_series([*TUMORS, new], SCREENING + week8, START, RECIST_1_1)

    assert assess_series(series, RECIST_1_1).response.tolist() == [0, int(Response.PD)]
    assert 10 in series.sources[1]


def test_two_screening_scans_are_one_baseline_and_the_later_counts():
    again = [reading("T1", "RESCAN", "2023-12-28", 11, "52")]

    series = lesion_series(TUMORS, SCREENING + again, START, RECIST_1_1)

    assert dict(zip(series.lesions, series.length[0].tolist(), strict=True)) == {
        "T1": 52_000,
        "T2": 20_000,
    }
    assert len(series.visits) == 1


def test_two_readers_are_never_mixed():
    both = [
        reading("T1", "SCREENING", "2023-12-20", 4, "50", evaluator="INVESTIGATOR"),
        reading("T1", "SCREENING", "2023-12-20", 5, "40", evaluator="INDEPENDENT ASSESSOR"),
    ]
    with pytest.raises(LesionError, match="name one evaluator, never mix two"):
        lesion_series(TUMORS, both, START, RECIST_1_1)


def test_a_reading_of_an_unknown_lesion_names_the_record():
    with pytest.raises(LesionError, match="TR record 4: lesion 'T7' is not identified"):
        lesion_series(
            TUMORS, [reading("T7", "SCREENING", "2023-12-20", 4, "50")], START, RECIST_1_1
        )


# ------------------------------------------------------------------ visits of one name, tumor
# markers


def test_two_scans_under_one_visit_name_are_two_visits_when_they_lie_apart():
    twice = [
        reading("T1", "SCAN 1", "2024-02-26", 7, "40"),
        reading("T2", "SCAN 1", "2024-02-26", 8, "20"),
        reading("T1", "SCAN 1", "2024-04-22", 9, "70"),
        reading("T2", "SCAN 1", "2024-04-22", 10, "20"),
    ]
    series = lesion_series(TUMORS, SCREENING + twice, START, RECIST_1_1)

    assert series.visits == ("SCREENING", "SCAN 1", "SCAN 1 (2024-04-22)")
    assert series.day.tolist()[1:] == [56, 112]
    assert assess_series(series, RECIST_1_1).response.tolist()[1:] == [
        int(Response.SD),
        int(Response.PD),
    ]
    assert series.notes == (
        (
            "TR record 7 and TR record 9: visit 'SCAN 1' is named for scans of 2024-02-26 and"
            " 2024-04-22; taken as two visits, correct one name"
        ),
    )


def test_scans_within_the_window_of_a_visit_are_one_and_two_lengths_of_one_lesion_are_asked_about():
    near = [
        reading("T1", "SCAN 1", "2024-02-26", 7, "40"),
        reading("T2", "SCAN 1", "2024-03-11", 8, "20"),
        reading("T1", "SCAN 1", "2024-03-11", 9, "44"),
    ]
    series = lesion_series(TUMORS, SCREENING + near, START, RECIST_1_1)

    assert series.length.tolist()[1] == [40_000, 20_000]
    assert series.notes == (
        (
            "TR record 7 and TR record 9: T1 measures 40.0 and 44.0 mm in visit SCAN 1; the first"
            " is taken"
        ),
    )
    assert (
        lesion_series(TUMORS, SCREENING + near, START, RECIST_1_1, one_visit_days=13).length.shape[
            0
        ]
        == 3
    )


def cea(day, source, value, upper="5", visit=""):
    numbers = [None if x is None else Decimal(x) for x in (value, upper)]
    return LB(
        test="CEA",
        date=parse_date(day),
        visit=visit,
        value=numbers[0],
        upper=numbers[1],
        source=source,
    )


def gone(visit, day, source):
    return [
        reading("T1", visit, day, source, "0"),
        reading("T2", visit, day, source + 1, "8", test="SAXIS"),
        reading("N1", visit, day, source + 2, test="TUMSTATE", original="ABSENT"),
    ]


@pytest.mark.parametrize(
    ("markers", "responses", "noted"),
    [
        pytest.param(
            [("2023-12-20", "40"), ("2024-02-20", "9"), ("2024-04-15", "4")],
            "PR CR",
            "",
            id="normal later",
        ),
        pytest.param(
            [("2023-12-20", "40"), ("2024-02-20", "4"), ("2024-04-15", "90")],
            "CR CR",
            "",
            id="rises again",
        ),
        pytest.param(
            [("2023-12-20", "3"), ("2024-02-20", "9")], "CR CR", "", id="normal at baseline"
        ),
        pytest.param(
            [("2024-01-01", "4"), ("2024-02-20", "9")],
            "CR CR",
            "",
            id="normal on the day of randomization",
        ),
        pytest.param(
            [("2023-12-20", "40"), ("2024-01-01", "4"), ("2024-02-20", "9")],
            "CR CR",
            "",
            id="of two before it the later counts",
        ),
        pytest.param(
            [("2023-12-20", "40"), ("2024-01-28", "9")],
            "CR CR",
            "at WEEK 8, 2024-02-26",
            id="29 days before",
        ),
        pytest.param(
            [("2023-12-20", "40"), ("2024-01-29", "9")],
            "PR CR",
            "at WEEK 16, 2024-04-22",
            id="28 days before",
        ),
        pytest.param(
            [("2023-12-20", "40"), ("2024-02-20", None)],
            "CR CR",
            "at WEEK 8, 2024-02-26",
            id="no result",
        ),
        pytest.param([("2024-02-20", "9")], "CR CR", "at baseline", id="nothing at baseline"),
        pytest.param(
            [("2023-12-20", "40"), ("2024-02-20", "5")], "CR CR", "", id="at the limit is normal"
        ),
    ],
)
def test_no_complete_response_while_the_marker_is_raised(markers, responses, noted):
    samples = [cea(day, 100 + i, value) for i, (day, value) in enumerate(markers)]
    scans = [*gone("WEEK 8", "2024-02-26", 10), *gone("WEEK 16", "2024-04-22", 20)]

    series = lesion_series(TUMORS, SCREENING + scans, START, RECIST_1_1, markers=samples)

    found = [Response(int(code)).cdisc for code in assess_series(series, RECIST_1_1).response[1:]]
    assert " ".join(found) == responses
    assert [note.split("(")[-1].rstrip(")") for note in series.notes] == ([noted] if noted else [])


def test_the_sample_that_withholds_a_complete_response_is_a_source_that_of_the_visit_first():
    samples = [
        cea("2023-12-20", 30, "40"),
        cea("2024-02-26", 31, "4"),
        cea("2024-02-28", 32, "9", visit="WEEK 8"),
    ]

    series = lesion_series(
        TUMORS, SCREENING + gone("WEEK 8", "2024-02-26", 10), START, RECIST_1_1, markers=samples
    )

    assert assess_series(series, RECIST_1_1).response[1] == Response.PR
    assert series.sources[1] == (10, 11, 12, 32)


def test_a_sample_of_another_visit_after_the_scan_says_nothing_of_it():
    samples = [cea("2023-12-20", 30, "40"), cea("2024-03-01", 31, "9", visit="UNSCHEDULED 1")]

    series = lesion_series(
        TUMORS, SCREENING + gone("WEEK 8", "2024-02-26", 10), START, RECIST_1_1, markers=samples
    )

    assert assess_series(series, RECIST_1_1).response[1] == Response.CR


def test_a_sample_named_after_the_visit_but_far_from_it_says_nothing_of_it():
    samples = [cea("2023-12-20", 30, "40"), cea("2024-04-20", 31, "9", visit="WEEK 8")]

    series = lesion_series(
        TUMORS, SCREENING + gone("WEEK 8", "2024-02-26", 10), START, RECIST_1_1, markers=samples
    )

    assert assess_series(series, RECIST_1_1).response[1] == Response.CR


@pytest.mark.parametrize(
    ("day", "response"),
    [
        pytest.param("2024-03-25", Response.PR, id="28 days after the scan"),
        pytest.param("2024-03-26", Response.CR, id="29 days after it"),
        pytest.param("2024-01-29", Response.PR, id="28 days before it"),
    ],
)
def test_a_sample_named_after_the_visit_speaks_for_four_weeks(day, response):
    samples = [cea("2023-12-20", 30, "40"), cea(day, 31, "9", visit="WEEK 8")]

    series = lesion_series(
        TUMORS, SCREENING + gone("WEEK 8", "2024-02-26", 10), START, RECIST_1_1, markers=samples
    )

    assert assess_series(series, RECIST_1_1).response[1] == response


def test_the_sample_of_baseline_says_nothing_of_a_scan_soon_after():
    samples = [cea("2024-01-01", 30, "40", visit="WEEK 3")]

    series = lesion_series(
        TUMORS, SCREENING + gone("WEEK 3", "2024-01-22", 10), START, RECIST_1_1, markers=samples
    )

    assert assess_series(series, RECIST_1_1).response[1] == Response.CR
    assert [note.split("(")[-1] for note in series.notes] == ["at WEEK 3, 2024-01-22)"]


def test_other_tests_and_samples_of_no_day_say_nothing():
    other = replace(cea("2024-02-25", 31, "900"), test="ALP")
    undated = replace(cea("2024-02-25", 32, "9"), date=None)
    samples = [cea("2023-12-20", 30, "40"), cea("2024-02-20", 33, "4"), other, undated]

    series = lesion_series(
        TUMORS, SCREENING + gone("WEEK 8", "2024-02-26", 10), START, RECIST_1_1, markers=samples
    )

    assert assess_series(series, RECIST_1_1).response[1] == Response.CR
    assert series.notes == ()


def test_an_unnamed_sample_of_the_day_of_the_scan_speaks_for_it():
    samples = [cea("2023-12-20", 30, "40"), cea("2024-02-26", 31, "9")]

    series = lesion_series(
        TUMORS, SCREENING + gone("WEEK 8", "2024-02-26", 10), START, RECIST_1_1, markers=samples
    )

    assert assess_series(series, RECIST_1_1).response[1] == Response.PR


def test_a_reading_without_an_exact_date_was_made_on_the_day_of_its_visit():
    week8 = [
        reading("T1", "WEEK 8", "2024-02", 7, "40"),
        reading("T2", "WEEK 8", "2024-02-26", 8, "20"),
    ]

    series = lesion_series(TUMORS, SCREENING + week8, START, RECIST_1_1)

    assert (series.day.tolist(), series.last_day.tolist()) == ([-12, 56], [-12, 56])


def test_without_laboratory_records_nothing_is_asked_of_the_marker():
    series = lesion_series(TUMORS, SCREENING + gone("WEEK 8", "2024-02-26", 10), START, RECIST_1_1)

    assert assess_series(series, RECIST_1_1).response[1] == Response.CR
    assert series.notes == ()


def test_a_sum_of_nothing_is_a_number_and_growth_from_it_has_no_percentage():
    rows = [
        ("V0", "2021-03-01", "20"),
        ("V1", "2021-05-05", "0"),
        ("V2", "2021-06-30", "6"),
    ]
    table = "visit,date,lesion,role,organ,node,diameter_mm,state\n" + "\n".join(
        f"{visit},{day},T1,TARGET,LIVER,N,{length}," for visit, day, length in rows
    )
    _, gone, back = assess(read_lesions(table), RECIST_1_1)

    assert (gone.sum_mm, gone.change_from_baseline_percent) == (0, -100)
    assert (gone.change_from_nadir_percent, gone.change_from_nadir_mm) == (-100, -20)
    assert (back.sum_mm, back.change_from_nadir_mm) == (6, 6)
    assert back.change_from_nadir_percent is None
