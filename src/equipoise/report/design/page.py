"""What does the planned size buy? Power computed and simulated, early looks, scans, assurance: as
text and page.
"""

from __future__ import annotations

from equipoise.planning.design import ComputedDesign, SimulatedDesign
from equipoise.protocol.model import Protocol
from equipoise.report.design.power import assurance_table, power_figure, power_table, size_table
from equipoise.report.design.simulated import assumed_table, looks_table, scan_table
from equipoise.report.design.words import spending_words
from equipoise.report.kit.page import Document, Figure, Section, write_document
from equipoise.report.kit.table import Table, table_text


def show_design(
    protocol: Protocol, computed: ComputedDesign, simulated: SimulatedDesign | None
) -> str:
    """Plain text of every table; without `simulated` the computed ones alone."""
    lines = [*_lead(protocol, computed), ""]
    for section in _sections(protocol, computed, simulated):
        for block in section.blocks:
            lines += [*table_text(block), ""] if isinstance(block, Table) else []
    return "\n".join(lines).rstrip()


def write_design(
    protocol: Protocol, computed: ComputedDesign, simulated: SimulatedDesign | None
) -> str:
    """The page, with figures."""
    return write_document(
        Document(
            title=f"{protocol.id}: what the design can show",
            kicker="The design of a randomized trial, computed from its protocol",
            lead=_lead(protocol, computed),
            sections=_sections(protocol, computed, simulated),
        )
    )


def _lead(protocol: Protocol, computed: ComputedDesign) -> list[str]:
    design, (n_1, n_0) = protocol.design, computed.per_arm
    powers = [row.power["boschloo"] for row in computed.table]
    return [
        (
            f"{protocol.id}: {design.participants} participants, {n_1} v {n_0}, two-sided"
            f" {design.alpha}; {protocol.primary.label.lower()}."
        ),
        (
            f"H0: {design.hypotheses.h0}. H1: {design.hypotheses.h1}. Looks at efficacy:"
            f" {_looks(protocol)}."
        ),
        (
            f"Boschloo's test has a power of {min(powers):.2f} to {max(powers):.2f} over the"
            " scenarios."
            if powers
            else "The protocol declares no scenario."
        ),
    ]


def _looks(protocol: Protocol) -> str:
    if not protocol.design.looks:
        return "none"
    sizes = ", ".join(str(look.participants) for look in protocol.design.looks)
    return f"at {sizes} participants, {spending_words(protocol.design.spending)}"


def _sections(
    protocol: Protocol, computed: ComputedDesign, simulated: SimulatedDesign | None
) -> list[Section]:
    power: list[Table | Figure] = [
        power_table(protocol, computed, simulated),
        power_figure(protocol, computed),
    ]
    sections = [
        Section("power", "Power", power),
        Section("size", "Participants needed", [size_table(protocol, computed)]),
    ]
    if computed.assurance:
        sections.append(Section("assurance", "Assurance", [assurance_table(protocol, computed)]))
    if simulated:
        looks = looks_table(protocol, simulated)
        sections.append(Section("looks", "What an early look costs", [looks]))
    scans = scan_table(protocol, simulated)
    sections.append(Section("scans", "The day of the first scan", [scans]))
    if simulated:
        assumed = assumed_table(simulated)
        sections.append(Section("assumed", "What the simulation assumes", [assumed]))
    return sections
