"""Is this blood sample proof of wild-type RAS? Five answers, since a negative test is not yet wild
type.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from equipoise.molecular.sample import Codon, CodonResult, RasPolicy, Sample
from equipoise.subject.records import Source
from equipoise.terms.verdict import Reason, Verdict


class RasState(Enum):
    """What a sample says about RAS (protocol I06)."""

    MUTATED = "MUTATED"
    BELOW_THRESHOLD = "BELOW_THRESHOLD"
    WILD_TYPE_INFORMATIVE = "WILD_TYPE_INFORMATIVE"
    NOT_INFORMATIVE = "NOT_INFORMATIVE"
    FAILED_QC = "FAILED_QC"


@dataclass(frozen=True, slots=True, kw_only=True)
class RasFinding:
    """The state, why it is not an answer (else None), a sentence with what to do, and the records
    it rests on.
    """

    state: RasState
    reason: Reason | None
    detail: str
    evidence: tuple[Source, ...]


def ras_status(sample: Sample, policy: RasPolicy) -> RasFinding:
    """The state of one sample. The first rule that applies decides, since a mutation seen outweighs
    a codon unread.
    """
    if not sample.qc_passed:
        return _failed(sample)
    seen = [result for result in _on_panel(sample, policy) if result.variant]
    if mutated := [result for result in seen if _is_mutated(result, policy)]:
        return _mutated(mutated)
    if unmeasured := [result for result in seen if result.allele_fraction is None]:
        return _unmeasured(unmeasured)
    gaps = _gaps(sample, policy)
    # Where a trace is allowed, the codons left unread could still hold a mutation; where it is not,
    # it decides alone.
    if seen and not (gaps and policy.below_threshold_meets):
        return _below(seen, policy)
    if gaps:
        return _unread(sample, gaps)
    return (
        _wild_type(sample, policy)
        if _tumor_dna_shown(sample, policy)
        else _no_tumor_dna(sample, policy)
    )


def answers_criterion(finding: RasFinding, policy: RasPolicy) -> tuple[Verdict, Reason | None]:
    """Does the finding prove wild type (protocol I06)? The reason is None unless the verdict is
    unknown.

    `accept_not_detected` admits a sample without proof of tumor DNA. It never admits a codon that
    was not read, or
    not to the limit required: an untested gene is never wild type.
    """
    match finding.state:
        case RasState.WILD_TYPE_INFORMATIVE:
            return Verdict.MET, None
        case RasState.MUTATED:
            return Verdict.NOT_MET, None
        case RasState.BELOW_THRESHOLD:
            return (Verdict.MET if policy.below_threshold_meets else Verdict.NOT_MET), None
    if finding.reason is Reason.NOT_INFORMATIVE and policy.accept_not_detected:
        return Verdict.MET, None
    return Verdict.UNKNOWN, finding.reason


def somatic_signal(genes: Iterable[str], policy: RasPolicy) -> bool:
    """Whether genes found changed show tumor DNA: blood cells of the healthy change too, in known
    genes.
    """
    of_blood = {gene.upper() for gene in policy.clonal_hematopoiesis_genes}
    return any(gene.strip().upper() not in of_blood for gene in genes)


def _is_mutated(result: CodonResult, policy: RasPolicy) -> bool:
    if result.allele_fraction is None:
        return False
    if policy.mutated_at_inclusive:
        return result.allele_fraction >= policy.mutated_at
    return result.allele_fraction > policy.mutated_at


def _gaps(sample: Sample, policy: RasPolicy) -> list[tuple[Codon, Reason]]:
    """The codons of the panel that no result reads to the limit required, and why."""
    return [(codon, reason) for codon in policy.panel if (reason := _gap(sample, codon, policy))]


def _gap(sample: Sample, codon: Codon, policy: RasPolicy) -> Reason | None:
    covering = [
        result
        for result in sample.codons
        if (result.gene, result.codon) == codon and result.covered
    ]
    if not covering:
        return Reason.NOT_COVERED
    limits = (result.limit_of_detection for result in covering)
    read = any(
        limit is not None and limit <= policy.limit_of_detection_required for limit in limits
    )
    return None if read else Reason.LOD_TOO_HIGH


def _tumor_dna_shown(sample: Sample, policy: RasPolicy) -> bool:
    if (
        sample.tumor_fraction is not None
        and sample.tumor_fraction >= policy.tumor_fraction_at_least
    ):
        return True
    off_panel = {
        r.gene for r in sample.codons if r.variant and (r.gene, r.codon) not in policy.panel
    }
    return sample.other_somatic_signal or somatic_signal(off_panel, policy)


def _failed(sample: Sample) -> RasFinding:
    detail = (
        f"the sample of {sample.collected} failed quality control, whatever was called: repeat the"
        " draw"
    )
    return _finding(RasState.FAILED_QC, Reason.QC_FAILED, detail, [sample, *sample.codons])


def _mutated(results: list[CodonResult]) -> RasFinding:
    return _finding(RasState.MUTATED, None, _calls(results), results)


def _unmeasured(results: list[CodonResult]) -> RasFinding:
    detail = f"{_calls(results)} without an allele fraction: ask the laboratory for it"
    return _finding(RasState.NOT_INFORMATIVE, Reason.NO_RESULT, detail, results)


def _below(results: list[CodonResult], policy: RasPolicy) -> RasFinding:
    limit = "below" if policy.mutated_at_inclusive else "not above"
    detail = f"{_calls(results)}, {limit} {policy.mutated_at}"
    return _finding(RasState.BELOW_THRESHOLD, None, detail, results)


def _unread(sample: Sample, gaps: list[tuple[Codon, Reason]]) -> RasFinding:
    """Not covered outweighs a limit that is too high: it needs another assay, not a better one."""
    uncovered = [codon for codon, reason in gaps if reason is Reason.NOT_COVERED]
    too_high = [codon for codon, reason in gaps if reason is Reason.LOD_TOO_HIGH]
    parts = []
    if uncovered:
        them = "it" if len(uncovered) == 1 else "them"
        parts.append(f"{_names(uncovered)} not covered: repeat with an assay that covers {them}")
    if too_high:
        parts.append(
            f"{_names(too_high)} not read to the limit of detection required: "
            "repeat with a more sensitive assay, or ask the laboratory for the limit it reached"
        )
    open_codons = {codon for codon, _ in gaps}
    unread = [result for result in sample.codons if (result.gene, result.codon) in open_codons]
    reason = Reason.NOT_COVERED if uncovered else Reason.LOD_TOO_HIGH
    return _finding(RasState.NOT_INFORMATIVE, reason, "; ".join(parts), [sample, *unread])


def _no_tumor_dna(sample: Sample, policy: RasPolicy) -> RasFinding:
    reported = "not reported" if sample.tumor_fraction is None else str(sample.tumor_fraction)
    detail = (
        f"no RAS mutation, but no tumor DNA shown either: tumor fraction {reported}, "
        f"needed {policy.tumor_fraction_at_least} or another somatic change; "
        "repeat the draw when there is more tumor, or test tissue"
    )
    return _finding(
        RasState.NOT_INFORMATIVE,
        Reason.NOT_INFORMATIVE,
        detail,
        [sample, *_on_panel(sample, policy)],
    )


def _wild_type(sample: Sample, policy: RasPolicy) -> RasFinding:
    by_fraction = (
        sample.tumor_fraction is not None
        and sample.tumor_fraction >= policy.tumor_fraction_at_least
    )
    shown = f"tumor fraction {sample.tumor_fraction}" if by_fraction else "another somatic change"
    detail = f"no RAS mutation at {len(policy.panel)} codons, tumor DNA shown ({shown})"
    shown_by = [
        result for result in sample.codons if result.variant or result in _on_panel(sample, policy)
    ]
    return _finding(RasState.WILD_TYPE_INFORMATIVE, None, detail, [sample, *shown_by])


def _finding(
    state: RasState, reason: Reason | None, detail: str, shown_by: Iterable[Sample | CodonResult]
) -> RasFinding:
    evidence = tuple(dict.fromkeys(item.source for item in shown_by))
    return RasFinding(state=state, reason=reason, detail=detail, evidence=evidence)


def _on_panel(sample: Sample, policy: RasPolicy) -> list[CodonResult]:
    return [result for result in sample.codons if (result.gene, result.codon) in policy.panel]


def _calls(results: Iterable[CodonResult]) -> str:
    return "; ".join(f"{result.name}: {result.variant}{_at(result)}" for result in results)


def _at(result: CodonResult) -> str:
    return "" if result.allele_fraction is None else f" at {result.allele_fraction}"


def _names(codons: Iterable[Codon]) -> str:
    return ", ".join(f"{gene} codon {codon}" for gene, codon in codons)
