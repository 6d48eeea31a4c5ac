"""One participant from consent to progression-free survival, through commands, ledger and
pipeline.
"""

from datetime import date

from equipoise.analysis.analyze import analyze
from equipoise.analysis.results.endpoints import Time, TimeValue
from equipoise.conduct.record import Refused
from equipoise.ledger.chain import verify
from equipoise.ledger.entry import Entry
from equipoise.ledger.verified import Verified
from story import Story


def test_consent_to_progression_free_survival():
    story = Story().begin().ready("S01-001")
    assert isinstance(story.randomize("S01-001"), Entry)
    story.scan("S01-001", "2021-05-05", 1, "SD", "45")
    last = story.scan("S01-001", "2021-06-30", 2, "PD", "60")

    results = analyze(story.known(date(2021, 12, 31))).results

    dcr = results.endpoints["DCR"].subjects["S01-001"]
    pfs = results.endpoints["PFS"].rules["FDA"].subjects["S01-001"]
    assert dcr.value is True
    assert "SD" in dcr.why
    assert pfs == TimeValue(value=Time(days=113, event=True), why="progression", source=(last.seq,))
    assert results.flow.randomized == 1
    assert isinstance(verify(story.storage.read()), Verified)


def test_a_codon_that_was_not_covered_refuses_randomization():
    from story import CODONS

    codons = [
        {"gene": g, "codon": str(c), "result": "NOT DETECTED", "lod": "0.001"}
        for g, c in CODONS[:-1]
    ]
    codons.append({"gene": "NRAS", "codon": "146", "result": {"missing": "NOT COVERED"}})  # type: ignore[dict-item]
    story = Story().begin().ready("S01-001", codons=codons)

    refused = story.randomize("S01-001")

    assert isinstance(refused, Refused)
    assert len(refused.reasons) == 1
    assert refused.reasons[0].startswith("I06 unknown")
    assert "NRAS codon 146 not covered" in refused.reasons[0]
