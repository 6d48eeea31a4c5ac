"""What does one plasma sample say, row by row? Rows that contradict each other are each possible;
a row that cannot be read may say anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice, product
from typing import NamedTuple

from equipoise.molecular.ras import RasFinding, answers_criterion, ras_status, somatic_signal
from equipoise.molecular.sample import CodonResult, RasPolicy, Sample
from equipoise.subject.records import GF, Source
from equipoise.subject.records.faults import Fault, fault_of
from equipoise.terms.codes import CompletionStatus, Detection, GenomicTest, Quality
from equipoise.terms.dates import ANY_DAY
from equipoise.terms.genes import is_gene
from equipoise.terms.quantity import decimal_of
from equipoise.terms.verdict import Reason, Verdict

MOST_READINGS = 256
"""So many ways to read a sample are tried; one that can be read in more is not read at all."""


class Reading(NamedTuple):
    """One way to read the sample, and what it would answer."""

    finding: RasFinding
    verdict: Verdict
    reason: Reason | None


def readings(rows: Sequence[GF], collected: date, policy: RasPolicy) -> list[Reading]:
    """The answer of each way to read the rows, one row for each thing that was tested. Raises
    ValueError for fractions outside 0 to 1, and for more ways than anybody reads.
    """
    options = list(_tested(rows).values())
    found = list(islice(product(*options), MOST_READINGS + 1))
    if len(found) > MOST_READINGS:
        raise ValueError("so many rows of the sample contradict each other that none can be taken")
    return [_read(chosen, rows, collected, policy) for chosen in found]


def _read(chosen: Sequence[GF], rows: Sequence[GF], collected: date, policy: RasPolicy) -> Reading:
    finding = ras_status(sample_of(chosen, collected, policy, rows[0].source), policy)
    return Reading(finding, *answers_criterion(finding, policy))


def _tested(rows: Sequence[GF]) -> dict[tuple[str, str, str], list[GF]]:
    """Each thing tested -> the rows that may be the answer: those than which none of it was
    certainly reported later, and of equal ones one.
    """
    by_test: dict[tuple[str, str, str], list[GF]] = {}
    for row in rows:
        by_test.setdefault((row.test, row.gene, row.codon), []).append(row)
    return {test: _answers(of_test) for test, of_test in by_test.items()}


def _answers(rows: Sequence[GF]) -> list[GF]:
    dated = {(row.date, row.reported): row for row in rows}  # rows of one time are alike in this
    last = {
        times
        for times, row in dated.items()
        if not any(_reported_before(row, other) for other in dated.values())
    }
    different = {_content(row): row for row in rows if (row.date, row.reported) in last}
    return list(different.values())


def _reported_before(row: GF, other: GF) -> bool:
    """By the time of collection, when both have one, else by the date of the report."""
    if row.date and other.date and row.date.certainly_before(other.date):
        return True
    return (row.reported or ANY_DAY).certainly_before(other.reported or ANY_DAY)


def _content(row: GF) -> tuple[object, ...]:
    said = row.original, row.variant, row.status
    return (*said, row.allele_fraction, row.limit)


def sample_of(rows: Sequence[GF], collected: date, policy: RasPolicy, source: Source) -> Sample:
    """One plasma sample from its GF records. Raises ValueError for fractions outside 0 to 1."""
    told = {row.test: row.original for row in rows}
    genes = somatic_genes(told.get(GenomicTest.SOMATIC_SIGNAL, "")) or ()
    return Sample(
        collected=collected,
        qc_passed=told.get(GenomicTest.QUALITY) == Quality.PASS,
        tumor_fraction=decimal_of(told.get(GenomicTest.TUMOR_FRACTION, "")),
        other_somatic_signal=somatic_signal(genes, policy),
        codons=tuple(
            _codon(row) for row in rows if row.test == GenomicTest.CODON and row.gene and row.codon
        ),
        source=source,
    )


def _codon(row: GF) -> CodonResult:
    detected = row.original == Detection.DETECTED
    return CodonResult(
        gene=row.gene,
        codon=int(row.codon),
        covered=row.status != CompletionStatus.NOT_DONE and row.original in tuple(Detection),
        limit_of_detection=row.limit,
        variant=(row.variant or "variant not named") if detected else None,
        allele_fraction=row.allele_fraction if detected else None,
        source=row.source,
    )


def somatic_genes(text: str) -> list[str] | None:
    """The genes of another somatic change as reported: symbols with commas or semicolons between
    them, or NONE.

    None when the text is anything else: `NEGATIVE` and `not detected` are no genes, and prove no
    tumor DNA.
    """
    genes = [part.strip().upper() for part in re.split("[,;]", text)]
    if genes in ([""], ["NONE"]):
        return []
    return genes if all(map(is_gene, genes)) else None


def unreadable(rows: Sequence[GF], policy: RasPolicy) -> tuple[Fault, Source] | None:
    """The first row of a sample that cannot be taken as it stands, of those that could matter."""
    for row in rows:
        if fault := next(_faults(row, policy), None):
            return fault, row.source
    return None


_QUALITY = ", ".join(Quality)


def _faults(row: GF, policy: RasPolicy) -> Iterator[Fault]:
    if (fault := fault_of(row)) is not None:
        yield fault
    match row.test:
        case GenomicTest.QUALITY if row.original not in tuple(Quality):
            yield Fault(Reason.NOT_CODED, f"QC: found {row.original!r}, expected {_QUALITY}")
        case GenomicTest.SOMATIC_SIGNAL if somatic_genes(row.original) is None:
            found = f"another somatic change: found {row.original!r}"
            yield Fault(Reason.VALUE_UNREADABLE, f"{found}, expected genes such as TP53, or NONE")
        case GenomicTest.TUMOR_FRACTION if row.original and decimal_of(row.original) is None:
            found = f"tumor fraction: found {row.original!r}"
            yield Fault(Reason.VALUE_UNREADABLE, f"{found}, expected a number from 0 to 1")
        case GenomicTest.CODON:
            yield from _faults_of_codon(row, policy)


def _faults_of_codon(row: GF, policy: RasPolicy) -> Iterator[Fault]:
    name = f"{row.gene or 'no gene'} codon {row.codon or 'not told'}"
    if not row.codon or not (
        is_gene(row.gene) or any(row.gene == gene for gene, _ in policy.panel)
    ):
        yield Fault(Reason.NOT_CODED, f"{name}: no gene and codon that are known")
        return
    if (row.original and row.original not in tuple(Detection)) and _on_panel(row, policy):
        expected = " or ".join(Detection)
        yield Fault(Reason.NOT_CODED, f"{name}: found {row.original!r}, expected {expected}")
    if row.original == Detection.NOT_DETECTED and (row.variant or row.allele_fraction):
        beside = " ".join(str(value) for value in (row.variant, row.allele_fraction) if value)
        yield Fault(Reason.VALUE_UNREADABLE, f"{name}: found NOT DETECTED beside {beside}")
    place = _PROTEIN.match(row.variant.strip())
    if row.original == Detection.DETECTED and place and place[1].lstrip("0") != row.codon:
        yield Fault(Reason.CONTRADICTION, f"{name}: found {row.variant}, which is codon {place[1]}")


_PROTEIN = re.compile(r"(?:p\.)?\(?(?:[A-Z][a-z]{2}|[A-Z])(\d{1,4})", re.ASCII)


def _on_panel(row: GF, policy: RasPolicy) -> bool:
    return (row.gene, int(row.codon)) in policy.panel
