"""A small trial that is told under any protocol: each command is tried, and what it came to is
kept.

Nobody is asked to succeed: what one protocol accepts another refuses, and the story goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from equipoise.conduct import data_entry, disposition, enrolment
from equipoise.conduct.carry_out import Session
from equipoise.conduct.data_entry import FormData
from equipoise.conduct.record import Outcome, Refused
from equipoise.ledger.entry import Entry
from equipoise.ledger.salted import salted
from equipoise.protocol.model import Protocol
from equipoise.protocol.payload import to_payload
from equipoise.store.memory import Memory
from story import Story

START = date(2021, 3, 10)
CUTOFF = date(2022, 12, 31)


class NotDone(Exception):
    """A command was refused that the rest of a paragraph needs."""


@dataclass
class ToldTrial(Story):
    """A story whose commands may be refused."""

    outcomes: list[tuple[Any, ...]] = field(default_factory=list)

    def do(self, on: str, role: str, command: Any, *args: Any, **details: Any) -> Outcome:
        who = args[0] if args and isinstance(args[0], str) else ""
        before = self.session.trial.subjects.get(who)
        outcome = super().do(on, role, command, *args, **details)
        self.outcomes.append((command.__name__, *_told(outcome)))
        if isinstance(outcome, Entry) and outcome.type == "FormSaved" and before:
            after = self.session.trial.subjects[who].queries
            new = [query for name, query in after.items() if name not in before.queries]
            self.outcomes += [("asks", query.field) for query in new]
        return outcome

    def done(self, on: str, role: str, command: Any, *args: Any, **details: Any) -> Entry:
        outcome = self.do(on, role, command, *args, **details)
        if not isinstance(outcome, Entry):
            raise NotDone(str(outcome))
        return outcome

    def tell(self, *paragraphs: Callable[[], object]) -> None:
        """Each paragraph up to the first command that is refused."""
        for paragraph in paragraphs:
            try:
                paragraph()
            except NotDone:
                continue

    # -------------------------------------------------------------- what a person goes through

    def enter(self, subject: str, **changes: Any) -> None:
        self.tell(lambda: self.ready(subject, START, **changes))
        if subject in self.session.trial.subjects:
            self.randomize(subject, START)

    def on(self, day: int) -> str:
        return (START + timedelta(day)).isoformat()

    def saved(
        self, day: int, subject: str, form: str, visit: str, values: Any, groups: Any
    ) -> None:
        self.tell(lambda: self.form(self.on(day), subject, form, visit, values, groups))

    def dose(self, day: int, subject: str, visit: str, *drugs: str, **header: str) -> None:
        given = [{"drug": drug, "dose": "180", "unit": "mg/m2"} for drug in drugs]
        values = {"date": self.on(day), **header}
        self.saved(day, subject, "TREATMENT", visit, values, {"dose": given})

    def read(
        self, day: int, subject: str, number: int, response: str, diameter: str, **more: Any
    ) -> None:
        self.tell(lambda: self.scan(subject, self.on(day), number, response, diameter, **more))

    def adverse_event(self, day: int, subject: str, term: str, grade: str) -> None:
        event = {
            "term": term,
            "decoded": term,
            "grade": grade,
            "serious": "N",
            "start": self.on(day),
        }
        number = len(self.storage.read())  # a visit of its own
        self.saved(day, subject, "ADVERSE_EVENTS", f"UNSCHEDULED {number}", {}, {"event": [event]})


def _told(outcome: Outcome) -> tuple[Any, ...]:
    if isinstance(outcome, Refused):
        verdicts = tuple((finding.id, finding.verdict.value) for finding in outcome.findings)
        return ("refused", len(outcome.reasons), verdicts)
    if isinstance(outcome, Entry) and outcome.type == "SubjectRandomized":
        payload = outcome.payload or {}
        return ("randomized", payload["arm"], payload["stratum"], payload["list_position"])
    return (getattr(outcome, "type", "done before"),)


ABSENT = {"missing": "NOT IMAGED"}


def tell(protocol: Protocol) -> ToldTrial:
    """Nine persons: seven enter, one fails, one is asked before consent. A masked trial, which
    cannot be conducted yet, is told as if it were open, and then read as it is declared.
    """
    masked = protocol.design.masking != "OPEN LABEL"
    told = ToldTrial(protocol=_opened(protocol) if masked else protocol)
    told.tell(told.begin)
    _enrolment(told)
    _first(told, "S01-001")
    _second(told, "S01-002")
    _third(told, "S01-003")
    _fourth(told, "S01-004")
    _fifth(told, "S01-005")
    _sixth(told, "S01-006")
    _withdraws_and_dies(told, "S01-003")
    for subject in ("S01-001", "S01-002", "S01-003", "S01-006"):
        _read_again(told, subject)
    if masked:
        first, *others = told.storage.read()
        declared = {**first.payload, "protocol": to_payload(protocol)}
        fields = salted(declared, None, (), "ab" * 16)
        told.session = Session(Memory([replace(first, fields=fields), *others]))
    return told


def _opened(protocol: Protocol) -> Protocol:
    design = protocol.design.model_copy(update={"masking": "OPEN LABEL"})
    words = protocol.registration.model_copy(update={"design": "open label"})
    return protocol.model_copy(update={"design": design, "registration": words})


def _enrolment(told: ToldTrial) -> None:
    for number, (regimen, free) in enumerate(
        (("FOLFIRI", 400), ("MFOLFOX6", 90), ("IRINOTECAN", 400), ("FTD/TPI", 230)), start=1
    ):
        told.enter(f"S01-00{number}", regimen=regimen, free_days=free)
    told.enter("S01-005", ecog="0")
    told.enter("S01-006", sex="F")
    told.saved(
        0,
        "S01-006",
        "PREGNANCY_TEST",
        "SCREENING",
        {"date": told.on(-1)},
        {"result": [{"result": "NEGATIVE"}]},
    )
    told.randomize("S01-006", START)
    quality = {"property": [{"property": "QC", "result": "FAIL"}]}
    sample = {"sample": "P-2", "collected": told.on(-2)}
    told.saved(0, "S01-006", "CTDNA", "SCREENING", sample, quality)  # a second one of the visit
    told.enter("S01-007", signed=False)
    told.enter("S01-008", HGB="8.1")
    told.do(
        told.on(1),
        "coordinator",
        enrolment.fail_screening,
        "S01-008",
        failed_on=START + timedelta(1),
        criteria=("I09",),
    )
    told.do(told.on(1), "coordinator", enrolment.screen, "S01-009", screened_on=START)
    for visit in ("SCREENING", "UNSCHEDULED 1"):
        score = FormData("ECOG", visit, {"date": told.on(0)}, {"score": [{"score": "1"}]})
        told.do(told.on(1), "coordinator", data_entry.save_form, "S01-009", score)
    _earlier_results(told, "S01-002")


def _earlier_results(told: ToldTrial, subject: str) -> None:
    """Results from before consent, marked as such and not; a value that nobody has."""
    for label, hemoglobin in (({"standard_of_care": "Y"}, "11"), ({}, "11"), ({}, "60")):
        day = -2 if hemoglobin == "60" else -9
        told.saved(
            1,
            subject,
            "HEMATOLOGY",
            f"UNSCHEDULED {len(told.storage.read())}",
            {"date": told.on(day), **label},
            {"result": [{"test": "HGB", "value": hemoglobin, "unit": "g/dL"}]},
        )


def _first(told: ToldTrial, subject: str) -> None:
    """Treated in time, responds, progresses, dies."""
    told.dose(2, subject, "FIRST_DOSE", "IRINOTECAN", "CETUXIMAB")
    for cycle, day in enumerate((16, 31, 45), start=1):
        told.dose(day, subject, f"CYCLE {cycle}", "IRINOTECAN", "CETUXIMAB")
    told.dose(46, subject, "CYCLE 3", "CETUXIMAB")
    for number, (day, response, diameter) in enumerate(
        ((53, "SD", "45"), (109, "PR", "30"), (165, "PR", "31"), (221, "PD", "60")), start=1
    ):
        told.read(day, subject, number, response, diameter)
    told.adverse_event(10, subject, "Rash", "2")
    told.adverse_event(70, subject, "Fatigue", "1")
    told.adverse_event(95, subject, "Nausea", "1")
    _stops(told, subject, 60)
    _dies(told, subject, 400)


def _read_again(told: ToldTrial, subject: str) -> None:
    """The same scans, by a reader elsewhere, who measures another lesion."""
    lesion = {"lesion": "R1", "role": "TARGET", "location": "LIVER", "method": "CT SCAN"}
    for visit, day, diameter, response in (
        ("UNSCHEDULED 9", -2, "40", ""),
        ("SCAN 1", 53, "38", "SD"),
        ("SCAN 2", 109, "37", "SD"),
    ):
        told.saved(
            max(day, 0),
            subject,
            "TUMOR_ASSESSMENT",
            visit,
            {"date": told.on(day), "evaluator": "INDEPENDENT ASSESSOR"},
            {
                "lesion": [] if response else [lesion],
                "measurement": [{"lesion": "R1", "test": "LDIAM", "value": diameter, "unit": "mm"}],
                "response": [{"response": response, "blinded": "Y"}] if response else [],
            },
        )


def _second(told: ToldTrial, subject: str) -> None:
    """The first dose is late; a response once; another therapy before progression."""
    told.dose(5, subject, "FIRST_DOSE", "OXALIPLATIN")
    told.read(53, subject, 1, "PR", "30")
    told.read(80, subject, 2, "SD", "34")
    therapy = {"therapy": "FRUQUINTINIB", "class": "OTHER TARGETED", "start": told.on(150)}
    told.saved(150, subject, "SUBSEQUENT_THERAPY", "UNSCHEDULED 3", {}, {"therapy": [therapy]})
    told.read(165, subject, 3, "PD", "50")
    _dies(told, subject, 300)


def _third(told: ToldTrial, subject: str) -> None:
    """Several targets, which all go, and later one is there again."""
    named = [("T2", "LIVER"), ("T3", "LUNG"), ("T4", "LUNG"), ("T5", "OTHER")]
    told.saved(
        0,
        subject,
        "TUMOR_ASSESSMENT",
        "UNSCHEDULED 9",
        {"date": told.on(-1), "evaluator": "LOCAL MDT"},
        {
            "lesion": [
                {"lesion": name, "role": "TARGET", "location": organ, "method": "CT SCAN"}
                for name, organ in named
            ],
            "measurement": [
                {"lesion": name, "test": "LDIAM", "value": "20", "unit": "mm"} for name, _ in named
            ],
        },
    )
    told.dose(1, subject, "FIRST_DOSE", "CETUXIMAB")
    for number, (day, response, state) in enumerate(
        ((56, "PR", "30"), (112, "CR", "0"), (168, "CR", "0"), (224, "SD", "8")), start=1
    ):
        told.read(day, subject, number, response, state)


def _fourth(told: ToldTrial, subject: str) -> None:
    """Stable for a short time, clinical progression, dies before the next scan."""
    told.dose(2, subject, "FIRST_DOSE", "TRIFLURIDINE/TIPIRACIL")
    told.read(45, subject, 1, "SD", "48")
    told.saved(
        70,
        subject,
        "CLINICAL_PROGRESSION",
        "UNSCHEDULED 1",
        {"date": told.on(70)},
        {"progression": [{"basis": "ascites", "evaluator": "LOCAL MDT"}]},
    )
    _dies(told, subject, 100)


def _fifth(told: ToldTrial, subject: str) -> None:
    """Another reader, an unscheduled scan, progression after scans that were not made; withdraws
    from treatment.
    """
    told.dose(1, subject, "FIRST_DOSE", "IRINOTECAN", "LEUCOVORIN")
    told.read(56, subject, 1, "SD", "47")
    told.saved(
        112,
        subject,
        "TUMOR_ASSESSMENT",
        "UNSCHEDULED 2",
        {"date": told.on(112), "evaluator": "INDEPENDENT ASSESSOR"},
        {"response": [{"response": "PR", "blinded": "Y"}]},
    )
    told.read(250, subject, 4, "PD", "70")
    withdrawal = disposition.Withdrawal("TREATMENT", START + timedelta(90), "wish")
    told.do(told.on(90), "coordinator", disposition.withdraw, subject, withdrawal)
    told.saved(
        260,
        subject,
        "SURVIVAL_CONTACT",
        "SURVIVAL 2",
        {"date": told.on(260)},
        {"contact": [{"status": "ALIVE", "contact": "TELEPHONE"}]},
    )


def _sixth(told: ToldTrial, subject: str) -> None:
    """Reader and lesions disagree; a test that is due only after a drug."""
    told.dose(3, subject, "FIRST_DOSE", "CETUXIMAB", "IRINOTECAN")
    told.read(53, subject, 1, "PD", "50")
    told.read(109, subject, 2, "SD", "52")
    _stops(told, subject, 20)
    for day, magnesium in ((59, "0.7"), (60, "9")):
        told.saved(
            day,
            subject,
            "CHEMISTRY",
            "MAGNESIUM",
            {"date": told.on(day)},
            {"result": [{"test": "MG", "value": magnesium, "unit": "mmol/L"}]},
        )


def _withdraws_and_dies(told: ToldTrial, subject: str) -> None:
    """Leaves with all data; a register tells of the death."""
    left = disposition.Withdrawal("DATA", START + timedelta(300), "wish")
    told.do(told.on(300), "coordinator", disposition.withdraw, subject, left)
    _dies(told, subject, 330)


def _stops(told: ToldTrial, subject: str, day: int) -> None:
    ended = START + timedelta(day)
    told.do(
        told.on(day),
        "investigator",
        disposition.end_treatment,
        subject,
        ended_on=ended,
        cause="TOXICITY",
    )


def _dies(told: ToldTrial, subject: str, day: int) -> None:
    told.do(
        told.on(day),
        "investigator",
        disposition.record_death,
        subject,
        died_on=told.on(day),
        cause="DISEASE UNDER STUDY",
    )
