"""What is expected of re-challenge? A page of figures and tables, with what they cannot show."""

from __future__ import annotations

from equipoise.planning.rechallenge.figures import UNSELECTED, Point, Rechallenge
from equipoise.report.kit.formats import isolated, percent, signed
from equipoise.report.kit.page import Document, Section, write_document
from equipoise.report.kit.table import Cell, Table
from equipoise.report.rechallenge.assays import by_assay
from equipoise.report.rechallenge.clones import by_clone, by_fraction
from equipoise.report.rechallenge.intervals import by_interval
from equipoise.report.rechallenge.words import (
    every_clone,
    limit_words,
    range_words,
)
from equipoise.version import VERSION

CANNOT = (
    (
        "The tumor has ten parameters fitted to ten results of VELO: it reproduces that trial"
        " because it was made to, and what it says of other intervals is not tested against"
        " anything. Without an interval it still expects a benefit; PACER, which re-challenged"
        " without one, saw a median PFS of 2.1 months."
    ),
    (
        "The resistant fraction differs between patients by far more than the decay of a year"
        " changes it (SD 2.7 on the scale of log odds, where a half-life is worth 0.7), so the"
        " model cannot make the interval matter much. That SD is fitted together with everything"
        " else."
    ),
    (
        "In the model a test changes nothing for the control arm. In VELO disease control without"
        " panitumumab was 47.8 % with wild-type ctDNA against 38.7 % in all: the test may be"
        " prognostic too, which is left out here."
    ),
    (
        "Everybody who enters the trial is RAS wild type in ctDNA. The trial therefore cannot"
        " verify any comparison of selected with unselected patients on this page, only the course"
        " over the interval among those let in."
    ),
    (
        "A negative ctDNA is not wild type when the tumor fraction is low: then the sample cannot"
        " show the clone, whatever the assay. Sampling of molecules, more than one resistant clone,"
        " and change of the tumor fraction over time are left out; the limit of detection is taken"
        " as sharp."
    ),
    (
        "Which resistance a clone carries is taken to be independent of how large the clone is and"
        " how fast it fades."
    ),
)


def write_rechallenge(answer: Rechallenge) -> str:
    """The page, one HTML file."""
    return write_document(_document(answer))


def _document(answer: Rechallenge) -> Document:
    return Document(
        title="Re-challenge after an interval without the drug",
        kicker="What the hypothesis of a trial rests on, from virtual patients",
        banner="SIMULATED — no patient was treated",
        about=_about(answer),
        lead=lead(answer),
        sections=(
            Section("interval", "How long without the drug?", by_interval(answer)),
            Section("assay", "Whom does the test let in?", by_assay(answer)),
            Section("decay", "How fast do resistant clones fade?", by_clone(answer)),
            Section(
                "fraction", "What does a patient's own resistant fraction do?", by_fraction(answer)
            ),
            Section("inputs", "What is published, and what is assumed?", (_inputs(answer),)),
            Section("cannot", "What these figures cannot show", CANNOT),
        ),
    )


def _about(answer: Rechallenge) -> tuple[tuple[str, str], ...]:
    """Which protocol, how many were drawn, and by which software."""
    drawn = (
        f"{answer.patients:,} virtual patients in the control arm and at each resistant fraction"
    )
    return (
        ("Trial", f"{answer.protocol}: {isolated(answer.title)}"),
        ("Protocol", f"version {answer.version}, SHA-256 {answer.digest}"),
        ("Figures", f"{drawn}, seed {answer.seed}"),
        ("Software", f"Equipoise {VERSION}"),
    )


def lead(answer: Rechallenge) -> tuple[str, ...]:
    """What a hurried reader reads, the caveat included."""
    here, last = answer.reference_interval, answer.intervals[-1]
    now, late = answer.at(here, UNSELECTED, None), answer.at(last, UNSELECTED, None)
    test = answer.at(here, answer.assays[0].id, answer.declared_limit)
    ideal = every_clone(answer)
    bound = answer.at(here, ideal.id, answer.declared_limit)
    above = [percent(part, 0) for part in answer.hidden_above]
    return (
        (
            f"After {here:g} months without the drug the model expects disease control in"
            f" {_control(now)} with cetuximab and"
            f" {percent(answer.control.disease_control.value, 0)} without;"
            f" after {last:g} months in {_control(late)}. Over the published half-lives,"
            f" {answer.half_lives[0]:g} to {answer.half_lives[-1]:g} months, the difference after"
            f" {last:g} months is {range_words(answer, last, UNSELECTED, None)} points."
        ),
        (
            f"The test of the protocol ({answer.assays[0].label}, limit"
            f" {limit_words(answer.declared_limit)}) lets in {percent(test.let_in, 0)} of those"
            f" tested after {here:g} months, and {percent(test.hidden[0], 0)} of them have more"
            f" than {above[0]} resistant cells: mostly clones whose resistance is no RAS variant,"
            f" and in {percent(test.below_limit, 0)} of those let in a RAS variant that was"
            f" missed. It changes disease control by {_gain(test, now)} points against no test. The"
            f" same test, if it saw every resistant clone, would let in {percent(bound.let_in, 0)}"
            f" and change it by {_gain(bound, now)} points."
        ),
        (
            "These are consequences of assumptions, not findings: the tumor model has ten"
            " parameters fitted to ten results of one trial, and the share of resistance that a RAS"
            " panel can see is assumed. What that forbids to conclude stands at the end."
        ),
    )


def _control(point: Point) -> str:
    return percent(point.experimental.disease_control.value, 0)


def _gain(point: Point, other: Point) -> str:
    return signed(
        100 * (point.experimental.disease_control.value - other.experimental.disease_control.value)
    )


def _inputs(answer: Rechallenge) -> Table:
    rows: list[list[Cell]] = []
    for status in ("published", "protocol", "fitted", "assumed"):
        inside = [row for row in answer.inputs if row.status == status]
        if inside:
            rows.append([{"protocol": "declared by the protocol"}.get(status, status).capitalize()])
            rows += [[row.label, row.value, row.source] for row in inside]
    return Table(["Input", "Value", "Source or reason"], rows, words=True)
