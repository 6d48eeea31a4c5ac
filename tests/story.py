"""A trial told in a few lines: commands by named people, with clock, keys and salts that count
up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Concatenate

import numpy as np

from equipoise.allocation.sealed_list import SealedList, seal
from equipoise.allocation.strata import cells
from equipoise.analysis.known import Known
from equipoise.conduct import (
    confirmation,
    data_entry,
    data_management,
    enrolment,
    protocol_versions,
    randomization,
    trial_setup,
)
from equipoise.conduct.attribution import Attribution
from equipoise.conduct.carry_out import Details, Session
from equipoise.conduct.data_entry import FormData
from equipoise.conduct.enrolment import Consent, Judgement
from equipoise.conduct.ports import SealedAllocation
from equipoise.conduct.record import Outcome
from equipoise.conduct.roles import CENTRAL, SITE
from equipoise.conduct.trial_setup import Duty, NewSite
from equipoise.conduct.verify import verify_entries
from equipoise.ledger.entry import Entry
from equipoise.protocol.model import Protocol
from equipoise.protocol.yaml_file import load
from equipoise.store.memory import Memory
from equipoise.subject.state import Trial

CODONS = [(gene, codon) for gene in ("KRAS", "NRAS") for codon in (12, 13, 59, 61, 117, 146)]

_BEGUN: dict[tuple[Any, ...], Story] = {}
"""Stories that have begun, and nothing else; each keeps the protocol whose id is in its key."""


@dataclass
class Story:
    """A session whose commands are told by day."""

    protocol: Protocol = field(default_factory=lambda: load("NCT04509635"))
    storage: Memory = field(default_factory=Memory)
    seed: int = 1
    site: str = "S01"
    sites: tuple[str, ...] = ("S01", "S02")
    country: str = "CHN"
    count: int = 0

    def __post_init__(self) -> None:
        self.session = Session(self.storage)
        self.drawn: SealedAllocation = randomization.draw_allocation(
            self.protocol, np.random.default_rng(self.seed), "ab" * 16
        )
        self.sealed = self.drawn

    def known(self, cutoff: date) -> Known:
        """What is known of the trial by now, up to a clinical cutoff, from a ledger that holds."""
        verified = verify_entries(self.storage.read())
        return Known(trial=self.session.trial, cutoff=cutoff, verified=verified)

    def clock(self, on: str) -> str:
        """Noon of the day, of today the time that it is, or the time of the last entry: what
        happened earlier may be recorded later.
        """
        head, now = self.session.trial.head, datetime.now(UTC)
        about_today = abs(on_(on) - now.date()) <= timedelta(1)
        noon, until = f"{on}T12:00:00Z", now.strftime("%Y-%m-%dT%H:%M:%SZ")
        return max(min(noon, until) if about_today else noon, head.at if head else "")

    def clock_from(self, on: str) -> None:
        """Let a day pass: something is recorded on it."""
        self.done(on, "sponsor", trial_setup.train, "nurse-09", training="GCP", trained_on=on_(on))

    def attribution(self, on: str, role: str) -> Attribution:
        self.count += 1
        salt = hashlib.sha256(f"{self.seed}|{self.count}".encode()).hexdigest()[:32]
        return Attribution(
            at=self.clock(on),
            actor=f"{role}-01",
            role=role,
            site=self.site if role in SITE else None,
            key=f"k{self.count}",
            salt=salt,
        )

    def do(
        self,
        on: str,
        role: str,
        command: Callable[Concatenate[Trial, Attribution, Details], Outcome],
        *args: Details.args,
        **details: Details.kwargs,
    ) -> Outcome:
        return self.session.do(command, self.attribution(on, role), *args, **details)

    def done(
        self,
        on: str,
        role: str,
        command: Callable[Concatenate[Trial, Attribution, Details], Outcome],
        *args: Details.args,
        **details: Details.kwargs,
    ) -> Entry:
        outcome = self.do(on, role, command, *args, **details)
        assert isinstance(outcome, Entry), f"{command.__name__}: {outcome}"
        return outcome

    def begin(self, on: str = "2021-01-04", *, simulated: bool = True) -> Story:
        """Everything up to recruitment. Stories that begin alike share it: it is told once."""
        alike = (id(self.protocol), self.seed, self.site, self.sites, self.country, on)
        own = self.count or len(self.storage.read()) or self.sealed is not self.drawn
        if own or not simulated or type(self) is not Story or type(self.storage) is not Memory:
            return self._begun(on, simulated=simulated)
        if alike not in _BEGUN:
            _BEGUN[alike] = replace(self, storage=Memory())._begun(on, simulated=True)
        self.storage.append(_BEGUN[alike].storage.read())
        self.session = _BEGUN[alike].session.over(self.storage)
        self.count = _BEGUN[alike].count
        return self

    def _begun(self, on: str, *, simulated: bool) -> Story:
        adopt = protocol_versions.adopt_protocol
        self.done(on, "sponsor", adopt, self.protocol, simulated=simulated)
        for site in self.sites:
            new = NewSite(site, self.country, "Asia/Shanghai")
            self.done(on, "sponsor", trial_setup.open_site, new)
        self.staff(on)
        self.done(on, "statistician", randomization.commit_allocation, self.sealed)
        for site in self.sites:
            green = {"since": date.fromisoformat(on), "reason": "approved, contract signed"}
            self.done(on, "sponsor", trial_setup.change_site, site, "ACTIVE", **green)
        if not simulated:
            self.confirm_assumptions(on)
        ready = {"reason": "set-up is complete"}
        self.done(on, "sponsor", trial_setup.change_status, "RECRUITING", **ready)
        return self

    def confirm_assumptions(self, on: str) -> Entry:
        """All that the latest version takes from standard knowledge."""
        protocol = self.session.trial.protocol
        command = confirmation.confirm_assumptions
        names = tuple(protocol.to_confirm)
        return self.done(on, "sponsor", command, names, version=protocol.version)

    def staff(self, on: str) -> None:
        """One person in each role, and a second one for what takes two."""
        day = date.fromisoformat(on)
        for role in (*sorted(SITE), *sorted(CENTRAL)):
            for place in self.sites if role in SITE else (None,):
                for person in (f"{role}-01", f"{role}-02"):
                    trained = {"training": "GCP", "trained_on": day}
                    self.done(on, "sponsor", trial_setup.train, person, **trained)
                    duty = Duty(person, role, place, day)
                    self.done(on, "sponsor", trial_setup.delegate, duty)

    def close(self, on: str) -> None:
        """Close to accrual, and lock: one person asks, another does it."""
        self.done(
            on, "sponsor", trial_setup.change_status, "CLOSED TO ACCRUAL", reason="all are in"
        )
        asked = self.done(on, "data_manager", data_management.request_lock, None, reason="clean")
        self.done(on, "statistician", data_management.lock, asked.seq, reason="clean")

    def form(
        self,
        on: str,
        subject: str,
        form: str,
        visit: str,
        values: dict[str, Any],
        groups: dict[str, Any],
    ) -> Entry:
        return self.done(
            on, "coordinator", data_entry.save_form, subject, FormData(form, visit, values, groups)
        )

    def ready(self, subject: str, day: date = date(2021, 3, 10), **changes: Any) -> Story:
        """Everything that randomization on `day` asks for; `changes` replaces single values."""
        on = day.isoformat()
        others = len(self.session.trial.subjects)  # nobody is taken for one of them
        changes = {"birth": str(1958 - others % 40), "later": others // 40, **changes}
        before = (day - timedelta(8)).isoformat()
        recent = (day - timedelta(2)).isoformat()
        self.done(
            before, "coordinator", enrolment.screen, subject, screened_on=date.fromisoformat(before)
        )
        self.done(
            before,
            "investigator",
            enrolment.record_consent,
            subject,
            Consent(date.fromisoformat(before), self.protocol.version),
        )
        for form, values, groups in screening_forms(day, **changes):
            self.form(recent, subject, form, "SCREENING", values, groups)
        for criterion in ("I02", "I08", "I10"):
            self.done(
                recent,
                "investigator",
                enrolment.attest,
                subject,
                Judgement(criterion, True, date.fromisoformat(recent)),
            )
        regimen = changes.get("regimen", "FOLFIRI")
        chosen = self.done(
            recent,
            "investigator",
            enrolment.intend_chemotherapy,
            subject,
            regimen,
            decided_on=date.fromisoformat(recent),
        )
        if changes.get("signed", True):
            self.done(
                on,
                "investigator",
                data_management.sign,
                subject,
                meaning=data_management.TREATMENT,
                about=(chosen.seq,),
            )
        if changes.get("confirmed", True):
            self.confirm(subject, on)
        return self

    def confirm(self, subject: str, on: str) -> Entry:
        """A physician signs that the person is eligible."""
        about = tuple(self.session.trial.subjects[subject].decisions)
        meaning = data_management.ELIGIBILITY
        return self.done(
            on, "investigator", data_management.sign, subject, meaning=meaning, about=about
        )

    def randomize(self, subject: str, day: date = date(2021, 3, 10)) -> Outcome:
        return self.do(
            day.isoformat(),
            "investigator",
            randomization.randomize,
            subject,
            randomized_on=day,
            sealed=self.sealed,
        )

    def scan(
        self, subject: str, on: str, number: int, response: str, diameter: str, **more: Any
    ) -> Entry:
        groups = {
            "measurement": [{"lesion": "T1", "test": "LDIAM", "value": diameter, "unit": "mm"}],
            "response": [{"response": response, "blinded": "N"}],
            **more,
        }
        values = {"date": on, "evaluator": "LOCAL MDT"}
        return self.form(on, subject, "TUMOR_ASSESSMENT", f"SCAN {number}", values, groups)


def on_(text: str) -> date:
    """A day."""
    return date.fromisoformat(text)


def alternating(protocol: Protocol, *arms: str) -> SealedList:
    """A list that gives the arms in turn, in every stratum."""
    sequence = arms * 200
    strata = cells(protocol.randomization.strata)
    return seal(dict.fromkeys(strata, sequence), salt="ab" * 16)


def screening_forms(day: date, **changes: Any) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """(form, values, groups) of somebody who meets every criterion on `day`."""
    recent = (day - timedelta(2)).isoformat()
    absent = [
        "HYPERSENSITIVITY",
        "INTESTINAL OCCLUSION",
        "BREAST-FEEDING",
        "OTHER MALIGNANCY",
        "SUBSTANCE ABUSE",
        "LEGAL INCAPACITY",
        "PERIPHERAL NEUROPATHY",
    ]
    history = [
        {"category": "PRIMARY DIAGNOSIS", "occurred": "Y", "code": "C18.7", "morphology": "8140/3"},
        {"category": "LIVER METASTASIS", "occurred": "Y", "code": "C78.7"},
        *({"category": one, "occurred": "N"} for one in absent),
    ]

    later = changes.get("later", 0)

    def drug(line: str, name: str, kind: str, start: int, end: int) -> dict[str, str]:
        last = (day - timedelta(end)).isoformat()
        return {
            "line": line,
            "setting": "METASTATIC",
            "drug": name,
            "class": kind,
            "outcome": "PROGRESSION",
            "start": (day - timedelta(start)).isoformat(),
            "end": last,
            "progressed": last,
        }

    codon_rows = [
        {"gene": g, "codon": str(c), "result": "NOT DETECTED", "lod": "0.001"} for g, c in CODONS
    ]
    labs = {
        "NEUT": ("3.1", "10*9/L", ""),
        "PLAT": ("182", "10*9/L", ""),
        "HGB": ("11.2", "g/dL", ""),
    }
    liver = {
        "BILI": ("0.9", "mg/dL", "1.2"),
        "ALP": ("210", "U/L", "120"),
        "AST": ("48", "U/L", "40"),
        "CREAT": ("71", "umol/L", "90"),
    }

    def rows(tests: dict[str, tuple[str, str, str]]) -> list[dict[str, str]]:
        return [
            {
                "test": test,
                "value": changes.get(test, value),
                "unit": unit,
                **({"upper": upper} if upper else {}),
            }
            for test, (value, unit, upper) in tests.items()
        ]

    return [
        (
            "DEMOGRAPHICS",
            {},
            {"subject": [{"birth": changes.get("birth", "1958"), "sex": changes.get("sex", "M")}]},
        ),
        ("MEDICAL_HISTORY", {"date": recent}, {"condition": history}),
        (
            "PRIOR_THERAPY",
            {},
            {
                "drug": [
                    drug("1", "CETUXIMAB", "ANTI-EGFR", 760 - later, changes.get("free_days", 400)),
                    drug("2", "BEVACIZUMAB", "ANTI-VEGF", 390 - later, 20),
                ]
            },
        ),
        (
            "TISSUE_RAS",
            {"date": (day - timedelta(780)).isoformat(), "standard_of_care": "Y"},
            {"status": [{"status": "WILD TYPE"}]},
        ),
        (
            "CTDNA",
            {"sample": "P-1", "collected": (day - timedelta(7)).isoformat()},
            {
                "property": [
                    {"property": "QC", "result": "PASS"},
                    {"property": "TUMFRAC", "result": "0.06"},
                ],
                "codon": changes.get("codons", codon_rows),
            },
        ),
        ("ECOG", {"date": recent}, {"score": [{"score": changes.get("ecog", "1")}]}),
        ("HEMATOLOGY", {"date": recent}, {"result": rows(labs)}),
        ("CHEMISTRY", {"date": recent}, {"result": rows(liver)}),
        (
            "TUMOR_ASSESSMENT",
            {"date": recent, "evaluator": "LOCAL MDT"},
            {
                "lesion": [
                    {"lesion": "T1", "role": "TARGET", "location": "LIVER", "method": "CT SCAN"}
                ],
                "measurement": [{"lesion": "T1", "test": "LDIAM", "value": "50", "unit": "mm"}],
            },
        ),
    ]
