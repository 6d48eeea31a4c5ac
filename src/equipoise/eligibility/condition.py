"""Does, or did, the participant have a condition? Declared presence and absence (MH)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from equipoise.eligibility.concerned import concerned
from equipoise.eligibility.condition_codes import (
    Answer,
    among,
    by_exception,
    histology,
    is_about_something_else,
    names_the_condition,
)
from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.protocol.criteria.condition import Condition
from equipoise.subject.records import MH, Record, Source
from equipoise.terms.coded import coded
from equipoise.terms.codes import YesNo
from equipoise.terms.dates import ANY_DAY, in_window, years_before
from equipoise.terms.verdict import Reason, Verdict, all_of, any_of


class _Doubt(NamedTuple):
    """A row that may say that the condition is there."""

    row: MH
    reason: Reason
    text: str


@concerned.register
def _(rule: Condition, asked: Asked) -> Iterator[Record]:
    yield from _of_category(rule, asked)
    yield from (doubt.row for doubt in _elsewhere(rule, asked))


def _of_category(rule: Condition, asked: Asked) -> list[MH]:
    category = coded(rule.category)
    return [mh for mh in asked.subject.records(MH) if mh.category == category]


@evaluate.register
def _(rule: Condition, asked: Asked) -> Finding:
    """Met: the participant has it. Conditions named answer the question; silence is as the protocol
    declares; a row that may mean the condition and cannot be read as such leaves it open.
    """
    rows = _of_category(rule, asked)
    present = [mh for mh in rows if mh.occurred == YesNo.YES]
    absent = [mh for mh in rows if mh.occurred == YesNo.NO]
    doubts = [*_elsewhere(rule, asked), *_not_read(rule, rows, asked)]
    if not present and not absent:
        return _in_doubt(rule, doubts) if doubts else _silence(rule, rows)
    verdict, finding = _named(rule, present, absent, asked)
    if verdict is Verdict.MET and not asked.denied and (no := _denials(present, absent)):
        detail = f"{rule.category.lower()}: declared present, and declared absent"
        return unknown(rule, Reason.CONTRADICTION, detail, *finding.evidence, *no)
    if verdict is Verdict.NOT_MET:
        if doubts:
            return _in_doubt(rule, doubts)
        if again := _asked_again(rows, (*present, *absent)):
            detail = f"{rule.category.lower()}: asked again, without an answer"
            return unknown(rule, Reason.NOT_DECLARED, detail, *again)
    return finding


def _named(
    rule: Condition, present: Sequence[MH], absent: Sequence[MH], asked: Asked
) -> tuple[Verdict, Finding]:
    """What the rows say that were answered with yes, or that all were answered with no."""
    answers = [(mh, _counts(rule, mh, asked.index)) for mh in present]
    verdict = any_of(answer.verdict for _, answer in answers)
    deciding = [(mh, answer) for mh, answer in answers if answer.verdict is verdict]
    rows = [mh for mh, _ in deciding] or [*present, *absent]
    sources = tuple(dict.fromkeys(mh.source for mh in rows))
    detail = "; ".join(
        f"{mh.term or rule.category.lower()}: {answer.text}" for mh, answer in deciding
    )
    reason = next((answer.reason for _, answer in deciding if answer.reason), None)
    said = detail or f"{rule.category.lower()}: declared absent"
    return verdict, Finding(rule.kind, verdict, said, sources, reason)


def _denials(present: Sequence[MH], absent: Sequence[MH]) -> tuple[Source, ...]:
    """Denials that are not certainly from before the condition was told. Where presence keeps
    people out it outweighs them; where it would admit, they contradict it.
    """
    return tuple(
        dict.fromkeys(
            no.source
            for no in absent
            if not all(
                (no.date or ANY_DAY).certainly_before(yes.date or ANY_DAY) for yes in present
            )
        )
    )


def _asked_again(rows: Sequence[MH], answered: Sequence[MH]) -> tuple[Source, ...]:
    """Rows answered with U that no answer certainly came after: what was once denied is in doubt
    again.
    """
    doubts = [mh for mh in rows if mh.occurred == YesNo.UNKNOWN]
    return tuple(
        dict.fromkeys(
            mh.source
            for mh in doubts
            if not any(
                (mh.date or ANY_DAY).certainly_before(answer.date or ANY_DAY) for answer in answered
            )
        )
    )


def _not_read(rule: Condition, rows: Sequence[MH], asked: Asked) -> Iterator[_Doubt]:
    """Rows of the category that say neither yes nor no nor that nobody knows, unless what they
    name does not count.
    """
    for mh in rows:
        if mh.occurred in tuple(YesNo) or _counts(rule, mh, asked.index).verdict is Verdict.NOT_MET:
            continue
        if not mh.occurred and not (mh.code or mh.term):
            continue  # nothing was answered, and nothing named
        text = f"MHOCCUR {mh.occurred!r}, expected {', '.join(YesNo)}"
        yield _Doubt(mh, Reason.NOT_CODED, text)


def _elsewhere(rule: Condition, asked: Asked) -> Iterator[_Doubt]:
    """Rows of other categories that mean the condition by their code, or may mean it because their
    category is none that is known.
    """
    category = coded(rule.category)
    for mh in asked.subject.records(MH):
        if mh.category == category or mh.occurred == YesNo.NO:
            continue
        known = asked.vocabulary.knows("MHCAT", mh.category)
        if known and not (names_the_condition(rule, mh) and not _in_its_place(asked, mh)):
            continue
        if not known and is_about_something_else(rule, mh):
            continue
        if _counts(rule, mh, asked.index).verdict is Verdict.NOT_MET:
            continue
        if known:
            text = f"{mh.code} stands under {mh.category.lower()}"
            yield _Doubt(mh, Reason.CONTRADICTION, text)
        else:
            text = f"MHCAT {mh.category!r} is no category that is asked about"
            yield _Doubt(mh, Reason.NOT_CODED, text)


def _in_its_place(asked: Asked, mh: MH) -> bool:
    """Is the row what another criterion asks about by this category and code?"""
    return any(
        coded(other.category) == mh.category
        and other.codes
        and among("", mh.code, other.codes).verdict is Verdict.MET
        for other in asked.vocabulary.conditions
    )


def _in_doubt(rule: Condition, doubts: Sequence[_Doubt]) -> Finding:
    told = "; ".join(
        f"{doubt.row.term or doubt.row.code or rule.category.lower()}: {doubt.text}"
        for doubt in doubts
    )
    sources = dict.fromkeys(doubt.row.source for doubt in doubts)
    detail = f"{rule.category.lower()}: {told}"
    return unknown(rule, doubts[0].reason, detail, *sources)


def _silence(rule: Condition, rows: Sequence[MH]) -> Finding:
    condition = rule.category.lower()
    if rule.absence == "closed_world" and not rows:
        return decided(
            rule, False, f"{condition}: none recorded, which the protocol reads as absent"
        )
    detail = f"{condition}: neither presence nor absence was declared"
    return unknown(rule, Reason.NOT_DECLARED, detail, *dict.fromkeys(mh.source for mh in rows))


def _counts(rule: Condition, mh: MH, index: date) -> Answer:
    """Kleene's *and*: of the diagnosis asked about, not excepted by its code, and at the time that
    matters.
    """
    answers = (
        among(f"ICD-10 {mh.code or 'not recorded'}", mh.code, rule.codes),
        histology(rule, mh),
        by_exception(rule, mh),
        _by_time(rule, mh, index),
    )
    verdict = all_of(answer.verdict for answer in answers)
    if verdict is Verdict.MET:
        return Answer(verdict, f"present ({mh.code})") if rule.codes else answers[-1]
    return next(answer for answer in answers if answer.verdict is verdict)


def _by_time(rule: Condition, mh: MH, index: date) -> Answer:
    """Diagnosis or treatment inside the years asked for; without years, begun by the index date
    (and not over).
    """
    began = in_window(mh.start, date.min, index) if mh.start else Verdict.MET
    if began is not Verdict.MET:
        return _dated(began, f"began {mh.start}, index {index}")
    still = in_window(mh.end, index, date.max) if rule.current and mh.end else Verdict.MET
    if still is not Verdict.MET:
        return _dated(still, f"ended {mh.end}, index {index}")
    if rule.within_years is None:
        return Answer(Verdict.MET, "present")
    opens = years_before(index, rule.within_years)
    if mh.end is None and not (mh.start and in_window(mh.start, opens, index) is Verdict.MET):
        return _dated(Verdict.UNKNOWN, "has no date of last treatment")
    inside = any_of(in_window(when, opens, date.max) for when in (mh.start, mh.end) if when)
    told = " to ".join(str(when) for when in (mh.start, mh.end) if when)
    return _dated(inside, f"{told}, window from {opens}")


def _dated(verdict: Verdict, text: str) -> Answer:
    return Answer(verdict, text, Reason.PARTIAL_DATE if verdict is Verdict.UNKNOWN else None)
