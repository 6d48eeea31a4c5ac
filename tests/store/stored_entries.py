"""Entries to store: a protocol and as many saved forms as a test asks for."""

from __future__ import annotations

from collections.abc import Iterator

from equipoise.ledger.chain import append
from equipoise.ledger.entry import Entry, Header
from equipoise.ledger.events import Event, FormSaved, ProtocolAdopted
from happened import redacted


def entries(count: int, *, typed: str = "1.5") -> list[Entry]:
    """A chain of so many entries; `typed` is what the coordinator typed, so that two chains can
    differ.
    """
    return list(endless(count, typed))


def endless(count: int, typed: str = "1.5") -> Iterator[Entry]:
    """The same, one by one."""
    head = None
    for number in range(count):
        head = follow(head, form(typed) if number else adopted())
        yield head


def follow(head: Entry | None, event: Event) -> Entry:
    """One entry after `head`."""
    header = Header(
        at="2026-03-01T08:30:00Z",
        actor="u-17",
        role="coordinator",
        site="S01",
        subject="S01-001",
        protocol="1.0",
        key=f"k{head.seq if head else 0}",
    )
    return append(head, event, header, "5a" * 16)


def adopted() -> ProtocolAdopted:
    return ProtocolAdopted(protocol={"id": "NCT04509635"}, version="1.0", hash="ab", simulated=True)


def form(typed: str) -> FormSaved:
    return FormSaved(
        form="LB", visit="C1D1", values={"NEUT": typed, "TEXT": "胆红素 " * 20}, groups={}
    )


def redaction(written: list[Entry], seq: int, *paths: str) -> Entry:
    """The log of a redaction of what was typed in an entry, or of these paths, to follow the last
    one.
    """
    header = Header(
        at="2026-03-02T08:30:00Z",
        actor="u-2",
        role="data manager",
        site=None,
        subject=None,
        protocol="1.0",
        key=f"r{written[-1].seq}",
        reason="a name was typed",
    )
    event = redacted(seq, *(paths or ("/values/NEUT", "/values/TEXT")))
    return append(written[-1], event, header, "0f" * 16)
