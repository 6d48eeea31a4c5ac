"""What does the planned size buy? Power computed and simulated, early looks, scans, assurance: as
text and page.
"""

from __future__ import annotations

from textwrap import wrap

from equipoise.planning.design import ComputedDesign
from equipoise.planning.simulated_design import SimulatedDesign
from equipoise.protocol.model import Protocol
from equipoise.protocol.payload import protocol_hash
from equipoise.report.design.lead import lead
from equipoise.report.design.looks import duration_table, looks_blocks
from equipoise.report.design.power import (
    assurance_table,
    effect_figures,
    power_figures,
    power_table,
    size_table,
)
from equipoise.report.design.scans import scan_blocks
from equipoise.report.design.simulated import assumed_table, looks_table
from equipoise.report.kit.page import Document, Figure, Section, write_document
from equipoise.report.kit.table import Table, table_text
from equipoise.version import VERSION


def show_design(
    protocol: Protocol, computed: ComputedDesign, simulated: SimulatedDesign | None
) -> str:
    """Plain text of every table; without `simulated` the computed ones alone."""
    lines = [*lead(protocol, computed, simulated), ""]
    for section in _sections(protocol, computed, simulated):
        for block in section.blocks:
            lines += [*block_text(block), ""] if not isinstance(block, Figure) else []
    return "\n".join(lines).rstrip()


def block_text(block: Table | str) -> list[str]:
    """A table or a sentence as lines for a terminal."""
    return wrap(block, 110) if isinstance(block, str) else table_text(block)


def write_design(
    protocol: Protocol, computed: ComputedDesign, simulated: SimulatedDesign | None
) -> str:
    """The page, with figures."""
    return write_document(
        Document(
            title=protocol.registration.title,
            kicker="What the design of a randomized trial can show, computed from its protocol",
            about=_about(protocol, simulated),
            lead=lead(protocol, computed, simulated),
            sections=_sections(protocol, computed, simulated),
        )
    )


def _about(protocol: Protocol, simulated: SimulatedDesign | None) -> list[tuple[str, str]]:
    """Which protocol, and by which software."""
    figures = "computed alone"
    if simulated:
        figures = f"computed; simulated beside, {simulated.trials} trials, seed {simulated.seed}"
    return [
        ("Trial", protocol.id),
        ("Protocol", f"version {protocol.version}, SHA-256 {protocol_hash(protocol)}"),
        ("Figures", figures),
        ("Software", f"Equipoise {VERSION}"),
    ]


def _sections(
    protocol: Protocol, computed: ComputedDesign, simulated: SimulatedDesign | None
) -> list[Section]:
    sections = []
    if computed.table:
        power = power_table(protocol, computed, simulated)
        sections = [
            Section("power", "Power", [power, *power_figures(protocol, computed)]),
            Section("effect", "Power by effect", effect_figures(protocol, computed)),
            Section("size", "Participants needed", [size_table(protocol, computed)]),
        ]
    if computed.assurance:
        sections.append(Section("assurance", "Assurance", [assurance_table(protocol, computed)]))
    blocks = looks_blocks(protocol, computed, simulated)
    sections.append(Section("boundaries", "Boundaries and stopping", blocks))
    if simulated and simulated.durations:
        duration = duration_table(protocol, simulated)
        sections.append(Section("duration", "How long it takes", [duration]))
    if simulated and simulated.early_looks:
        looks = looks_table(protocol, simulated)
        sections.append(Section("looks", "What an early look costs", [looks]))
    if scans := scan_blocks(protocol, simulated):
        sections.append(Section("scans", "The day of the first scan", [*scans]))
    if simulated and simulated.assumed:
        assumed = assumed_table(simulated)
        sections.append(Section("assumed", "What the simulation assumes", [assumed]))
    return sections
