"""Commands that analyze: the trial of a ledger, or survival in somebody else's table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from equipoise.cli.default_command import DefaultCommandGroup
from equipoise.cli.speak import (
    QUIET_SECONDS,
    err,
    out,
    progress,
    read_text,
    readable_failures,
    say_json,
)
from equipoise.cli.trial import analyze

LEDGER = "ledger"


class AnalyzeGroup(DefaultCommandGroup):
    """`analyze LEDGER`, as the command was before there were others; a ledger may even be called
    `ledger`.
    """

    default = LEDGER


app = typer.Typer(
    cls=AnalyzeGroup,
    help=(
        "Results and report of a ledger; `analyze survival` compares arms in somebody else's table."
    ),
    rich_markup_mode="rich",
)
app.command(
    name=LEDGER,
    hidden=True,
    epilog=(
        "`equipoise analyze survival FILE.csv` compares arms in somebody else's table; see its"
        " --help."
    ),
)(analyze)


@app.command()
def survival(
    table: Annotated[
        Path,
        typer.Argument(
            help="comma-separated text in UTF-8 with a header and a row for each subject, or an"
            " ADTTE as XPT, Dataset-JSON or parquet"
        ),
    ],
    time: Annotated[
        str, typer.Option(help="column with the time to event or censoring: a number, 0 or more")
    ],
    event: Annotated[
        str,
        typer.Option(
            help="column with 1 or true (happened), 0 or false (censored); CNSR is the other way"
            " round"
        ),
    ],
    arm: Annotated[
        str, typer.Option(help="column with the arm; the first in sorted order is the reference")
    ],
    strata: Annotated[
        str, typer.Option(help="columns to stratify the log-rank test and Cox model by: COL,COL")
    ] = "",
    level: Annotated[
        float, typer.Option(help="confidence of the intervals, between 0 and 1")
    ] = 0.95,
    interval: Annotated[
        str,
        typer.Option(
            help="of medians and survival: log (as R's survfit), log-log, plain or arcsine"
        ),
    ] = "log",
    at: Annotated[str, typer.Option(help="times at which survival is told: TIME,TIME")] = "",
    restricted_mean: Annotated[
        float | None, typer.Option(help="a time; tell the mean time to event up to it for each arm")
    ] = None,
    ties: Annotated[str, typer.Option(help="of the Cox model: efron or breslow")] = "efron",
    paramcd: Annotated[
        str, typer.Option(help="of an ADTTE: the parameter (PARAMCD) whose rows are read")
    ] = "",
    drop_missing: Annotated[
        bool,
        typer.Option(
            "--drop-missing", help="leave out rows with a missing value, and say how many"
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """Medians, log-rank test and Cox hazard ratios of a table of times to event.

    Missing is an empty field, a point, NA, N/A or NaN. With more than two arms each is compared
    with the reference, and `cox` in the JSON has a member for each. Exit 0, or 2 with an error.
    """
    from equipoise.analysis.survival_comparison import compare_survival
    from equipoise.cli.survival_tables import (
        check_interval,
        check_ties,
        show_comparison,
        times,
        words,
    )
    from equipoise.exchange.cdisc.datasets import is_text, text_of_dataset
    from equipoise.exchange.survival_json import comparison_as_json
    from equipoise.exchange.survival_table import SurvivalColumns, read_survival_table
    from equipoise.statistics.checks import check_share

    with readable_failures(), progress(after=QUIET_SECONDS) as steps:
        steps.step(f"comparing {table}")
        check_share("--level", level)
        chosen, landmarks = check_interval(interval), times("--at", at)
        columns = SurvivalColumns(time=time, event=event, arm=arm, strata=words("--strata", strata))
        text = read_text(table) if is_text(table) else text_of_dataset(table)
        read = read_survival_table(
            text, columns, str(table), drop_missing=drop_missing, paramcd=paramcd
        )
        try:
            comparison = compare_survival(
                read.time,
                read.event,
                read.arm,
                read.strata,
                level=level,
                interval=chosen,
                landmarks=landmarks,
                tau=restricted_mean,
                ties=check_ties(ties),
            )
        except ValueError as error:
            raise ValueError(f"{table}: {error}") from None
        if as_json:
            told = comparison_as_json(comparison) | {
                "left_out": len(read.left_out),
                "notes": list(read.notes),
            }
            say_json(told, indent=2)
            return
        show_comparison(comparison, columns)
        for note in read.notes:
            out.print(note, markup=False)
        if read.left_out:
            every = len(read.left_out) + len(read.time)
            out.print(f"left out for a missing value: {len(read.left_out)} of {every} rows")
            err.print(f"rows {', '.join(map(str, read.left_out))}", markup=False)
