"""Which lesions may be targets: at the limit they may, beyond it the record is named."""

from datetime import date

import pytest

from equipoise.assessments.recist.policy import RECIST_1_1
from equipoise.assessments.recist.series import build_series
from equipoise.assessments.recist.sightings import LesionError, Sighting
from equipoise.terms.lesions import names_of, wholes

BEFORE, AFTER = date(2024, 1, 1), date(2024, 2, 26)


def target(
    lesion: str = "T1", length: int | None = 50_000, organ: str = "LIVER", **other
) -> Sighting:
    told = {"visit": "BASE", "date": BEFORE, "role": "TARGET", "where": f"row of {lesion}"}
    return Sighting(**told | {"lesion": lesion, "length": length, "organ": organ} | other)


def later(lesion: str, role: str = "TARGET", **other) -> Sighting:
    return target(lesion, visit="W8", date=AFTER, role=role, **other)


def refused(*rows: Sighting) -> str:
    with pytest.raises(LesionError) as error:
        build_series(rows, None, RECIST_1_1)
    return str(error.value)


@pytest.mark.parametrize(
    ("node", "length", "refusal"),
    [
        (False, 10_000, None),
        (False, 9_900, "row of T1: target T1 measures 9.9 mm at baseline; the longest diameter of"),
        (True, 15_000, None),
        (
            True,
            14_900,
            "row of T1: target T1 measures 14.9 mm at baseline; the short axis of a target",
        ),
    ],
)
def test_a_target_is_at_least_as_long_as_can_be_measured(node, length, refusal):
    row = target(length=length, node=node)

    if refusal is None:
        assert build_series([row], None, RECIST_1_1).length.tolist() == [[length]]
    else:
        assert refused(row).startswith(refusal)


def test_five_targets_are_allowed_and_the_sixth_is_named():
    five = [target(f"T{i}", organ=f"ORGAN {i}") for i in range(5)]

    assert len(build_series(five, None, RECIST_1_1).lesions) == 5
    assert refused(*five, target("T6", organ="SKIN"), target("T7", organ="BONE")).startswith(
        "row of T6: 7 targets at baseline; at most 5"
    )


def test_two_targets_in_an_organ_are_allowed_and_the_third_is_named():
    two = [target("T1"), target("T2"), target("T3", organ="LUNG")]

    assert len(build_series(two, None, RECIST_1_1).lesions) == 3
    assert refused(*two, target("T4"), target("T5")).startswith("row of T4: 4 targets in LIVER")


def test_nodes_are_one_organ_and_no_other_lesion_of_their_place_counts_with_them():
    nodes = [target(f"T{i}", organ="NECK", node=True) for i in range(2)]
    mass = target("T3", organ="NECK")

    assert build_series([*nodes, mass], None, RECIST_1_1).organ.tolist() == [0, 0, 1]


def test_targets_of_no_organ_are_in_one():
    rows = [target(f"T{i}", organ="") for i in range(3)]

    assert refused(*rows).startswith("row of T2: 3 targets in one organ")


def test_a_target_is_not_named_like_two_that_merged():
    assert refused(target("T1/T2")).startswith("row of T1/T2: target 'T1/T2' is named like two")


def test_a_part_or_a_merger_of_targets_belongs_to_them():
    parts = [later("T1.1", source=3), later("T1.2", source=4)]
    rows = [target("T1"), target("T2"), *parts, later("T2", source=5)]
    merged = [target("T1"), target("T2"), later("T1/T2", source=3)]

    assert build_series(rows, None, RECIST_1_1).length.tolist()[1] == [100_000, 50_000]
    assert build_series(rows, None, RECIST_1_1).target_sources[1] == (3, 5)
    assert build_series(merged, None, RECIST_1_1).length.tolist()[1] == [50_000, 0]
    assert build_series(merged, None, RECIST_1_1).target_sources[1] == (3, 3)


@pytest.mark.parametrize(
    ("row", "refusal"),
    [
        (later("T9"), "row of T9: target T9 was not measured at baseline (BASE)"),
        (later("T1/T9"), "row of T1/T9: target T9 was not measured at baseline (BASE)"),
        (
            later("N9", "NON-TARGET", length=None, state="GONE"),
            "row of N9: non-target N9 was not there at baseline (BASE)",
        ),
        (
            later("T1", "NEW", length=None, state="UNEQUIVOCAL"),
            "row of T1: T1 is NEW, but TARGET in row of T1",
        ),
    ],
)
def test_what_was_not_there_at_baseline_is_new(row, refusal):
    assert refused(target("T1"), row).startswith(refusal)


def test_a_new_lesion_of_the_baseline_visit_is_no_reference_for_a_non_target():
    new = target("X1", role="NEW", length=None, state="UNEQUIVOCAL")

    assert build_series([target("T1"), new], None, RECIST_1_1).new.tolist() == [1]


def test_a_part_of_a_part_belongs_to_the_part():
    assert names_of("T1.1.2") == ("T1.1.2", "T1.1.2", "T1.1")
    assert names_of("T1/T2") == ("T1/T2", "T1", "T1/T2")
    assert wholes("T1.1.2", ("T1.1",)) == ("T1.1",)


def test_a_visit_is_dated_by_the_lesions_that_were_there_before():
    new = later("X1", "NEW", length=None, state="UNEQUIVOCAL")
    scanned = target("T1", visit="W8", date=date(2024, 2, 28))
    seen = build_series([target("T1"), new, scanned], None, RECIST_1_1)

    assert (seen.day.tolist(), seen.last_day.tolist()) == ([0, 58], [0, 58])
    assert seen.new_day.tolist()[1] == 56


def test_a_lesion_stands_once_in_a_visit():
    twice = refused(target("T1"), target("T1", where="row 9"))

    assert twice == "row 9: T1 stands twice in visit BASE (also row of T1); keep one"
