"""Before a protocol is adopted nothing else is recorded, and whoever tries is told so."""

from datetime import date

import numpy as np
import pytest

from asked import PROTOCOL, ecog
from equipoise.conduct import (
    data_entry,
    data_management,
    disposition,
    enrolment,
    protocol_versions,
    randomization,
    safety,
    trial_setup,
)
from equipoise.conduct.attribution import Attribution
from equipoise.conduct.carry_out import Session
from equipoise.conduct.data_management import Question
from equipoise.conduct.disposition import Withdrawal
from equipoise.conduct.enrolment import Consent, Judgement
from equipoise.conduct.record import Refused
from equipoise.ledger.chain import append
from equipoise.ledger.entry import Entry, Header
from equipoise.ledger.events import FormSaved
from equipoise.store.memory import Memory
from equipoise.subject.state import NoProtocol, Trial

DAY = date(2021, 3, 10)
SEALED = randomization.draw_allocation(PROTOCOL, np.random.default_rng(1), "ab" * 16)
WHO = "S01-001"
REPORT = safety.Report("R1", "PREGNANCY", "pregnant", "", (), "2021-03-10T12:00+08:00")

COMMANDS = [
    (enrolment.screen, (WHO,), {"screened_on": DAY}),
    (enrolment.record_consent, (WHO, Consent(DAY, "1.0")), {}),
    (enrolment.attest, (WHO, Judgement("I08", True, DAY)), {}),
    (enrolment.intend_chemotherapy, (WHO, "FOLFIRI"), {"decided_on": DAY}),
    (enrolment.fail_screening, (WHO,), {"failed_on": DAY, "criteria": ("I09",)}),
    (data_entry.save_form, (WHO, ecog()), {}),
    (data_management.open_query, (WHO, Question("Q1", 1, "date", "sure?")), {}),
    (data_management.answer_query, (WHO, "Q1"), {"text": "yes"}),
    (data_management.close_query, (WHO, "Q1"), {"text": "yes"}),
    (data_management.sign, (None,), {"meaning": "data endorsed", "about": ()}),
    (data_management.freeze, (), {"forms": (), "subjects": (WHO,), "cutoff": DAY}),
    (data_management.unfreeze, (1,), {}),
    (data_management.request_lock, (None,), {"reason": "clean"}),
    (data_management.lock, (1,), {"reason": "clean"}),
    (data_management.request_unlock, (None,), {"reason": "error", "results_seen": False}),
    (data_management.unlock, (1,), {"reason": "error"}),
    (disposition.cancel, (WHO, 1), {"reason": "another person"}),
    (disposition.transfer, (WHO, "S02"), {"transferred_on": DAY}),
    (safety.report_safety, (WHO, REPORT), {}),
    (safety.assess_safety, (WHO, safety.Assessment(1, "RELATED", True, "IB 1")), {}),
    (trial_setup.change_status, ("RECRUITING",), {"reason": "ready"}),
    (trial_setup.open_site, (trial_setup.NewSite("S01", "CHN", "Asia/Shanghai"),), {}),
    (trial_setup.change_site, ("S01", "ACTIVE"), {"since": DAY, "reason": "approved"}),
    (trial_setup.train, ("a-01",), {"training": "GCP", "trained_on": DAY}),
    (trial_setup.delegate, (trial_setup.Duty("a-01", "coordinator", "S01", DAY),), {}),
    (trial_setup.end_delegation, (1,), {"ended_on": DAY}),
    (trial_setup.correct_clock, (1,), {"reason": "wrong"}),
    (trial_setup.publish_key, ("ab" * 32,), {}),
    (randomization.close_allocation, (), {"closed_from": DAY, "arm": "CHEMOTHERAPY"}),
    (disposition.withdraw, (WHO, Withdrawal("TREATMENT", DAY, "wish")), {}),
    (disposition.end_treatment, (WHO,), {"ended_on": DAY, "cause": "wish"}),
    (disposition.end_study, (WHO,), {"ended_on": DAY, "cause": "wish"}),
    (disposition.record_death, (WHO,), {"died_on": "2021-03-10", "cause": "cancer"}),
    (randomization.commit_allocation, (SEALED,), {}),
    (randomization.open_allocation, (SEALED,), {}),
    (randomization.randomize, (WHO,), {"randomized_on": DAY, "sealed": SEALED}),
    (
        protocol_versions.amend_protocol,
        (PROTOCOL,),
        {"sites": (), "effective_on": DAY, "reconsent": False},
    ),
]


def by(role):
    return Attribution(
        at="2021-03-10T12:00:00Z", actor="a-01", role=role, site="S01", key="k1", salt="ab" * 16
    )


@pytest.mark.parametrize(
    ("command", "args", "details"), COMMANDS, ids=[command.__name__ for command, _, _ in COMMANDS]
)
def test_nothing_is_recorded_before_a_protocol(command, args, details):
    session = Session(Memory())

    outcome = session.do(command, by("coordinator"), *args, **details)

    assert isinstance(outcome, Refused)
    assert "the ledger holds no protocol yet: adopt one first" in outcome.reasons
    assert session.storage.read() == []


def test_the_protocol_itself_is():
    outcome = Session(Memory()).do(
        protocol_versions.adopt_protocol, by("sponsor"), PROTOCOL, simulated=True
    )

    assert isinstance(outcome, Entry)


@pytest.mark.parametrize(
    "ask",
    [
        lambda trial: trial.protocol,
        lambda trial: trial.version("1.0"),
        lambda trial: trial.version_at("S01", DAY),
    ],
)
def test_a_trial_without_a_protocol_says_so(ask):
    with pytest.raises(NoProtocol, match="holds no protocol yet"):
        ask(Trial())


def test_entries_under_a_version_that_nobody_adopted_are_no_trial():
    form = FormSaved(form="LB", visit="C1D1", values={}, groups={})
    header = Header(
        at="2021-03-10T12:00:00Z",
        actor="a-01",
        role="coordinator",
        site="S01",
        subject=WHO,
        protocol="1.0",
        key="k1",
    )

    with pytest.raises(NoProtocol):
        Session(Memory([append(None, form, header, "ab" * 16)]))
