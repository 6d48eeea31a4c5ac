"""One person under two codes is asked about; who she is at another site is told to nobody there."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from equipoise.conduct import enrolment
from equipoise.conduct.attribution import Correction
from equipoise.conduct.data_entry import FormData, save_form
from equipoise.conduct.disposition import Withdrawal, withdraw
from equipoise.conduct.enrolment import Consent
from equipoise.conduct.verify import verify_entries
from equipoise.ledger.entry import Entry
from equipoise.ledger.verified import Verified
from equipoise.subject.likeness import alike, with_place
from equipoise.subject.records import CM, DM
from equipoise.subject.state import Subject, Trial
from equipoise.terms.dates import parse_date
from story import Story

ON, DAY = "2021-03-10", date(2021, 3, 10)
SAME = "with the same year of birth, sex and dates of the history"
HERE = f"S01-001 is somebody {SAME}: one person, or two?"
ELSEWHERE = (
    f"another site has somebody {SAME}: the data manager compares them. Was this person screened"
    " elsewhere before?"
)


def comes(story: Story, code: str, site: str = "S01", previous: str | None = None) -> None:
    story.site = site
    story.done(
        ON, "coordinator", enrolment.screen, code, screened_on=DAY, previous_subject=previous
    )
    consent = Consent(DAY, story.protocol.version)
    story.done(ON, "investigator", enrolment.record_consent, code, consent)


def is_born(story: Story, code: str, birth: str = "1958", sex: str = "M") -> Entry:
    return story.form(
        ON, code, "DEMOGRAPHICS", "SCREENING", {}, {"subject": [{"birth": birth, "sex": sex}]}
    )


def was_treated(story: Story, code: str, *began: str) -> Entry:
    line = {"setting": "METASTATIC", "drug": "CETUXIMAB", "class": "ANTI-EGFR"}
    rows = [
        {**line, "line": str(number), "outcome": "PROGRESSION", "start": start}
        for number, start in enumerate(began, 1)
    ]
    return story.form(ON, code, "PRIOR_THERAPY", "SCREENING", {}, {"drug": rows})


def was_ill(story: Story, code: str, since: str) -> Entry:
    row = {"category": "PRIMARY DIAGNOSIS", "occurred": "Y", "code": "C18.7", "start": since}
    return story.form(ON, code, "MEDICAL_HISTORY", "SCREENING", {"date": ON}, {"condition": [row]})


def asked(story: Story, code: str) -> list[tuple[int, str, str]]:
    queries = story.session.trial.subjects[code].queries.values()
    return [(query.about, query.field, query.text) for query in queries if SAME in query.text]


def first(*began: str, birth: str = "1958", since: str = "") -> Story:
    story = Story().begin()
    comes(story, "S01-001")
    is_born(story, "S01-001", birth)
    if began:
        was_treated(story, "S01-001", *began)
    if since:
        was_ill(story, "S01-001", since)
    return story


def test_the_history_that_comes_later_than_the_birth_asks():
    story = first("2019-02-03", "2020-04-05")
    comes(story, "S01-002")
    is_born(story, "S01-002")
    assert asked(story, "S01-002") == []
    history = was_treated(story, "S01-002", "2019-02-03", "2020-04-05")

    assert asked(story, "S01-002") == [(history.seq, "drug", HERE)]
    assert asked(story, "S01-001") == []
    assert isinstance(verify_entries(story.storage.read()), Verified)


def test_the_birth_that_comes_later_than_the_history_asks():
    story = first(since="2018-11-30")
    comes(story, "S01-002")
    was_ill(story, "S01-002", "2018-11-30")
    born = is_born(story, "S01-002")

    assert asked(story, "S01-002") == [(born.seq, "subject", HERE)]


def test_of_another_site_neither_the_code_nor_the_site_is_told():
    story = first("2019-02-03")
    comes(story, "S02-001", "S02")
    is_born(story, "S02-001")
    history = was_treated(story, "S02-001", "2019-02-03")

    assert asked(story, "S02-001") == [(history.seq, "drug", ELSEWHERE)]
    assert "S01" not in ELSEWHERE
    assert alike(story.session.trial, "S02-001") == ("S01-001",)  # for whoever may see both


def test_somebody_is_asked_about_once():
    story = first("2019-02-03", since="2018-11-30")
    comes(story, "S01-002")
    is_born(story, "S01-002")
    saved = was_ill(story, "S01-002", "2018-11-30")
    was_treated(story, "S01-002", "2019-02-03")
    typed = saved.payload
    again = FormData(typed["form"], typed["visit"], typed["values"], typed["groups"])
    story.done(
        ON, "coordinator", save_form, "S01-002", again, correction=Correction(saved.seq, "checked")
    )

    assert [about for about, _, _ in asked(story, "S01-002")] == [saved.seq]


@pytest.mark.parametrize(
    ("theirs", "hers", "birth", "sex", "asks"),
    [
        pytest.param(("2019-02-03",), ("2019-02-03",), "1958", "M", True, id="one day"),
        pytest.param(("2019-02",), ("2019-02",), "1958", "M", False, id="one month: chance"),
        pytest.param(
            ("2019-02", "2020-04"), ("2019-02", "2020-04"), "1958", "M", True, id="two months"
        ),
        pytest.param(("2019", "2020"), ("2019", "2020"), "1958", "M", False, id="years alone"),
        pytest.param(("2019-02-03",), ("2019-02-04",), "1958", "M", False, id="another day"),
        pytest.param(("2019-02-03",), ("2019-02-03",), "1959", "M", False, id="another year"),
        pytest.param(("2019-02-03",), ("2019-02-03",), "1958", "F", False, id="another sex"),
        pytest.param(("2019-02-03",), ("2019-02-03",), "1958-07-01", "M", True, id="a birthday"),
        pytest.param(("2019-02-03",), (), "1958", "M", False, id="no history"),
    ],
)
def test_what_is_the_same(theirs, hers, birth, sex, asks):
    story = first(*theirs)
    comes(story, "S01-002")
    is_born(story, "S01-002", birth, sex)
    if hers:
        was_treated(story, "S01-002", *hers)

    assert bool(asked(story, "S01-002")) is asks


def test_two_birthdays_of_one_year_are_two_persons():
    story = first("2019-02-03", birth="1958-07-01")
    comes(story, "S01-002")
    is_born(story, "S01-002", "1958-07-02")
    was_treated(story, "S01-002", "2019-02-03")

    assert asked(story, "S01-002") == []


def test_whom_a_re_screening_links_is_known_to_be_one():
    story = first("2019-02-03")
    gone = {"failed_on": DAY, "criteria": ()}
    story.done(ON, "investigator", enrolment.fail_screening, "S01-001", **gone)
    comes(story, "S01-002", previous="S01-001")
    is_born(story, "S01-002")
    was_treated(story, "S01-002", "2019-02-03")

    assert asked(story, "S01-002") == []


def test_who_withdrew_from_use_of_data_is_not_compared():
    story = first("2019-02-03")
    left = Withdrawal("DATA", DAY, "wish")
    story.done(ON, "coordinator", withdraw, "S01-001", left)
    comes(story, "S01-002")
    is_born(story, "S01-002")
    was_treated(story, "S01-002", "2019-02-03")

    assert asked(story, "S01-002") == []


def test_a_corrected_birth_is_looked_up_where_it_stands_now():
    story = first("2019-02-03", birth="1985")
    (wrong,) = (
        seq
        for seq, saved in story.session.trial.subjects["S01-001"].forms.items()
        if saved.form == "DEMOGRAPHICS"
    )
    right = FormData("DEMOGRAPHICS", "SCREENING", {}, {"subject": [{"birth": "1958", "sex": "M"}]})
    story.done(
        ON, "coordinator", save_form, "S01-001", right, correction=Correction(wrong, "a slip")
    )
    comes(story, "S01-002")
    is_born(story, "S01-002", "1985")
    was_treated(story, "S01-002", "2019-02-03")
    comes(story, "S01-003")
    is_born(story, "S01-003")
    was_treated(story, "S01-003", "2019-02-03")

    assert (asked(story, "S01-002"), len(asked(story, "S01-003"))) == ([], 1)


def crowd(number: int) -> Trial:
    """So many people, born over 40 years, each with a history of her own."""
    trial = Trial()
    for each in range(number):
        began = parse_date(f"20{10 + each % 9}-{1 + each % 12:02d}-{1 + each % 28:02d}")
        records: list[Any] = [
            DM(sex="FM"[each % 2], birth=parse_date(str(1940 + each % 40)), source=each),
            CM(category="PRIOR ANTICANCER THERAPY", line="1", start=began, source=each),
        ]
        one = Subject(id=f"S{each:05d}").with_records(records)
        trial = replace(trial, subjects={**trial.subjects, one.id: one})
        trial = replace(trial, people=with_place(trial, one.id))
    return trial


def test_among_a_thousand_people_a_look_takes_less_than_a_millisecond():
    trial = crowd(1_000)

    began = time.perf_counter()
    for code in trial.subjects:
        alike(trial, code)
    assert time.perf_counter() - began < 1
