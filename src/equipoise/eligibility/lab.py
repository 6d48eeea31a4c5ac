"""Is a laboratory value on the right side of a limit? (LB)"""

from __future__ import annotations

from collections.abc import Iterator

from equipoise.eligibility.concerned import concerned
from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.eligibility.latest import decided_by_latest, shown
from equipoise.protocol.criteria import Rule
from equipoise.protocol.criteria.lab import LabLimit
from equipoise.subject.records import LB, Record
from equipoise.subject.records.faults import fault_of
from equipoise.terms.laboratory import known_test, specimen_fits, test_of_loinc
from equipoise.terms.quantity import convert, decimal_of
from equipoise.terms.verdict import Reason, Verdict


def labs(asked: Asked, test: str) -> list[LB]:
    """The rows that are of one test, or may be: of another code list, or of a specimen that is not
    told.
    """
    by_test = _by_test(asked)
    named = by_test.get(test, [])
    return [
        lab for lab in (*named, *by_test[""]) if is_of_test(asked, test, lab) is not Verdict.NOT_MET
    ]


def _by_test(asked: Asked) -> dict[str, list[LB]]:
    """Code -> its rows; under no code those whose code does not tell, or whose LOINC may tell
    otherwise.
    """
    if "LB" not in asked.sorted_rows:
        by_test: dict[str, list[LB]] = {"": []}
        for lab in asked.subject.records(LB):
            is_told = bool(lab.test) and not lab.loinc and _known(asked, lab.test)
            by_test.setdefault(lab.test if is_told else "", []).append(lab)
        asked.sorted_rows["LB"] = by_test
    found: dict[str, list[LB]] = asked.sorted_rows["LB"]
    return found


def _known(asked: Asked, test: str) -> bool:
    return known_test(test) or asked.vocabulary.knows("LBTESTCD", test)


def is_of_test(asked: Asked, test: str, lab: LB) -> Verdict:
    """Is the row of the test, by code, LOINC and specimen? Code and LOINC that disagree leave it
    open, as does a code outside the list.
    """
    by_loinc = test_of_loinc(lab.loinc) if lab.loinc else None
    if lab.test == test:
        named = Verdict.UNKNOWN if by_loinc and by_loinc != test else Verdict.MET
    elif by_loinc:
        named = Verdict.UNKNOWN if by_loinc == test else Verdict.NOT_MET
    else:
        named = Verdict.NOT_MET if lab.test and _known(asked, lab.test) else Verdict.UNKNOWN
    specimen = specimen_fits(test, lab.specimen)
    if Verdict.NOT_MET in (named, specimen):
        return Verdict.NOT_MET
    return Verdict.UNKNOWN if Verdict.UNKNOWN in (named, specimen) else Verdict.MET


def unreadable(rule: Rule, asked: Asked, test: str, lab: LB) -> Finding | None:
    """The finding of a row that cannot be read as a result of the test, or None."""
    if is_of_test(asked, test, lab) is not Verdict.MET:
        named = " ".join(text for text in (lab.test, lab.loinc, lab.specimen) if text)
        detail = f"{named or 'a row without a test'} on {shown(lab.date)} may be {test}"
        return unknown(rule, Reason.NOT_CODED, detail, lab.source)
    if fault := fault_of(lab):
        detail = f"{test} on {shown(lab.date)}: {fault.text}"
        return unknown(rule, fault.reason, detail, lab.source)
    return None


@concerned.register
def _(rule: LabLimit, asked: Asked) -> Iterator[Record]:
    yield from labs(asked, rule.test)


@evaluate.register
def _(rule: LabLimit, asked: Asked) -> Finding:
    def decide(lab: LB) -> Finding:
        return unreadable(rule, asked, rule.test, lab) or _against_limit(rule, lab)

    rows = labs(asked, rule.test)
    return decided_by_latest(rule, rows, rule.test, asked, rule.within_days, decide)


def _against_limit(rule: LabLimit, lab: LB) -> Finding:
    told = f"{lab.test} {lab.original} {lab.original_unit}".rstrip() + f" on {shown(lab.date)}"
    if lab.why_missing is Reason.IMPLAUSIBLE:
        return unknown(rule, Reason.IMPLAUSIBLE, f"{told}: outside of the possible", lab.source)
    if lab.value is None:
        instead = lab.original or lab.reason_not_done or "nothing"
        detail = f"{lab.test} on {shown(lab.date)}: found {instead!r} {lab.original_unit}".rstrip()
        return unknown(rule, lab.why_missing or Reason.NO_RESULT, detail, lab.source)
    if rule.at_most_uln is not None:
        return _against_uln(rule, lab, told)
    limit = rule.at_least or rule.at_most
    assert limit is not None  # the model allows exactly one of the three
    bound = convert(limit.value, limit.unit, lab.unit, lab.test)
    if bound is None:
        detail = f"{told} cannot be compared with {limit}"
        return unknown(rule, Reason.UNIT_UNKNOWN, detail, lab.source)
    holds = lab.value >= bound if rule.at_least else lab.value <= bound
    sign = ">=" if rule.at_least else "<="
    return decided(rule, holds, f"{told}, limit {sign} {limit}", lab.source)


def _against_uln(rule: LabLimit, lab: LB, told: str) -> Finding:
    """Value and limit of normal come from the same row and unit, so the ratio needs no
    conversion.
    """
    value, upper = decimal_of(lab.original), decimal_of(lab.original_upper)
    if upper is None or upper <= 0 or value is None or rule.at_most_uln is None:
        return unknown(rule, Reason.NO_ULN, f"{told} has no upper limit of normal", lab.source)
    if lab.upper is None or (lab.lower is not None and lab.lower > lab.upper):
        normal = f"{lab.original_lower} to {lab.original_upper}"
        detail = f"{told}: the limits of normal {normal} cannot be"
        return unknown(rule, Reason.IMPLAUSIBLE, detail, lab.source)
    detail = f"{told}, limit {rule.at_most_uln} x ULN {upper}"
    return decided(rule, value <= rule.at_most_uln * upper, detail, lab.source)
