"""What a table of lesions may say, up to the limits, and what is told of each visit."""

from datetime import date
from decimal import Decimal

import pytest

from equipoise.assessments.recist.lesion_table import assess, read_lesions
from equipoise.assessments.recist.policy import RECIST_1_1
from equipoise.assessments.recist.sightings import LesionError
from equipoise.subject.records import LONGEST_MM

HEAD = "visit,date,lesion,role,organ,node,diameter_mm,state\n"
BASE = "BASE,2024-01-01,T1,TARGET,LIVER,N,50,\nBASE,2024-01-01,N1,NON-TARGET,LUNG,N,,PRESENT\n"


def visits(*rows: str, base: str = BASE, start: date | None = None):
    return assess(read_lesions(HEAD + base + "".join(rows)), RECIST_1_1, start=start)


def target(day: str, length: str = "", state: str = "", lesion: str = "T1") -> str:
    return f"{day},{day},{lesion},TARGET,LIVER,N,{length},{state}\n"


def other(day: str, state: str) -> str:
    return f"{day},{day},N1,NON-TARGET,LUNG,N,,{state}\n"


def test_targets_and_the_rest_are_told_apart():
    base, week8 = visits(target("2024-02-26", "30"), other("2024-02-26", "GONE"))

    assert (base.target, base.overall, base.nontarget) == ("", "BASELINE", "NON-CR/NON-PD")
    assert (week8.target, week8.overall, week8.nontarget) == ("PR", "PR", "CR")


def test_without_targets_nothing_is_told_of_them():
    base = "BASE,2024-01-01,N1,NON-TARGET,LUNG,N,,PRESENT\n"
    _, week8 = visits(other("2024-02-26", "PRESENT"), base=base)

    assert (week8.target, week8.overall, week8.sum_mm) == ("", "NON-CR/NON-PD", None)


def test_a_lesion_that_decided_alone_is_named_with_the_visit():
    _, week8 = visits(target("2024-02-26", state="NOT EVALUATED"), other("2024-02-26", "GONE"))

    assert (week8.overall, week8.decided_by) == ("NE", "2024-02-26, T1")


def test_baseline_has_no_change_and_an_incomplete_sum_none_either():
    base, week8, week16 = visits(
        target("2024-02-26", "40"),
        other("2024-02-26", "PRESENT"),
        target("2024-04-22", state="NOT EVALUATED"),
        other("2024-04-22", "PRESENT"),
    )

    changes = [
        (
            seen.change_from_baseline_percent,
            seen.change_from_nadir_percent,
            seen.change_from_nadir_mm,
        )
        for seen in (base, week8, week16)
    ]
    assert changes == [(None, None, None), (-20, -20, -10), (None, None, None)]


def test_a_change_is_told_to_a_tenth_of_a_percent():
    _, week8 = visits(target("2024-02-26", "33.4"), other("2024-02-26", "PRESENT"))
    _, rounded = visits(
        target("2024-02-26", "29.1"),
        base=target("BASE", "30.1").replace("BASE,BASE", "BASE,2024-01-01"),
    )

    assert week8.change_from_baseline_percent == Decimal("-33.2")
    assert str(rounded.change_from_baseline_percent) == "-3.3"


def test_progression_at_the_first_day_has_day_zero_and_no_progression_has_none():
    base, week8 = visits(
        target("2024-02-26", "70"), other("2024-02-26", "PRESENT"), start=date(2024, 2, 26)
    )

    assert (base.progression_day, week8.overall, week8.progression_day) == (None, "PD", 0)


CR = target("2024-02-26", "0") + other("2024-02-26", "GONE")


@pytest.mark.parametrize(
    ("later", "overall", "asked"),
    [
        pytest.param(CR.replace("02-26", "04-22"), "CR", False, id="still gone"),
        pytest.param(target("2024-04-22", state="NE"), "NE", False, id="not evaluated"),
        pytest.param(
            target("2024-04-22", "6") + other("2024-04-22", "GONE"), "PD", True, id="back"
        ),
    ],
)
def test_only_disease_after_a_complete_response_is_asked_about(later, overall, asked):
    _, complete, last = visits(CR, later)

    assert (complete.overall, complete.query, last.overall) == ("CR", "", overall)
    assert last.query.startswith("disease after the complete response of 2024-02-26") is asked


