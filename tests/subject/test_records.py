"""One mapping reads and writes SDTM variables; what cannot be read is named."""

from decimal import Decimal

import pytest

from equipoise.subject.records import DM, DOMAINS, QS, Record, read_record, variables, write_record
from equipoise.terms.dates import parse_date

NEUTROPHILS = {
    "LBTESTCD": "NEUT",
    "LBORRES": "3.1",
    "LBORRESU": "10*9/L",
    "LBDTC": "2021-03",
    "VISIT": "SCREENING",
}


def test_a_record_without_a_source_is_of_no_entry_and_first():
    assert (Record().source, Record().order) == (0, 0)


def test_each_kind_of_variable_is_read():
    row = {"SEX": "F", "BRTHDTC": "1958", "AGE": "63.5"}

    assert read_record("DM", row, 4) == DM(
        sex="F", birth=parse_date("1958"), age=Decimal("63.5"), source=4, order=4
    )


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_is_an_empty_text_or_no_value(nothing):
    row = {"SEX": nothing, "BRTHDTC": nothing, "AGE": nothing}

    assert read_record("DM", row, 4) == DM(source=4, order=4)


@pytest.mark.parametrize("age", ["63", 63, Decimal(63)])
def test_an_import_may_hold_numbers(age):
    assert read_record("DM", {"AGE": age}, 1).age == Decimal(63)  # type: ignore[attr-defined]


def test_a_number_in_a_text_variable_is_text():
    assert read_record("QS", {"QSORRES": 1}, 1).original == "1"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("domain", "row", "said"),
    [
        ("XX", {}, "'XX' is not a domain; known are DM, LB, VS"),
        ("DM", {"MOON": "full"}, "DM has no variable 'MOON'; known are SEX, BRTHDTC, AGE, RACE"),
        ("DM", {"AGE": "old"}, "DM.AGE: found 'old', expected a number"),
        ("DM", {"AGE": True}, "DM.AGE: found True, expected text or a number"),
        ("DM", {"SEX": ["F"]}, r"DM.SEX: found \['F'\], expected text or a number"),
        ("DM", {"BRTHDTC": "spring"}, "DM.BRTHDTC: .*'spring'"),
        ("DM", {"BRTHDTC": "\u0661\u0669\u0665\u0668"}, "DM.BRTHDTC: .*is not a date"),
        ("LB", {"LBDTC": "2021-03-08T99:99"}, "LB.LBDTC: .*has a time that no day has"),
        ("LB", {"LBORRES": "\uff13.1"}, "LB.LBORRES: found .*, expected the digits 0 to 9"),
        ("LB", {"LBTESTCD": "NEUT\uff11"}, "LB.LBTESTCD: found .*, expected the digits 0 to 9"),
        ("CM", {"CMLINE": "\u00b2"}, "CM.CMLINE: found '.', expected a whole number"),
        ("CM", {"CMLINE": "\uff12"}, "CM.CMLINE: found '.', expected a whole number"),
        ("CM", {"CMLINE": "2.0"}, "CM.CMLINE: found '2.0', expected a whole number"),
        ("CM", {"CMLINE": "9" * 5000}, r"CM.CMLINE: found '9+… \(5002 characters\), expected"),
        ("GF", {"GFCODON": "1_2"}, "GF.GFCODON: found '1_2', expected a whole number"),
        ("CM", {"CMLINE": 10**5000}, "CM.CMLINE: found a number of over"),
    ],
)
def test_what_cannot_be_read_is_named(domain, row, said):
    with pytest.raises(ValueError, match=said):
        read_record(domain, row, 1)


@pytest.mark.parametrize(
    ("source", "order", "expected"),
    [
        (7, None, 7),
        (7, 3, 3),
        (7, 0, 0),
        (("lab", "LB", 12), None, 12),
        (("lab", "LB", 12), 5, 5),
    ],
)
def test_a_record_stands_where_it_came_from_unless_told_otherwise(source, order, expected):
    record = read_record("QS", {}, source, order)

    assert record == QS(source=source, order=expected)


def test_what_is_written_is_what_was_read():
    assert write_record(read_record("LB", NEUTROPHILS, 1)) == NEUTROPHILS


def test_only_what_holds_something_is_written():
    assert write_record(DM(age=Decimal(0))) == {"AGE": "0"}


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_domain_writes_what_it_reads(domain):
    sample = {
        "text": "Any Text",
        "coded": "X",
        "result": "3.1",
        "integer": "12",
        "date": "2021-03-10",
        "number": "2",
    }
    row = {name: sample[kind] for name, (_, kind) in variables(domain).items()}

    assert write_record(read_record(domain, row, 1)) == row


def test_what_no_variable_holds_is_in_no_mapping():
    names = {attribute for attribute, _ in variables("LB").values()}

    assert names.isdisjoint({"source", "order", "value", "unit", "why_missing"})
    assert variables("LB")["LBDTC"] == ("date", "date")
