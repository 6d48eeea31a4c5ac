"""What is expected of re-challenge? The answer as text for the terminal and as a page with figures
and tables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from equipoise.molecular.clonal_decay import (
    resistant_fraction,
    resistant_fraction_by_exponential,
    time_below_limit,
)
from equipoise.planning.rechallenge.figures import UNSELECTED, Expected, Outcome, Point, Rechallenge
from equipoise.report.kit.charts import Line, LineChart, draw_lines
from equipoise.report.kit.formats import NONE, first_up, percent, signed
from equipoise.report.kit.page import Document, Figure, Section, draw_twice
from equipoise.report.kit.table import Cell, Table

_PERCENT_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_EVERY = 3
"""Months between the rows of a table over intervals."""
_FROM = 0.9
"""The clone that the figure of decay starts from: large enough for odds and exponential to part."""
_CLONES, _PLASMA = (0.05, 0.5, 0.9), (0.01, 0.06, 0.3)

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


def write_rechallenge(found: Rechallenge) -> Document:
    """The page."""
    return Document(
        title="Re-challenge after an interval without the drug",
        kicker=(
            f"SIMULATED — no patient was treated. {found.protocol}; {found.patients:,} virtual"
            f" patients in the control arm and at each resistant fraction, seed {found.seed};"
            " Equipoise."
        ),
        lead=lead(found),
        sections=(
            Section("interval", "How long without the drug?", _interval(found)),
            Section("assay", "Whom does the test let in?", _assay(found)),
            Section("decay", "How fast do resistant clones fade?", _decay(found)),
            Section(
                "fraction", "What does a patient's own resistant fraction do?", _fraction(found)
            ),
            Section("inputs", "What is published, and what is assumed?", (_inputs(found),)),
            Section("cannot", "What these figures cannot show", CANNOT),
        ),
    )


def lead(found: Rechallenge) -> tuple[str, ...]:
    """What a hurried reader reads, the caveat included."""
    here, last = found.reference_interval, found.intervals[-1]
    now, late = found.at(here, UNSELECTED, None), found.at(last, UNSELECTED, None)
    test = found.at(here, found.assays[0].id, found.declared_limit)
    ideal = next(one for one in found.assays if one.sees == 1)
    bound = found.at(here, ideal.id, found.declared_limit)
    above = [percent(one, 0) for one in found.hidden_above]
    return (
        (
            f"After {here:g} months without the drug the model expects disease control in"
            f" {_share(now)} with cetuximab and {percent(found.control.disease_control.value, 0)}"
            f" without; after {last:g} months in {_share(late)}. Over the published half-lives,"
            f" {found.half_lives[0]:g} to {found.half_lives[-1]:g} months, the difference after"
            f" {last:g} months is {_range(found, last, UNSELECTED, None)} points."
        ),
        (
            f"The test of the protocol ({found.assays[0].label}, limit"
            f" {_limit(found.declared_limit)}) lets in {percent(test.let_in, 0)} of those tested"
            f" after {here:g} months, and {percent(test.hidden[0], 0)} of them have more than"
            f" {above[0]} resistant cells: mostly clones whose resistance is no RAS variant, and in"
            f" {percent(test.below_limit, 0)} of those let in a RAS variant that was missed. It"
            f" changes disease control by {_gain(test, now)} points against no test. The same test,"
            f" if it saw every resistant clone, would let in {percent(bound.let_in, 0)} and change"
            f" it by {_gain(bound, now)} points."
        ),
        (
            "These are consequences of assumptions, not findings: the tumor model has ten"
            " parameters fitted to ten results of one trial, and the share of resistance that a RAS"
            " panel can see is assumed. What that forbids to conclude stands at the end."
        ),
    )


def _share(point: Point) -> str:
    return percent(point.experimental.disease_control.value, 0)


def _gain(point: Point, other: Point) -> str:
    return signed(
        100 * (point.experimental.disease_control.value - other.experimental.disease_control.value)
    )


def _range(found: Rechallenge, interval: float, assay: str, limit: float | None) -> str:
    values = [
        100 * p.difference.disease_control.value
        for p in found.over_half_lives(interval, assay, limit)
    ]
    return f"{signed(min(values))} to {signed(max(values))}"


def _limit(value: float) -> str:
    return f"{100 * value:g} %"


# ------------------------------------------------------------------ by interval


def _interval(found: Rechallenge) -> tuple[str | Table | Figure, ...]:
    limit = _limit(found.declared_limit)
    band = f"Bands: half-lives from {found.half_lives[0]:g} to {found.half_lives[-1]:g} months."
    return (
        (
            f"Half-life {found.half_life:g} months unless said otherwise. All start from the"
            f" distribution for which the fitted model holds after {found.reference_interval:g}"
            " months, whatever the half-life; so the bands meet there."
        ),
        _course_figure(
            found,
            "Disease control, %",
            _PERCENT_TICKS,
            lambda o: o.disease_control,
            f"Disease control (RECIST 1.1) by drug-free interval. Tests at a limit of {limit}."
            f" {band}",
            lambda y: f"{100 * y:.0f}",
        ),
        _course_figure(
            found,
            "Mean PFS within 12 months, months",
            (0.0, 2.0, 4.0, 6.0, 8.0),
            lambda o: o.pfs_mean,
            f"Progression-free survival, its mean over the first 12 months. {band} The median, in"
            " the table below, moves from scan to scan and jumps.",
        ),
        _course_table(found),
    )


def _course_figure(
    found: Rechallenge,
    title: str,
    ticks: Sequence[float],
    which: Callable[[Outcome], Expected],
    caption: str,
    words: Callable[[float], str] = "{:g}".format,
) -> Figure:
    bound = next(one for one in found.assays if one.sees == 1)
    flat = which(found.control).value
    lines = (
        _course_line(found, "cetuximab, no test", UNSELECTED, None, which),
        Line("control arm, without cetuximab", found.intervals, [flat] * len(found.intervals)),
        _course_line(
            found,
            f"cetuximab, {found.assays[0].label}",
            found.assays[0].id,
            found.declared_limit,
            which,
        ),
        _course_line(found, f"cetuximab, {bound.label}", bound.id, found.declared_limit, which),
    )
    months = tuple(float(m) for m in found.intervals if m % _EVERY == 0)
    chart = LineChart(
        f"{title}, by months without the drug",
        "Months without the drug before randomization",
        title,
        months,
        ticks,
        lines,
        words,
        simulated=True,
    )
    return draw_twice(lambda width: draw_lines(chart, width), caption)


def _course_line(
    found: Rechallenge,
    label: str,
    assay: str,
    limit: float | None,
    which: Callable[[Outcome], Expected],
) -> Line:
    courses = [found.course(assay, limit, half_life) for half_life in found.half_lives]
    values = [[which(point.experimental).value for point in course] for course in courses]
    middle = found.half_lives.index(found.half_life)
    low, high = ([bound(at) for at in zip(*values, strict=True)] for bound in (min, max))
    return Line(label, found.intervals, values[middle], low, high)


def _course_table(found: Rechallenge) -> Table:
    rows: list[list[Cell]] = []
    bound = next(one for one in found.assays if one.sees == 1)
    groups = (
        ("No test", UNSELECTED, None),
        *((one.label, one.id, found.declared_limit) for one in (found.assays[0], bound)),
    )
    for label, assay, limit in groups:
        rows.append([label if limit is None else f"{first_up(label)}, limit {_limit(limit)}"])
        rows += [
            [
                f"{m:g}",
                _points_of(found.at(m, assay, limit), found),
                *_pfs(found.at(m, assay, limit).experimental),
            ]
            for m in found.intervals
            if m % _EVERY == 0
        ]
    rows = [[row[0], *_split(row[1]), *row[2:]] if len(row) > 1 else row for row in rows]
    control = found.control
    note = (
        f"Control arm: disease control {_pm(control.disease_control, 100, 1)} %, mean PFS "
        f"{_pm(control.pfs_mean, 1, 2)}, median {_pm(control.pfs_median, 1, 2)} months. "
        "± is the Monte-Carlo standard error. Range: the difference "
        f"over half-lives of {found.half_lives[0]:g} to {found.half_lives[-1]:g} months."
    )
    head = [
        "Months without",
        "Disease control, %",
        "Difference, points",
        "Range",
        "Mean PFS, months",
        "Median PFS, months",
    ]
    return Table(head, rows, note=note)


def _points_of(point: Point, found: Rechallenge) -> str:
    """Disease control, difference and range, in one cell that `_split` takes apart."""
    return "|".join(
        (
            _pm(point.experimental.disease_control, 100, 1),
            _difference(point),
            _range(found, point.interval, point.assay, point.limit),
        )
    )


def _split(cell: Cell) -> list[Cell]:
    return list(cell.split("|"))


def _difference(point: Point) -> str:
    found = point.difference.disease_control
    return f"{signed(100 * found.value)} ± {100 * found.error:.1f}"


def _pfs(outcome: Outcome) -> list[Cell]:
    return [_pm(outcome.pfs_mean, 1, 2), _pm(outcome.pfs_median, 1, 2)]


def _pm(found: Expected, times: float, digits: int) -> str:
    if found.value != found.value:
        return NONE
    error = NONE if found.error != found.error else f"{times * found.error:.{digits}f}"
    return f"{times * found.value:.{digits}f} ± {error}"


# ------------------------------------------------------------------ by assay


def _assay(found: Rechallenge) -> tuple[str | Table | Figure, ...]:
    here, above = found.reference_interval, percent(found.hidden_above[-1], 0)
    return (
        (
            f"After {here:g} months without the drug, at a half-life of {found.half_life:g} months."
            " Who is let in with a resistant clone either has too little of its variant in plasma"
            " for the assay, or a clone whose resistance is not among the variants it looks for."
        ),
        _limit_figure(
            found,
            "Let in, % of those tested",
            lambda p: p.let_in,
            "Share of those tested in whom the assay sees nothing, and whose sample counts.",
        ),
        _limit_figure(
            found,
            f"More than {above} resistant cells, % of those let in",
            lambda p: p.hidden[-1],
            f"Of those let in, the share whose tumor holds more than {above} resistant cells all"
            " the same.",
        ),
        (
            "A lower limit helps when the panel looks for what makes clones resistant. With a RAS"
            " panel that sees only a part of them it cannot: at the lowest limit everybody with a"
            " RAS variant is out, those with the least of it and the most to gain too, and those"
            " who remain are as resistant as untested patients."
        ),
        _assay_table(found),
    )


def _limit_figure(
    found: Rechallenge, title: str, which: Callable[[Point], float], caption: str
) -> Figure:
    places = tuple(float(i) for i in range(len(found.limits)))
    assays = [one for one in found.assays if one.tumor_dna == 1][:4]
    lines = [
        Line(
            one.label,
            places,
            [which(found.at(found.reference_interval, one.id, at)) for at in found.limits],
        )
        for one in assays
    ]
    chart = LineChart(
        f"{title}, by limit of detection",
        "Limit of detection, % allele fraction in plasma",
        title,
        places,
        _PERCENT_TICKS,
        lines,
        lambda y: f"{100 * y:.0f}",
        lambda x: f"{100 * found.limits[round(x)]:g}",
        simulated=True,
    )
    return draw_twice(lambda width: draw_lines(chart, width), caption)


def _assay_table(found: Rechallenge) -> Table:
    here = found.reference_interval
    rows: list[list[Cell]] = [_assay_row("no test", found.at(here, UNSELECTED, None))]
    for one in found.assays:
        rows.append([first_up(one.label)])
        rows += [_assay_row(_limit(at), found.at(here, one.id, at)) for at in found.limits]
    above = [percent(one, 0) for one in found.hidden_above]
    head = [
        "Limit of detection",
        "Let in, %",
        *(f"With > {one} resistant, %" for one in above),
        "Missed variant, %",
        "Disease control, %",
        "Difference, points",
    ]
    note = (
        "Percent of those let in, except the first column. Missed variant: a clone above"
        f" {above[0]} that carries a variant on the panel, below the limit. Who is let in is"
        " integrated over 16,384 quasi-random people and has no Monte-Carlo error to speak of."
    )
    return Table(head, rows, note=note)


def _assay_row(label: str, point: Point) -> list[Cell]:
    shares = (point.let_in, *point.hidden, point.below_limit)
    return [
        label,
        *(f"{100 * one:.1f}" for one in shares),
        _pm(point.experimental.disease_control, 100, 1),
        _difference(point),
    ]


# ------------------------------------------------------------------ decay, fractions, inputs


def _decay(found: Rechallenge) -> tuple[str | Table | Figure, ...]:
    months = [float(month) for month in found.intervals]
    lines = [
        Line(
            f"half-life {h:g} months, by the odds",
            months,
            resistant_fraction(_FROM, months, h).tolist(),
        )
        for h in found.half_lives[:3]
    ]
    by_exponential = resistant_fraction_by_exponential(_FROM, months, found.half_life).tolist()
    lines.append(
        Line(f"half-life {found.half_life:g} months, by the exponential", months, by_exponential)
    )
    title = "Resistant cells, % of the tumor"
    chart = LineChart(
        f"{title}, by months without the drug",
        "Months without the drug",
        title,
        tuple(m for m in months if m % _EVERY == 0),
        _PERCENT_TICKS,
        lines,
        lambda y: f"{100 * y:.0f}",
        simulated=True,
    )
    return (
        (
            "Log odds fall by ln 2 in each half-life. The exponential that is usually published is"
            " the same for small fractions and much too hopeful for large ones."
        ),
        draw_twice(
            lambda width: draw_lines(chart, width),
            f"A clone that makes up {percent(_FROM, 0)} of the tumor at first.",
        ),
        _below_table(found),
    )


def _below_table(found: Rechallenge) -> Table:
    rows: list[list[Cell]] = []
    for plasma in _PLASMA:
        rows.append([f"tumor fraction in plasma {percent(plasma, 0)}"])
        for start in _CLONES:
            months = [
                [float(time_below_limit(start, plasma, at, h)) for h in found.half_lives]
                for at in found.limits
            ]
            rows.append([f"from {percent(start, 0)} resistant", *(_span(one) for one in months)])
    head = ["Clone", *(f"limit {_limit(at)}" for at in found.limits)]
    note = (
        "Months without the drug until the variant is below the limit, over half-lives of"
        f" {found.half_lives[0]:g} to {found.half_lives[-1]:g} months; 0: never above it."
        " Chemotherapy lowers the tumor fraction too, and hides the clone without shrinking it."
    )
    return Table(head, rows, note=note)


def _span(months: Sequence[float]) -> str:
    return "0" if max(months) == 0 else f"{min(months):.1f} to {max(months):.1f}"


def _fraction(found: Rechallenge) -> tuple[str | Table | Figure, ...]:
    rows = [
        [_limit(float(f"{fraction:.2g}")), _pm(outcome.disease_control, 100, 1), *_pfs(outcome)]
        for fraction, outcome in found.at_fraction
    ]
    head = [
        "Resistant cells at randomization",
        "Disease control, %",
        "Mean PFS, months",
        "Median PFS, months",
    ]
    return (
        (
            "The two-clone tumor on the experimental arm, with no assumption about intervals or"
            " assays. Small clones cost PFS long before they cost disease control, which the first"
            " scans decide."
        ),
        Table(head, rows),
    )


def _inputs(found: Rechallenge) -> Table:
    rows: list[list[Cell]] = []
    for status in ("published", "protocol", "fitted", "assumed"):
        inside = [one for one in found.inputs if one.status == status]
        if inside:
            rows.append([{"protocol": "declared by the protocol"}.get(status, status).capitalize()])
            rows += [[one.label, one.value, one.source] for one in inside]
    return Table(["Input", "Value", "Source or reason"], rows, words=True)


# ------------------------------------------------------------------ terminal


def show_rechallenge(found: Rechallenge) -> str:
    """The two tables as plain text, in 100 columns."""
    here, limit = found.reference_interval, _limit(found.declared_limit)
    lines = [
        (
            f"SIMULATED: {found.protocol}, {found.patients:,} virtual patients at each resistant"
            f" fraction, seed {found.seed}."
        ),
        (
            "Disease control in %, difference in points with Monte-Carlo error; control arm "
            f"{_pm(found.control.disease_control, 100, 1)}."
        ),
        "",
        (
            f"{'months without':>14}  {'no test':>8} {'difference':>12} {'over half-lives':>18}  "
            f"{'RAS ' + limit:>10} {'difference':>12}  {'mean PFS':>8}"
        ),
    ]
    lines += [_shown_course(found, m) for m in found.intervals if m % _EVERY == 0]
    lines += [
        "",
        f"After {here:g} months, half-life {found.half_life:g}:",
        (
            f"{'limit':>14}  {'let in':>8}"
            f" {'> ' + percent(found.hidden_above[0], 0) + ' resistant':>15}"
            f" {'> ' + percent(found.hidden_above[-1], 0) + ' resistant':>16}"
            f" {'missed variant':>15} {'difference':>12}"
        ),
    ]
    for one in found.assays:
        lines.append(one.label)
        lines += [_shown_assay(_limit(at), found.at(here, one.id, at)) for at in found.limits]
    return "\n".join([*lines, "", *_shown_words()])


def _shown_course(found: Rechallenge, interval: float) -> str:
    now = found.at(interval, UNSELECTED, None)
    test = found.at(interval, found.assays[0].id, found.declared_limit)
    shares = [f"{100 * one.experimental.disease_control.value:.1f}" for one in (now, test)]
    mean = f"{test.experimental.pfs_mean.value:.2f}"
    return (
        f"{interval:>14g}  {shares[0]:>8} {_difference(now):>12}"
        f" {_range(found, interval, UNSELECTED, None):>18}  {shares[1]:>10} {_difference(test):>12}"
        f"  {mean:>8}"
    )


def _shown_assay(label: str, point: Point) -> str:
    let_in, first, last, missed = (
        f"{100 * one:.1f}"
        for one in (point.let_in, point.hidden[0], point.hidden[-1], point.below_limit)
    )
    return f"{label:>14}  {let_in:>8} {first:>15} {last:>16} {missed:>15} {_difference(point):>12}"


def _shown_words() -> list[str]:
    return [
        (
            "Let in: % of those tested; the next three: % of those let in. Published: half-lives."
            " Fitted to VELO, ten"
        ),
        (
            "parameters to ten results: the tumor. Assumed: the rest; --out writes a page that"
            " lists every input, and"
        ),
        "what these figures cannot show.",
    ]
