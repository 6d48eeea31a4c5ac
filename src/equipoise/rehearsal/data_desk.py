"""How do entries get questioned and corrected in a rehearsal? From the slip to the closed query."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np

from equipoise.assessments.recist.from_records import lesion_series
from equipoise.assessments.recist.series import LesionError, assess_series
from equipoise.conduct import data_entry, data_management
from equipoise.conduct.edit_checks import questions
from equipoise.endpoints.choices import recist_policy
from equipoise.protocol.model import Protocol
from equipoise.rehearsal.filled import Filled, with_slip
from equipoise.rehearsal.office import Agenda, Office, Unexpected
from equipoise.rehearsal.tumor_forms import FORM as TUMOR
from equipoise.subject.records import RS, TR, TU
from equipoise.subject.state import Subject
from equipoise.terms.response import Response
from equipoise.virtual.parameters import Parameters

OFF_BY_TEN = "decimal point in the wrong place"
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
        self.policy = recist_policy(protocol.assessment)
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
        site = before.site
        saved = self.office.do(
            day,
            "coordinator",
            site,
            data_entry.save_form,
            code,
            filled.form,
            filled.visit,
            filled.values,
            filled.first,
        )
        if filled.typed is not None and not _is_reading(filled):
            self.slips[saved.seq] = filled
        asked = questions(self.protocol, before, form, filled.values, filled.first)
        for number, (field, text) in enumerate(asked, start=1):
            self._ask(day, code, saved.seq, filled, "system", field, text, correct=number == 1)
        if not asked:
            self._review_later(day, code, saved.seq, filled)
        return saved.seq

    def is_settled(self, code: str) -> bool:
        """Is no query of this subject waiting for its site?"""
        return all(query.status != "OPEN" for query in self.subject(code).queries.values())

    # -------------------------------------------------------------- asking

    def _ask(
        self,
        day: date,
        code: str,
        about: int,
        filled: Filled,
        role: str,
        field: str,
        text: str,
        *,
        correct: bool,
    ) -> None:
        if self.slips.pop(about, None) is not None:
            self.asked_about.add(code)
        query = f"Q{len(self.subject(code).queries) + 1}-{about}"
        self.office.do(
            day,
            role,
            None,
            data_management.open_query,
            code,
            query,
            about=about,
            field=field,
            text=text,
        )
        forgotten = self.rng.random() < self.parameters["query_unanswered"]
        if (
            forgotten and role != "system" and self.subject(code).randomized
        ):  # before, it would hold her up for ever
            return
        wrong = correct and filled.typed is not None
        answered = day + timedelta(days=int(self.rng.integers(1, 6)))
        self.agenda.put(
            answered,
            lambda today: self._answer(today, code, query, about, filled if wrong else None),
        )

    def _answer(self, day: date, code: str, query: str, about: int, right: Filled | None) -> None:
        site, subject = self.subject(code).site, self.subject(code)
        withdrawn = any(one.what == "DATA" for one in subject.withdrawals)
        text = "confirmed against the source"
        if withdrawn:
            text = "the participant withdrew from further use of data; the entry stays as it is"
        elif right is not None and about in subject.forms:
            reason = READ_AGAIN if _is_reading(right) else OFF_BY_TEN
            self.office.do(
                day,
                "coordinator",
                site,
                data_entry.save_form,
                code,
                right.form,
                right.visit,
                right.values,
                right.groups,
                supersedes=about,
                reason=reason,
            )
            text = f"corrected: {reason}"
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
        found = self.rng.random() < self.parameters["review_finds"]
        review: Callable[[date], None] | None = None
        if number_slipped and found:
            review = lambda today: self._found_slip(today, code, seq, filled)  # noqa: E731
        elif is_reading:
            review = lambda today: self._compare_reading(today, code, seq, filled)  # noqa: E731
        if review is not None:
            self.agenda.put(day + timedelta(days=int(self.rng.integers(8, 22))), review)

    def _found_slip(self, day: date, code: str, seq: int, filled: Filled) -> None:
        text = "the source document shows another value: please check"
        self._ask(day, code, seq, filled, "monitor", filled.slipped, text, correct=True)

    def _compare_reading(self, day: date, code: str, seq: int, filled: Filled) -> None:
        """The MDT's response against the one derived from the lesions (protocol: disagreement opens
        a query).
        """
        subject = self.subject(code)
        if self._lesions_questioned(day, subject):
            return
        said = next((rs.original for rs in subject.records(RS) if rs.source == seq), None)
        derived = self._derived(subject, filled.visit)
        if said is not None and derived is not None and derived.cdisc != said:
            text = f"the MDT reads {said}, the lesions give {derived.cdisc}: please check"
            self._ask(
                day, code, seq, filled, "data_manager", "response[1].response", text, correct=True
            )

    def _lesions_questioned(self, day: date, subject: Subject) -> bool:
        """Lesions that RECIST does not allow as recorded are a slip at baseline; somebody has to
        ask about it.
        """
        try:
            self._derived(subject, "")
        except LesionError as error:
            slips = [
                seq for seq in subject.forms if seq in self.slips and self.slips[seq].form == TUMOR
            ]
            for seq in slips:
                filled = self.slips[seq]
                self._ask(
                    day,
                    subject.id,
                    seq,
                    filled,
                    "data_manager",
                    filled.slipped,
                    str(error),
                    correct=True,
                )
            if not slips and subject.id not in self.asked_about:
                raise Unexpected(f"lesions of {subject.id}: {error}") from error
            return True
        return False

    def _derived(self, subject: Subject, visit: str) -> Response | None:
        if subject.randomized is None:
            return None
        series = lesion_series(
            subject.records(TU),
            subject.records(TR),
            subject.randomized.on,
            self.policy,
            evaluator=self.protocol.assessment.reader,
        )
        if visit not in series.visits:
            return None
        return Response(
            int(assess_series(series, self.policy).response[series.visits.index(visit)])
        )


def _is_reading(filled: Filled) -> bool:
    """Is it the response that was typed otherwise, not a number?"""
    return filled.slipped.startswith("response")
