"""Where does the report say what CONSORT 2025 asks for, and what does it not say?

Topics in words of our own after Hopewell et al., CONSORT 2025 statement, BMJ 2025;389:e081123.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from markupsafe import Markup

from equipoise.protocol.model import Protocol
from equipoise.report.kit.table import Cell, Table

SOURCE = "CONSORT 2025 (BMJ 2025;389:e081123)"


class Item(NamedTuple):
    """One item: the sections of the report and the fields of the protocol that fulfill it, and what
    neither says.
    """

    number: str
    topic: str
    anchors: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    missing: str = ""


ITEMS = (
    Item("1a", "Title names a randomized trial", ("summary",), ("registration.title",)),
    Item("1b", "Structured summary", ("summary",), (), "background and methods in the summary"),
    Item(
        "2",
        "Registration",
        (),
        ("registration.id",),
        "date of registration and address of the registry",
    ),
    Item(
        "3",
        "Protocol and analysis plan",
        ("assumed",),
        ("version",),
        "an address where both can be had",
    ),
    Item("4", "Sharing of data", (), (), "where data, codebook and code can be had"),
    Item("5a", "Funding", (), ("registration.sponsor",), "what the funders did and decided"),
    Item("5b", "Conflicts of interest", (), (), "those of the authors"),
    Item("6", "Background", (), ("registration.summary",), "the evidence before this trial"),
    Item("7", "Objectives", ("primary",), ("design.hypotheses",), "objectives about harms"),
    Item("8", "Patients and public", (), (), "how they took part in design, conduct and report"),
    Item("9", "Design", (), ("registration.design", "arms", "design.hypotheses")),
    Item(
        "10",
        "Changes after the start",
        (),
        ("version",),
        "each change with its reason (the ledger holds them)",
    ),
    Item("11", "Setting", ("conduct",), (), "kinds of sites, and where they are"),
    Item("12a", "Who could enter", ("conduct",), ("eligibility",)),
    Item("12b", "Which sites and staff could take part", (), (), "criteria for them"),
    Item("13", "Treatments compared", (), ("arms", "regimens", "treatment")),
    Item("14", "Outcomes", ("primary", "secondary"), ("endpoints",)),
    Item(
        "15",
        "How harms were found and defined",
        ("safety",),
        ("conduct.adverse_events_days_after_last_dose",),
    ),
    Item("16a", "Size of the trial", ("limits",), ("design.participants", "design.scenarios")),
    Item("16b", "Interim analyses", ("safety",), ("design.looks", "conduct.safety_review_after")),
    Item(
        "17a",
        "How the sequence was drawn",
        (),
        ("randomization",),
        "who drew it (the allocator's log tells)",
    ),
    Item("17b", "Kind of randomization", ("conduct",), ("randomization",)),
    Item("18", "Concealment", (), (), "how the list was kept (the allocator's log tells)"),
    Item(
        "19",
        "Who could see the list",
        (),
        (),
        "who enrolled, who assigned, and what they could see",
    ),
    Item("20a", "Who was blinded", ("limits",), ("design.masking",)),
    Item("20b", "How blinding was kept", (), ("design.masking",)),
    Item("21a", "Statistical methods", ("primary", "secondary", "safety"), ("endpoints",)),
    Item("21b", "Who is in each analysis", ("primary",), ("populations",)),
    Item("21c", "Missing data", ("primary",), ("endpoints", "censoring")),
    Item("21d", "Further analyses, and which were planned", ("primary",), ("endpoints",)),
    Item("22a", "Flow of participants", ("flow",)),
    Item("22b", "Losses and exclusions, with reasons", ("flow",)),
    Item(
        "23a",
        "Recruitment and follow-up, by date",
        ("flow", "conduct", "secondary"),
        ("cutoff",),
    ),
    Item("23b", "Why the trial ended", (), (), "why it ended or was stopped, once it has"),
    Item(
        "24a",
        "Treatment as it was given",
        ("flow", "treatment", "visits", "tumors"),
    ),
    Item(
        "24b",
        "Other care during the trial",
        ("treatment",),
        (),
        "care other than anticancer therapy, by arm",
    ),
    Item("25", "Baseline", ("baseline",)),
    Item(
        "26",
        "Outcomes and estimates",
        ("primary", "secondary"),
        (),
        "relative effects of proportions",
    ),
    Item("27", "Harms", ("safety",)),
    Item("28", "Further analyses", ("primary",)),
    Item(
        "29",
        "Interpretation",
        ("summary",),
        (),
        "benefits against harms, and other evidence: for the authors",
    ),
    Item("30", "Limitations", ("limits", "assumed")),
)


def checklist_table(protocol: Protocol, titles: Mapping[str, str]) -> Table:
    """Each item with where it is fulfilled; `titles` are those of the sections, by anchor."""
    rows = [
        [item.number, item.topic, _places(item, protocol, titles), _missing(item, protocol)]
        for item in ITEMS
    ]
    return Table(["Item", "Topic", "Where", "Missing"], rows, note=f"After {SOURCE}.", words=True)


def field_of(protocol: Protocol, path: str) -> Any:
    """The value of a field of the protocol. Raises AttributeError where there is none."""
    value: Any = protocol
    for name in path.split("."):
        value = getattr(value, name)
    return value


def counts(protocol: Protocol) -> tuple[int, int, int]:
    """Items with nothing missing, in part, and wholly missing."""
    gaps = [(_missing(item, protocol), item.anchors or item.fields) for item in ITEMS]
    whole = sum(not gap for gap, _ in gaps)
    nowhere = sum(bool(gap) and not place for gap, place in gaps)
    return whole, len(gaps) - whole - nowhere, nowhere


def _places(item: Item, protocol: Protocol, titles: Mapping[str, str]) -> Cell:
    if item.number == "20b" and _open(protocol):
        return "not applicable: open label"
    sections = [
        Markup('<a href="#{}">{}</a>').format(anchor, titles[anchor]) for anchor in item.anchors
    ]
    fields = [Markup("<code>{}</code>").format(path) for path in item.fields]
    declared = Markup("protocol ") + Markup(", ").join(fields) if fields else Markup("")
    return Markup("; ").join(filter(None, [Markup(", ").join(sections), declared])) or "–"


def _missing(item: Item, protocol: Protocol) -> str:
    if item.number == "20b" and not _open(protocol):
        return "how it was done, and how alike the treatments were"
    return f"missing: {item.missing}" if item.missing else ""


def _open(protocol: Protocol) -> bool:
    return protocol.design.masking == "OPEN LABEL"
