"""By when an authority is told of a serious reaction: from the sponsor's awareness, by country."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from equipoise.conduct.record import Refused
from equipoise.conduct.safety import (
    Assessment,
    Report,
    Submission,
    assess_safety,
    report_safety,
    submit_safety,
)
from equipoise.conduct.sponsor_clock import Judged, measure_due, sponsor_clocks
from equipoise.subject.state import Query
from equipoise.terms.expedited_reporting import CHINA, EU, USA, reporting_times
from story import Story

WHO, ON = "S01-001", "2021-03-10"
AWARE = datetime.fromisoformat("2021-03-10T12:00:00Z")
"""When a report of that day reaches the sponsor."""


def begun(country: str = "DEU") -> Story:
    """One participant, at a site of this country."""
    return Story(sites=("S01",), country=country).begin().ready(WHO, date(2021, 3, 10))


def reported(
    story: Story,
    *criteria: str,
    on: str = ON,
    related: str = "RELATED",
    kind: str = "SERIOUS ADVERSE EVENT",
    follows: int | None = None,
) -> int:
    number = f"R{len(story.storage.read())}"
    aware = f"{on}T09:00+01:00"
    outcome = "FATAL" if "DEATH" in (kind, *criteria) else "UNKNOWN"
    causality = {"CETUXIMAB": related, "IRINOTECAN": "NOT RELATED"}
    report = Report(number, kind, "sepsis", on, criteria, aware, causality, {}, outcome, follows)
    return story.done(on, "investigator", report_safety, WHO, report).seq


def judged(
    story: Story, report: int, *, expected: bool, related: str = "RELATED", on: str = ON
) -> None:
    told = Assessment(report, related, expected, "IB 4")
    story.done(on, "safety", assess_safety, WHO, told)


def days(story: Story) -> list[tuple[str, float | None, float | None]]:
    """(what it is, days to it, days to what follows), from the sponsor's first awareness."""

    def count(when: datetime | None) -> float | None:
        return None if when is None else (when - AWARE) / timedelta(days=1)

    return [
        (str(clock.judged), count(clock.due), count(clock.follow_up_due))
        for clock in sponsor_clocks(story.session.trial)
    ]


@pytest.mark.parametrize(
    ("criterion", "country", "due", "follow_up"),
    [
        pytest.param("HOSPITALIZATION", "DEU", 15, None, id="EU"),
        pytest.param("DEATH", "DEU", 7, 15, id="EU, fatal"),
        pytest.param("LIFE-THREATENING", "NOR", 7, 15, id="EEA, life-threatening"),
        pytest.param("HOSPITALIZATION", "USA", 15, None, id="USA"),
        pytest.param("DEATH", "USA", 7, None, id="USA, fatal"),
        pytest.param("DEATH", "CHN", 7, 15, id="China, fatal"),
        pytest.param("DISABILITY", "CHN", 15, None, id="China"),
        pytest.param("DEATH", "BRA", None, None, id="not in the table: nothing is invented"),
    ],
)
def test_an_unexpected_related_event_is_due_by_the_country_of_the_site(
    criterion, country, due, follow_up
):
    story = begun(country)
    judged(story, reported(story, criterion), expected=False)

    assert days(story) == [("SUSAR", due, follow_up)]


@pytest.mark.parametrize(
    ("investigator", "sponsor", "expected", "is_one"),
    [
        ("RELATED", "RELATED", False, True),
        ("RELATED", "NOT RELATED", False, True),  # never downgraded
        ("NOT RELATED", "RELATED", False, True),
        ("NOT RELATED", "NOT RELATED", False, False),
        ("NOT KNOWN", "NOT RELATED", False, True),  # not known is not excluded
        ("RELATED", "RELATED", True, False),
    ],
)
def test_either_suspects_and_neither_takes_it_back(investigator, sponsor, expected, is_one):
    story = begun()
    report = reported(story, "HOSPITALIZATION", related=investigator)
    judged(story, report, expected=expected, related=sponsor)

    assert days(story) == ([("SUSAR", 15, None)] if is_one else [])


