"""Is RAS wild type in tissue, and in plasma? Criteria I04 and I06 from genomic findings (GF)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.eligibility.latest import decided_by_latest
from equipoise.eligibility.prior_lines import prior_drugs
from equipoise.molecular.ras import (
    RasState,
    answers_criterion,
    ras_status,
    somatic_signal,
)
from equipoise.molecular.sample import CodonResult, RasPolicy, Sample
from equipoise.protocol.criteria.genomic import Genomic
from equipoise.protocol.panel import RasPanel
from equipoise.subject.records import CM, GF
from equipoise.terms.codes import CompletionStatus, Detection, GenomicTest, MutationStatus, Specimen
from equipoise.terms.dates import PartialDate, in_window
from equipoise.terms.quantity import decimal_of
from equipoise.terms.verdict import Reason, Verdict


def ras_policy(panel: RasPanel) -> RasPolicy:
    """The protocol's panel as `molecular.ras` takes it."""
    return RasPolicy(
        panel=tuple((gene, codon) for gene, codons in panel.codons.items() for codon in codons),
        limit_of_detection_required=panel.limit_of_detection,
        mutated_at=panel.mutated_at,
        mutated_at_inclusive=panel.mutated_at_inclusive,
        below_threshold_meets=panel.below_threshold_meets,
        tumor_fraction_at_least=panel.tumor_fraction_at_least,
        accept_not_detected=panel.accept_not_detected,
        clonal_hematopoiesis_genes=frozenset(panel.clonal_hematopoiesis_genes),
    )


def sample_of(rows: list[GF], collected: date, policy: RasPolicy) -> Sample:
    """One plasma sample from its GF records. Raises ValueError for fractions outside 0 to 1."""
    properties: dict[str, list[str]] = {}
    for row in rows:
        properties.setdefault(row.test, []).append(row.original.strip())
    fraction = next(
        (decimal_of(text) for text in properties.get(GenomicTest.TUMOR_FRACTION, [])), None
    )
    genes = [
        gene
        for text in properties.get(GenomicTest.SOMATIC_SIGNAL, [])
        for gene in somatic_genes(text) or ()
    ]
    return Sample(
        collected=collected,
        qc_passed=properties.get(GenomicTest.QUALITY, ["FAIL"])[-1].upper() == "PASS",
        tumor_fraction=fraction,
        other_somatic_signal=somatic_signal(genes, policy),
        codons=tuple(_codon(row) for row in rows if row.test == GenomicTest.CODON),
        source=rows[0].source,
    )


_GENE = re.compile("[A-Z][A-Z0-9-]{1,9}")
_WORDS = """
no not none neg negative pos positive yes detected undetected unknown pending absent present
normal na nd wt wild-type wildtype mutated mutant mutation variant somatic fail failed pass passed
done true false other any all see report reported seen found low high trace tumor tumour test
tested
"""
_NOT_GENES = frozenset(_WORDS.upper().split())


def somatic_genes(text: str) -> list[str] | None:
    """The genes of another somatic change as reported: symbols with commas or semicolons between
    them, or NONE.

    None when the text is anything else: `NEGATIVE` and `not detected` are no genes, and prove no
    tumor DNA.
    """
    genes = [part.strip().upper() for part in re.split("[,;]", text)]
    if genes in ([""], ["NONE"]):
        return []
    readable = all(_GENE.fullmatch(gene) and gene not in _NOT_GENES for gene in genes)
    return genes if readable else None


def _unreadable(rows: list[GF]) -> str | None:
    """The first entry of a sample that cannot be taken as it stands: no gene, or a finding that
    denies itself.
    """
    for row in rows:
        if row.test == GenomicTest.SOMATIC_SIGNAL and somatic_genes(row.original) is None:
            return (
                f"another somatic change: found {row.original!r}, expected genes such as TP53, or"
                " NONE"
            )
        if (
            row.test == GenomicTest.CODON
            and row.original == Detection.NOT_DETECTED
            and (row.variant or row.allele_fraction)
        ):
            beside = " ".join(str(value) for value in (row.variant, row.allele_fraction) if value)
            return f"{row.gene} codon {row.codon}: found NOT DETECTED beside {beside}"
    return None


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


@evaluate.register
def _(rule: Genomic, asked: Asked) -> Finding:
    return _tissue(rule, asked) if rule.specimen == Specimen.TISSUE else _plasma(rule, asked)


