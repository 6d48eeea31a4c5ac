"""What did thousands of virtual trials show? The figures as text, each with its Monte-Carlo
error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from equipoise.simulation.operating_characteristics import Estimate
from equipoise.simulation.protocol_results import Months, SimulatedProtocol, SimulatedScenario
from equipoise.simulation.stopping import Stopping


def show_simulation(simulated: SimulatedProtocol) -> str:
    """Plain text of what `simulate` computed: rows of figures, a column for each scenario."""
    scenarios = simulated.scenarios
    lines = [
        (
            f"{simulated.trial}: {simulated.trials} trials of {simulated.participants}"
            f" participants, seed {simulated.seed}, two-sided {simulated.alpha}. In brackets:"
            " Monte-Carlo standard error."
        ),
        "",
        f"{'':44}" + "".join(f"{name:>20}" for name in scenarios),
    ]
    for label, cells in _rows(list(scenarios.values())):
        lines.append(f"{label:44}" + "".join(f"{cell:>20}" for cell in cells))
    for name, scenario in scenarios.items():
        if scenario.stopping is not None:
            lines += ["", *_stopping(name, scenario.stopping)]
    lines += ["", "* every scan on its day, measured without error; nobody leaves or crosses over"]
    lines += [f"{name}: {scenario.label}" for name, scenario in scenarios.items()]
    lines += ["Assumed, beyond the protocol:"]
    lines += [
        f"  {name}: {assumed.value} ({assumed.source})"
        for name, assumed in simulated.assumed.items()
    ]
    return "\n".join(lines)


def _rows(scenarios: list[SimulatedScenario]) -> Iterator[tuple[str, list[str]]]:
    yield from _primary_rows(scenarios)

    def percent(figure: Callable[[SimulatedScenario], Estimate]) -> list[str]:
        return [_figure(figure(scenario), 100, 1, " %") for scenario in scenarios]

    def plain(figure: Callable[[SimulatedScenario], Estimate | Months], digits: int) -> list[str]:
        return [_figure(figure(scenario), 1, digits, "") for scenario in scenarios]

    yield (
        "objective response, experimental arm",
        percent(lambda s: s.objective_response.experimental),
    )
    yield (
        "PFS log-rank at the primary cutoff, rejected",
        percent(lambda s: s.pfs.rejected_two_sided),
    )
    yield "  hazard ratio (average)", plain(lambda s: s.pfs.hazard_ratio, 3)
    yield "OS log-rank, rejected", percent(lambda s: s.overall_survival.rejected_two_sided)
    yield "  hazard ratio (average)", plain(lambda s: s.overall_survival.hazard_ratio, 3)
    yield "months to the primary cutoff", plain(lambda s: s.months_to_primary_cutoff, 1)
    cutoffs = [scenario.months_to_primary_cutoff for scenario in scenarios]
    yield "  in 90 % of trials", [f"{months.q05:.1f} to {months.q95:.1f}" for months in cutoffs]


def _primary_rows(scenarios: list[SimulatedScenario]) -> Iterator[tuple[str, list[str]]]:
    controls = [scenario.disease_control for scenario in scenarios]

    def percent(figures: Iterator[Estimate]) -> list[str]:
        return [_figure(figure, 100, 1, " %") for figure in figures]

    def points(figures: Iterator[Estimate]) -> list[str]:
        return [_figure(figure, 100, 2, "") for figure in figures]

    yield "disease control, control arm", percent(c.control for c in controls)
    yield "disease control, experimental arm", percent(c.experimental for c in controls)
    yield "  rejected by Boschloo", percent(c.rejected["boschloo"] for c in controls)
    yield "  rejected by Fisher", percent(c.rejected["fisher"] for c in controls)
    yield "  rejected by pooled z", percent(c.rejected["pooled_z"] for c in controls)
    exact = [f"{100 * c.exact_at_these_rates['boschloo']:.1f} %" for c in controls]
    yield "  Boschloo, exact at these rates", exact
    yield "  difference, points", points(c.difference for c in controls)
    yield "  bias against perfect conduct *", points(c.bias for c in controls)
    yield "  coverage of that by its interval", percent(c.coverage for c in controls)


def _figure(figure: Estimate | Months, scale: float, digits: int, unit: str) -> str:
    error = f"{scale * figure.standard_error:.{digits + 1}f}"
    return f"{scale * figure.value:.{digits}f}{unit} ({error})"


def _stopping(name: str, stopping: Stopping) -> Iterator[str]:
    yield f"Looks with {stopping.spending.replace('_', ' ')} bounds, {name}:"
    for participants, bound, stopped in zip(
        stopping.looks, stopping.bounds, stopping.stopped_for_efficacy, strict=True
    ):
        yield (
            f"  {participants:>4} participants judged: |z| of {bound:.3f} passed in"
            f" {_figure(stopped, 100, 1, ' %')}"
        )
    yield (
        f"  entered on average {_figure(stopping.entered, 1, 1, '')}, months"
        f" {_figure(stopping.months, 1, 1, '')}"
    )
