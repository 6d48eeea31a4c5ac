"""A death after the withdrawal from use of data: always recorded, reported and asked about; whether
it is an event is declared.
"""

from __future__ import annotations

from datetime import date

import pytest

from equipoise.analysis.analyze import Analysis, analyze
from equipoise.conduct import disposition
from equipoise.conduct.attribution import Correction
from equipoise.conduct.verify import verify_entries
from equipoise.endpoints.event_dates import death_after_withdrawal
from equipoise.ledger.verified import Verified
from equipoise.protocol.yaml_file import load
from equipoise.report.trial.why import explain
from story import Story

DAY, LEFT = date(2021, 3, 10), date(2021, 6, 1)
CUTOFF = date(2021, 12, 31)
WHO = "S01-001"


def told(counts: str, *, left: bool = True, died: str = "2021-06-20") -> Story:
    """One participant, scanned once, who leaves with all data and dies."""
    shipped = load("NCT04509635")
    conduct = shipped.conduct.model_copy(update={"death_after_data_withdrawal": counts})
    story = Story(protocol=shipped.model_copy(update={"conduct": conduct})).begin()
    story.ready(WHO, DAY).randomize(WHO, DAY)
    story.scan(WHO, "2021-05-05", 1, "SD", "48")
    if left:
        level = disposition.Withdrawal("DATA", LEFT, "wish")
        story.done("2021-06-01", "coordinator", disposition.withdraw, WHO, level)
    dead = {"died_on": died, "cause": "disease"}
    story.done("2021-06-25", "investigator", disposition.record_death, WHO, **dead)
    return story


def analyzed(story: Story) -> Analysis:
    return analyze(story.known(CUTOFF))


@pytest.mark.parametrize(
    ("counts", "left", "event"),
    [
        pytest.param("counts", True, True, id="counts"),
        pytest.param("safety only", True, False, id="for safety only"),
        pytest.param("safety only", False, True, id="nobody withdrew"),
    ],
)
def test_whether_it_is_an_event_of_survival_is_declared(counts, left, event):
    endpoints = analyzed(told(counts, left=left)).results.endpoints

    survived = endpoints["OS"].rules["OS"].subjects[WHO].value
    free = endpoints["PFS"].rules["FDA"].subjects[WHO].value
    assert (survived.event, free.event) == (event, event)
    assert survived.days == ((date(2021, 6, 20) if event else date(2021, 5, 5)) - DAY).days + 1


@pytest.mark.parametrize("died", ["2021-06-20", "2021-05-20", "2021"])
def test_recorded_later_is_enough_whatever_its_day(died):
    assert analyzed(told("safety only", died=died)).courses[WHO].death == -1
    assert analyzed(told("counts", died=died)).courses[WHO].death > 0


def test_it_is_recorded_and_asked_about_all_the_same():
    story = told("safety only")
    subject = story.session.trial.subjects[WHO]

    assert str(subject.status) == "DEAD"
    (query,) = subject.queries.values()
    assert (query.field, query.contradicts) == ("died_on", ())
    assert query.text == (
        "recorded after the withdrawal from further use of data of 2021-06-01"
        f" (entry {subject.withdrawals[0].source}): from which source, and may it be used?"
    )
    assert isinstance(verify_entries(story.storage.read()), Verified)


def test_why_says_so_in_a_sentence():
    story = told("safety only")
    analysis = analyzed(story)
    said = explain(analysis, story.storage.read(), WHO, "OS")

    subject = story.session.trial.subjects[WHO]
    why = death_after_withdrawal(subject)
    assert f"  not counted: {why}" in said
    assert why == (
        f"death of 2021-06-20 (entry {subject.died_source}) came after the withdrawal from further"
        f" use of data of 2021-06-01 (entry {subject.withdrawals[0].source}): it stands in the"
        " safety record, and no endpoint knows of it, as the protocol declares"
    )
    assert why in analysis.results.problems[WHO]
    counted = told("counts")
    plain = explain(analyzed(counted), counted.storage.read(), WHO, "OS")
    assert not any("not counted" in line for line in plain)


def test_a_correction_of_an_earlier_death_is_no_later_one():
    story = told("safety only", left=False)
    first = story.session.trial.subjects[WHO].died_source
    level = disposition.Withdrawal("DATA", date(2021, 7, 1), "wish of the family")
    story.done("2021-07-01", "coordinator", disposition.withdraw, WHO, level)
    right = {"died_on": "2021-06-19", "cause": "disease", "correction": Correction(first, "slip")}
    story.done("2021-07-02", "investigator", disposition.record_death, WHO, **right)

    assert death_after_withdrawal(story.session.trial.subjects[WHO]) == ""
