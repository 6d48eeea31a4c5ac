"""What the records say of one person after randomization on 10 March 2021, told through the
commands.
"""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from equipoise.analysis.analyze import analyze
from equipoise.analysis.results.endpoints import Time, TimeValue
from equipoise.analysis.results.participants import DisagreementRow
from equipoise.conduct import disposition
from equipoise.ledger.entry import Entry
from story import Story

WHO, DAY = "S01-001", date(2021, 3, 10)
CUTOFF = date(2021, 12, 31)


def randomized() -> Story:
    story = Story().begin().ready(WHO)
    assert isinstance(story.randomize(WHO), Entry)
    return story


def course(story: Story, cutoff: date = CUTOFF):
    return analyze(story.known(cutoff)).courses[WHO]


def results(story: Story, cutoff: date = CUTOFF):
    return analyze(story.known(cutoff)).results


def therapy(story: Story, start: str, on: str = "2021-12-01") -> Entry:
    rows = [{"therapy": "REGORAFENIB", "class": "OTHER TARGETED", "start": start}]
    return story.form(on, WHO, "SUBSEQUENT_THERAPY", "SURVIVAL 1", {}, {"therapy": rows})


def dose(story: Story, on: str, drug: str = "IRINOTECAN", given: str = "180") -> Entry:
    return story.form(
        on,
        WHO,
        "TREATMENT",
        "CYCLE 1",
        {"date": on},
        {"dose": [{"drug": drug, "dose": given, "unit": "mg/m2"}]},
    )


def contact(story: Story, on: str, status: str = "ALIVE") -> Entry:
    return story.form(
        on,
        WHO,
        "SURVIVAL_CONTACT",
        f"UNSCHEDULED {1 + len(story.session.trial.subjects[WHO].forms)}",
        {"date": on},
        {"contact": [{"status": status, "contact": "TELEPHONE"}]},
    )


def died(story: Story, when: str, on: str = "2021-12-30") -> Entry:
    return story.done(
        on, "investigator", disposition.record_death, WHO, died_on=when, cause="DISEASE UNDER STUDY"
    )


def days_after(day: str) -> int:
    return (date.fromisoformat(day) - DAY).days


# ------------------------------------------------------------------ new therapy


@pytest.mark.parametrize(
    ("start", "taken"),
    [
        pytest.param("2021", "2021-06-30", id="a year: not before the last scan in it"),
        pytest.param("2021-05", "2021-05-19", id="a month: not before the last dose in it"),
        pytest.param("2021-08", "2021-08-01", id="a month after everything: its first day"),
        pytest.param("2021-08-20", "2021-08-20", id="a day: that day"),
        pytest.param(
            "2021-03", "2021-03-11", id="the month of randomization: not before the day after it"
        ),
    ],
)
def test_new_therapy_of_a_partial_date_begins_no_earlier_than_the_dated_records_allow(start, taken):
    story = randomized()
    story.scan(WHO, "2021-05-05", 1, "SD", "45")
    dose(story, "2021-05-19")
    story.scan(WHO, "2021-06-30", 2, "PD", "60")
    therapy(story, start)

    assert course(story).new_therapy == days_after(taken)


def test_a_year_of_new_therapy_does_not_take_disease_control_away_and_is_asked_about():
    story = randomized()
    story.scan(WHO, "2021-05-05", 1, "SD", "45")
    last = story.scan(WHO, "2021-06-30", 2, "PD", "60")
    therapy(story, "2021")
    found = results(story)

    assert found.endpoints["DCR"].subjects[WHO].value is True
    assert found.endpoints["PFS"].rules["FDA"].subjects[WHO] == TimeValue(
        value=Time(days=113, event=True), why="progression", source=(last.seq,)
    )
    assert found.problems[WHO] == "start of new therapy known only as 2021: taken as 2021-06-30"


@pytest.mark.parametrize("when", ["2021-02-20", "2021-02", "2020"])
def test_a_therapy_that_was_over_before_randomization_is_no_new_therapy(when):
    story = randomized()
    story.scan(WHO, "2021-05-05", 1, "SD", "45")
    therapy(story, when, on="2021-06-01")
    found = results(story)

    assert course(story).new_therapy == -1
    assert found.endpoints["DCR"].subjects[WHO].value is True
    assert found.problems[WHO] == f"new therapy of {when} is before randomization: not counted"


def test_a_resection_before_randomization_is_told_and_not_counted():
    story = randomized()
    story.form(
        "2021-06-01",
        WHO,
        "PROCEDURE",
        "SCREENING",
        {},
        {
            "procedure": [
                {
                    "procedure": "HEPATECTOMY",
                    "category": "RESECTION OF TARGET",
                    "date": "2021-02-20",
                }
            ]
        },
    )

    assert course(story).new_therapy == -1
    assert (
        results(story).problems[WHO]
        == "resection of target of 2021-02-20 is before randomization: not counted"
    )


# ------------------------------------------------------------------ death and survival


def test_a_contact_after_the_cutoff_still_says_that_death_was_later():
    story = randomized()
    contact(story, "2021-10-05")
    seen = contact(story, "2021-10-20")
    death = died(story, "2021-10", on="2021-11-10")

    early = results(story, date(2021, 10, 10)).endpoints["OS"].rules["OS"].subjects[WHO]
    late = results(story).endpoints["OS"].rules["OS"].subjects[WHO]

    assert early.value == Time(days=days_after("2021-10-10") + 1, event=False)
    assert late == TimeValue(
        value=Time(days=days_after("2021-10-20") + 1, event=True),
        why=(
            "death; known only as 2021-10: taken as 2021-10-20, the last dated sign of life within"
            " it"
        ),
        source=(death.seq, seen.seq),
    )


