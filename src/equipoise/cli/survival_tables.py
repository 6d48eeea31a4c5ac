"""How does a comparison of survival look at the terminal?"""

from __future__ import annotations

import csv
import math
from typing import get_args

from rich.markup import escape
from rich.table import Table

from equipoise.analysis.survival_comparison import SurvivalComparison
from equipoise.cli.speak import out
from equipoise.exchange.survival_table import SurvivalColumns
from equipoise.statistics.survival import Transformation

UNKNOWN = "not reached"


def words(option: str, text: str) -> tuple[str, ...]:
    """The words of COL,COL; a column with a comma in its name stands in quotes."""
    if not text.strip():
        return ()
    found = tuple(word.strip() for word in next(csv.reader([text])))
    if not all(found):
        raise ValueError(f"{option}: found {text!r}, expected words separated by commas")
    return found


def times(option: str, text: str) -> tuple[float, ...]:
    """The numbers of TIME,TIME."""
    try:
        found = tuple(float(word) for word in words(option, text))
        if not all(0 <= time < math.inf for time in found):
            raise ValueError
    except ValueError:
        raise ValueError(
            f"{option}: found {text!r}, expected finite times of 0 or more, separated by commas"
        ) from None
    return found


def check_interval(text: str) -> Transformation:
    """A known kind of interval."""
    for known in get_args(Transformation):
        if text == known:
            return known  # type: ignore[no-any-return]
    raise ValueError(
        f"--interval: found {text!r}, expected one of {', '.join(get_args(Transformation))}"
    )


def show_comparison(found: SurvivalComparison, columns: SurvivalColumns) -> None:
    """Two tables and a few lines on standard output."""
    out.print(_arms(found, columns))
    if found.landmarks or found.tau is not None:
        out.print(_shares_and_means(found))
    out.print(_hazard_ratios(found))
    by = (
        f", stratified by {', '.join(columns.strata)} ({found.strata} strata)"
        if columns.strata
        else ""
    )
    test = found.log_rank
    out.print(
        f"log-rank chi-square {test.chi_square:.4f} on {test.degrees_of_freedom} df, p"
        f" {_p(test.p)}{by}",
        markup=False,
    )
    if found.proportionality is None:
        out.print(
            f"proportional hazards: not tested, {found.proportionality_unknown}", markup=False
        )
    else:
        statistic, freedom, p = found.proportionality
        out.print(f"proportional hazards: chi-square {statistic:.4f} on {freedom} df, p {_p(p)}")
    if (gap := found.restricted_mean_difference) is not None:
        between = f"{found.arms[1].name} minus {found.reference}"
        out.print(
            f"restricted mean up to {found.tau:g}, {between}: {gap.estimate:.4g} ({gap.lower:.4g}"
            f" to {gap.upper:.4g}), p {_p(gap.p)}",
            markup=False,
        )
    out.print(
        f"intervals {found.level:.4g}; of medians and survival by {found.interval}, as in R's"
        " conf.type; Cox model with Efron's ties" + by,
        markup=False,
    )


def _arms(found: SurvivalComparison, columns: SurvivalColumns) -> Table:
    table = _table(f"{columns.time} by {columns.arm}", "n", "events", "median", "interval")
    for arm in found.arms:
        bounds = f"{_time(arm.median.lower)} to {_time(arm.median.upper)}"
        table.add_row(
            escape(arm.name), str(arm.subjects), str(arm.events), _time(arm.median.time), bounds
        )
    return table


def _shares_and_means(found: SurvivalComparison) -> Table:
    table = _table("survival at a time, mean time up to one", "what", "estimate", "interval")
    for arm in found.arms:
        for moment, (at, low, high) in zip(found.landmarks, arm.landmarks, strict=True):
            bounds = "" if math.isnan(low) else f"{low:.4f} to {high:.4f}"
            table.add_row(escape(arm.name), f"survival at {moment:g}", _share(at), bounds)
        if (mean := arm.restricted_mean) is not None:
            bounds = f"{mean.lower:.5g} to {mean.upper:.5g}"
            table.add_row(
                escape(arm.name), f"mean up to {found.tau:g}", f"{mean.estimate:.5g}", bounds
            )
    return table


def _table(title: str, *headings: str) -> Table:
    """A table by arm; a long name goes on in the next line, nothing is cut off."""
    table = Table(title=escape(title), title_justify="left")
    table.add_column("arm", overflow="fold")
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _hazard_ratios(found: SurvivalComparison) -> Table:
    table = _table(
        f"hazard ratio against {found.reference}", "ratio", "interval", "coef", "se", "p"
    )
    for row in found.hazard_ratios:
        table.add_row(
            escape(row.arm),
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
