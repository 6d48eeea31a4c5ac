"""What in a tumor assessment is asked about: where, and in which words."""

from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from equipoise.conduct.edit_checks import doubts_about
from equipoise.protocol.measure import Measure
from equipoise.protocol.yaml_file import ProtocolError, load, parse, read_text
from equipoise.subject.records import read_record
from equipoise.subject.state import Subject

PROTOCOL = load("NCT04509635")
SCAN = PROTOCOL.form("TUMOR_ASSESSMENT")


def known(*rows, reader="LOCAL MDT"):
    """Somebody of whom these (lesion, role, location, method) were identified."""
    names = ("TULNKID", "TUORRES", "TULOC", "TUMETHOD")
    return replace(Subject(id="S01-001")).with_records(
        [
            read_record("TU", {**dict(zip(names, row, strict=True)), "TUEVAL": reader}, 7)
            for row in rows
        ]
    )


def asked(subject, lesions=(), lengths=(), protocol=PROTOCOL):
    names = ("lesion", "role", "location", "method")
    groups = {
        "lesion": [dict(zip(names, row, strict=True)) for row in lesions],
        "measurement": [
            {"lesion": "T1", "test": test, "value": value} | ({"unit": unit} if unit else {})
            for test, value, unit in lengths
        ],
    }
    values = {"date": "2021-03-11", "evaluator": "LOCAL MDT"}
    return list(doubts_about(protocol, subject, SCAN, values, groups))


def target(number, organ="LIVER"):
    return (f"T{number}", "TARGET", organ, "CT SCAN")


FIVE = [target(1), target(2), target(3, "LUNG"), target(4, "LUNG"), target(5, "LYMPH NODE")]


def test_the_sixth_target_is_named_and_every_one_after_it():
    more = [*FIVE, target(6, "BONE"), target(7, "OTHER")]

    assert asked(Subject(id="S01-001"), FIVE) == []
    assert asked(Subject(id="S01-001"), more) == [
        ("lesion[6].role", "T6 is target 6, at most 5 are chosen: a deviation, or NON-TARGET?"),
        ("lesion[7].role", "T7 is target 7, at most 5 are chosen: a deviation, or NON-TARGET?"),
    ]


def test_targets_of_an_earlier_scan_count_and_those_seen_again_do_not_count_twice():
    assert asked(known(*FIVE), FIVE) == []
    assert [field for field, _ in asked(known(*FIVE), [target(6, "BONE")])] == ["lesion[1].role"]


def test_a_part_of_a_target_and_two_that_merged_are_no_further_targets():
    parts = [("T1.1", "TARGET", "LIVER", "CT SCAN"), ("T1/T2", "TARGET", "LIVER", "CT SCAN")]

    assert asked(known(*FIVE), parts) == []


def test_the_third_in_an_organ_is_asked_about_by_the_organ_and_all_nodes_are_one():
    nodes = [("N1", "TARGET", "LYMPH NODE", "CT SCAN"), ("N2", "TARGET", "LYMPH NODE", "CT SCAN")]
    text = "is target 3 in LIVER, at most 2 in an organ are chosen: a deviation, or NON-TARGET?"

    assert asked(known(target(1), target(2)), [target(3)]) == [("lesion[1].role", f"T3 {text}")]
    assert asked(Subject(id="S01-001"), nodes) == []
    third = ("N3", "TARGET", "AXILLARY LYMPH NODE", "CT SCAN")
    (question,) = asked(known(*nodes), [third])
    assert "N3 is target 3 in LYMPH NODE" in question[1]


def test_limits_are_those_of_the_protocol():
    recist = PROTOCOL.assessment.recist.model_copy(update={"max_targets": 1, "max_per_organ": 1})
    assessment = PROTOCOL.assessment.model_copy(update={"recist": recist})
    strict = PROTOCOL.model_copy(update={"assessment": assessment})

    found = asked(Subject(id="S01-001"), [target(1), target(2, "LUNG")], protocol=strict)

    assert [text.partition(",")[0] for _, text in found] == ["T2 is target 2"]


def test_another_method_of_one_lesion_is_asked_about_with_the_entry_before():
    before = known(target(1))

    assert asked(before, [target(1)]) == []
    assert asked(before, [("T1", "TARGET", "LIVER", "MRI")]) == [
        (
            "lesion[1].method",
            "found MRI, T1 was seen by CT SCAN before (entry 7): can the lengths be compared?",
        )
    ]
    assert asked(known(target(1), reader="INDEPENDENT ASSESSOR"), [(*target(1)[:3], "MRI")]) == []


def test_two_methods_of_one_lesion_in_one_form_are_asked_about():
    (question,) = asked(Subject(id="S01-001"), [target(1), (*target(1)[:3], "MRI")])

    assert question[0] == "lesion[2].method"
    assert "T1 was seen by CT SCAN in this form" in question[1]


@pytest.mark.parametrize(
    ("test", "value", "unit", "finer"),
    [
        ("LDIAM", "45", "mm", False),
        ("LDIAM", "45.0", "mm", False),
        ("LDIAM", "45.5", "mm", True),
        ("SAXIS", "12.25", "mm", True),
        ("LDIAM", "4.5", "cm", False),
        ("LDIAM", "4.55", "cm", True),
        ("LDIAM", "45.5", "", True),
        ("TUMSTATE", "45.5", "mm", False),
    ],
)
def test_a_length_finer_than_declared_is_asked_about(test, value, unit, finer):
    found = asked(known(target(1)), lengths=[(test, value, unit)])

    expected = f"found {value} {unit or 'mm'}, lengths are recorded to 1 mm: please check"
    assert found == ([("measurement[1].value", expected)] if finer else [])


@pytest.mark.parametrize(
    ("step", "finer"), [("0.5 mm", False), ("0.1 cm", True), ("0.1 mm", False)]
)
def test_the_precision_is_the_declared_one(step, finer):
    declared = {"recorded_precision": TypeAdapter(Measure).validate_python(step)}
    assessment = PROTOCOL.assessment.model_copy(update=declared)
    protocol = PROTOCOL.model_copy(update={"assessment": assessment})

    found = asked(known(target(1)), lengths=[("LDIAM", "45.5", "mm")], protocol=protocol)

    assert bool(found) == finer


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ("0 mm", "found 0 mm, expected a length above 0"),
        ("-1 mm", "found -1 mm, expected a length above 0"),
        ("1 kg", "found 1 kg, expected a length in mm or cm"),
        ("0.0001 mm", "to a thousandth of a millimeter"),
    ],
)
def test_a_precision_that_is_no_step_is_refused(declared, said):
    text = read_text("NCT04509635").replace("precision: 1 mm", f"precision: {declared}")

    with pytest.raises(ProtocolError, match=said):
        parse(text)
