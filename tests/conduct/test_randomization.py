"""The list, its commitment and opening, and who may have an arm."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from asked import DAY, IN, NEXT, NOBODY, PROTOCOL, READY, SCREENED, Asked, once_told
from equipoise.allocation.declared import with_sizes
from equipoise.allocation.strata import cells
from equipoise.conduct import enrolment, protocol_versions, randomization, trial_setup
from equipoise.conduct.carry_out import Session
from equipoise.conduct.randomization import allocated_by
from equipoise.conduct.record import Outcome, Refused
from equipoise.conduct.verify import verify_entries
from equipoise.ledger.entry import Entry, entry_of, line_of
from equipoise.ledger.verified import Verified
from equipoise.store.memory import Memory
from equipoise.subject.conditions import TrialStatus
from equipoise.subject.state import Trial
from equipoise.terms.verdict import Verdict
from story import Story


@pytest.fixture
def trial():
    return once_told()


@pytest.mark.parametrize("sizes", [(2,), (4, 6), (8, 10, 12)])
def test_the_length_of_the_list_tells_nothing_of_its_blocks(sizes):
    """It is committed, so everybody knows it."""
    declared = with_sizes(PROTOCOL, sizes)
    drawn = randomization.draw_allocation(declared, np.random.default_rng(1), "ab" * 16)

    assert {len(arms) for arms in drawn.sequences} == {2 * PROTOCOL.design.participants}


def test_one_list_is_committed_for_a_version(trial):
    by, sealed = trial.by("statistician"), trial.story.sealed

    def said(**changes: Any) -> str:
        changed = replace(trial.trial, **changes)
        return str(randomization.commit_allocation(changed, by, sealed))

    assert said() == (
        "a list is already committed for version 1.1; this list was committed before; a new version"
        " needs a new list"
    )
    assert isinstance(
        randomization.commit_allocation(replace(trial.trial, lists=()), by, sealed), Entry
    )


def test_a_commitment_names_its_method(trial):
    before = replace(trial.trial, lists=(), allocated={})
    entry = randomization.commit_allocation(before, trial.by("statistician"), trial.story.sealed)

    assert isinstance(entry, Entry)
    assert entry.payload == {
        "commitment": trial.story.sealed.commitment,
        "leaves": trial.story.sealed.leaves,
        "algorithm": "stratified permuted blocks",
        "voided": 0,
    }


def test_a_list_that_nobody_committed_is_not_opened(trial):
    state = replace(trial.trial, lists=(), status=TrialStatus.LOCKED)
    outcome = randomization.open_allocation(state, trial.by("statistician"), trial.story.sealed)

    assert outcome == Refused(("no such list was committed",))


def test_arms_follow_the_list_in_the_order_of_randomization_not_of_screening():
    story = Story().begin().ready(READY, DAY).ready(IN, DAY)
    for who in (IN, READY):
        assert isinstance(story.randomize(who, DAY), Entry)
    given = {who: story.session.trial.subjects[who].randomized for who in (IN, READY)}
    assert [given[who].list_position for who in (IN, READY)] == [1, 2]
    story.close("2021-03-10")

    opened = story.do("2021-03-10", "statistician", randomization.open_allocation, story.sealed)

    assert isinstance(opened, Entry)


def randomized(trial: Asked, who: str, on: date = DAY) -> list[str]:
    return trial.refused(randomization.randomize, who, randomized_on=on, sealed=trial.story.sealed)


@pytest.mark.parametrize(("days", "fits"), [(-1, False), (0, True), (1, False)])
def test_an_arm_is_given_on_the_day_it_is_recorded(trial, days, fits):
    on = DAY + timedelta(days)
    said = [text for text in randomized(trial, READY, on) if "day at the site" in text]

    why = f"randomized_on: {on} is not the day at the site, {DAY}; randomization is neither back-"
    assert said == ([] if fits else [f"{why} nor post-dated"])


def test_the_day_is_that_of_the_site_not_of_utc(trial):
    """07:30 in Shanghai is not yesterday."""
    by = replace(trial.by("investigator"), at="2021-03-10T23:30:00Z")
    ask = {"randomized_on": NEXT, "sealed": trial.story.sealed}

    outcome = randomization.randomize(trial.trial, by, READY, **ask)

    assert isinstance(outcome, Entry)


def test_nobody_unknown_or_without_records_has_an_arm(trial):
    assert randomized(trial, READY) == []
    assert randomized(trial, NOBODY) == [f"there is no subject {NOBODY}; screen first"]
    said = randomized(trial, SCREENED)
    assert (
        "the intended chemotherapy is not recorded; the MDT decides before the arm is known" in said
    )
    assert "stratum ANTI_EGFR_FREE unknown (Anti-EGFR-free interval: nothing recorded)" in said


def test_a_list_has_to_be_committed_and_this_one(trial):
    other = randomization.draw_allocation(PROTOCOL, np.random.default_rng(99), "cd" * 16)

    def said(state: Trial, sealed: Any) -> Outcome:
        by = trial.by("investigator")
        return randomization.randomize(state, by, READY, randomized_on=DAY, sealed=sealed)

    missing = said(replace(trial.trial, lists=()), trial.story.sealed)
    assert isinstance(missing, Refused)
    assert missing.reasons == ("no randomization list was committed",)
    assert all(finding.verdict is Verdict.MET for finding in missing.findings)
    assert len(missing.findings) == len(PROTOCOL.criteria)
    assert str(said(trial.trial, other)) == "this is not the randomization list that was committed"


def test_an_exhausted_list_says_so_with_the_findings(trial):
    subject = trial.trial.subjects[IN].randomized
    full = {**trial.trial.allocated, subject.stratum: 10_000}
    state = replace(trial.trial, allocated=full)

    outcome = randomization.randomize(
        state, trial.by("investigator"), READY, randomized_on=DAY, sealed=trial.story.sealed
    )

    assert isinstance(outcome, Refused)
    assert "is exhausted" in outcome.reasons[0]
    assert len(outcome.findings) == len(PROTOCOL.criteria)


def test_a_protocol_may_ask_for_no_intention():
    rules = PROTOCOL.randomization.model_copy(update={"requires_intended_chemotherapy": False})
    story = Story(protocol=PROTOCOL.model_copy(update={"randomization": rules})).begin()
    story.ready(READY, DAY, signed=False)

    assert isinstance(story.randomize(READY, DAY), Entry)


@pytest.mark.parametrize(
    ("sites", "effective_on", "asks", "asked"),
    [
        ((), DAY, True, True),
        (("S01",), DAY, True, True),
        (("S02",), DAY, True, False),
        ((), NEXT, True, False),
        ((), DAY, False, False),
    ],
)
def test_an_amendment_asks_for_consent_where_and_when_it_holds(sites, effective_on, asks, asked):
    story = amended(sites=sites, effective_on=effective_on, reconsent=asks)

    said = randomized(Asked(story), READY)

    assert said == (["version 2.0 asks for a new consent"] if asked else [])


@pytest.mark.parametrize(("on", "enough"), [(DAY, True), (NEXT, False)])
def test_a_consent_counts_from_its_day(on, enough):
    story = amended(sites=(), effective_on=DAY, reconsent=True)
    again = enrolment.Consent(on, "2.0")
    story.done(on.isoformat(), "investigator", enrolment.record_consent, READY, again)
    story.confirm(READY, on.isoformat())

    said = randomized(Asked(story), READY)

    assert ("version 2.0 asks for a new consent" not in said) is enough


def amended(**how: Any) -> Story:
    story = Story().begin().ready(READY, DAY)
    second = PROTOCOL.model_copy(update={"version": "2.0"})
    story.done("2021-03-10", "sponsor", protocol_versions.amend_protocol, second, **how)
    return story


OTHER = PROTOCOL.registration.model_copy(update={"id": "NCT00000000"})


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"version": "2.0"}, []),
        ({}, ["version 1.1 exists; an amendment needs a new version"]),
        (
            {"version": "2.0", "registration": OTHER},
            ["found the protocol of NCT00000000, expected NCT04509635"],
        ),
    ],
)
def test_an_amendment_is_a_new_version_of_the_same_protocol(trial, changes, reasons):
    how = {"sites": (), "effective_on": DAY, "reconsent": False, "role": "sponsor"}
    second = PROTOCOL.model_copy(update=changes)

    assert trial.refused(protocol_versions.amend_protocol, second, **how) == reasons


def test_a_protocol_is_adopted_once(trial):
    assert trial.refused(
        protocol_versions.adopt_protocol, PROTOCOL, simulated=True, role="sponsor"
    ) == [
        "ProtocolAdopted is not possible while the trial is recruiting; it is while set-up",
        "the ledger already holds a protocol; amend it",
    ]


def test_any_delegated_person_may_press_once_a_physician_has_signed():
    story = Story().begin().ready(READY, DAY, confirmed=False)
    press = {"randomized_on": DAY, "sealed": story.sealed}
    command = (randomization.randomize, READY)
    asked = Asked(story)
    assert asked.refused(*command, **press) == ["eligibility is not signed by an investigator"]

    story.confirm(READY, "2021-03-10")

    assert asked.refused(*command, **press, role="coordinator") == []
    assert asked.refused(*command, **press, role="pharmacist") == []
    assert "is not open to the role" in str(asked.refused(*command, **press, role="monitor"))


def test_a_refused_request_consumes_and_asks_nothing_of_the_list():
    class Silent:
        """A list that must not be asked."""

        def __init__(self, commitment: str, leaves: int) -> None:
            self.commitment, self.leaves = commitment, leaves

    story = Story().begin().ready(READY, DAY, confirmed=False)
    before = story.session.trial
    silent = Silent(story.sealed.commitment, story.sealed.leaves)

    refused = story.do(
        "2021-03-10",
        "investigator",
        randomization.randomize,
        READY,
        randomized_on=DAY,
        sealed=silent,  # type: ignore[arg-type]
    )

    assert isinstance(refused, Refused)
    assert story.session.trial == before


@pytest.mark.parametrize(
    ("closed", "said"),
    [
        ({"arm": "CHEMOTHERAPY"}, "arm CHEMOTHERAPY is closed from 2021-03-10: amend the protocol"),
        ({"stratum": ("irinotecan", "4 months or more")}, "stratum (irinotecan, 4 months or more)"),
        ({"stratum": ("no irinotecan", "4 months or more")}, ""),
    ],
)
def test_what_is_closed_gives_no_arm(closed, said):
    story = Story().begin().ready(READY, DAY)
    close = (randomization.close_allocation,)
    story.done("2021-03-10", "sponsor", *close, closed_from=DAY, **closed)

    outcome = story.randomize(READY, DAY)

    assert (said in str(outcome)) if said else isinstance(outcome, Entry)


@pytest.mark.parametrize(
    ("closed", "said"),
    [
        ({"arm": "PLACEBO"}, "arm: found 'PLACEBO', expected one of"),
        ({"stratum": ("x",)}, "there is no stratum (x)"),
        ({}, "found both or neither, expected an arm or a stratum"),
        ({"arm": "CHEMOTHERAPY", "stratum": ("x",)}, "found both or neither"),
    ],
)
def test_only_what_there_is_closes(trial, closed, said):
    close = {"closed_from": DAY, "role": "sponsor", **closed}

    assert trial.refused(randomization.close_allocation, **close)[0].startswith(said)


def test_a_site_randomizes_no_more_than_its_cap():
    story = Story().begin()
    new = trial_setup.NewSite("S03", "CHN", "Asia/Shanghai", cap=1)
    story.done("2021-02-01", "sponsor", trial_setup.open_site, new)
    green = {"since": date(2021, 2, 1), "reason": "approved"}
    story.done("2021-02-01", "sponsor", trial_setup.change_site, "S03", "ACTIVE", **green)
    for role in ("coordinator", "investigator"):
        duty = trial_setup.Duty(f"{role}-01", role, "S03", date(2021, 2, 1))
        story.done("2021-02-01", "sponsor", trial_setup.delegate, duty)
    story.site = "S03"
    story.ready("S03-001", DAY).ready("S03-002", DAY)
    assert isinstance(story.randomize("S03-001", DAY), Entry)

    assert "site S03 has randomized 1 of the 1 that it may" in str(story.randomize("S03-002", DAY))


def test_no_amendment_drops_what_holds_people():
    story = Story().begin().ready(READY, DAY)
    assert isinstance(story.randomize(READY, DAY), Entry)
    arm = story.session.trial.subjects[READY].randomized.arm
    arms = tuple(
        one.model_copy(update={"id": f"NEW_{one.id}"}) if one.id == arm else one
        for one in PROTOCOL.arms
    )
    first, *others = PROTOCOL.randomization.strata
    renamed = {f"new {name}": values for name, values in first.levels.items()}
    strata = PROTOCOL.randomization.model_copy(
        update={"strata": (first.model_copy(update={"levels": renamed}), *others)}
    )
    forms = tuple(form for form in PROTOCOL.forms if form.id != "ECOG")
    schedule = tuple(
        visit.model_copy(update={"forms": tuple(name for name in visit.forms if name != "ECOG")})
        for visit in PROTOCOL.schedule
    )
    changes = {"arms": arms, "randomization": strata, "forms": forms, "schedule": schedule}
    second = PROTOCOL.model_copy(update={"version": "2.0", **changes})
    how = {"sites": (), "effective_on": DAY, "reconsent": False, "role": "sponsor"}

    said = Asked(story).refused(protocol_versions.amend_protocol, second, **how)

    held = f"is not in the new version and holds {READY}: close it"
    stratum = "stratum (irinotecan, 4 months or more)"
    assert f"arm {arm} {held}" in said
    assert f"{stratum} {held}" in said
    assert f"form ECOG {held}" in said


def test_other_strata_need_a_new_list_and_what_is_left_of_the_old_one_is_void():
    story = Story().begin().ready(READY, DAY).ready(IN, DAY)
    assert isinstance(story.randomize(READY, DAY), Entry)
    more = PROTOCOL.randomization.strata[0].model_copy(
        update={"levels": {**PROTOCOL.randomization.strata[0].levels, "other": ("OTHER",)}}
    )
    rules = PROTOCOL.randomization.model_copy(
        update={"strata": (more, *PROTOCOL.randomization.strata[1:])}
    )
    second = PROTOCOL.model_copy(update={"version": "2.0", "randomization": rules})
    how = {"sites": (), "effective_on": DAY, "reconsent": False}
    story.done("2021-03-10", "sponsor", protocol_versions.amend_protocol, second, **how)
    assert "version 2.0 has other arms or strata: commit a list" in str(story.randomize(IN, DAY))

    old, story.sealed = (
        story.sealed,
        randomization.draw_allocation(second, np.random.default_rng(2), "cd" * 16),
    )
    entry = story.done("2021-03-10", "statistician", randomization.commit_allocation, story.sealed)

    assert entry.payload["voided"] == old.leaves - 2
    assert isinstance(story.randomize(IN, DAY), Entry)
    assert story.session.trial.subjects[IN].randomized.list_position == 1
    assert isinstance(verify_entries(story.storage.read()), Verified)


@pytest.mark.parametrize(
    ("on", "said"),
    [(date(1990, 1, 1), "is before the trial began (2021-01-04)"), (date(2021, 1, 4), "")],
)
def test_no_amendment_holds_before_the_trial(trial, on, said):
    how = {"sites": (), "effective_on": on, "reconsent": False, "role": "sponsor"}
    second = PROTOCOL.model_copy(update={"version": "2.0"})

    assert said in str(trial.refused(protocol_versions.amend_protocol, second, **how))


def test_a_list_serves_an_amendment_in_whatever_order_a_file_names_the_levels() -> None:
    """A ledger that is read gives levels in alphabetical order, an amendment in its own."""
    story = Story().begin()
    stored = Memory([entry_of(line_of(entry)) for entry in story.storage.read()])
    session = Session(stored)
    amended = story.protocol.model_copy(update={"version": "2.0"})
    by = story.attribution("2021-02-01", "sponsor")
    effective = {"sites": (), "effective_on": date(2021, 2, 1), "reconsent": False}

    outcome = session.do(protocol_versions.amend_protocol, by, amended, **effective)

    assert isinstance(outcome, Entry)
    first, second = (version.protocol for version in session.trial.versions)
    assert cells(first.randomization.strata) != cells(second.randomization.strata)
    assert allocated_by(first) == allocated_by(second)
