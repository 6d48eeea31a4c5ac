"""Is RAS wild type in tissue, and in plasma? Criteria I04 and I06 from genomic findings (GF)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from equipoise.eligibility.concerned import concerned
from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import Finding, decided, unknown
from equipoise.eligibility.latest import decided_by_latest, shown
from equipoise.eligibility.plasma_sample import Reading, readings, unreadable
from equipoise.eligibility.prior_lines import perhaps_prior_drugs, prior_drugs
from equipoise.molecular.ras import RasState
from equipoise.molecular.sample import RasPolicy
from equipoise.protocol.criteria.genomic import Genomic
from equipoise.protocol.panel import RasPanel
from equipoise.subject.records import GF, Record, Source
from equipoise.subject.records.faults import fault_of
from equipoise.terms.codes import Detection, GenomicTest, MutationStatus, Specimen
from equipoise.terms.dates import PartialDate, in_window
from equipoise.terms.genes import is_gene
from equipoise.terms.verdict import Reason, Verdict

_OF_A_SAMPLE = tuple(GenomicTest)
_ELSE = ("MSI", "MSISTAT", "MICROSAT", "TMB", "MMR", "PDL1")
"""GFTESTCD that are about something else than a mutation of the panel."""


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


@concerned.register
def _(rule: Genomic, asked: Asked) -> Iterator[Record]:
    yield from _rows(rule, asked)
    for line in (rule.before_line, rule.after_line):
        yield from prior_drugs(asked, line) if line is not None else ()


def _rows(rule: Genomic, asked: Asked) -> list[GF]:
    """The rows of the specimen and of the tests asked about, and those that may be."""
    return [
        row
        for row in asked.subject.records(GF)
        if _may_be_of(rule.specimen, row) and not _is_another_test(rule, asked, row)
    ]


def _may_be_of(specimen: str, row: GF) -> bool:
    return row.specimen == specimen or row.specimen not in tuple(Specimen)


def _is_another_test(rule: Genomic, asked: Asked, row: GF) -> bool:
    """A test known, and not of what is asked: of the whole panel in tissue, of one sample in
    plasma.
    """
    if _asked_for(rule, row) or _may_show_mutation(rule, row):
        return False
    if row.specimen not in tuple(Specimen):
        return False
    known = asked.vocabulary.knows("GFTESTCD", row.test) or row.test in (*_OF_A_SAMPLE, *_ELSE)
    return known or _status_of_another_gene(rule, row.test)


def _may_show_mutation(rule: Genomic, row: GF) -> bool:
    """The panel as a whole in plasma, and codons in tissue, are not how the criterion asks; but
    what they find is a mutation all the same.
    """
    if not row.original:
        return False
    if row.test == f"{rule.panel}STAT":
        return row.original != MutationStatus.WILD_TYPE
    on_panel = rule.resolved.codons if rule.resolved else ()
    of_panel = not row.gene or not is_gene(row.gene) or not on_panel or row.gene in on_panel
    return row.test == GenomicTest.CODON and of_panel and row.original != Detection.NOT_DETECTED


def _status_of_another_gene(rule: Genomic, test: str) -> bool:
    gene = test.removesuffix("STAT")
    on_panel = rule.resolved.codons if rule.resolved else ()
    return bool(on_panel) and gene != test and is_gene(gene) and gene not in on_panel


def _asked_for(rule: Genomic, row: GF) -> bool:
    if rule.specimen == Specimen.TISSUE:
        return row.test == f"{rule.panel}STAT"
    return row.test in _OF_A_SAMPLE


def _not_told(rule: Genomic, row: GF) -> Finding | None:
    """The finding of a row whose specimen or test is in no list: it may be what is asked about."""
    if row.specimen == rule.specimen and _asked_for(rule, row):
        return None
    named = " ".join(text for text in (row.specimen, row.test, row.gene) if text) or "a row"
    detail = f"{named} on {shown(row.date)} may be {rule.panel} in {rule.specimen.lower()}"
    return unknown(rule, Reason.NOT_CODED, detail, row.source)


@evaluate.register
def _(rule: Genomic, asked: Asked) -> Finding:
    return _tissue(rule, asked) if rule.specimen == Specimen.TISSUE else _plasma(rule, asked)


def _tissue(rule: Genomic, asked: Asked) -> Finding:
    def decide(row: GF) -> Finding:
        return _not_told(rule, row) or _status(rule, row)

    rows = _rows(rule, asked)
    what = f"{rule.panel} status of tissue"
    if rule.before_line is None:
        return decided_by_latest(rule, rows, what, asked, rule.within_days, decide)
    return _before_line(rule, rule.before_line, rows, asked, decide)


def _status(rule: Genomic, row: GF) -> Finding:
    detail = f"{rule.panel} in tissue {row.original} on {shown(row.date)}"
    if fault := fault_of(row):
        return unknown(rule, fault.reason, f"{detail}: {fault.text}", row.source)
    if row.original not in tuple(MutationStatus):
        return unknown(rule, Reason.NO_RESULT, detail, row.source)
    return decided(rule, row.original == rule.status, detail, row.source)


def _before_line(
    rule: Genomic, line: int, rows: list[GF], asked: Asked, decide: Callable[[GF], Finding]
) -> Finding:
    first = _first_dose(line, asked)
    if first is None:
        detail = f"the date of the first dose of line {line} is not recorded"
        return unknown(rule, Reason.NO_RESULT, detail)
    what = f"{rule.panel} status of tissue"
    as_of = [replace(asked, index=min(closes, asked.index)) for closes in _completions(first, rows)]
    findings = [
        decided_by_latest(rule, rows, what, then, rule.within_days, decide) for then in as_of
    ]
    if len({finding.verdict for finding in findings}) == 1:
        return findings[-1]
    detail = f"the first dose of line {line} is dated {first}; which report was before it is open"
    return unknown(rule, Reason.PARTIAL_DATE, detail, *findings[-1].evidence)


def _first_dose(line: int, asked: Asked) -> PartialDate | None:
    """The first dose of a line; a drug without its date could have been the first, and so could
    one that may belong to the line.
    """
    rows = [*prior_drugs(asked, line), *perhaps_prior_drugs(asked, line)]
    starts = [cm.start for cm in rows]
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


Draw = tuple[str, date | None, date | None, str]
"""What the rows of one sample share: its number and the day of the draw; without a number the time
of day too, so that an older draw does not fill the gaps of the latest one."""


def _draw(row: GF) -> Draw:
    when = row.date
    if when is None:
        return row.sample, None, None, ""
    return row.sample, when.earliest, when.latest, "" if row.sample else when.time


def _plasma(rule: Genomic, asked: Asked) -> Finding:
    if rule.resolved is None:
        raise ValueError(
            f"panel {rule.panel!r} was not resolved: load protocols with protocol.load"
        )
    policy = ras_policy(rule.resolved)
    samples: dict[Draw, list[GF]] = {}
    unclear = []
    for row in _rows(rule, asked):
        if _not_told(rule, row):
            unclear.append(row)
        else:
            samples.setdefault(_draw(row), []).append(row)

    def decide(first: GF) -> Finding:
        return _not_told(rule, first) or _of_sample(rule, samples[_draw(first)], policy, asked)

    firsts = [rows[0] for rows in samples.values()] + unclear
    return decided_by_latest(rule, firsts, "ctDNA sample", asked, rule.within_days, decide)


def _of_sample(rule: Genomic, rows: list[GF], policy: RasPolicy, asked: Asked) -> Finding:
    sources = tuple(dict.fromkeys(row.source for row in rows))
    when = rows[0].date
    if early := _too_early(rule, when, asked):
        return unknown(rule, *early, *sources)
    try:
        read = readings(rows, when.latest if when else asked.index, policy)
    except ValueError as error:
        return unknown(rule, Reason.VALUE_UNREADABLE, str(error), *sources)
    # What failed or is excluded however it is read stays so; nothing is proven by a sample with a
    # row that cannot be read, or with rows of which one or the other must be wrong.
    excluded = all(reading.verdict is Verdict.NOT_MET for reading in read)
    failed = all(reading.finding.state is RasState.FAILED_QC for reading in read)
    if not excluded and (entry := unreadable(rows, policy)):
        fault, _ = entry
        if not failed or fault.reason is Reason.NOT_CODED:
            return unknown(rule, fault.reason, fault.text, *sources)
    return _agreed(rule, read, sources)


def _agreed(rule: Genomic, read: list[Reading], sources: tuple[Source, ...]) -> Finding:
    first = read[0]
    if len({reading.verdict for reading in read}) == 1:
        finding = first.finding
        detail = f"{finding.state.name}: {finding.detail}"
        return Finding(rule.kind, first.verdict, detail, finding.evidence, first.reason)
    states = ", or ".join(dict.fromkeys(reading.finding.state.name for reading in read))
    detail = f"rows of one sample contradict each other: it is {states}"
    return unknown(rule, Reason.CONTRADICTION, detail, *sources)


def _too_early(rule: Genomic, when: PartialDate | None, asked: Asked) -> tuple[Reason, str] | None:
    """The draw must not be before the progression that ended the named line (PURSUIT)."""
    if rule.after_line is None:
        return None
    rows: list[Any] = [
        *prior_drugs(asked, rule.after_line),
        *perhaps_prior_drugs(asked, rule.after_line),
    ]
    line = [cm for cm in rows if cm.progressed]
    if not line:
        return (
            Reason.NO_RESULT,
            f"the date of progression on line {rule.after_line} is not recorded",
        )
    if when is None:
        return Reason.PARTIAL_DATE, "the day of the draw is not recorded"
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