def _tissue(rule: Genomic, asked: Asked) -> Finding:
    def decide(row: GF) -> Finding:
        detail = f"{rule.panel} in tissue {row.original} on {row.date}"
        if row.original not in tuple(MutationStatus):
            return unknown(rule, Reason.NO_RESULT, detail, row.source)
        return decided(rule, row.original == rule.status, detail, row.source)

    rows = [
        gf
        for gf in asked.subject.records(GF)
        if gf.specimen == Specimen.TISSUE and gf.test == f"{rule.panel}STAT"
    ]
    what = f"{rule.panel} status of tissue"
    if rule.before_line is None:
        return decided_by_latest(rule, rows, what, asked, rule.within_days, decide)
    first = _first_dose(rule.before_line, asked)
    if first is None:
        detail = f"the date of the first dose of line {rule.before_line} is not recorded"
        return unknown(rule, Reason.NO_RESULT, detail)
    as_of = [replace(asked, index=min(closes, asked.index)) for closes in _completions(first, rows)]
    findings = [
        decided_by_latest(rule, rows, what, then, rule.within_days, decide) for then in as_of
    ]
    if len({finding.verdict for finding in findings}) == 1:
        return findings[-1]
    detail = (
        f"the first dose of line {rule.before_line} is dated {first}; which report was before it is"
        " open"
    )
    return unknown(rule, Reason.PARTIAL_DATE, detail, *findings[-1].evidence)


def _first_dose(line: int, asked: Asked) -> PartialDate | None:
    """The first dose of a line; a drug without its date could have been the first."""
    starts = [cm.start for cm in prior_drugs(asked, line)]
    dated = [start for start in starts if start]
    if not dated or len(dated) < len(starts):
        return None
    return PartialDate(min(start.earliest for start in dated), min(start.latest for start in dated))


def _completions(first: PartialDate, rows: list[GF]) -> list[date]:
    """The days of a partial date that can differ in which reports lie on or before them."""
    between = {
        row.date.latest
        for row in rows
        if row.date and first.earliest < row.date.latest < first.latest
    }
    return sorted({first.earliest, first.latest} | between)


def _plasma(rule: Genomic, asked: Asked) -> Finding:
    if rule.resolved is None:
        raise ValueError(
            f"panel {rule.panel!r} was not resolved: load protocols with protocol.load"
        )
    policy = ras_policy(rule.resolved)
    # By number and date: without numbers, an older draw would otherwise fill the gaps of the latest
    # one.
    samples: dict[tuple[str, PartialDate | None], list[GF]] = {}
    for row in asked.subject.records(GF):
        if row.specimen == Specimen.PLASMA:
            samples.setdefault((row.sample, row.date), []).append(row)

    def decide(first: GF) -> Finding:
        return _sample_finding(rule, samples[first.sample, first.date], first.date, policy, asked)

    firsts = [rows[0] for rows in samples.values()]
    return decided_by_latest(rule, firsts, "ctDNA sample", asked, rule.within_days, decide)


def _sample_finding(
    rule: Genomic, rows: list[GF], when: PartialDate | None, policy: RasPolicy, asked: Asked
) -> Finding:
    sources = tuple(dict.fromkeys(row.source for row in rows))
    assert when is not None  # the latest row has a date
    if early := _too_early(rule, when, asked):
        return unknown(rule, *early, *sources)
    try:
        status = ras_status(sample_of(rows, when.latest, policy), policy)
    except ValueError as error:
        return unknown(rule, Reason.VALUE_UNREADABLE, str(error), *sources)
    verdict, reason = answers_criterion(status, policy)
    # What was failed or excluded already stays so; nothing is proven by a sample with an entry that
    # cannot be read.
    if (
        verdict is not Verdict.NOT_MET
        and status.state is not RasState.FAILED_QC
        and (entry := _unreadable(rows))
    ):
        return unknown(rule, Reason.VALUE_UNREADABLE, entry, *sources)
    detail = f"{status.state.name}: {status.detail}"
    return Finding(rule.kind, verdict, detail, status.evidence, reason)


def _too_early(rule: Genomic, when: PartialDate, asked: Asked) -> tuple[Reason, str] | None:
    """The draw must not be before the progression that ended the named line (PURSUIT)."""
    if rule.after_line is None:
        return None
    line: list[Any] = [
        cm for cm in asked.subject.records(CM) if cm.line == str(rule.after_line) and cm.progressed
    ]
    if not line:
        return (
            Reason.NO_RESULT,
            f"the date of progression on line {rule.after_line} is not recorded",
        )
    progressed = max(cm.progressed for cm in line)
    if in_window(when, progressed.latest, date.max) is Verdict.MET:
        return None
    if in_window(when, progressed.earliest, date.max) is Verdict.NOT_MET:
        return (
            Reason.OUTSIDE_WINDOW,
            f"drawn on {when}, before progression on line {rule.after_line} ({progressed})",
        )
    return (
        Reason.PARTIAL_DATE,
        f"drawn on {when}; progression on line {rule.after_line} is dated {progressed}",
    )
