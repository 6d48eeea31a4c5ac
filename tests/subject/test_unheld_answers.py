"""A question whose answer no record would hold is refused before anybody is asked it."""

import pytest

from equipoise.planning.check import refusals
from equipoise.protocol.yaml_file import parse, read_text

OWN = """forms:
  own:
    - id: BLOOD_PRESSURE
      title: Blood pressure
      header:
        - {id: date, label: Date, variable: --DTC, type: date, required: true}
      groups:
        - id: pressure
          domain: VS
          constants: {VSTESTCD: SYSBP}
          status_variable: DVTERM
          fields:
            - {id: systolic, label: Systolic, variable: VSORRES, type: integer}
"""


def said(*changes: tuple[str, str]) -> list[str]:
    own = OWN.replace("          status_variable: DVTERM\n", "")
    for before, after in changes:
        assert before in own
        own = own.replace(before, after)
    return list(map(str, refusals(parse(read_text("NCT04509635").replace("forms:\n", own, 1)))))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("domain: VS", "domain: XX", "group pressure: found the domain 'XX', expected one of DM"),
        ("variable: VSORRES", "variable: VSRES", "field systolic: VS has no variable 'VSRES'"),
        ("variable: --DTC, type: date", "variable: --DTC, type: text", "expected date or day"),
        ("variable: VSORRES, type", "variable: --DTC, type", "found the type 'integer', expected"),
        ("VSTESTCD: SYSBP", "VSTEST: SYSBP", "constant VSTEST: VS has no variable 'VSTEST'"),
        ("VSTESTCD: SYSBP", "VSDTC: SYSBP", "constant VSDTC: found 'SYSBP', expected a date"),
        (
            "          fields",
            "          reason_variable: VSREASND\n          fields",
            "a reason for missing: VS has no variable 'VSREASND'",
        ),
        (
            "          fields",
            "          status_variable: VSDTC\n          fields",
            "a reason for missing: found 'NOT DONE', expected a date, which VSDTC is",
        ),
    ],
)
def test_what_no_record_holds_is_refused(before, after, expected):
    sentences = said((before, after))

    assert any(
        each.startswith("forms.BLOOD_PRESSURE: ")
        and expected in each
        and each.endswith("(cannot be analyzed)")
        for each in sentences
    ), sentences


def test_what_a_record_holds_is_not_refused():
    assert said() == []
    assert said(("variable: VSORRES, type: integer", "type: date")) == []  # in the ledger only
