"""What is expected of re-challenge, as two tables of plain text?"""

from __future__ import annotations

from equipoise.planning.rechallenge.figures import UNSELECTED, Point, Rechallenge
from equipoise.report.kit.formats import percent
from equipoise.report.rechallenge.words import (
    EVERY,
    difference_words,
    limit_words,
    range_words,
    with_error,
)


def show_rechallenge(answer: Rechallenge) -> str:
    """The two tables as plain text, in 100 columns."""
    here, limit = answer.reference_interval, limit_words(answer.declared_limit)
    lines = [
        (
            f"SIMULATED: {answer.protocol}, {answer.patients:,} virtual patients at each resistant"
            f" fraction, seed {answer.seed}."
        ),
        (
            "Disease control in %, difference in points with Monte-Carlo error; control arm "
            f"{with_error(answer.control.disease_control, 100, 1)}."
        ),
        "",
        (
            f"{'months without':>14}  {'no test':>8} {'difference':>12} {'over half-lives':>18}  "
            f"{'RAS ' + limit:>10} {'difference':>12}  {'mean PFS':>8}"
        ),
    ]
    lines += [_shown_course(answer, m) for m in answer.intervals if m % EVERY == 0]
    lines += [
        "",
        f"After {here:g} months, half-life {answer.half_life:g}:",
        (
            f"{'limit':>14}  {'let in':>8}"
            f" {'> ' + percent(answer.hidden_above[0], 0) + ' resistant':>15}"
            f" {'> ' + percent(answer.hidden_above[-1], 0) + ' resistant':>16}"
            f" {'missed variant':>15} {'difference':>12}"
        ),
    ]
    for assay in answer.assays:
        lines.append(assay.label)
        lines += [
            _shown_assay(limit_words(at), answer.at(here, assay.id, at)) for at in answer.limits
        ]
    return "\n".join([*lines, "", *_shown_words()])


def _shown_course(answer: Rechallenge, interval: float) -> str:
    now = answer.at(interval, UNSELECTED, None)
    test = answer.at(interval, answer.assays[0].id, answer.declared_limit)
    controls = [f"{100 * p.experimental.disease_control.value:.1f}" for p in (now, test)]
    mean = f"{test.experimental.pfs_mean.value:.2f}"
    return (
        f"{interval:>14g}  {controls[0]:>8} {difference_words(now):>12}"
        f" {range_words(answer, interval, UNSELECTED, None):>18}  {controls[1]:>10}"
        f" {difference_words(test):>12}  {mean:>8}"
    )


def _shown_assay(label: str, point: Point) -> str:
    let_in, first, last, missed = (
        f"{100 * part:.1f}"
        for part in (point.let_in, point.hidden[0], point.hidden[-1], point.below_limit)
    )
    difference = difference_words(point)
    return f"{label:>14}  {let_in:>8} {first:>15} {last:>16} {missed:>15} {difference:>12}"


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
