"""What did tissue and plasma show? (GF)"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from equipoise.exchange.invented.therapy import days_of
from equipoise.exchange.invented.wishes import Row, Wishes
from equipoise.protocol.criteria.genomic import Genomic
from equipoise.protocol.panel import RasPanel
from equipoise.terms.codes import Detection, GenomicTest, MutationStatus, Specimen

_MUTATED = {"GFORRES": Detection.DETECTED.value, "GFPVRID": "G12D", "GFVAF": "0.5"}
_WILD_TYPE = {"GFORRES": Detection.NOT_DETECTED.value}


def genomic_rows(wishes: Wishes) -> Iterator[Row]:
    """A report of tissue for each rule that asks for one, and one sample of plasma for all."""
    for rule, met in wishes.of(Genomic):
        if rule.specimen == Specimen.TISSUE:
            yield {
                "GFSPEC": rule.specimen,
                "GFTESTCD": f"{rule.panel}STAT",
                "GFORRES": rule.status if met else MutationStatus.MUTATED.value,
                "GFDTC": _reported(wishes, rule),
            }
    yield from _plasma(wishes)


def _reported(wishes: Wishes, rule: Genomic) -> str:
    """Before the line that the report must precede, if there is one."""
    if rule.before_line is None:
        return wishes.yesterday
    began = date.fromisoformat(days_of(wishes, rule.before_line)[0])
    return (began - timedelta(days=1)).isoformat()


def _plasma(wishes: Wishes) -> Iterator[Row]:
    """Every codon that is asked for was read, in a sample that shows tumor DNA."""
    panels = [
        (rule.resolved, met)
        for rule, met in wishes.of(Genomic)
        if rule.specimen == Specimen.PLASMA and rule.resolved
    ]
    if not panels:
        return
    sample = {"GFSPEC": Specimen.PLASMA.value, "GFREFID": "P-1", "GFDTC": wishes.yesterday}
    shown = max(panel.tumor_fraction_at_least for panel, _ in panels)
    limit = min(panel.limit_of_detection for panel, _ in panels)
    yield sample | {"GFTESTCD": GenomicTest.QUALITY.value, "GFORRES": "PASS"}
    fraction = f"{(shown + 1) / 2:f}"
    yield sample | {"GFTESTCD": GenomicTest.TUMOR_FRACTION.value, "GFORRES": fraction}
    mutated = {_codons(panel)[0] for panel, met in panels if not met}
    for gene, codon in dict.fromkeys(codon for panel, _ in panels for codon in _codons(panel)):
        yield sample | {
            "GFTESTCD": GenomicTest.CODON.value,
            "GFGENSR": gene,
            "GFCODON": str(codon),
            "GFLOD": f"{limit:f}",
            **(_MUTATED if (gene, codon) in mutated else _WILD_TYPE),
        }


def _codons(panel: RasPanel) -> list[tuple[str, int]]:
    return [(gene, codon) for gene, codons in panel.codons.items() for codon in codons]
