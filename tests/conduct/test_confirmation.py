"""Real people are not recruited under what nobody has compared with its source."""

from __future__ import annotations

from datetime import date

import pytest

from equipoise.conduct import enrolment, trial_setup
from equipoise.conduct.confirmation import confirm_assumptions
from equipoise.conduct.protocol_versions import amend_protocol
from equipoise.conduct.record import Refused
from equipoise.conduct.verify import verify_entries
from equipoise.ledger.entry import Entry
from equipoise.ledger.verified import Verified
from equipoise.protocol.model import Protocol
from story import Story

ON, DAY = "2021-01-05", date(2021, 1, 5)


def changed(protocol: Protocol, version: str, **assumptions: str) -> Protocol:
    """Another version, in which these assumptions take something else."""
    held = protocol.assumptions
    other = {
        name: held[name].model_copy(update={"taken": said}) for name, said in assumptions.items()
    }
    return protocol.model_copy(update={"version": version, "assumptions": {**held, **other}})


def recruiting(story: Story):
    return story.do(ON, "sponsor", trial_setup.change_status, "RECRUITING", reason="all is ready")


def screening(story: Story, subject: str = "S01-001"):
    return story.do(ON, "coordinator", enrolment.screen, subject, screened_on=DAY)


def paused(*, simulated: bool) -> Story:
    story = Story().begin(simulated=simulated)
    story.done(ON, "sponsor", trial_setup.change_status, "PAUSED", reason="an amendment")
    return story


def amend(story: Story, **assumptions: str) -> str:
    """What the refusal says once a new version says something else."""
    new = changed(
        story.protocol, "2.0", **{name.replace("_", "-"): v for name, v in assumptions.items()}
    )
    story.done(ON, "sponsor", amend_protocol, new, sites=(), effective_on=DAY, reconsent=False)
    return (
        "version 2.0 rests on standard knowledge that nobody has confirmed: A-CETUXIMAB; compare"
        " each with its source, and confirm it"
    )


def test_the_shipped_protocol_has_some_to_confirm():
    assert {"A-CETUXIMAB", "A-CHEMOTHERAPY", "A-PROHIBITED"} <= set(Story().protocol.to_confirm)


@pytest.mark.parametrize("left_out", ["A-CETUXIMAB", "A-PROHIBITED"])
def test_recruiting_real_people_waits_for_the_last_confirmation(left_out, monkeypatch):
    story = Story()
    names = tuple(name for name in story.protocol.to_confirm if name != left_out)
    version = story.protocol.version

    def some(on: str) -> Entry:
        return story.done(on, "statistician", confirm_assumptions, names, version=version)

    monkeypatch.setattr(story, "confirm_assumptions", some)
    with pytest.raises(AssertionError, match=f"nobody has confirmed: {left_out};"):
        story.begin(simulated=False)
    last = story.do(ON, "investigator", confirm_assumptions, (left_out,), version=version)
    assert isinstance(last, Entry)
    assert isinstance(recruiting(story), Entry)
    assert isinstance(screening(story), Entry)
    assert isinstance(verify_entries(story.storage.read()), Verified)


def test_who_confirmed_is_kept_by_code_and_role():
    story = Story().begin(simulated=False)

    held = {each.name: (each.by, each.role) for each in story.session.trial.confirmed}
    assert held == dict.fromkeys(story.protocol.to_confirm, ("sponsor-01", "sponsor"))


def test_a_simulated_trial_needs_none():
    story = Story().begin()

    assert story.session.trial.confirmed == ()
    assert isinstance(screening(story), Entry)


def test_a_text_that_changed_is_confirmed_anew_and_the_others_are_not():
    story = paused(simulated=False)
    told = amend(story, A_CETUXIMAB="400 mg/m2, then 250 mg/m2 every week")

    refused = recruiting(story)
    assert isinstance(refused, Refused)
    assert refused.reasons == (told,)
    again = story.do(ON, "sponsor", confirm_assumptions, ("A-CETUXIMAB",), version="2.0")
    assert isinstance(again, Entry)
    assert isinstance(recruiting(story), Entry)


def test_nobody_is_screened_under_what_an_amendment_left_unconfirmed():
    story = Story().begin(simulated=False)
    assert isinstance(screening(story), Entry)
    told = amend(story, A_CETUXIMAB="400 mg/m2, then 250 mg/m2 every week")

    refused = screening(story, "S01-002")
    assert isinstance(refused, Refused)
    assert refused.reasons == (told,)


def test_a_version_with_the_same_texts_asks_for_nothing():
    story = paused(simulated=False)
    amend(story)

    assert isinstance(recruiting(story), Entry)


@pytest.mark.parametrize(
    ("names", "version", "told"),
    [
        ((), "1.1", "assumptions: nothing found, expected the ids of those that are confirmed"),
        (("A-MOON",), "1.1", "version 1.1 has no assumption 'A-MOON'"),
        (("A-CETUXIMAB",), "9", "there is no protocol version '9'"),
    ],
)
def test_what_is_confirmed_must_be_there(names, version, told):
    story = Story().begin()

    refused = story.do(ON, "sponsor", confirm_assumptions, names, version=version)
    assert isinstance(refused, Refused)
    assert refused.reasons == (told,)


def test_a_coordinator_confirms_nothing():
    story = Story().begin()
    names = tuple(story.protocol.to_confirm)

    refused = story.do(ON, "coordinator", confirm_assumptions, names, version="1.1")
    assert isinstance(refused, Refused)
    assert "not open to the role 'coordinator'" in refused.reasons[0]
