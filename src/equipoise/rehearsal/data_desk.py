"""How do entries get questioned and corrected in a rehearsal? From the slip to the closed query."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np

from equipoise.conduct import data_entry, data_management
from equipoise.conduct.attribution import Correction
from equipoise.conduct.data_management import Question, next_query
from equipoise.conduct.deviations import Classification, classify_deviation, unclassified
from equipoise.conduct.roles import SYSTEM
from equipoise.endpoints.readings import disagreement, lesion_problem
from equipoise.protocol.model import Protocol
from equipoise.rehearsal.filled import Filled, with_slip
from equipoise.rehearsal.office import Agenda, Office, Unexpected
from equipoise.rehearsal.safety_desk import report_all
from equipoise.rehearsal.tumor_forms import FORM as TUMOR
from equipoise.subject.state import Subject
from equipoise.virtual.parameters import Parameters

OFF_BY_TEN = "decimal point in the wrong place"
GRAVE = ("ELIGIBILITY", "PROHIBITED MEDICATION")
"""Kinds of deviations that a rehearsal takes for important."""
READ_AGAIN = "the MDT has read the scan again"


class DataDesk:
    """Enters forms for the sites, with slips now and then, and has them questioned and
    corrected.
    """

    def __init__(
        self, office: Office, agenda: Agenda, protocol: Protocol, parameters: Parameters, seed: int
    ) -> None:
        self.office, self.agenda = office, agenda
        self.protocol, self.parameters = protocol, parameters
        self.rng = np.random.default_rng([seed, 2])
        self.slips: dict[int, Filled] = {}
        """Entries with a mistyped number, until somebody asks."""
        self.asked_about: set[str] = set()
        """Codes of subjects with such an entry that was asked about."""

    def subject(self, code: str) -> Subject:
        """The subject as it stands."""
        return self.office.session.trial.subjects[code]

    def save(self, day: date, code: str, filled: Filled) -> int:
        """Enter a form and return its entry's number. What edit checks or reviewers find is put on
        the agenda.
        """
        form = self.protocol.form(filled.form)
        if form is None:
            raise Unexpected(
                f"the rehearsal fills in {filled.form}, which protocol {self.protocol.id} does not"
                " have"
            )
        if filled.typed is None and self.rng.random() < self.parameters["slip"]:
            filled = with_slip(self.rng, form, filled)
        before = self.subject(code)
        saved = self.office.do(
            day, "coordinator", before.site, data_entry.save_form, code, filled.first
        )
        if filled.typed is not None and not _is_reading(filled):
            self.slips[saved.seq] = filled
        asked = [
            query
            for name, query in self.subject(code).queries.items()
            if name not in before.queries
        ]
        for query in asked:
            question = Question(query.id, query.about, query.field, query.text)
            self._await(day, code, SYSTEM, question, filled if query is asked[0] else None)
        if not asked:
            self._review_later(day, code, saved.seq, filled)
        report_all(self.office, self.protocol, day, code)
        return saved.seq

    def is_settled(self, code: str) -> bool:
        """Is no query of this subject waiting for its site?"""
        return all(query.status != "OPEN" for query in self.subject(code).queries.values())

    def classify_deviations(self, day: date) -> None:
        """Before the lock: what concerns who was let in or what was given is important."""
        for code, subject in self.office.session.trial.subjects.items():
            for place, deviation in unclassified(subject):
                grave = deviation.category in GRAVE
                said = Classification("IMPORTANT" if grave else "NOT IMPORTANT", grave)
                self.office.do(day, "data_manager", None, classify_deviation, code, place, said)

    # -------------------------------------------------------------- asking

    def _ask(
        self, day: date, code: str, role: str, question: Question, right: Filled | None
    ) -> None:
        """Open a query."""
        self.office.do(day, role, None, data_management.open_query, code, question)
        self._await(day, code, role, question, right)

    def _await(
        self, day: date, code: str, role: str, question: Question, right: Filled | None
    ) -> None:
        """The site answers some days later, with `right` in place of what was mistyped."""
        if self.slips.pop(question.about, None) is not None:
            self.asked_about.add(code)
        forgotten = self.rng.random() < self.parameters["query_unanswered"]
        if (
            forgotten and role != SYSTEM and self.subject(code).randomized
        ):  # before, it would hold her up for ever
            return
        wrong = right is not None and right.typed is not None
        answered = day + timedelta(days=int(self.rng.integers(1, 6)))
        self.agenda.put(
            answered, lambda today: self._answer(today, code, question, right if wrong else None)
        )

    def _answer(self, day: date, code: str, question: Question, right: Filled | None) -> None:
        site, subject = self.subject(code).site, self.subject(code)
        text = "confirmed against the source"
        if any(withdrawal.what == "DATA" for withdrawal in subject.withdrawals):
            text = "the participant withdrew from further use of data; the entry stays as it is"
        elif right is not None and question.about in subject.forms:
            reason = READ_AGAIN if _is_reading(right) else OFF_BY_TEN
            correction = Correction(question.about, reason)
            self.office.do(
                day,
                "coordinator",
                site,
                data_entry.save_form,
                code,
                right.data,
                correction=correction,
            )
            text = f"corrected: {reason}"
        query = question.query
        self.office.do(
            day, "coordinator", site, data_management.answer_query, code, query, text=text
        )
        closes = day + timedelta(days=int(self.rng.integers(1, 6)))
        self.agenda.put(closes, lambda today: self._close(today, code, query))

    def _close(self, day: date, code: str, query: str) -> None:
        self.office.do(
            day, "data_manager", None, data_management.close_query, code, query, text="accepted"
        )

    # -------------------------------------------------------------- reviewing

    def _review_later(self, day: date, code: str, seq: int, filled: Filled) -> None:
        """A plausible slip is found by comparison with the source, most of the time; readings are
        always compared.
        """
        is_reading = "response" in filled.groups
        number_slipped = seq in self.slips
        noticed = self.rng.random() < self.parameters["review_finds"]
        review: Callable[[date], None] | None = None
        if number_slipped and noticed:
            review = lambda today: self._ask_about_slip(today, code, seq, filled)  # noqa: E731
        elif is_reading:
            review = lambda today: self._compare_reading(today, code, seq, filled)  # noqa: E731
        if review is not None:
            self.agenda.put(day + timedelta(days=int(self.rng.integers(8, 22))), review)

    def _ask_about_slip(self, day: date, code: str, seq: int, filled: Filled) -> None:
        text = "the source document shows another value: please check"
        self._ask_for(day, code, "monitor", seq, (filled.slipped, text), filled)

    def _compare_reading(self, day: date, code: str, seq: int, filled: Filled) -> None:
        """The MDT's response against the one derived from the lesions (protocol: disagreement opens
        a query).
        """
        subject, assessment = self.subject(code), self.protocol.assessment
        if (problem := lesion_problem(subject, assessment)) is not None:
            self._question_lesions(day, subject, problem)
        elif differs := disagreement(subject, seq, filled.visit, assessment):
            doubt = ("response[1].response", differs.question)
            self._ask_for(day, code, "data_manager", seq, doubt, filled)

    def _question_lesions(self, day: date, subject: Subject, problem: str) -> None:
        """Lesions that RECIST does not allow as recorded are a slip at baseline; somebody has to
        ask about it.
        """
        slips = [
            seq for seq in subject.forms if seq in self.slips and self.slips[seq].form == TUMOR
        ]
        for seq in slips:
            filled = self.slips[seq]
            doubt = (filled.slipped, problem)
            self._ask_for(day, subject.id, "data_manager", seq, doubt, filled)
        if not slips and subject.id not in self.asked_about:
            raise Unexpected(f"lesions of {subject.id}: {problem}")

    def _ask_for(
        self, day: date, code: str, role: str, seq: int, doubt: tuple[str, str], filled: Filled
    ) -> None:
        """A person asks about an entry."""
        question = Question(next_query(self.subject(code), seq), seq, *doubt)
        self._ask(day, code, role, question, filled)


def _is_reading(filled: Filled) -> bool:
    """Is it the response that was typed otherwise, not a number?"""
    return filled.slipped.startswith("response")