@pytest.mark.parametrize(
    ("of_each", "of_all"),
    [
        ((), "NOT KNOWN"),
        (("NOT RELATED", "NOT RELATED"), "NOT RELATED"),
        (("NOT RELATED", "NOT KNOWN"), "NOT KNOWN"),
        (("NOT KNOWN", "RELATED"), "RELATED"),
        (("NOT RELATED", "RELATED"), "RELATED"),
    ],
)
def test_one_drug_that_is_suspected_is_enough(of_each, of_all):
    story = begun()
    causality = dict(zip(("CETUXIMAB", "IRINOTECAN"), of_each, strict=False))
    report = Report("R1", "PREGNANCY", "pregnant", "", (), f"{ON}T09:00+01:00", causality)
    story.done(ON, "investigator", report_safety, WHO, report)

    assert story.session.trial.subjects[WHO].safety[0].related == of_all


@pytest.mark.parametrize(
    ("member", "given"),
    [
        ("causality", {"CETUXIMAB": "PERHAPS"}),
        ("causality", {" ": "RELATED"}),
        ("action", {"CETUXIMAB": "STOPPED"}),
        ("outcome", "DEAD"),
    ],
)
def test_words_that_no_standard_has_are_refused(member, given):
    story = begun()
    report = Report("R1", "PREGNANCY", "pregnant", "", (), f"{ON}T09:00+01:00")

    refused = story.do(ON, "investigator", report_safety, WHO, report._replace(**{member: given}))

    assert isinstance(refused, Refused)
    assert member in refused.reasons[0]


@pytest.mark.parametrize(
    ("criterion", "outcome", "asked"),
    [
        ("DEATH", "FATAL", False),
        ("DEATH", "RECOVERED/RESOLVED", True),
        ("DISABILITY", "FATAL", True),
        ("DISABILITY", "UNKNOWN", False),
    ],
)
def test_an_outcome_that_contradicts_the_criteria_is_asked_about(criterion, outcome, asked):
    story = begun()
    aware = f"{ON}T09:00+01:00"
    kind = "SERIOUS ADVERSE EVENT"
    report = Report("R1", kind, "sepsis", "", (criterion,), aware, {}, {}, outcome)
    story.done(ON, "investigator", report_safety, WHO, report)

    fields = {query.field for query in story.session.trial.subjects[WHO].queries.values()}
    assert ("outcome" in fields) is asked


def test_a_death_that_is_reported_and_not_recorded_is_asked_about():
    story = begun()
    reported(story, "DEATH")
    assert "kind" not in {query.field for query in queries(story)}

    reported(story, kind="DEATH")
    assert "kind" in {query.field for query in queries(story)}


def queries(story: Story) -> list[Query]:
    return list(story.session.trial.subjects[WHO].queries.values())


def test_what_nobody_judged_is_open_and_due_as_if_it_were_one():
    story = begun()
    report = reported(story, "DEATH", related="NOT RELATED")

    assert days(story) == [(str(Judged.OPEN), 7, 15)]
    judged(story, report, expected=True, related="NOT RELATED")
    assert days(story) == []


def test_what_becomes_fatal_is_due_sooner_from_the_report_that_says_so():
    story = begun()
    first = reported(story, "HOSPITALIZATION")
    judged(story, first, expected=False)
    reported(story, "DEATH", on="2021-03-13", follows=first)
    assert days(story) == [("SUSAR", 10, 18)]

    late = begun()
    first = reported(late, "HOSPITALIZATION")
    judged(late, first, expected=False)
    reported(late, "DEATH", on="2021-03-23", follows=first)
    assert days(late)[0][1] == 15


def test_the_clock_runs_from_the_report_that_first_suspects():
    story = begun()
    first = reported(story, "HOSPITALIZATION", related="NOT RELATED")
    judged(story, first, expected=False, related="NOT RELATED")
    second = reported(story, "HOSPITALIZATION", on="2021-03-12", follows=first)
    judged(story, second, expected=False, on="2021-03-14")

    assert days(story) == [("SUSAR", 17, None)]


