"""How does a comparison of survival look at the terminal?"""

from __future__ import annotations

import csv
import math
from typing import get_args

from rich.table import Table

from equipoise.analysis.survival_comparison import SurvivalComparison
from equipoise.cli.speak import out
from equipoise.exchange.survival_table import SurvivalColumns
from equipoise.statistics.cox import Ties
from equipoise.statistics.survival import Transformation

UNKNOWN = "not reached"


def words(option: str, text: str) -> tuple[str, ...]:
    """The words of COL,COL; a column with a comma in its name stands in quotes."""
    if not text.strip():
        return ()
    separated = tuple(word.strip() for word in next(csv.reader([text])))
    if not all(separated):
        raise ValueError(f"{option}: found {text!r}, expected words separated by commas")
    return separated


def times(option: str, text: str) -> tuple[float, ...]:
    """The numbers of TIME,TIME."""
    try:
        moments = tuple(float(word) for word in words(option, text))
        if not all(0 <= time < math.inf for time in moments):
            raise ValueError
    except ValueError:
        raise ValueError(
            f"{option}: found {text!r}, expected finite times of 0 or more, separated by commas"
        ) from None
    return moments


def check_interval(text: str) -> Transformation:
    """A known kind of interval."""
    for kind in get_args(Transformation):
        if text == kind:
            return kind  # type: ignore[no-any-return]
    raise ValueError(
        f"--interval: found {text!r}, expected one of {', '.join(get_args(Transformation))}"
    )


def check_ties(text: str) -> Ties:
    """A known way to treat ties."""
    for kind in get_args(Ties):
        if text == kind:
            return kind  # type: ignore[no-any-return]
    raise ValueError(f"--ties: found {text!r}, expected one of {', '.join(get_args(Ties))}")


def show_comparison(comparison: SurvivalComparison, columns: SurvivalColumns) -> None:
    """Two tables and a few lines on standard output."""
    out.print(_arms(comparison, columns))
    if comparison.landmarks or comparison.tau is not None:
        out.print(_shares_and_means(comparison))
    if comparison.hazard_ratios:
        out.print(_hazard_ratios(comparison))
    else:
        why = comparison.hazard_ratios_unknown
        out.print(f"hazard ratio: not computed, {why}", markup=False)
    by = (
        f", stratified by {', '.join(columns.strata)} ({comparison.strata} strata)"
        if columns.strata
        else ""
    )
    test = comparison.log_rank
    if test is None:
        out.print(f"log-rank test: not computed, {comparison.log_rank_unknown}", markup=False)
    else:
        out.print(
            f"log-rank chi-square {test.chi_square:.4f} on {test.degrees_of_freedom} df, p"
            f" {_p(test.p)}{by}",
            markup=False,
        )
    if comparison.proportionality is None:
        out.print(
            f"proportional hazards: not tested, {comparison.proportionality_unknown}", markup=False
        )
    else:
        statistic, freedom, p = comparison.proportionality
        out.print(f"proportional hazards: chi-square {statistic:.4f} on {freedom} df, p {_p(p)}")
    if (gap := comparison.restricted_mean_difference) is not None:
        between = f"{comparison.arms[1].name} minus {comparison.reference}"
        out.print(
            f"restricted mean up to {comparison.tau:g}, {between}: {gap.estimate:.4g}"
            f" ({gap.lower:.4g} to {gap.upper:.4g}), p {_p(gap.p)}",
            markup=False,
        )
    out.print(
        f"intervals {comparison.level:.4g}; of medians and survival by {comparison.interval}, as in"
        f" R's conf.type; Cox model with {comparison.ties.title()}'s ties" + by,
        markup=False,
    )


def _arms(comparison: SurvivalComparison, columns: SurvivalColumns) -> Table:
    table = _table(f"{columns.time} by {columns.arm}", "n", "events", "median", "interval")
    for arm in comparison.arms:
        bounds = f"{_time(arm.median.lower)} to {_time(arm.median.upper)}"
        table.add_row(arm.name, str(arm.subjects), str(arm.events), _time(arm.median.time), bounds)
    return table


def _shares_and_means(comparison: SurvivalComparison) -> Table:
    table = _table("survival at a time, mean time up to one", "what", "estimate", "interval")
    for arm in comparison.arms:
        for moment, (at, low, high) in zip(comparison.landmarks, arm.landmarks, strict=True):
            bounds = "" if math.isnan(low) else f"{low:.4f} to {high:.4f}"
            table.add_row(arm.name, f"survival at {moment:g}", _share(at), bounds)
        if (mean := arm.restricted_mean) is not None:
            bounds = f"{mean.lower:.5g} to {mean.upper:.5g}"
            table.add_row(
                arm.name, f"mean up to {comparison.tau:g}", f"{mean.estimate:.5g}", bounds
            )
    return table


def _table(title: str, *headings: str) -> Table:
    """A table by arm; a long name goes on in the next line, nothing is cut off."""
    table = Table(title=title, title_justify="left")
    table.add_column("arm", overflow="fold")
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _hazard_ratios(comparison: SurvivalComparison) -> Table:
    table = _table(
        f"hazard ratio against {comparison.reference}", "ratio", "interval", "coef", "se", "p"
    )
    for row in comparison.hazard_ratios:
        table.add_row(
            row.arm,
            f"{row.hazard_ratio:.4f}",
            f"{row.lower:.4f} to {row.upper:.4f}",
            f"{row.coef:.5f}",
            f"{row.se:.5f}",
            _p(row.p),
        )
    return table


def _time(time: float) -> str:
    return f"{time:.6g}" if math.isfinite(time) else UNKNOWN


def _share(at: float) -> str:
    return "not known" if math.isnan(at) else f"{at:.4f}"


def _p(p: float) -> str:
    return f"{p:.4g}"
