"""The thinnest whole path: from consent to a signature over what was recorded, on pages alone."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from equipoise.conduct.verify import verify_entries
from equipoise.ledger.verified import Verified
from on_pages import AT, HER, screened, text_of
from story import screening_forms
from trial_unit import PASSWORD, Browser, Unit, code_of, today


def signed(unit: Unit, investigator: Browser, meaning: str) -> Any:
    """A signature over all decisions about her."""
    about = [str(seq) for seq in unit.subject(HER).decisions]
    typed = {"meaning": meaning, "about": about, "password": PASSWORD}
    if not investigator.client.session.get("has_signed"):
        typed["totp"] = code_of("investigator-01")
    return investigator.post(f"{AT}sign/", **typed)


def test_from_consent_to_signature(unit: Unit) -> None:
    coordinator, investigator = screened(unit)
    for meaning in ("TREATMENT DECISION", "ELIGIBILITY CONFIRMED"):
        done = signed(unit, investigator, meaning)
        assert done.status_code == 302, text_of(done)
    shown = coordinator.get(f"{AT}randomize/")
    assert "every one is met" in text_of(shown)

    arm = coordinator.post(f"{AT}randomize/")

    assert arm.status_code == 302
    given = unit.subject(HER).randomized
    assert given is not None
    (name,) = (each.label for each in unit.trial.protocol.arms if each.id == given.arm)
    assert f"{name}, {given.on}" in text_of(coordinator.get(AT))
    entries = [str(seq) for seq in unit.subject(HER).forms]
    about = {"meaning": "DATA ENDORSED", "about": entries, "password": PASSWORD}
    assert investigator.post(f"{AT}sign/", **about).status_code == 302  # the second of a session
    assert set(map(int, entries)) <= unit.subject(HER).signed
    assert isinstance(verify_entries(unit.story.storage.read()), Verified)


def test_a_scan_is_set_against_the_baseline(unit: Unit) -> None:
    unit.story.ready(HER)
    unit.story.randomize(HER)
    coordinator = unit.browser("coordinator-01")
    asked = coordinator.get(f"{AT}visits/SCAN-1/TUMOR_ASSESSMENT/").content.decode()
    assert 'name="g-measurement-0-lesion" value="T1"' in asked  # the lesions come again
    assert "last 50" in asked
    measured = {"lesion": "T1", "test": "LDIAM", "value": "20", "unit": "mm"}

    saved = coordinator.fill(
        HER,
        "SCAN 1",
        "TUMOR_ASSESSMENT",
        {"date": "5 May 2021", "evaluator": "LOCAL MDT"},
        {"measurement": [measured], "response": [{"response": "SD"}]},
    )

    assert saved.headers["Location"].endswith("/lesions/")
    shown = text_of(coordinator.get(f"{AT}lesions/"))
    assert "SCAN 1 2021-05-05 20 20 -60.0 % -60.0 % PR" in shown
    assert "RECIST 1.1" in shown
    # what the site read is another response: a neutral query, which proposes no value
    (asked_about,) = [q for q in unit.subject(HER).queries.values() if q.status == "OPEN"]
    assert "PR" not in asked_about.text


def test_a_lesion_without_an_answer_is_asked_about(unit: Unit) -> None:
    unit.story.ready(HER)
    unit.story.randomize(HER)
    coordinator = unit.browser("coordinator-01")

    refused = coordinator.fill(
        HER,
        "SCAN 1",
        "TUMOR_ASSESSMENT",
        {"date": "5 May 2021", "evaluator": "LOCAL MDT"},
        {"measurement": [{"lesion": "T1", "test": "LDIAM"}], "response": [{"response": "SD"}]},
    )

    assert refused.status_code == 409
    assert "nothing found, expected Millimeters or state" in text_of(refused)


def test_an_unknown_is_shown_as_unknown_and_refuses(unit: Unit) -> None:
    coordinator, investigator = screened(unit, leave_out="HEMATOLOGY")
    signed(unit, investigator, "TREATMENT DECISION")
    signed(unit, investigator, "ELIGIBILITY CONFIRMED")

    refused = coordinator.post(f"{AT}randomize/")

    assert refused.status_code == 409
    assert "I09 unknown" in text_of(refused)
    assert unit.subject(HER).randomized is None
    line = re.search(
        r'<tr id="I09">.*?</tr>', coordinator.get(f"{AT}screening/").content.decode(), re.DOTALL
    )
    assert line
    assert "? unknown" in line[0]
    assert "obtain and enter the result" in line[0]
    met = re.search(
        r'<tr id="I07">.*?</tr>', coordinator.get(f"{AT}screening/").content.decode(), re.DOTALL
    )
    assert met
    assert "✓ met" in met[0]


def test_a_second_click_randomizes_nobody_twice(unit: Unit) -> None:
    coordinator, investigator = screened(unit)
    signed(unit, investigator, "TREATMENT DECISION")
    signed(unit, investigator, "ELIGIBILITY CONFIRMED")
    key = "0123456789abcdef"

    pages = [coordinator.post(f"{AT}randomize/", key=key) for _ in range(3)]

    assert [page.headers["Location"].endswith("/notice/") for page in pages] == [True] * 3
    kinds = [entry.type for entry in unit.story.storage.read()]
    assert kinds.count("SubjectRandomized") == 1


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(unit: Unit) -> None:
    coordinator, _ = screened(unit, leave_out="HEMATOLOGY")
    panel = {"result": [{"test": "PLAT", "value": "1,000", "unit": "10*9/L"}]}

    refused = coordinator.fill(HER, "SCREENING", "HEMATOLOGY", {"date": "31 2 21"}, panel)

    assert refused.status_code == 409
    page = refused.content.decode()
    assert re.search(r'id="g-result-1-value-wrong">found 1,000: is 1000 meant', page)
    assert re.search(r'id="h-date-wrong">found &#x27;31 2 21&#x27;', page)
    assert 'value="1,000"' in page
    assert not [f for f in unit.subject(HER).forms.values() if f.form == "HEMATOLOGY"]


def test_a_stale_save_is_refused_and_shows_both(unit: Unit) -> None:
    coordinator, investigator = screened(unit)
    (first,) = [s for s, f in unit.subject(HER).forms.items() if f.form == "ECOG"]

    def corrected(by: Browser, score: str) -> Any:
        typed = {"date": today().isoformat()}, {"score": [{"score": score}]}
        more = {"corrects": str(first), "reason": "misread"}
        return by.fill(HER, "SCREENING", "ECOG", *typed, **more)

    assert corrected(coordinator, "0").status_code == 302

    stale = corrected(investigator, "1")

    assert stale.status_code == 409
    assert "Saved meanwhile by coordinator-01" in text_of(stale)
    kept = re.search(r'name="g-score-0-score" value="1"', stale.content.decode())
    assert kept


def test_a_draft_is_kept_and_goes_with_the_save(unit: Unit) -> None:
    coordinator, _ = screened(unit, leave_out="HEMATOLOGY")
    place = f"{AT}visits/SCREENING/HEMATOLOGY/"
    typed = {"h-date": "yesterday", "g-result-0-value": "abc", "rows-result": "3"}

    said = coordinator.post(f"{place}draft/", here="h-date", **typed)

    assert "found &#x27;abc&#x27;, expected a number" in said.content.decode()
    page = coordinator.get(place).content.decode()
    assert 'value="abc"' in page
    assert "not saved yet" in page
    assert unit.browser("coordinator-02").get(place).content.decode().count('value="abc"') == 0
    panel = {"result": [{"test": "PLAT", "value": "182", "unit": "10*9/L"}]}
    yesterday = (today() - timedelta(1)).isoformat()
    key = "5" * 32
    coordinator.fill(HER, "SCREENING", "HEMATOLOGY", {"date": yesterday}, panel, key=key)
    assert "not saved yet" not in coordinator.get(place).content.decode()

    late = coordinator.post(
        f"{place}draft/", key=key, **typed
    )  # sent before, overtaken by the save
    assert late.status_code == 204
    assert "not saved yet" not in coordinator.get(place).content.decode()


@pytest.mark.parametrize("who", ["coordinator-01", "investigator-01"])
def test_somebody_of_another_site_is_not_even_there(unit: Unit, who: str) -> None:
    screened(unit)
    assert HER in unit.trial.subjects  # the story goes on after what was recorded on pages
    unit.story.site = "S02"
    unit.story.ready("S02-001", date(2021, 3, 10))
    browser = unit.browser(who)
    assert browser.get(f"{AT}").status_code == 200

    # those of the story work at both sites: act at the other one
    browser.post("as/", capacity=f"{who.partition('-')[0]}, S02")

    assert browser.get(f"{AT}").status_code == 404
    assert "S01-001" not in text_of(browser.get("subjects/"))
    assert browser.get("subjects/S02-001/").status_code == 200


def test_a_serious_event_is_mailed_at_once_and_names_nobody(unit: Unit) -> None:
    from django.core import mail

    unit.story.ready(HER)
    unit.story.randomize(HER)
    typed = {
        "kind": "SERIOUS ADVERSE EVENT",
        "term": "pneumonia",
        "onset": "2021-05",
        "criteria": ["HOSPITALIZATION"],
        "aware_day": "yesterday",
        "aware_time": "10:00",
        "causality-CETUXIMAB": "NOT RELATED",
        "causality-IRINOTECAN": "RELATED",
        "action-IRINOTECAN": "DRUG INTERRUPTED",
        "outcome": "RECOVERING/RESOLVING",
    }

    unit.browser("coordinator-01").post(f"{AT}events/", **typed)

    (report,) = unit.subject(HER).safety
    assert report.term == "pneumonia"
    assert report.aware_at.endswith("+08:00")  # the site's clock
    assert dict(report.causality)["CETUXIMAB"] == "NOT RELATED"
    assert (report.related, report.outcome) == ("RELATED", "RECOVERING/RESOLVING")
    assert dict(report.action)["IRINOTECAN"] == "DRUG INTERRUPTED"
    shown = text_of(unit.browser("coordinator-01").get(f"{AT}events/"))
    assert "irinotecan: related" in shown
    (told,) = mail.outbox
    assert HER in told.body
    assert "pneumonia" not in told.body + told.subject
    mail.outbox.clear()


def test_a_blood_sample_says_what_it_shows_and_why(unit: Unit) -> None:
    unit.story.ready(HER)

    shown = text_of(unit.browser("investigator-01").get(f"{AT}ctdna/"))

    assert "P-1, 2021-03-03: ✓ met" in shown
    assert "wild type informative" in shown
    assert "KRAS 12 not detected 0.001" in shown
    assert "it is not shown that it would have been" in shown  # what the other states mean


def test_a_sample_without_tumor_dna_shows_nothing(unit: Unit) -> None:
    unit.story.ready(HER)
    coordinator = unit.browser("coordinator-01")
    (seq,) = [s for s, f in unit.subject(HER).forms.items() if f.form == "CTDNA"]
    (form,) = [each for each in screening_forms(date(2021, 3, 10)) if each[0] == "CTDNA"]
    _, values, groups = form
    groups["property"] = [{"property": "QC", "result": "PASS"}]
    more = {"corrects": str(seq), "reason": "the fraction was of another sample"}

    saved = coordinator.fill(HER, "SCREENING", "CTDNA", values, groups, **more)

    assert saved.status_code == 302, text_of(saved)
    shown = text_of(coordinator.get(f"{AT}ctdna/"))
    assert "P-1, 2021-03-03: ? unknown" in shown
    assert "not informative" in shown


def test_her_time_in_the_trial_is_drawn(unit: Unit) -> None:
    unit.story.ready(HER)
    coordinator = unit.browser("coordinator-01")
    assert b"<svg" not in coordinator.get(AT).content
    unit.story.randomize(HER)
    unit.story.scan(HER, "2021-05-05", 1, "PR", "20")

    page = coordinator.get(AT).content.decode()

    assert page.count("<svg") == 2  # for a wide and for a narrow screen
    assert "<title>SCAN 1, 2021-05-05: PR; the sum is smaller than at baseline" in page
    assert "<title>randomized 2021-03-10</title>" in page
    assert re.search(r"<title>SCAN 2, 2021-06-30: (missed|overdue)</title>", page)
    assert "style=" not in page


def test_a_draft_that_was_overtaken_is_not_saved_over_what_came_meanwhile(unit: Unit) -> None:
    coordinator, investigator = screened(unit)
    (first,) = [s for s, f in unit.subject(HER).forms.items() if f.form == "ECOG"]
    place = f"{AT}visits/SCREENING/ECOG/"
    typed = {"h-date": today().isoformat(), "g-score-0-score": "0"}
    coordinator.post(f"{place}draft/", corrects=str(first), **typed)
    values, groups = {"date": today().isoformat()}, {"score": [{"score": "2"}]}
    more = {"corrects": str(first), "reason": "misread"}
    investigator.fill(HER, "SCREENING", "ECOG", values, groups, **more)

    page = coordinator.get(place).content.decode()
    begun = re.search(r'name="corrects" value="(\d+)"', page)
    assert begun
    assert int(begun[1]) == first
    stale = coordinator.post(place, corrects=begun[1], reason="slip", **typed)

    assert stale.status_code == 409
    assert "Saved meanwhile by investigator-01" in text_of(stale)


def test_a_draft_of_a_form_that_somebody_else_has_filled_in_meanwhile_is_no_correction(
    unit: Unit,
) -> None:
    coordinator, investigator = screened(unit, leave_out="ECOG")
    place = f"{AT}visits/SCREENING/ECOG/"
    typed = {"h-date": today().isoformat(), "g-score-0-score": "0"}
    coordinator.post(f"{place}draft/", **typed)
    values, groups = {"date": today().isoformat()}, {"score": [{"score": "2"}]}
    investigator.fill(HER, "SCREENING", "ECOG", values, groups)

    assert 'name="corrects"' not in coordinator.get(place).content.decode()
    refused = coordinator.post(place, **typed)

    assert refused.status_code == 409
    assert "correct that entry" in text_of(refused)


def test_after_a_wrong_code_the_same_entries_are_ticked(unit: Unit) -> None:
    _, investigator = screened(unit)
    one, *_ = sorted(unit.subject(HER).decisions)
    typed = {"meaning": "REVIEWED", "about": [str(one)], "password": PASSWORD, "totp": "000000"}

    refused = investigator.post(f"{AT}sign/", **typed)

    assert refused.status_code == 409
    ticked = re.findall(r'name="about" value="(\d+)" checked', refused.content.decode())
    assert ticked == [str(one)]