def test_a_therapy_known_to_the_month_says_nothing_about_the_day_of_death():
    story = randomized()
    dose(story, "2021-10-15")
    therapy(story, "2021-10", on="2021-10-20")
    died(story, "2021-10")

    assert course(story).new_therapy == days_after("2021-10-15")
    assert course(story).death == days_after("2021-10-15")


def test_a_therapy_of_a_month_after_the_last_contact_leaves_death_at_the_first_of_it():
    story = randomized()
    story.scan(WHO, "2021-10-20", 4, "SD", "45")
    story.scan(WHO, "2021-05-05", 1, "SD", "45")
    therapy(story, "2021-11")
    died(story, "2021")

    assert course(story).new_therapy == days_after("2021-11-01")
    assert course(story).death == days_after("2021-10-20")


def test_a_contact_after_the_cutoff_censors_at_the_cutoff():
    story = randomized()
    contact(story, "2021-06-01")
    contact(story, "2021-09-01")

    os = results(story, date(2021, 8, 1)).endpoints["OS"].rules["OS"].subjects[WHO]

    assert os.value == Time(days=days_after("2021-08-01") + 1, event=False)
    assert os.why == "alive: censored at the data cutoff"


def test_a_contact_that_hears_of_a_death_nobody_recorded_is_a_problem():
    story = randomized()
    contact(story, "2021-09-01", "DEAD")

    assert results(story).problems == {WHO: "contact of 2021-09-01 says dead, no death recorded"}
    assert results(story, date(2021, 8, 1)).problems == {}
    died(story, "2021-08-30")
    assert results(story).problems == {}


def test_what_was_not_done_and_a_dose_not_given_show_nobody_alive():
    story = randomized()
    contact(story, "2021-06-01")
    for on, form, groups in (
        ("2021-07-01", "ECOG", {"score": [{"score": {"missing": "NOT DONE"}}]}),
        (
            "2021-07-02",
            "CHEMISTRY",
            {"result": [{"test": "BILI", "value": {"missing": "NOT DONE"}}]},
        ),
    ):
        story.form(on, WHO, form, "CYCLE 8", {"date": on}, groups)
    dose(story, "2021-07-03", given="0")
    rows = [{"lesion": "T1", "test": "LDIAM", "value": {"missing": "NOT IMAGED"}}]
    story.form(
        "2021-07-04",
        WHO,
        "TUMOR_ASSESSMENT",
        "SCAN 2",
        {"date": "2021-07-04", "evaluator": "LOCAL MDT"},
        {"measurement": rows},
    )

    assert course(story).last_known_alive == days_after("2021-06-01")
    dose(story, (DAY + timedelta(120)).isoformat())
    assert course(story).last_known_alive == 120


# ------------------------------------------------------------------ lesions


def test_a_visit_name_used_twice_loses_no_scan_and_is_asked_about():
    """Sites cannot enter it; other people's data may hold it."""
    story = randomized()
    first = story.scan(WHO, "2021-05-05", 1, "SD", "45")
    again = story.scan(WHO, "2021-06-30", 2, "PD", "60")
    found = analyze(renamed(story, "SCAN 2", "SCAN 1")).courses[WHO]

    assert found.derived.days == (56, 112)
    assert found.derived.responses == found.read.responses
    assert found.problems == (
        (
            f"TR record {first.seq} and TR record {again.seq}: visit 'SCAN 1' is named for scans of"
            " 2021-05-05 and 2021-06-30; taken as two visits, correct one name"
        ),
    )


def renamed(story, visit, name):
    """What is known of the trial, with the records of a visit under another name."""
    known = story.known(CUTOFF)
    trial = known.trial
    subject = trial.subjects[WHO]
    by_domain = {
        domain: tuple(
            replace(row, visit=name) if getattr(row, "visit", "") == visit else row for row in rows
        )
        for domain, rows in subject.by_domain.items()
    }
    changed = replace(subject, by_domain=by_domain)
    return replace(known, trial=replace(trial, subjects={**trial.subjects, WHO: changed}))


def test_a_raised_marker_withholds_the_complete_response_that_the_lesions_give():
    story = Story().begin().ready(WHO)

    def cea(on: str, visit: str, value: str) -> None:
        story.form(
            on,
            WHO,
            "TUMOR_MARKER",
            visit,
            {"date": on},
            {"result": [{"test": "CEA", "value": value, "unit": "ng/mL", "upper": "5"}]},
        )

    cea("2021-03-10", "SCREENING", "40")
    assert isinstance(story.randomize(WHO), Entry)
    scan = story.scan(WHO, "2021-05-05", 1, "CR", "0")
    cea("2021-05-05", "SCAN 1", "9")

    assert results(story).disagreements == (
        DisagreementRow(subject=WHO, day=56, read="CR", derived="PR", source=(scan.seq,)),
    )


def test_a_complete_response_whose_marker_nobody_knows_stands_and_is_asked_about():
    story = randomized()
    story.scan(WHO, "2021-05-05", 1, "CR", "0")

    assert results(story).disagreements == ()
    assert (
        results(story)
        .problems[WHO]
        .startswith("complete response at SCAN 1: whether CEA is normal is not known")
    )
