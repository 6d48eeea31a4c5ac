"""What did each blood sample of one participant say about RAS, codon by codon, and why is that what
it says?
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from equipoise.eligibility.genomic import ras_policy
from equipoise.eligibility.plasma_sample import readings
from equipoise.molecular.ras import RasState
from equipoise.molecular.sample import RasPolicy
from equipoise.protocol.model import Protocol
from equipoise.subject.records import GF
from equipoise.subject.state import Subject
from equipoise.terms.codes import GenomicTest, Specimen
from equipoise.terms.verdict import Verdict

EXPLAINED = {
    RasState.WILD_TYPE_INFORMATIVE: "every codon of the panel was read to the limit asked for,"
    " none is mutated, and tumor DNA was in the sample: wild type is shown",
    RasState.NOT_INFORMATIVE: "nothing was found, but it is not shown that it would have been:"
    " a codon was not read, not to the limit asked for, or no tumor DNA is shown",
    RasState.BELOW_THRESHOLD: "a mutation was seen in a smaller share than the protocol counts",
    RasState.MUTATED: "a mutation was seen in a share that the protocol counts",
    RasState.FAILED_QC: "the laboratory did not pass the sample",
}
"""The five states, in words (protocol I06)."""


class Read(NamedTuple):
    """One codon as it was reported; the fractions are of 1."""

    name: str
    result: str
    variant: str
    fraction: Decimal | None
    limit: Decimal | None
    source: object


class BloodSample(NamedTuple):
    """A sample: its state (several, where its rows contradict each other) with the sentence that
    explains it, what it answers, and what was reported.
    """

    name: str
    collected: str
    states: tuple[RasState, ...]
    verdict: Verdict
    detail: str
    properties: tuple[tuple[str, str], ...]
    codons: tuple[Read, ...]


def blood_samples(protocol: Protocol, subject: Subject, today: date) -> tuple[BloodSample, ...]:
    """The plasma samples of a participant in order of time, under each panel of the protocol."""
    by_sample: dict[tuple[str, str], list[GF]] = {}
    for row in subject.for_eligibility.records(GF):
        if row.specimen == Specimen.PLASMA and row.test in tuple(GenomicTest):
            by_sample.setdefault((str(row.date or ""), row.sample), []).append(row)
    return tuple(
        _sample(ras_policy(panel), name, rows, today)
        for (_, name), rows in sorted(by_sample.items())
        for panel in protocol.molecular.values()
    )


def _sample(policy: RasPolicy, name: str, rows: list[GF], today: date) -> BloodSample:
    when = rows[0].date
    try:
        read = readings(rows, when.latest if when else today, policy)
    except ValueError as unreadable:
        states: tuple[RasState, ...] = ()
        verdict, detail = Verdict.UNKNOWN, str(unreadable)
    else:
        states = tuple(dict.fromkeys(each.finding.state for each in read))
        same = {each.verdict for each in read}
        verdict = read[0].verdict if len(same) == 1 else Verdict.UNKNOWN
        detail = read[0].finding.detail if len(states) == 1 else "its rows contradict each other"
    return BloodSample(
        name,
        str(when or "no date"),
        states,
        verdict,
        detail,
        tuple((row.test, row.original) for row in rows if row.test != GenomicTest.CODON),
        tuple(_codon(row) for row in rows if row.test == GenomicTest.CODON),
    )


def _codon(row: GF) -> Read:
    name = f"{row.gene} {row.codon}"
    said = row.original or row.status
    return Read(name, said, row.variant, row.allele_fraction, row.limit, row.source)