def test_the_first_complete_response_is_the_one_in_doubt():
    again = CR.replace("02-26", "04-22")
    last = visits(CR, again, target("2024-06-17", "6") + other("2024-06-17", "GONE"))[-1]

    assert last.query.startswith("disease after the complete response of 2024-02-26")


def test_a_target_that_is_present_has_its_diameter_beside_it():
    assert visits(base=BASE.replace("50,", "50,PRESENT"))[0].sum_mm == 50


def test_empty_rows_and_a_byte_order_mark_are_passed_over():
    rows = read_lesions("\ufeff" + HEAD + BASE + ",,,,,,,\n" + target("2024-02-26", "30"))

    assert [row.where for row in rows] == ["row 2", "row 3", "row 5"]


def test_a_cell_that_is_left_out_at_the_end_is_empty():
    (row,) = read_lesions(HEAD + "BASE,2024-01-01,T1,target,Liver,,50\n")

    assert (row.role, row.organ, row.node, row.length, row.state) == (
        "TARGET",
        "LIVER",
        False,
        50_000,
        "",
    )


def test_a_lesion_is_no_longer_than_a_person():
    longest = BASE.replace("50", str(LONGEST_MM))

    assert visits(base=longest)[0].sum_mm == LONGEST_MM
    with pytest.raises(LesionError, match=f"a lesion is at most {LONGEST_MM} mm long"):
        visits(base=BASE.replace("50", f"{LONGEST_MM}.1"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD.replace(",", ";"), "row 1: the columns are separated by semicolons; write commas"),
        (HEAD.replace("\n", ",visit\n"), "row 1: column visit stands twice; keep one"),
        (HEAD.replace("\n", ",date,visit\n"), "row 1: column visit stands twice; keep one"),
        ("visit\n", "row 1: column date, lesion, role, organ, node, diameter_mm, state not found"),
        (
            HEAD.replace("state", "state;"),
            "row 1: column state not found; the first row must be visit,date",
        ),
        (HEAD + BASE.replace("BASE", "", 1), "row 2: visit is empty"),
        (
            HEAD + BASE.replace("PRESENT", "HUGE"),
            "for NON-TARGET write one of: PRESENT, GONE, PROGRESSION, NOT EVALUATED$",
        ),
        (HEAD + BASE.replace("50,", "50,HUGE"), "NOT EVALUATED, or give diameter_mm$"),
        (
            HEAD + BASE.replace("PRESENT", ""),
            "row 3: nothing is said of N1; give state PRESENT, GONE, PROGRESSION, NOT EVALUATED$",
        ),
    ],
)
def test_what_cannot_be_read_is_told_with_its_row(text, message):
    with pytest.raises(LesionError, match=message):
        read_lesions(text)


@pytest.mark.parametrize(
    ("length", "percent", "response"),
    [
        ("35.001", "-29.998", "SD"),
        ("35", "-30.0", "PR"),
        ("59.99", "19.980", "SD"),
        ("60", "20.0", "PD"),
    ],
)
def test_a_change_never_looks_like_a_limit_that_it_did_not_reach(length, percent, response):
    _, seen = visits(target("2024-02-26", length), other("2024-02-26", "PRESENT"))

    assert (str(seen.change_from_baseline_percent), seen.overall) == (percent, response)


@pytest.mark.parametrize("cells", range(1, 8))
def test_a_last_line_that_was_cut_off_is_refused(cells):
    line = ",".join(["W8", "2024-03-01", "T1", "TARGET", "LIVER", "N", "50", ""][:cells])

    with pytest.raises(LesionError, match=r"row 4: the line ends before its last column"):
        read_lesions(HEAD + BASE + line)