@pytest.mark.parametrize(
    ("kind", "criteria", "asks"),
    [
        ("PREGNANCY", (), False),
        ("PREGNANCY", ("CONGENITAL ANOMALY",), True),
        ("MEDICATION ERROR", (), False),
        ("DEATH", (), True),
    ],
)
def test_only_what_is_serious_has_a_clock(kind, criteria, asks):
    story = begun()
    reported(story, *criteria, kind=kind)

    assert bool(days(story)) is asks


def test_overdue_until_the_authority_was_told():
    story = begun()
    report = reported(story, "DEATH")
    judged(story, report, expected=False)

    def overdue(day: int) -> bool:
        (clock,) = sponsor_clocks(story.session.trial)
        return clock.is_overdue(AWARE + timedelta(days=day))

    assert [overdue(day) for day in (0, 7, 8)] == [False, False, True]
    told = Submission(report, "EudraVigilance", "2021-03-16T10:00+01:00")
    story.done("2021-03-16", "safety", submit_safety, WHO, told)
    assert [overdue(day) for day in (8, 15, 16)] == [False, False, True]  # what follows on it
    told = Submission(report, "EudraVigilance", "2021-03-20T10:00+01:00")
    story.done("2021-03-20", "safety", submit_safety, WHO, told)
    assert not overdue(100)


def test_told_too_late_stays_overdue():
    story = begun()
    report = reported(story, "HOSPITALIZATION")
    judged(story, report, expected=False)
    told = Submission(report, "EudraVigilance", "2021-03-26T10:00+01:00")
    story.done("2021-03-27", "safety", submit_safety, WHO, told)

    (clock,) = sponsor_clocks(story.session.trial)
    assert clock.is_overdue(AWARE)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"report": 3}, "entry 3 is no safety report of this participant"),
        ({"authority": " "}, "authority: nothing found, expected who was told"),
        (
            {"submitted_at": "2021-03-10"},
            (
                "submitted_at: found '2021-03-10', expected a time with its offset from UTC, like"
                " 2026-03-01T16:30+08:00"
            ),
        ),
        (
            {"submitted_at": "2021-03-11T10:00+01:00"},
            "submitted_at: 2021-03-11T10:00+01:00 lies in the future",
        ),
    ],
)
def test_a_submission_names_a_report_an_authority_and_a_time(change, told):
    story = begun()
    right = Submission(reported(story, "DEATH"), "FDA", "2021-03-10T10:00+01:00")

    refused = story.do(ON, "sponsor", submit_safety, WHO, right._replace(**change))
    assert isinstance(refused, Refused)
    assert refused.reasons == (told,)


def test_a_serious_breach_and_an_urgent_measure_have_seven_days_in_the_union_alone():
    aware = "2021-03-10T12:00:00+00:00"

    assert [measure_due("FRA", aware, breach=breach) for breach in (True, False)] == [
        AWARE + timedelta(days=7)
    ] * 2
    assert [measure_due(country, aware, breach=True) for country in ("USA", "CHN", "BRA")] == [
        None
    ] * 3


def test_the_table_holds_the_union_the_area_the_united_states_and_china():
    assert (reporting_times("DEU"), reporting_times("ISL")) == (EU, EU)
    assert (reporting_times("USA"), reporting_times("CHN")) == (USA, CHINA)
    assert [reporting_times(country) for country in ("GBR", "CHE", "JPN", "")] == [None] * 4


def test_what_is_to_be_told_next_until_everything_is_told():
    story = begun()
    report = reported(story, "DEATH")
    judged(story, report, expected=False)

    def next_days() -> float | None:
        (clock,) = sponsor_clocks(story.session.trial)
        due = None if clock.next_due is None else (clock.next_due - AWARE) / timedelta(days=1)
        assert clock.is_told == (due is None)
        return due

    assert next_days() == 7
    for on, left in (("2021-03-12", 15), ("2021-03-20", None)):
        told = Submission(report, "BfArM", f"{on}T10:00+01:00")
        story.done(on, "safety", submit_safety, WHO, told)
        assert next_days() == left
