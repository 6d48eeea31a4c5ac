"""How a person comes in: who may be screened, consent, be judged, and whose screening may fail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from asked import (
    AGAIN,
    DAY,
    FAILED,
    IN,
    NEXT,
    NOBODY,
    READY,
    SCREENED,
    Asked,
    assert_begins,
    once_told,
)
from equipoise.conduct import disposition, enrolment
from equipoise.conduct.attribution import Correction
from equipoise.conduct.enrolment import Consent, Judgement
from story import Story


@pytest.fixture
def trial():
    return once_told()


@pytest.mark.parametrize(
    ("who", "previous", "reasons"),
    [
        ("S01-010", None, []),
        ("S01-010", FAILED, [f"re-screening of {FAILED}: this has been done; link to {AGAIN}"]),
        ("S01-010", NOBODY, [f"re-screening of {NOBODY}: there is no such subject"]),
        ("S01-010", IN, [f"re-screening of {IN}: already randomized"]),
        ("S01-010", READY, [f"re-screening of {READY}: that screening has not ended"]),
        (READY, None, [f"the code {READY} is in use"]),
        ("S", None, ["found 'S', expected a code of 2 to 20 capital letters"]),
        ("S1", None, []),
        ("S" * 20, None, []),
        ("S" * 21, None, [f"found '{'S' * 21}', expected a code of 2 to 20 capital letters"]),
    ],
)
def test_who_may_be_screened(trial, who, previous, reasons):
    said = trial.refused(enrolment.screen, who, screened_on=DAY, previous_subject=previous)

    assert_begins(said, reasons)


def test_a_failed_screening_is_followed_by_one_other():
    story = Story().begin()
    for who in (READY, FAILED):
        story.done("2021-03-10", "coordinator", enrolment.screen, who, screened_on=DAY)
    failed = {"failed_on": DAY, "criteria": ()}
    story.done("2021-03-10", "coordinator", enrolment.fail_screening, FAILED, **failed)

    again = {"screened_on": DAY, "previous_subject": FAILED}
    assert Asked(story).refused(enrolment.screen, AGAIN, **again) == []


def test_nobody_who_died_is_screened_again():
    story = Story().begin()
    story.done("2021-03-10", "coordinator", enrolment.screen, FAILED, screened_on=DAY)
    failed = {"failed_on": DAY, "criteria": ()}
    story.done("2021-03-10", "coordinator", enrolment.fail_screening, FAILED, **failed)
    died = {"died_on": "2021-03-10", "cause": "disease"}
    death = story.done("2021-03-10", "coordinator", disposition.record_death, FAILED, **died)

    again = {"screened_on": DAY, "previous_subject": FAILED}
    assert Asked(story).refused(enrolment.screen, AGAIN, **again) == [
        (
            f"re-screening of {FAILED}: died on 2021-03-10 (entry {death.seq}); if that is wrong,"
            " cancel it first"
        )
    ]


def test_a_person_belongs_to_a_site(trial):
    by = replace(trial.by("coordinator"), site=None)
    outcome = enrolment.screen(trial.trial, by, "S01-010", screened_on=DAY)

    assert "coordinator acts at a site, and none is named" in str(outcome)


@pytest.mark.parametrize(("who", "kind"), [(SCREENED, "INITIAL"), (READY, "RECONSENT")])
def test_consent_is_given_first_or_again(trial, who, kind):
    outcome = trial.ask(enrolment.record_consent, who, Consent(DAY, "1.1"))

    assert outcome.payload["kind"] == kind


def test_consent_is_to_a_version_that_exists(trial):
    assert trial.refused(enrolment.record_consent, READY, Consent(DAY, "9.0")) == [
        "there is no protocol version '9.0'"
    ]
    assert trial.refused(enrolment.record_consent, NOBODY, Consent(DAY, "1.1")) == [
        f"there is no subject {NOBODY}; screen first"
    ]


@pytest.mark.parametrize(
    ("who", "criterion", "on", "reasons"),
    [
        (READY, "I02", DAY, []),
        (READY, "I02", NEXT, ["attested_on: 2021-03-11 lies in the future"]),
        (READY, "I09", DAY, ["criterion 'I09' asks for no judgement; those that do are I02, "]),
        (SCREENED, "I02", DAY, ["no consent is recorded: entry before consent is refused"]),
        (NOBODY, "I02", DAY, [f"there is no subject {NOBODY}; screen first"]),
    ],
)
def test_what_may_be_attested(trial, who, criterion, on, reasons):
    assert_begins(trial.refused(enrolment.attest, who, Judgement(criterion, True, on)), reasons)


def test_a_judgement_is_corrected_by_one_about_the_same_criterion(trial):
    held = {said.criterion: said.source for said in trial.trial.subjects[READY].attestations}
    judged = (enrolment.attest, READY, Judgement("I02", False, DAY))
    same, other = (Correction(held[name], "seen again") for name in ("I02", "I08"))

    assert trial.refused(*judged, correction=same) == []
    assert trial.refused(*judged, correction=other) == [
        f"entry {held['I08']} attests another criterion than I02"
    ]
    assert trial.refused(enrolment.attest, NOBODY, judged[2], correction=same) == [
        f"there is no subject {NOBODY}; screen first"
    ]


@pytest.mark.parametrize(
    ("who", "regimen", "reasons"),
    [
        (READY, "FOLFIRI", []),
        (READY, "ASPIRIN", ["found the regimen 'ASPIRIN', expected one of "]),
        (
            IN,
            "FOLFIRI",
            [f"ChemotherapyIntended is not possible while {IN} is randomized"],
        ),
        (SCREENED, "FOLFIRI", ["no consent is recorded: entry before consent is refused"]),
    ],
)
def test_who_may_be_meant_to_have_a_regimen(trial, who, regimen, reasons):
    assert_begins(
        trial.refused(enrolment.intend_chemotherapy, who, regimen, decided_on=DAY), reasons
    )


@pytest.mark.parametrize(
    ("who", "criteria", "reasons"),
    [
        (READY, ("I09",), []),
        (READY, (), []),
        (READY, ("I09", "X1", "X2"), ["there is no criterion 'X1'", "there is no criterion 'X2'"]),
        (IN, (), ["already randomized: an ineligible participant stays in the"]),
        (NOBODY, (), [f"there is no subject {NOBODY}; screen first"]),
    ],
)
def test_whose_screening_may_fail(trial, who, criteria, reasons):
    said = trial.refused(enrolment.fail_screening, who, failed_on=DAY, criteria=criteria)

    assert_begins(said, reasons)
