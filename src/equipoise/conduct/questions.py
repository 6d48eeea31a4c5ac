"""What does an entry ask about? Values that deserve a question, and facts that contradict each
other: they are saved, asked about, and what rests on them is unresolved until somebody answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from equipoise.conduct.data_entry import dates_of
from equipoise.conduct.data_management import Question, query_name
from equipoise.conduct.edit_checks import doubts_about
from equipoise.conduct.emergency import doubts_about_envelope
from equipoise.conduct.safety import doubts_about_report
from equipoise.ledger import events
from equipoise.ledger.entry import Entry
from equipoise.ledger.events import event_of
from equipoise.protocol.forms import Form
from equipoise.protocol.model import Protocol
from equipoise.subject.likeness import alike
from equipoise.subject.records import EX, LB, QS, RS, SS, TR, VS
from equipoise.subject.records.record import entry_number
from equipoise.subject.state import Subject, Trial
from equipoise.subject.visits import off_window
from equipoise.terms.dates import PartialDate, parse_date

DAY = "date"
"""The field of a form that says on which day it was filled in or done."""


class Doubt(NamedTuple):
    """A field, what deserves a question about it, and the earlier entries that it contradicts."""

    field: str
    text: str
    contradicts: tuple[int, ...] = ()


def questions(before: Trial, entry: Entry, after: Trial) -> tuple[Question, ...]:
    """The queries that an entry opens, named in order. One that was asked of the entry that this
    one corrects is not asked again.
    """
    subject = after.subjects.get(entry.subject or "")
    if subject is None:
        return ()
    earlier = before.subjects.get(subject.id) or Subject(id=subject.id)
    protocol = after.version(entry.protocol).protocol
    known = {
        (query.field, query.text)
        for query in subject.queries.values()
        if query.about == entry.supersedes
    }
    found = [
        *_doubts(earlier, entry, protocol),
        *_of_another(before, entry, after),
        *_of_envelope(before, earlier, entry),
    ]
    if not any(doubt.field == DAY for doubt in found):  # one question about a day is enough
        found += _of_window(entry, after)
    doubts = [each for each in found if each[:2] not in known]
    return tuple(
        Question(
            query_name(number, entry.seq),
            entry.seq,
            doubt.field,
            doubt.text,
            (*doubt.contradicts, entry.seq) if doubt.contradicts else (),
        )
        for number, doubt in enumerate(doubts, start=len(subject.queries) + 1)
    )


def _doubts(subject: Subject, entry: Entry, protocol: Protocol) -> Iterator[Doubt]:
    """`subject` as before the entry, without what the entry corrects."""
    if entry.supersedes is not None:
        subject = subject.without_entry(entry.supersedes)
    match event_of(entry):
        case events.FormSaved() as saved:
            form = protocol.form(saved.form)
            assert form is not None
            found = doubts_about(protocol, subject, form, saved.values, saved.groups)
            yield from (Doubt(field, text) for field, text in found)
            yield from _of_form(subject, form, saved, protocol)
        case events.DeathRecorded() as death:
            yield from _of_death(subject, parse_date(death.died_on))
        case events.TreatmentEnded() as ended:
            yield from _of_treatment_end(subject, ended.ended_on)
        case events.StudyEnded() as ended:
            yield from _before_randomization(subject, "ended_on", ended.ended_on)
        case events.SafetyReported() as report:
            told = doubts_about_report(subject, report, entry.at)
            yield from (Doubt(field, text) for field, text in told)
        case _:
            return


def _of_window(entry: Entry, after: Trial) -> Iterator[Doubt]:
    """A visit outside of its window is recorded as it was, with its day (ICH E6(R3) 3.11.4)."""
    subject = after.subjects[entry.subject or ""]
    if entry.type == "FormSaved" and entry.seq in subject.forms:
        form = subject.forms[entry.seq]
        if off := off_window(after, subject, entry.seq):
            window = f"its window from {off.due.opens} to {off.due.closes}"
            by = f"{abs(off.days)} d {'after' if off.days > 0 else 'before'}"
            yield Doubt(DAY, f"{form.visit} of {form.on} is {by} {window}: a deviation?")


def _of_envelope(before: Trial, subject: Subject, entry: Entry) -> Iterator[Doubt]:
    if entry.type == "RandomizedOffline" and isinstance(
        event := event_of(entry), events.RandomizedOffline
    ):
        found = doubts_about_envelope(before, subject, event)
        yield from (Doubt(field, text) for field, text in found)


_TELL_WHO = {"DM", "MH", "CM"}
"""Domains by which a person may be known again."""


def _of_another(before: Trial, entry: Entry, after: Trial) -> Iterator[Doubt]:
    """One person under two codes? Of somebody at another site neither the code nor the site is
    told: who may see both compares them.
    """
    if entry.type != "FormSaved" or entry.gone:
        return
    code, form = (
        entry.subject or "",
        after.version(entry.protocol).protocol.form(
            event_of(entry).form  # type: ignore[union-attr]
        ),
    )
    if form is None or not _TELL_WHO & set(form.domains):
        return
    field, site = form.groups[0].id, after.subjects[code].site
    same = "with the same year of birth, sex and dates of the history"
    new = [other for other in alike(after, code) if other not in alike(before, code)]
    own = [other for other in new if after.subjects[other].site == site]
    for other in own:
        yield Doubt(field, f"{other} is somebody {same}: one person, or two?")
    if len(new) > len(own):
        yield Doubt(
            field,
            f"another site has somebody {same}: the data manager compares them. Was this person"
            " screened elsewhere before?",
        )


def _of_form(
    subject: Subject, form: Form, saved: events.FormSaved, protocol: Protocol
) -> Iterator[Doubt]:
    """Dates after a death or the end of the study, doses that nobody should have had."""
    for where, text, _ in dates_of(form, saved.values, saved.groups):
        when = parse_date(text).earliest
        if subject.died and when > subject.died.latest:
            why = f"{text} is after the death of {subject.died} (entry {subject.died_source})"
            yield Doubt(where, f"{why}: which is right?", (entry_number(subject.died_source),))
        if (ended := subject.study_ended) and when > ended.on:
            why = f"{text} is after the end of study of {ended.on} (entry {ended.source})"
            yield Doubt(where, f"{why}: which is right?", (ended.source,))
        yield from _after_withdrawal(subject, form, where, when)
    on = form.day(saved.values)
    if on is None:
        return
    labeled = saved.values.get(protocol.conduct.earlier_results_label) == "Y"
    yield from _before_consent(subject, on.latest, labeled=labeled)
    if "EX" in form.domains:
        yield from _of_dose(subject, on)


def _before_consent(subject: Subject, on: date, *, labeled: bool) -> Iterator[Doubt]:
    consented = min((consent.on for consent in subject.consents), default=None)
    if consented and on < consented and not labeled:
        yield Doubt(DAY, f"{on} is before consent ({consented}): is it a standard-of-care result?")


def _of_dose(subject: Subject, on: PartialDate) -> Iterator[Doubt]:
    if subject.randomized is None:
        yield Doubt(DAY, "study treatment before randomization: a deviation, or another person?")
    elif on.latest < subject.randomized.on:
        yield Doubt(
            DAY,
            f"a dose of {on} is before randomization ({subject.randomized.on}): a deviation?",
            (entry_number(subject.randomized.source),),
        )
    if (ended := subject.treatment_ended) and on.earliest > ended.on:
        why = f"a dose of {on} is after the end of treatment of {ended.on} (entry {ended.source})"
        yield Doubt(DAY, f"{why}: a deviation?", (ended.source,))


_CLOSES = {"TREATMENT": ("TREATMENT",), "VISITS": None, "CONTACT": None, "DATA": None}
_STILL_OPEN = {"VISITS": ("SURVIVAL_CONTACT", "SUBSEQUENT_THERAPY")}


def _after_withdrawal(subject: Subject, form: Form, where: str, when: date) -> Iterator[Doubt]:
    """Data until the withdrawal stay; after it, only what its level leaves open is expected (ICH
    E6(R3) 2.9).
    """
    for left in subject.withdrawals:
        only = _CLOSES[left.what]
        is_closed = form.id in only if only else form.id not in _STILL_OPEN.get(left.what, ())
        if when > left.on and is_closed:
            level = left.what.lower()
            yield Doubt(where, f"{when} is after the withdrawal of {left.on} ({level}): allowed?")


def _of_death(subject: Subject, died: PartialDate) -> Iterator[Doubt]:
    yield from _before_randomization(subject, "died_on", died.latest)
    if left := next((each for each in subject.withdrawals if each.what == "DATA"), None):
        why = f"recorded after the withdrawal from further use of data of {left.on}"
        yield Doubt(
            "died_on", f"{why} (entry {left.source}): from which source, and may it be used?"
        )
    later = _seen_after(subject, died.latest)
    if later:
        told = ", ".join(f"entry {source} ({when})" for source, when in later[:5])
        yield Doubt(
            "died_on",
            f"data of a later day are recorded: {told}. Is the death or the person wrong?",
            tuple(source for source, _ in later),
        )


def _before_randomization(subject: Subject, field: str, on: date) -> Iterator[Doubt]:
    given = subject.randomized
    if given and on < given.on:
        why = f"{on} is before randomization ({given.on})"
        yield Doubt(field, f"{why}: which is right?", (entry_number(given.source),))


def _of_treatment_end(subject: Subject, ended: date) -> Iterator[Doubt]:
    yield from _before_randomization(subject, "ended_on", ended)
    later = _entries(
        (ex.start, ex.source)
        for ex in subject.records(EX)
        if ex.dose and _is_after(ex.start, ended)
    )
    if later:
        told = ", ".join(f"entry {source} ({when})" for source, when in later[:5])
        yield Doubt("ended_on", f"doses after it are recorded: {told}", tuple(s for s, _ in later))


def _is_after(when: PartialDate | None, day: date) -> bool:
    return when is not None and when.earliest > day


def _seen_after(subject: Subject, died: date) -> list[tuple[int, PartialDate]]:
    """Data of a living person from after the death."""
    seen: list[tuple[PartialDate | None, object]] = [
        (ex.start, ex.source) for ex in subject.records(EX) if ex.dose
    ]
    dated: tuple[LB | QS | VS | TR | RS, ...] = (
        *subject.records(LB),
        *subject.records(QS),
        *subject.records(VS),
        *subject.records(TR),
        *subject.records(RS),
    )
    seen += [(row.date, row.source) for row in dated if getattr(row, "status", "") != "NOT DONE"]
    seen += [(ss.date, ss.source) for ss in subject.records(SS) if ss.original == "ALIVE"]
    return _entries((when, source) for when, source in seen if _is_after(when, died))


def _entries(found: Iterable[tuple[PartialDate | None, object]]) -> list[tuple[int, PartialDate]]:
    """Each entry once, in order."""
    by_entry = {int(str(source)): when for when, source in found if when is not None}
    return sorted(by_entry.items())
