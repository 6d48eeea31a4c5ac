"""What does a row of TU, TR or RS say, in the words that the rules know?"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from equipoise.assessments.recist.sightings import FITTING, NEW, NON_TARGET, ROLES, STATES, TARGET
from equipoise.endpoints.policies import DerivationPolicy
from equipoise.exchange.cdisc.datasets import Row
from equipoise.exchange.cdisc.problems import NOT_USED, TO_ASK, Problems
from equipoise.exchange.cdisc.rows import Unusable, UsableRow, number_of
from equipoise.subject.records import (
    LONGEST_MM,
    RS,
    TR,
    TU,
)
from equipoise.terms.codes import CompletionStatus
from equipoise.terms.quantity import convert
from equipoise.terms.response import NonTarget, Response

UNITS = ("mm", "cm")
_NON_TARGET_STATES = {
    "UNEQUIVOCAL": "UNEQUIVOCAL PROGRESSION"
}  # CDISC's word; of a non-target it is progression


RESPONSES = {"OVRLRESP": Response, "TRGRESP": Response, "NTRGRESP": NonTarget}
"""RSTESTCD that are compared or used, and the codes they may hold."""


def tumor(known: UsableRow, problems: Problems) -> TU | None:
    """A lesion with the role it was given, or None and a line in the listing."""
    role = (known.row.get("TUSTRESC") or known.row.get("TUORRES", "")).upper()
    if known.row.get("TUTESTCD", "TUMIDENT") != "TUMIDENT":
        return None
    if role not in ROLES or not known.record.link:
        variable, found = ("TUORRES", role) if role not in ROLES else ("TULNKID", "")
        expected = (
            f"expected one of {', '.join(ROLES)}"
            if role not in ROLES
            else "empty, expected the lesion's name"
        )
        problems.add(known.place.problem(NOT_USED, variable, found, expected))
        return None
    if (
        known.record.date is not None or role == NEW
    ):  # of lesions there from the start only the scans are dated
        _ask_for_day(known, problems)
    tu: TU = replace(known.record, role=role)
    return tu


def _ask_for_day(known: UsableRow, problems: Problems) -> None:
    """A scan without a day takes that of its visit's other scans, never one of our making; somebody
    has to say.
    """
    when = known.record.date
    if when is None or when.exact is None:
        reason = f"no day; that of the other scans of {known.record.visit or 'its visit'} is taken"
        problems.add(
            known.place.problem(TO_ASK, f"{known.place.domain}DTC", str(when or ""), reason)
        )


def measurement(known: UsableRow, test: str, role: str, problems: Problems) -> TR:
    """A reading of a lesion. One that cannot be used stays, as not evaluated: dropped, it would
    look as if nobody had looked, and the sum as if it were complete.
    """
    tr: TR = replace(known.record, test=test, status=known.record.status.upper())
    _ask_for_day(known, problems)
    if tr.status == CompletionStatus.NOT_DONE:
        return tr
    try:
        return _state(tr, known.row, role) if test == "TUMSTATE" else _length(tr, known.row)
    except Unusable as error:
        problems.add(
            known.place.problem(
                NOT_USED, error.variable, error.found, f"{error}; counts as not evaluated"
            )
        )
        return replace(tr, test=test, status=CompletionStatus.NOT_DONE.value, value=None)


def _state(tr: TR, row: Row, role: str) -> TR:
    said = (row.get("TRSTRESC") or row.get("TRORRES", "")).upper()
    if role == NON_TARGET:
        said = _NON_TARGET_STATES.get(said, said)
    state = STATES.get(said, "")
    if state not in FITTING[role] and not (role == TARGET and state == "PRESENT"):
        raise Unusable(
            "TRSTRESC", said, f"no state of {role}; expected one of {', '.join(FITTING[role])}"
        )
    return replace(tr, original=said)


def _length(tr: TR, row: Row) -> TR:
    """Millimeters from TRSTRESN in TRSTRESU, else from TRORRES in TRORRESU; a unit that is not
    given is not guessed.
    """
    standard = bool(row.get("TRSTRESN") or row.get("TRSTRESU"))
    variable, unit_variable = ("TRSTRESN", "TRSTRESU") if standard else ("TRORRES", "TRORRESU")
    text, unit = row.get(variable, ""), row.get(unit_variable, "")
    said = (row.get("TRSTRESC") or row.get("TRORRES", "")).upper()
    if not text and said in STATES:
        return replace(tr, original=said)
    value = number_of(text)
    if value is None:
        raise Unusable(variable, text or said, "expected a number")
    if unit.lower() not in UNITS:
        raise Unusable(unit_variable, unit, f"expected a unit, {' or '.join(UNITS)}")
    in_mm = convert(value, unit.lower(), "mm")
    if in_mm is None or not 0 <= in_mm <= LONGEST_MM:
        raise Unusable(variable, f"{text} {unit}", f"expected 0 to {LONGEST_MM} mm")
    exact = in_mm.quantize(_FINEST)
    if abs(exact - in_mm) > _NOISE:
        raise Unusable(variable, f"{text} {unit}", "finer than 0.001 mm, and never cut here")
    return replace(tr, value=exact, original=text, original_unit=unit)


_FINEST, _NOISE = Decimal("0.001"), Decimal("1E-9")
"""Lengths are exact to a thousandth of a millimeter; what a binary number of a data set is beside
it by less than the noise is meant to be it.
"""


def reported_response(known: UsableRow, policy: DerivationPolicy, problems: Problems) -> RS | None:
    """A response as reported; None for other criteria and tests, for what was not done and for what
    cannot be read.
    """
    rs: RS = known.record
    if rs.test == "CLINPROG":
        return rs
    if (
        rs.test not in RESPONSES
        or known.row.get("RSCAT", "").upper() not in policy.response_categories
    ):
        return None
    text = (known.row.get("RSSTRESC") or rs.original).upper()
    if not text and known.row.get("RSSTAT", "").upper() == CompletionStatus.NOT_DONE:
        return None
    try:
        said = RESPONSES[rs.test].parse(text).cdisc
    except ValueError as error:
        kind = TO_ASK if text in policy.passed_over else NOT_USED
        problems.add(known.place.problem(kind, "RSSTRESC", text, str(error)))
        return None
    if rs.date is None or rs.date.exact is None:
        reason = "a response needs its day; expected YYYY-MM-DD"
        problems.add(known.place.problem(NOT_USED, "RSDTC", str(rs.date or ""), reason))
        return None
    return replace(rs, original=said)
