"""How does a virtual person get into the trial, or not? From the first visit to the arm or the
reason she failed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np

from equipoise.conduct import data_entry, data_management, enrolment, randomization
from equipoise.conduct.attribution import Correction
from equipoise.conduct.enrolment import Consent, Judgement
from equipoise.conduct.ports import SealedAllocation
from equipoise.conduct.record import Refused
from equipoise.eligibility.finding import Finding
from equipoise.ledger.entry import Entry
from equipoise.rehearsal.data_desk import DataDesk
from equipoise.rehearsal.filled import Filled
from equipoise.rehearsal.office import Agenda, Office, Unexpected
from equipoise.rehearsal.screening_forms import (
    Desk,
    ctdna_form,
    first_forms,
    history_form,
    scan_form,
    visit_forms,
)
from equipoise.terms.verdict import Verdict
from equipoise.virtual.person import intended_regimen, recovered

MOST_ATTEMPTS = 4
TIME_MAY_MEND = frozenset({"I06", "I07", "I09", "I10"})
_SCAN_LASTS = 20  # days after which a scan is repeated, well inside the window of the protocol


@dataclass(slots=True)
class Case:
    """One person in screening: the code, her desk, and what was done so far."""

    code: str
    desk: Desk
    arrived: date
    samples: int = 0
    attempts: int = 0
    scanned: date = date.min
    regimen: str = ""
    history: int = 0
    told: bool = False
    rescreened: bool = False
    criteria: tuple[str, ...] = field(default=())


class ScreeningDesk:
    """The way in. `on_randomized` takes over with the case and the entry; `on_failed` hears of
    everybody else.
    """

    def __init__(
        self,
        data: DataDesk,
        sealed: SealedAllocation,
        on_randomized: Callable[[Case, Entry], None],
        on_failed: Callable[[Case, date], None],
    ) -> None:
        self.data, self.sealed = data, sealed
        self.on_randomized, self.on_failed = on_randomized, on_failed

    @property
    def office(self) -> Office:
        """Where commands are carried out."""
        return self.data.office

    @property
    def agenda(self) -> Agenda:
        """What is still to be done."""
        return self.data.agenda

    def begin(self, day: date, case: Case, previous: str | None = None) -> None:
        """A code, consent and the first forms; blood for ctDNA is drawn at once."""
        site = case.desk.person.site.id
        self.office.do(
            day,
            "coordinator",
            site,
            enrolment.screen,
            case.code,
            screened_on=day,
            previous_subject=previous,
        )
        if case.desk.person.declines:
            self._fail(day, case, ())
            return
        version = self.data.protocol.version
        self.office.do(
            day,
            "investigator",
            site,
            enrolment.record_consent,
            case.code,
            Consent(day, version),
        )
        for form in first_forms(case.desk, day):
            seq = self.data.save(day, case.code, form)
            case.history = seq if form.form == "MEDICAL_HISTORY" else case.history
        self._draw_blood(day, case)

    # -------------------------------------------------------------- getting ready

    def _draw_blood(self, day: date, case: Case) -> None:
        case.samples += 1
        reported = day + timedelta(days=int(case.desk.rng.integers(7, 13)))
        form = ctdna_form(case.desk, case.samples, day, reported)
        self.agenda.put(reported, lambda today: self._report(today, case, form))

    def _report(self, day: date, case: Case, form: Filled) -> None:
        self.data.save(day, case.code, form)
        self.agenda.put(day + timedelta(days=1), lambda today: self._visit(today, case))

    def _visit(self, day: date, case: Case) -> None:
        """Everything that must be recent: blood, performance, judgements, the scan; and once, the
        MDT's choice.
        """
        if (day - case.scanned).days > _SCAN_LASTS:
            self._scan(day, case)
        for form in visit_forms(case.desk, day):
            self.data.save(day, case.code, form)
        for criterion in self.data.protocol.criteria:
            if criterion.rule.asks_a_person():
                self._attest(day, case, criterion.id)
        if not case.regimen:
            self._intend(day, case)
        self.agenda.put(
            day + timedelta(days=int(case.desk.rng.integers(1, 4))),
            lambda today: self._try(today, case),
        )

    def _scan(self, day: date, case: Case) -> None:
        early = case.scanned == date.min and case.desk.chance("scan_before_consent")
        back = int(case.desk.rng.integers(1, 4))
        case.scanned = case.arrived - timedelta(days=back) if early else day - timedelta(days=back)
        form = scan_form(case.desk, case.scanned, case.arrived)
        again = sum(held.form == form.form for held in self.data.subject(case.code).forms.values())
        visit = f"UNSCHEDULED {again}" if again else form.visit
        self.data.save(day, case.code, replace(form, visit=visit))

    def _attest(self, day: date, case: Case, criterion: str) -> None:
        person = case.desk.person
        self.office.do(
            day,
            "investigator",
            person.site.id,
            enrolment.attest,
            case.code,
            Judgement(criterion, person.judgements[criterion], day),
        )

    def _intend(self, day: date, case: Case) -> None:
        """The MDT's choice is recorded and signed before anybody can know the arm."""
        desk, site = case.desk, case.desk.person.site.id
        case.regimen = intended_regimen(desk.rng, desk.protocol, desk.parameters, desk.person)
        entry = self.office.do(
            day,
            "investigator",
            site,
            enrolment.intend_chemotherapy,
            case.code,
            case.regimen,
            decided_on=day,
        )
        self.office.do(
            day,
            "investigator",
            site,
            data_management.sign,
            case.code,
            meaning=data_management.TREATMENT,
            about=(entry.seq,),
        )

    # -------------------------------------------------------------- the decision

    def _try(self, day: date, case: Case) -> None:
        """Randomize; a site settles its queries first, since a number in doubt decides nothing."""
        if not self.data.is_settled(case.code):
            self.agenda.put(day + timedelta(days=1), lambda today: self._try(today, case))
            return
        case.attempts += 1
        site = case.desk.person.site.id
        subject = self.data.subject(case.code)
        about = tuple(subject.decisions) or tuple(subject.forms)
        self.office.do(
            day,
            "investigator",
            site,
            data_management.sign,
            case.code,
            meaning=data_management.ELIGIBILITY,
            about=about,
        )
        outcome = self.office.attempt(
            day,
            "investigator",
            site,
            randomization.randomize,
            case.code,
            randomized_on=day,
            sealed=self.sealed,
        )
        if isinstance(outcome, Entry):
            self.on_randomized(case, outcome)
        elif isinstance(outcome, Refused):
            self._refused(day, case, outcome)
        else:
            raise Unexpected(f"randomize({case.code}) on {day}: {outcome}")

    def _refused(self, day: date, case: Case, refused: Refused) -> None:
        failed = [finding for finding in refused.findings if finding.verdict is Verdict.NOT_MET]
        unknown = [finding for finding in refused.findings if finding.verdict is Verdict.UNKNOWN]
        if len(failed) + len(unknown) < len(refused.reasons):
            raise Unexpected(f"randomize({case.code}) on {day}: {refused}")
        if failed or case.attempts >= MOST_ATTEMPTS:
            self._fail(day, case, tuple(finding.id for finding in failed or unknown))
        else:
            self._obtain(day, case, unknown)

    def _obtain(self, day: date, case: Case, unknown: Sequence[Finding]) -> None:
        """Get what is missing, then try again."""
        kinds = {criterion.id: criterion.rule.kind for criterion in self.data.protocol.criteria}
        wanted = {kinds.get(part.id, part.id) for finding in unknown for part in finding.open_parts}
        if "not" in wanted and case.desk.person.told_late and not case.told:
            self._ask_pathology(day, case)
        if "genomic" in wanted:
            self._draw_blood(day, case)
        else:
            self.agenda.put(day + timedelta(days=2), lambda today: self._visit(today, case))

    def _ask_pathology(self, day: date, case: Case) -> None:
        right, case.told = history_form(case.desk, day, case.desk.person.told_late), True
        self.office.do(
            day,
            "coordinator",
            case.desk.person.site.id,
            data_entry.save_form,
            case.code,
            right.data,
            correction=Correction(case.history, "morphology obtained from pathology"),
        )

    def _fail(self, day: date, case: Case, criteria: tuple[str, ...]) -> None:
        case.criteria = criteria
        self.office.do(
            day,
            "coordinator",
            case.desk.person.site.id,
            enrolment.fail_screening,
            case.code,
            failed_on=day,
            criteria=criteria,
        )
        self.on_failed(case, day)


def again(case: Case) -> Desk | None:
    """The desk for another screening some weeks later, if what failed may be mended and she wants
    to.
    """
    if case.rescreened or not case.criteria or not TIME_MAY_MEND.issuperset(case.criteria):
        return None
    if not case.desk.chance("rescreened"):
        return None
    person = recovered(case.desk.person, case.desk.parameters)
    return replace(case.desk, person=person, rng=np.random.default_rng(person.seed))
