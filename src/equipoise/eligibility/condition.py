"""Does, or did, the participant have a condition? Declared presence and absence (MH)."""

from __future__ import annotations

from datetime import date

from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.protocol.criteria.condition import Condition
from equipoise.subject.records import MH, Source
from equipoise.terms.codes import YesNo
from equipoise.terms.dates import in_window, years_before
from equipoise.terms.verdict import Reason, Verdict, all_of, any_of

_Answer = tuple[Verdict, str, Reason | None]


@evaluate.register
def _(rule: Condition, asked: Asked) -> Finding:
    """Met: the participant has it. Conditions named answer the question; silence is as the protocol
    declares.
    """
    rows = [mh for mh in asked.subject.records(MH) if mh.category == rule.category]
    answered = [mh for mh in rows if mh.occurred in (YesNo.YES, YesNo.NO)]
    if not answered:
        return _silence(rule, rows)
    present = [(mh, _counts(rule, mh, asked.index)) for mh in answered if mh.occurred == YesNo.YES]
    verdict = any_of(answer[0] for _, answer in present)
    if verdict is Verdict.NOT_MET and (doubts := _asked_again(rows, answered)):
        detail = f"{rule.category.lower()}: asked again, without an answer"
        return unknown(rule, Reason.NOT_DECLARED, detail, *doubts)
    deciding = [(mh, answer) for mh, answer in present if answer[0] is verdict]
    named = [mh for mh, _ in deciding] or answered
    sources = tuple(dict.fromkeys(mh.source for mh in named))
    detail = "; ".join(
        f"{mh.term or rule.category.lower()}: {answer[1]}" for mh, answer in deciding
    )
    reason = next((answer[2] for _, answer in deciding if answer[2]), None)
    return Finding(
        rule.kind, verdict, detail or f"{rule.category.lower()}: declared absent", sources, reason
    )


def _asked_again(rows: list[MH], answered: list[MH]) -> tuple[Source, ...]:
    """Rows without an answer (U) that no answer came after: what was once denied is in doubt
    again.
    """
    doubts = [
        mh
        for mh in rows
        if mh not in answered and not any(_after(answer, mh) for answer in answered)
    ]
    return tuple(dict.fromkeys(mh.source for mh in doubts))


def _after(answer: MH, doubt: MH) -> bool:
    """By the date asked, and by the order of entry where the dates do not tell."""
    if answer.date and doubt.date:
        if answer.date.earliest > doubt.date.latest:
            return True
        if answer.date.latest < doubt.date.earliest:
            return False
    later: bool = answer.source > doubt.source  # type: ignore[operator]
    return later


def _silence(rule: Condition, rows: list[MH]) -> Finding:
    condition = rule.category.lower()
    if rule.absence == "closed_world" and not rows:
        return decided(
            rule, False, f"{condition}: none recorded, which the protocol reads as absent"
        )
    detail = f"{condition}: neither presence nor absence was declared"
    return unknown(rule, Reason.NOT_DECLARED, detail, *(mh.source for mh in rows))


def _counts(rule: Condition, mh: MH, index: date) -> _Answer:
    """Kleene's *and*: of the diagnosis asked about, not excepted by its code, and at the time that
    matters.
    """
    answers = (
        _among(f"ICD-10 {mh.code or 'not recorded'}", _code(mh.code), rule.codes),
        _among(f"morphology {mh.morphology or 'not recorded'}", _morphology(mh), rule.histology),
        _by_exception(rule, mh),
        _by_time(rule, mh, index),
    )
    verdict = all_of(answer[0] for answer in answers)
    if verdict is Verdict.MET:
        return (verdict, f"present ({mh.code})", None) if rule.codes else answers[-1]
    return next(answer for answer in answers if answer[0] is verdict)


def _code(text: str) -> str:
    """A code as compared: C18.7 and c187 are one."""
    return text.strip().upper().replace(".", "")


def _morphology(mh: MH) -> str:
    """ICD-O-3 morphology as compared: M8140/3 and 8140/3 are one."""
    return mh.morphology.strip().upper().removeprefix("M").lstrip("- ")


def _among(shown_as: str, code: str, wanted: tuple[str, ...]) -> _Answer:
    """Is the code one of those asked about? A code shorter than these (C78 where C78.7 is asked)
    may be or not.
    """
    if not wanted:
        return Verdict.MET, "present", None
    shown = f"{shown_as}, asked about {', '.join(wanted)}"
    prefixes = tuple(map(_code, wanted))
    if code.startswith(prefixes):
        return Verdict.MET, shown, None
    if any(prefix.startswith(code) for prefix in prefixes):
        return Verdict.UNKNOWN, shown, Reason.NOT_CLASSIFIED
    return Verdict.NOT_MET, shown, None


def _by_exception(rule: Condition, mh: MH) -> _Answer:
    if not (rule.except_ or rule.same_disease):
        return Verdict.MET, "present", None
    code, morphology = _code(mh.code), _morphology(mh)
    if not code:
        return Verdict.UNKNOWN, "has no ICD-10 code", Reason.NOT_CLASSIFIED
    if code.startswith(tuple(map(_code, rule.same_disease))):
        return Verdict.NOT_MET, f"{mh.code} is the disease under study", None
    for exception in rule.except_:
        if not code.startswith(_code(exception.code)):
            continue
        if exception.morphology is None:
            return Verdict.NOT_MET, f"{mh.code} is excepted", None
        if not morphology:
            return (
                Verdict.UNKNOWN,
                f"{mh.code} without morphology may be excepted or not",
                Reason.NOT_CLASSIFIED,
            )
        if morphology.startswith(exception.morphology):
            return Verdict.NOT_MET, f"{mh.code} with morphology {morphology} is excepted", None
    return Verdict.MET, f"{mh.code} counts", None


def _by_time(rule: Condition, mh: MH, index: date) -> _Answer:
    """Diagnosis or treatment inside the years asked for; without years, begun by the index date
    (and not over).
    """
    began = in_window(mh.start, date.min, index) if mh.start else Verdict.MET
    if began is not Verdict.MET:
        reason = Reason.PARTIAL_DATE if began is Verdict.UNKNOWN else None
        return began, f"began {mh.start}, index {index}", reason
    still = in_window(mh.end, index, date.max) if rule.current and mh.end else Verdict.MET
    if still is not Verdict.MET:
        return (
            still,
            f"ended {mh.end}, index {index}",
            Reason.PARTIAL_DATE if still is Verdict.UNKNOWN else None,
        )
    if rule.within_years is None:
        return Verdict.MET, "present", None
    opens = years_before(index, rule.within_years)
    if mh.end is None and not (mh.start and in_window(mh.start, opens, index) is Verdict.MET):
        return Verdict.UNKNOWN, "has no date of last treatment", Reason.PARTIAL_DATE
    inside = any_of(in_window(when, opens, date.max) for when in (mh.start, mh.end) if when)
    shown = " to ".join(str(when) for when in (mh.start, mh.end) if when)
    return (
        inside,
        f"{shown}, window from {opens}",
        Reason.PARTIAL_DATE if inside is Verdict.UNKNOWN else None,
    )
