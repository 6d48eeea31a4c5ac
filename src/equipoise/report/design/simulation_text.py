"""What did thousands of virtual trials show? The figures as text, each with its Monte-Carlo
error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from equipoise.report.design.words import responses_words
from equipoise.report.kit.formats import PLANNED_TESTS
from equipoise.simulation.operating_characteristics import Estimate
from equipoise.simulation.protocol_results import (
    MedianMonths,
    Months,
    SharesFigures,
    SimulatedProtocol,
    SimulatedScenario,
    TimedFigures,
    TimesAtCutoff,
    TimesFigures,
)
from equipoise.simulation.stopping import Stopping

TESTS: Mapping[str, str] = {str(test): words for test, words in PLANNED_TESTS.items()}
Row = tuple[str, str]
_LABEL, _CELL = 60, 17


def show_simulation(simulated: SimulatedProtocol) -> str:
    """Plain text of what `simulate` computed: rows of figures, a column for each scenario."""
    scenarios = simulated.scenarios
    lines = [
        *_lead(simulated),
        "",
        " " * _LABEL + "".join(f"{name:>{_CELL}}" for name in scenarios),
    ]
    columns = [list(_rows(scenario)) for scenario in scenarios.values()]
    for rows in zip(*columns, strict=True):
        cells = "".join(f"{figure:>{_CELL}}" for _, figure in rows)
        lines.append(f"{rows[0][0]:{_LABEL}}{cells}".rstrip())
    for name, scenario in scenarios.items():
        if scenario.stopping is not None:
            lines += ["", *_stopping(name, scenario.stopping)]
    return "\n".join([*lines, "", *_notes(simulated)])


def _lead(simulated: SimulatedProtocol) -> Iterator[str]:
    arms = sorted(simulated.arms.values(), key=lambda arm: arm.role)
    yield (
        f"{simulated.trial}: {simulated.trials} trials of {simulated.participants} participants,"
        f" seed {simulated.seed}, two-sided {simulated.alpha}. In brackets: Monte-Carlo standard"
        " error."
    )
    yield "; ".join(f"{arm.role}: {arm.label}, ratio {arm.ratio}" for arm in arms) + "."
    first = next(iter(simulated.scenarios.values()))
    primary = first.endpoints[first.primary.endpoint]
    yield f"Primary: {primary.label.lower()}{_counted(primary)}; {first.primary.analysis}."


def _counted(figures: SharesFigures | TimedFigures) -> str:
    if isinstance(figures, TimedFigures):
        return ""
    return f" ({responses_words(figures.responses, confirmed=figures.confirmed)})"


def _notes(simulated: SimulatedProtocol) -> Iterator[str]:
    yield "* every scan on its day, measured without error; nobody leaves or crosses over"
    for name, scenario in simulated.scenarios.items():
        yield f"{name}: {scenario.label}"
    yield "Assumed, beyond the protocol:"
    for name, assumed in simulated.assumed.items():
        yield f"  {name}: {assumed.value} ({assumed.source})"
    if simulated.not_simulated:
        yield "Declared, and not simulated:"
        for name, why in simulated.not_simulated.items():
            yield f"  {name}: {why}"


# ------------------------------------------------------------------ rows of one scenario


def _rows(scenario: SimulatedScenario) -> Iterator[Row]:
    yield "The primary analysis rejects", _percent(scenario.primary.rejected_two_sided)
    yield "  in favor of the experimental arm", _percent(scenario.primary.rejected_in_favor)
    for figures in scenario.endpoints.values():
        if isinstance(figures, SharesFigures):
            yield from _shares(figures)
        else:
            for name, analysis in figures.analyses.items():
                yield from _times(figures, name, analysis)
    months = scenario.months_to_primary_cutoff
    yield "Months to the primary cutoff", _figure(months, 1, 1, "")
    yield "  in 90 % of trials", f"{months.q05:.1f} to {months.q95:.1f}"


def _shares(figures: SharesFigures) -> Iterator[Row]:
    yield f"{figures.label}, control arm", _percent(figures.proportions.control)
    yield f"{figures.label}, experimental arm", _percent(figures.proportions.experimental)
    for test, rejected in figures.rejected.items():
        yield f"  rejected by {TESTS[test]}", _percent(rejected)
    if figures.role == "primary":
        for test, exact in figures.exact_at_these_rates.items():
            yield f"  {TESTS[test]}, exact at these rates", f"{100 * exact:.1f} %"
        yield "  difference, points", _figure(figures.difference, 100, 2, "")
        yield "  bias against perfect conduct *", _figure(figures.bias, 100, 2, "")
        yield "  coverage of that by its interval", _percent(figures.coverage)


def _times(figures: TimedFigures, name: str, analysis: TimesFigures) -> Iterator[Row]:
    """At the primary cutoff; times that ask for no censoring rules, unless primary, and those that
    are not compared at that of survival.
    """
    late = figures.role != "primary" and not (analysis.censoring and analysis.test)
    seen = analysis.survival_cutoff if late else analysis.primary_cutoff
    label = figures.label if len(figures.analyses) == 1 else f"{figures.label}, {name} rules"
    yield f"{label}, at the {'survival' if late else 'primary'} cutoff", ""
    events = seen.events.control.value, seen.events.experimental.value
    yield "  events, control and experimental arm", f"{events[0]:.1f} and {events[1]:.1f}"
    yield from _compared(seen, analysis.test) if analysis.test else _described(seen)


def _compared(seen: TimesAtCutoff, test: str | None) -> Iterator[Row]:
    if seen.rejected_two_sided and seen.hazard_ratio:
        yield f"  rejected by the {test} test", _percent(seen.rejected_two_sided)
        yield "  hazard ratio (average)", _optional(seen.hazard_ratio.mean)
        yield "  hazard ratio, perfect conduct *", _optional(seen.hazard_ratio.if_perfect)


def _described(seen: TimesAtCutoff) -> Iterator[Row]:
    for arm in ("control", "experimental"):
        subjects = seen.subjects.control if arm == "control" else seen.subjects.experimental
        yield f"  subjects, {arm} arm", _plain(subjects)
        yield f"  median months, {arm} arm", _median(seen.median_months[arm])


def _median(figure: MedianMonths) -> str:
    return "not reached" if figure.value is None else f"{figure.value:.1f}"


def _optional(figure: Estimate | None) -> str:
    return "no estimate" if figure is None else _figure(figure, 1, 3, "")


def _plain(figure: Estimate) -> str:
    return _figure(figure, 1, 1, "")


def _percent(figure: Estimate) -> str:
    return _figure(figure, 100, 1, " %")


def _figure(figure: Estimate | Months, scale: float, digits: int, unit: str) -> str:
    error = f"{scale * figure.standard_error:.{digits + 1}f}"
    return f"{scale * figure.value:.{digits}f}{unit} ({error})"


def _stopping(name: str, stopping: Stopping) -> Iterator[str]:
    yield f"Looks with {stopping.spending.replace('_', ' ')} bounds, {name}:"
    for participants, bound, stopped in zip(
        stopping.looks, stopping.bounds, stopping.stopped_for_efficacy, strict=True
    ):
        yield (
            f"  {participants:>4} participants judged: |z| of {bound:.3f} passed in favor of the"
            f" experimental arm in {_percent(stopped)}"
        )
    yield (f"  entered on average {_plain(stopping.entered)}, months {_plain(stopping.months)}")
