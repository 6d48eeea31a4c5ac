"""What did thousands of virtual trials show? The figures as text, each with its Monte-Carlo
error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Figure = Mapping[str, Any]


def show_simulation(found: Figure) -> str:
    """Plain text of what `simulate` computed: rows of figures, a column for each scenario."""
    scenarios: Mapping[str, Figure] = found["scenarios"]
    lines = [
        (
            f"{found['trial']}: {found['trials']} trials of {found['participants']} participants,"
            f" seed {found['seed']}, two-sided {found['alpha']}. In brackets: Monte-Carlo standard"
            " error."
        ),
        "",
        f"{'':44}" + "".join(f"{name:>20}" for name in scenarios),
    ]
    for label, cells in _rows(list(scenarios.values())):
        lines.append(f"{label:44}" + "".join(f"{cell:>20}" for cell in cells))
    stops = {name: one["stopping"] for name, one in scenarios.items() if one["stopping"]}
    for name, stopping in stops.items():
        lines += ["", *_stopping(name, stopping)]
    lines += ["", "* every scan on its day, measured without error; nobody leaves or crosses over"]
    lines += [
        *(f"{name}: {one['label']}" for name, one in scenarios.items()),
        "Assumed, beyond the protocol:",
    ]
    lines += [f"  {name}: {one['value']} ({one['from']})" for name, one in found["assumed"].items()]
    return "\n".join(lines)


def _rows(scenarios: list[Figure]) -> Iterator[tuple[str, list[str]]]:
    def each(*path: str, scale: float = 100, digits: int = 1, unit: str = " %") -> list[str]:
        return [_figure(_at(one, path), scale, digits, unit) for one in scenarios]

    control = "disease_control"
    yield "disease control, control arm", each(control, "control")
    yield "disease control, experimental arm", each(control, "experimental")
    yield "  rejected by Boschloo", each(control, "rejected", "boschloo")
    yield "  rejected by Fisher", each(control, "rejected", "fisher")
    yield "  rejected by pooled z", each(control, "rejected", "pooled_z")
    exact = [f"{100 * one[control]['exact_at_these_rates']['boschloo']:.1f} %" for one in scenarios]
    yield "  Boschloo, exact at these rates", exact
    yield "  difference, points", each(control, "difference", digits=2, unit="")
    yield "  bias against perfect conduct *", each(control, "bias", digits=2, unit="")
    yield "  coverage of that by its interval", each(control, "coverage")
    yield "objective response, experimental arm", each("objective_response", "experimental")
    yield "PFS log-rank at the primary cutoff, rejected", each("pfs", "rejected_two_sided")
    yield "  hazard ratio (average)", each("pfs", "hazard_ratio", scale=1, digits=3, unit="")
    yield "OS log-rank, rejected", each("overall_survival", "rejected_two_sided")
    yield (
        "  hazard ratio (average)",
        each("overall_survival", "hazard_ratio", scale=1, digits=3, unit=""),
    )
    yield (
        "months to the primary cutoff",
        each("months_to_primary_cutoff", scale=1, digits=1, unit=""),
    )
    spans = [
        f"{one['months_to_primary_cutoff']['q05']:.1f} to"
        f" {one['months_to_primary_cutoff']['q95']:.1f}"
        for one in scenarios
    ]
    yield "  in 90 % of trials", spans


def _at(one: Figure, path: tuple[str, ...]) -> Figure:
    for name in path:
        one = one[name]
    return one


def _figure(one: Figure, scale: float, digits: int, unit: str) -> str:
    more = digits + 1
    return f"{scale * one['value']:.{digits}f}{unit} ({scale * one['standard_error']:.{more}f})"


def _stopping(name: str, found: Figure) -> Iterator[str]:
    yield f"Looks with {found['spending'].replace('_', ' ')} bounds, {name}:"
    for participants, bound, share in zip(
        found["looks"], found["bounds"], found["stopped_for_efficacy"], strict=True
    ):
        yield (
            f"  {participants:>4} participants judged: |z| of {bound:.3f} passed in"
            f" {_figure(share, 100, 1, ' %')}"
        )
    yield (
        f"  entered on average {_figure(found['entered'], 1, 1, '')}, months"
        f" {_figure(found['months'], 1, 1, '')}"
    )
