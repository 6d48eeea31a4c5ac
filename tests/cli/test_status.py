"""What is open in a trial, as `status` tells it."""

from __future__ import annotations

from datetime import date

import pytest
from typer.testing import CliRunner

from equipoise.cli.app import app
from equipoise.conduct.data_entry import FormData, save_form
from equipoise.conduct.deviations import Classification, classify_deviation
from equipoise.conduct.safety import (
    Assessment,
    Report,
    Submission,
    assess_safety,
    report_safety,
    submit_safety,
)
from equipoise.ledger.entry import line_of
from equipoise.report.kit.formats import as_of_words
from equipoise.subject.deviations import DeviationRow
from story import Story

ON, DAY, WHO = "2021-03-12", date(2021, 3, 10), "S01-001"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A trial with two SUSARs, two deviations, and somebody who came to two sites."""
    story = Story().begin().ready(WHO, DAY)
    story.randomize(WHO, DAY)
    for term, criterion in (("sepsis", "DEATH"), ("rash", "HOSPITALIZATION")):
        report = Report(
            term,
            "SERIOUS ADVERSE EVENT",
            term,
            ON,
            (criterion,),
            f"{ON}T16:00+08:00",
            {"CETUXIMAB": "RELATED"},
            outcome="FATAL" if criterion == "DEATH" else "UNKNOWN",
        )
        told = story.done(ON, "investigator", report_safety, WHO, report).seq
        story.done(ON, "safety", assess_safety, WHO, Assessment(told, "RELATED", False, "IB 4"))
    sent = Submission(told, "NMPA", f"{ON}T19:00+08:00")
    story.done(ON, "sponsor", submit_safety, WHO, sent)
    rows = [{"term": term, "category": "VISIT", "date": ON} for term in ("too late", "left out")]
    typed = FormData("DEVIATION", "UNSCHEDULED 1", {}, {"deviation": rows})
    saved = story.done(ON, "coordinator", save_form, WHO, typed).seq
    said = Classification("IMPORTANT", excludes=True)
    story.done(ON, "statistician", classify_deviation, WHO, DeviationRow(saved, 1), said)
    story.site = "S02"
    story.ready("S02-001", DAY, birth="1958")
    ledger = tmp_path_factory.mktemp("status") / "ledger.jsonl"
    ledger.write_bytes(b"".join(map(line_of, story.storage.read())))
    return ledger


def lines(place, *words: str) -> list[str]:
    result = CliRunner().invoke(app, ["status", str(place), *words])
    assert result.exit_code == 0, result.output
    return [line for line in result.output.splitlines() if "verifying" not in line]


def test_what_is_open_is_told_by_name(place):
    told = "\n".join(lines(place))

    assert "SIMULATED. NCT04509635 version 1.1: recruiting at 2021-03-12 12:00 UTC" in told
    assert "  randomized 1, consented 1" in told
    assert "  A-CETUXIMAB, A-CHEMOTHERAPY, A-DEATH-AFTER-WITHDRAWAL, A-PROHIBITED" in told
    assert (
        "sepsis: SUSAR, due 2021-03-19 12:00 UTC, what follows on it 2021-03-27 12:00 UTC (China"
        " GCP; ICH E2A III.B)\n"
    ) in told
    assert (
        "rash: SUSAR, due 2021-03-27 12:00 UTC (China GCP; ICH E2A III.B), told 2021-03-12 11:00"
        " UTC\n"
    ) in told
    assert "too late: important, excludes from the per-protocol set (entry " in told
    assert "left out: not classified" in told
    assert "  S01-001 and S02-001" in told


def test_what_is_overdue_is_so_at_a_time(place):
    def overdue(at: str) -> int:
        return sum(line.endswith("OVERDUE") for line in lines(place, "--at", at))

    assert overdue("2021-03-19T12:00+00:00") == 0
    assert overdue("2021-03-19T20:01+08:00") == 1


def test_a_time_without_its_offset_is_asked_for_again(place):
    result = CliRunner().invoke(app, ["status", str(place), "--at", "2021-03-19"])

    assert result.exit_code == 2
    assert "expected a time with its offset from UTC" in " ".join(result.output.split())


def test_protocol_check_names_what_is_to_be_confirmed():
    result = CliRunner().invoke(app, ["protocol", "check", "NCT04509635"])

    said = " ".join(result.output.split())
    assert (
        "To confirm by name before it serves real people: A-CETUXIMAB, A-CHEMOTHERAPY,"
        " A-PROHIBITED, A-DEATH-AFTER-WITHDRAWAL."
    ) in said


def test_by_when_something_was_recorded_ends_in_a_named_zone():
    assert as_of_words("2022-09-05") == "5 September 2022, end of the day in UTC"
    assert as_of_words("2022-09-05T12:00:00Z") == "5 September 2022, 12:00 UTC"
