"""What became of each expected visit? The shipped schedule, one person, day by day.

Randomized on 10 March 2021: scans are due around 5 May, 30 June and 25 August, a week earlier or
later.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.conduct.questions import _STILL_OPEN
from equipoise.protocol.model import Protocol
from equipoise.protocol.yaml_file import load
from equipoise.subject.conditions import TrialStatus
from equipoise.subject.participation import HEARD_OF
from equipoise.subject.records import read_record
from equipoise.subject.state import Ended, Randomized, SavedForm, Subject, Trial, Version
from equipoise.subject.visits import Status, VisitStatus, off_window, visits_of
from equipoise.terms.dates import parse_date

PROTOCOL = load("NCT04509635")
START = date(2021, 3, 10)
SCAN = ("TUMOR_ASSESSMENT", "TUMOR_MARKER")
CYCLE = ("TREATMENT", "HEMATOLOGY", "CHEMISTRY", "BODY_SIZE", "ADVERSE_EVENTS")
NEVER = date(2030, 1, 1)


def trial(*versions: Version, **more: Any) -> Trial:
    declared = Version(PROTOCOL, "", (), START - timedelta(90), False)
    return Trial(versions=versions or (declared,), **more)


def changed(visit: str, **fields: Any) -> Protocol:
    """The protocol with one visit declared otherwise."""
    schedule = tuple(v.model_copy(update=fields) if v.id == visit else v for v in PROTOCOL.schedule)
    return PROTOCOL.model_copy(update={"schedule": schedule})


def under(protocol: Protocol, site: str = "", since: date = START) -> Version:
    return Version(protocol, "", (site,) if site else (), since, False)


def randomized(**more: Any) -> Subject:
    at = Randomized(
        arm="CHEMOTHERAPY", stratum=(), list_position=1, on=START, source=9, version="1.0"
    )
    she = Subject(id="S01-001", site="S01", randomized=at).with_records([intended("FOLFIRI")])
    return replace(she, **more)


def intended(regimen: str) -> Any:
    return read_record("DS", {"DSDECOD": "INTENDED CHEMOTHERAPY", "DSTERM": regimen}, 8)


def saw(*visits: tuple[str, str, tuple[str, ...]], first: int = 101) -> dict[int, SavedForm]:
    """The entries of (visit, day, forms), numbered."""
    forms = [
        SavedForm(form, visit, parse_date(day) if day else None)
        for visit, day, names in visits
        for form in names
    ]
    return dict(enumerate(forms, first))


def dose(day: str, drug: str = "IRINOTECAN", given: str = "180") -> Any:
    return read_record("EX", {"EXTRT": drug, "EXDOSE": given, "EXSTDTC": day}, 50)


def pd(day: str, reader: str = "LOCAL MDT") -> Any:
    row = {"RSTESTCD": "OVRLRESP", "RSORRES": "PD", "RSEVAL": reader, "RSDTC": day}
    return read_record("RS", row, 51)


def shown(subject: Subject, on: str, visit: str, known: Trial | None = None) -> list[str]:
    """What became of the occurrences of one visit."""
    statuses = visits_of(known or trial(), subject, date.fromisoformat(on))
    return [f"{v.recorded}: {v.status}" for v in statuses if v.visit == visit]


def one(subject: Subject, on: str, recorded: str, known: Trial | None = None) -> VisitStatus:
    statuses = visits_of(known or trial(), subject, date.fromisoformat(on))
    (status,) = [v for v in statuses if v.recorded == recorded]
    return status


# ------------------------------------------------------------------ one scan, day by day


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ("2021-04-27", []),
        ("2021-04-28", ["SCAN 1: due"]),
        ("2021-05-12", ["SCAN 1: due"]),
        ("2021-05-13", ["SCAN 1: overdue"]),
        ("2021-06-22", ["SCAN 1: overdue"]),
        ("2021-06-23", ["SCAN 1: missed", "SCAN 2: due"]),
    ],
)
def test_a_scan_that_nobody_entered_is_due_then_overdue_then_missed(on, said):
    assert shown(randomized(), on, "SCAN") == said


@pytest.mark.parametrize(
    ("day", "said", "off"),
    [
        ("2021-04-27", "done outside the window", -8),
        ("2021-04-28", "done", -7),
        ("2021-05-05", "done", 0),
        ("2021-05-12", "done", 7),
        ("2021-05-13", "done outside the window", 8),
    ],
)
def test_a_scan_is_done_within_its_window_or_outside(day, said, off):
    scan = one(randomized(forms=saw(("SCAN 1", day, SCAN))), "2021-05-20", "SCAN 1")

    assert (scan.status, scan.on, scan.off) == (said, date.fromisoformat(day), off)
    assert (scan.sources, scan.missing, scan.unscheduled) == ((101, 102), (), ())


def test_a_visit_without_one_of_its_forms_is_partly_done():
    scan = one(
        randomized(forms=saw(("SCAN 1", "2021-05-05", ("TUMOR_ASSESSMENT",)))),
        "2021-09-01",
        "SCAN 1",
    )

    assert (scan.status, scan.missing) == (Status.PARTLY, ("TUMOR_MARKER",))


def test_an_incomplete_scan_is_done_and_not_missed():
    evaluated = pd("2021-05-05")
    forms = saw(("SCAN 1", "2021-05-05", SCAN))
    ne = randomized(forms=forms).with_records([replace(evaluated, original="NE")])

    assert shown(ne, "2021-06-30", "SCAN") == ["SCAN 1: done", "SCAN 2: due"]


def test_what_is_dated_after_the_day_has_not_happened():
    she = randomized(forms=saw(("SCAN 1", "2021-05-14", SCAN)))

    assert shown(she, "2021-05-13", "SCAN") == ["SCAN 1: overdue"]
    assert shown(she, "2021-05-14", "SCAN") == ["SCAN 1: done outside the window"]


def test_a_form_that_the_visit_does_not_declare_is_unscheduled_at_it_and_does_not_do_it():
    forms = saw(("SCAN 1", "2021-05-05", ("ECOG",)), ("SCAN 2", "2021-06-30", (*SCAN, "ECOG")))
    she = randomized(forms=forms)

    first, second = (one(she, "2021-08-01", name) for name in ("SCAN 1", "SCAN 2"))

    assert (first.status, first.unscheduled, first.on) == (Status.MISSED, ("ECOG",), None)
    assert (second.status, second.unscheduled) == (Status.DONE, ("ECOG",))


def test_an_unscheduled_scan_is_told_beside_the_schedule():
    she = randomized(forms=saw(("UNSCHEDULED 1", "2021-05-05", SCAN)))

    assert shown(she, "2021-05-20", "SCAN") == ["SCAN 1: overdue"]
    beside = one(she, "2021-05-20", "UNSCHEDULED 1")
    assert (beside.status, beside.due, beside.unscheduled) == (Status.NOT_EXPECTED, None, SCAN)


def test_an_unscheduled_scan_fills_a_window_only_where_that_is_declared():
    known = trial(under(changed("SCAN", unscheduled_fills=True)))
    she = randomized(forms=saw(("UNSCHEDULED 1", "2021-05-05", SCAN)))
    last = randomized(forms=saw(("UNSCHEDULED 1", "2021-05-12", SCAN)))
    late = randomized(forms=saw(("UNSCHEDULED 1", "2021-05-13", SCAN)))

    assert one(she, "2021-05-20", "SCAN 1", known).sources == (101, 102)
    assert shown(she, "2021-05-20", "SCAN", known) == ["SCAN 1: done"]
    assert shown(she, "2021-05-20", "UNSCHEDULED", known) == []
    assert shown(last, "2021-05-20", "SCAN", known) == ["SCAN 1: done"]
    assert shown(late, "2021-05-20", "SCAN", known) == ["SCAN 1: overdue"]


def test_of_two_samples_the_one_nearest_to_the_window_counts():
    forms = saw(("SCAN 1", "2021-05-05", SCAN), ("SCAN 1", "2021-06-01", ("TUMOR_MARKER",)))

    assert shown(randomized(forms=forms), "2021-06-10", "SCAN") == ["SCAN 1: done"]


def test_a_day_known_to_the_month_is_outside_only_if_all_of_it_is():
    def of(month: str) -> str:
        return shown(randomized(forms=saw(("SCAN 1", month, SCAN))), "2021-08-01", "SCAN")[0]

    assert of("2021-04") == of("2021-05") == "SCAN 1: done"  # the window opens on 28 April
    assert of("2021-03") == of("2021-07") == "SCAN 1: done outside the window"


def test_the_day_of_a_visit_is_the_one_farthest_outside_the_window_else_the_first():
    scan, marker = SCAN
    apart = saw(("SCAN 1", "2021-05-05", (scan,)), ("SCAN 1", "2021-05-20", (marker,)))
    inside = saw(("SCAN 1", "2021-05-06", (scan,)), ("SCAN 1", "2021-05-04", (marker,)))

    assert one(randomized(forms=apart), "2021-06-01", "SCAN 1").off == 15
    assert one(randomized(forms=inside), "2021-06-01", "SCAN 1").off == -1


# ------------------------------------------------------------------ screening


def test_a_result_from_before_consent_is_collected_at_screening_and_not_made_there():
    screening = next(v for v in PROTOCOL.schedule if v.id == "SCREENING")
    forms = saw(("SCREENING", "2021-03-01", screening.forms))
    tissue = next(seq for seq, saved in forms.items() if saved.form == "TISSUE_RAS")
    old = replace(forms[tissue], on=parse_date("2019-01-01"))
    labeled = replace(old, earlier=True)

    assert shown(randomized(forms=forms), "2021-03-10", "SCREENING") == ["SCREENING: done"]
    assert shown(randomized(forms=forms | {tissue: labeled}), "2021-03-10", "SCREENING") == [
        "SCREENING: done"
    ]
    assert shown(randomized(forms=forms | {tissue: old}), "2021-03-10", "SCREENING") == [
        "SCREENING: done outside the window"
    ]


@pytest.mark.parametrize(
    ("sex", "missing"), [("M", ()), ("F", ("PREGNANCY_TEST",)), ("", ("PREGNANCY_TEST",))]
)
def test_a_form_for_women_is_missed_of_a_woman_only(sex, missing):
    screening = next(v for v in PROTOCOL.schedule if v.id == "SCREENING")
    there = tuple(name for name in screening.forms if name != "PREGNANCY_TEST")
    she = randomized(forms=saw(("SCREENING", "2021-03-01", there)))
    records = [read_record("DM", {"SEX": sex}, 1)] if sex else []

    assert one(she.with_records(records), "2021-03-10", "SCREENING").missing == missing


def test_of_somebody_not_randomized_by_the_day_nothing_is_expected():
    assert visits_of(trial(), Subject(id="S01-001"), NEVER) == ()
    assert visits_of(trial(), randomized(), START - timedelta(1)) == ()
    assert visits_of(trial(), randomized(), START) != ()


# ------------------------------------------------------------------ what ends it


def test_the_scan_that_shows_progression_was_expected_even_when_it_is_early():
    she = randomized(forms=saw(("SCAN 1", "2021-04-30", SCAN))).with_records([pd("2021-04-30")])

    assert shown(she, "2021-12-01", "SCAN") == ["SCAN 1: done"]


def test_progression_is_what_the_reader_of_the_site_recorded_of_a_scan():
    clinical = read_record(
        "RS", {"RSTESTCD": "CLINPROG", "RSORRES": "worse", "RSDTC": "2021-04-01"}, 51
    )
    central = pd("2021-04-01", reader="INDEPENDENT ASSESSOR")
    first, second = pd("2021-06-01"), pd("2021-05-01")

    for others in ([clinical], [central], [replace(first, original="SD")]):
        assert len(shown(randomized().with_records(others), "2021-07-01", "SCAN")) == 2
    assert shown(randomized().with_records([first, second]), "2021-12-01", "SCAN") == [
        "SCAN 1: not expected"
    ]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2021-04-27", []),
        ("2021-04-28", ["SCAN 1: not expected"]),
        ("2021-05-12", ["SCAN 1: not expected"]),
        ("2021-05-13", ["SCAN 1: missed"]),
    ],
)
@pytest.mark.parametrize("how", ["death", "study", "visits", "contact", "data", "progression"])
def test_who_leaves_while_the_window_is_open_has_missed_nothing(day, said, how):
    assert shown(left(how, day), "2021-06-01", "SCAN") == said


def left(how: str, day: str) -> Subject:
    on = date.fromisoformat(day)
    if how == "death":
        return randomized(died=parse_date(day))
    if how == "progression":
        return randomized().with_records([pd(day)])
    if how == "study":
        return randomized(study_ended=Ended("STUDY", on, "LOST TO FOLLOW-UP", 60))
    return randomized(withdrawals=(Ended(how.upper(), on, "wish", 60),))


def test_what_ended_a_visit_is_said():
    assert one(left("visits", "2021-05-01"), "2021-06-01", "SCAN 1").why == (
        "withdrawal (visits) on 2021-05-01"
    )
    assert one(left("study", "2021-05-01"), "2021-06-01", "SCAN 1").why == (
        "end of study (lost to follow-up) on 2021-05-01"
    )


def test_a_withdrawal_from_treatment_leaves_the_scans_and_ends_the_cycles():
    she = left("treatment", "2021-04-01").with_records([dose("2021-03-11")])

    assert shown(she, "2021-05-13", "SCAN") == ["SCAN 1: overdue"]
    assert shown(she, "2021-05-13", "CYCLE") == ["CYCLE 1: not expected"]


def test_who_left_the_visits_may_still_be_asked_how_she_is():
    ended = Ended("TREATMENT", date(2021, 4, 1), "WITHDRAWAL", 60)
    kept, gone = (
        replace(left(how, "2021-04-01"), treatment_ended=ended).with_records([dose("2021-03-11")])
        for how in ("visits", "contact")
    )

    assert shown(kept, "2021-07-01", "SURVIVAL") == ["SURVIVAL 1: overdue"]
    assert shown(gone, "2021-07-01", "SURVIVAL") == []
    assert shown(kept, "2021-07-01", "SAFETY_FOLLOW_UP") == []


def test_what_may_be_heard_is_what_data_entry_leaves_open_after_the_visits():
    heard = {form.id for form in PROTOCOL.forms if form.domains <= HEARD_OF}

    assert set(_STILL_OPEN["VISITS"]) == heard - {"PRIOR_THERAPY"}  # known before she entered


def test_a_death_known_to_the_month_makes_no_visit_a_missed_one():
    assert shown(randomized(died=parse_date("2021-05")), "2021-12-01", "SCAN") == [
        "SCAN 1: not expected"
    ]


def test_after_a_lock_nothing_can_be_made_up():
    for known, she in (
        (trial(status=TrialStatus.LOCKED), randomized()),
        (trial(), randomized(locked=True)),
    ):
        assert shown(she, "2021-05-20", "SCAN", known) == ["SCAN 1: missed"]


def test_a_visit_recorded_though_nothing_waits_for_it_is_not_expected():
    she = left("progression", "2021-05-05")
    she = replace(she, forms=saw(("SCAN 3", "2021-08-25", SCAN)))

    scan = one(she, "2021-12-01", "SCAN 3")
    assert (scan.status, scan.due, scan.why) == (
        Status.NOT_EXPECTED,
        None,
        "not in the schedule of the day",
    )


# ------------------------------------------------------------------ treatment and after


def test_a_first_dose_is_due_within_three_days_and_missed_once_treatment_is_over():
    ended = Ended("TREATMENT", date(2021, 3, 17), "NEVER STARTED", 60)

    assert shown(randomized(), "2021-03-14", "FIRST_DOSE") == ["FIRST_DOSE: overdue"]
    assert shown(randomized(treatment_ended=ended), "2021-03-17", "FIRST_DOSE") == [
        "FIRST_DOSE: missed"
    ]


def test_a_cycle_counts_from_the_one_before_so_that_a_delay_moves_what_follows():
    forms = saw(("CYCLE 1", "2021-04-01", CYCLE), ("CYCLE 2", "2021-04-15", CYCLE))
    she = randomized(forms=forms).with_records([dose("2021-03-11"), dose("2021-04-15")])

    statuses = [v for v in visits_of(trial(), she, date(2021, 4, 26)) if v.visit == "CYCLE"]

    assert [(v.recorded, v.status, v.due.target.isoformat()) for v in statuses if v.due] == [
        ("CYCLE 1", Status.DONE, "2021-03-25"),
        ("CYCLE 2", Status.DONE, "2021-04-15"),
        ("CYCLE 3", Status.DUE, "2021-04-29"),
    ]


def test_a_cycle_entered_on_several_days_began_on_the_first():
    later = saw(("CYCLE 1", "2021-04-08", ("TREATMENT",)), ("CYCLE 1", "2021-03-25", CYCLE))
    she = randomized(forms=later).with_records([dose("2021-03-11")])

    second = one(she, "2021-04-10", "CYCLE 2")
    assert second.due is not None
    assert second.due.target == date(2021, 4, 8)


def test_a_visit_until_the_end_of_treatment_ends_with_it_whatever_its_forms():
    known = trial(under(changed("CYCLE", forms=("HEMATOLOGY",))))
    ended = Ended("TREATMENT", date(2021, 3, 26), "PD", 60)
    she = randomized(treatment_ended=ended).with_records([dose("2021-03-11")])

    assert shown(she, "2021-06-01", "CYCLE", known) == ["CYCLE 1: not expected"]


@pytest.mark.parametrize(
    ("regimen", "target"), [("MFOLFOX6", "2021-03-25"), ("FTD/TPI", "2021-04-08")]
)
def test_a_cycle_is_as_long_as_that_of_the_regimen_intended(regimen, target):
    she = randomized().with_records([dose("2021-03-11"), intended(regimen)])

    cycle = one(she, "2021-04-10", "CYCLE 1")
    assert cycle.due is not None
    assert cycle.due.target == date.fromisoformat(target)


def test_without_a_regimen_no_cycle_is_expected_unless_all_are_of_one_length():
    she = replace(randomized(), by_domain={}).with_records([dose("2021-03-11")])
    alike = tuple(r.model_copy(update={"cycle_days": 21}) for r in PROTOCOL.regimens)
    known = trial(under(PROTOCOL.model_copy(update={"regimens": alike})))

    assert shown(she, "2021-04-10", "CYCLE") == []
    assert shown(she, "2021-04-10", "CYCLE", known) == ["CYCLE 1: due"]


def test_a_dose_of_nothing_is_no_first_dose():
    assert (
        shown(randomized().with_records([dose("2021-03-11", given="0")]), "2021-05-01", "CYCLE")
        == []
    )
    assert shown(randomized().with_records([dose("2021-03-11")]), "2021-03-22", "CYCLE") == [
        "CYCLE 1: due"
    ]


def test_what_counts_from_the_last_dose_waits_until_treatment_has_ended():
    treated = randomized().with_records([dose("2021-03-11"), dose("2021-03-25")])
    over = replace(treated, treatment_ended=Ended("TREATMENT", date(2021, 4, 2), "PD", 60))

    assert shown(treated, "2021-05-01", "SAFETY_FOLLOW_UP") == []
    follow_up = one(over, "2021-05-01", "SAFETY_FOLLOW_UP")
    assert follow_up.due is not None
    assert follow_up.due.target == date(2021, 4, 24)


def test_of_who_was_never_treated_the_end_stands_for_the_last_dose():
    ended = Ended("TREATMENT", date(2021, 3, 17), "NEVER STARTED", 60)

    untreated = randomized(treatment_ended=ended)
    contact = one(untreated, "2021-06-01", "SURVIVAL 1")
    assert contact.due is not None
    assert contact.due.target == date(2021, 3, 17) + timedelta(84)
    assert shown(untreated, "2021-06-01", "SAFETY_FOLLOW_UP") == []  # of nothing given


@pytest.mark.parametrize(
    ("drug", "said"),
    [
        ("CETUXIMAB", ["MAGNESIUM: due"]),
        ("Erbitux", ["MAGNESIUM: due"]),
        ("IRINOTECAN", []),
        ("", []),
    ],
)
def test_magnesium_is_asked_of_those_who_were_given_cetuximab(drug, said):
    over = randomized(treatment_ended=Ended("TREATMENT", date(2021, 4, 2), "PD", 60))
    records = [dose("2021-03-11", drug.lower())] if drug else []

    assert shown(over.with_records(records), "2021-05-05", "MAGNESIUM") == said


# ------------------------------------------------------------------ amendments


def test_the_version_in_force_on_its_day_governs_a_visit():
    rarer = changed("SCAN", day=84, every_days=84)
    known = trial(under(PROTOCOL), under(rarer, since=START + timedelta(60)))
    elsewhere = trial(under(PROTOCOL), under(rarer, "S02", START + timedelta(60)))
    end = (START + timedelta(180)).isoformat()

    def days(known: Trial) -> list[int]:
        statuses = visits_of(known, randomized(), date.fromisoformat(end))
        return [(v.due.target - START).days for v in statuses if v.visit == "SCAN" and v.due]

    assert days(known) == [56, 84, 168]
    assert days(elsewhere) == [56, 112, 168]
    assert shown(randomized(), end, "SCAN", known)[-1].startswith("SCAN 3")


# ------------------------------------------------------------------ whatever the day


@given(st.integers(0, 900), st.integers(0, 900), st.sets(st.integers(1, 15)))
def test_a_day_more_opens_windows_and_closes_them_and_takes_nothing_back(first, second, done):
    early, late = (START + timedelta(days) for days in sorted((first, second)))
    scans = [(f"SCAN {n}", (START + timedelta(56 * n)).isoformat(), SCAN) for n in sorted(done)]
    she = randomized(forms=saw(*scans))
    before, after = (
        {v.recorded: v.status for v in visits_of(trial(), she, day) if v.due}
        for day in (early, late)
    )

    order = [Status.DUE, Status.OVERDUE, Status.MISSED]
    assert set(before) <= set(after)
    for name, status in before.items():
        if after[name] in order:
            assert order.index(status) <= order.index(after[name])
        elif status in order:
            assert status is Status.DUE or after[name] is Status.DONE


@given(st.sets(st.integers(1, 15)))
def test_every_entry_stands_at_one_visit_and_every_occurrence_once(done):
    scans = [(f"SCAN {n}", (START + timedelta(56 * n)).isoformat(), SCAN) for n in done]
    she = randomized(forms=saw(*scans, ("UNSCHEDULED 3", "2021-04-04", ("ECOG",))))
    statuses = visits_of(trial(), she, NEVER)

    told = [source for status in statuses for source in status.sources]
    assert sorted(told) == sorted(she.forms)
    assert len({status.recorded for status in statuses}) == len(statuses)


# ------------------------------------------------------------------ how far outside, at entry


def off(subject: Subject, entry: int = 101, known: Trial | None = None) -> Any:
    found = off_window(known or trial(), subject, entry)
    return found and (found.days, found.due.opens.isoformat(), found.due.closes.isoformat())


@pytest.mark.parametrize(
    ("visit", "day", "expected"),
    [
        ("SCAN 1", "2021-04-27", (-1, "2021-04-28", "2021-05-12")),
        ("SCAN 1", "2021-04-28", None),
        ("SCAN 1", "2021-05-12", None),
        ("SCAN 1", "2021-05-14", (2, "2021-04-28", "2021-05-12")),
        ("SCAN 2", "2021-05-14", (-40, "2021-06-23", "2021-07-07")),  # not due for weeks
        ("SCAN 9", "2021-05-14", (-432, "2022-07-20", "2022-08-03")),
        ("SCAN 1", "2021-05", None),  # may be within
        ("SCAN 1", "2021-06", (20, "2021-04-28", "2021-05-12")),
        ("SCAN 1", "", None),
        ("SCAN 99999", "2021-05-14", None),  # beyond a century
        ("UNSCHEDULED 1", "2021-05-20", None),
        ("SCREENING", "2021-01-01", None),  # of the time before randomization
    ],
)
def test_a_form_is_so_many_days_outside_of_the_window_of_its_visit(visit, day, expected):
    assert off(randomized(forms=saw((visit, day, ("TUMOR_ASSESSMENT",))))) == expected


def test_what_the_visit_does_not_declare_is_outside_of_nothing():
    assert off(randomized(forms=saw(("SCAN 1", "2021-05-20", ("ECOG",))))) is None


def test_a_sample_drawn_again_is_asked_about_only_where_none_lies_nearer():
    forms = saw(("SCAN 1", "2021-05-05", SCAN), ("SCAN 1", "2021-06-01", ("TUMOR_MARKER",)))
    she = randomized(forms=forms)

    assert [off(she, entry) for entry in forms] == [None, None, None]
    alone = randomized(forms=saw(("SCAN 1", "2021-06-01", ("TUMOR_MARKER",))))
    assert off(alone) == (20, "2021-04-28", "2021-05-12")


def test_a_scan_after_progression_is_outside_of_no_window():
    after = randomized(forms=saw(("SCAN 2", "2021-07-20", ("TUMOR_ASSESSMENT",))))

    assert off(after) == (13, "2021-06-23", "2021-07-07")
    assert off(after.with_records([pd("2021-05-05")])) is None


def test_a_cycle_counts_from_the_one_before_and_from_nothing_without_a_dose():
    forms = saw(("CYCLE 1", "2021-03-30", ("HEMATOLOGY",)), ("CYCLE 2", "2021-05-01", CYCLE[1:2]))
    she = randomized(forms=forms)
    treated = she.with_records([dose("2021-03-11")])

    assert off(she) is None
    assert off(treated) is None  # due on 25 March, up to 14 days later
    assert off(treated, 102) == (4, "2021-04-10", "2021-04-27")  # 14 days after 30 March


def test_only_who_is_randomized_has_windows():
    screened = replace(randomized(forms=saw(("SCAN 1", "2021-06-01", SCAN))), randomized=None)

    assert off(screened) is None
