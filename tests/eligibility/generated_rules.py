"""Rules of every kind, generated as written here; for a kind that is not, those of its cases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st
from pydantic import TypeAdapter

from equipoise.conformance.runner import CASES, read_topics
from equipoise.protocol.criteria import KINDS, AnyRule

RULES: TypeAdapter[Any] = TypeAdapter(AnyRule)
DAYS = st.integers(1, 30)
TESTS = st.sampled_from(["NEUT", "PLAT", "HGB", "BILI", "ALP", "AST", "ALT"])
CATEGORIES = st.sampled_from(["LIVER METASTASIS", "OTHER MALIGNANCY", "PERIPHERAL NEUROPATHY"])
PANEL = {
    "codons": {"KRAS": [12, 61]},
    "limit_of_detection": "0.001",
    "mutated_at": "0.001",
    "mutated_at_inclusive": True,
    "below_threshold_meets": False,
    "tumor_fraction_at_least": "0.01",
    "accept_not_detected": False,
    "clonal_hematopoiesis_genes": ["TET2"],
}


@st.composite
def limits(draw: st.DrawFn) -> dict[str, Any]:
    bound = draw(
        st.sampled_from(
            [{"at_least": "1.5 10*9/L"}, {"at_most": "3 10*9/L"}, {"at_most_uln": "1.5"}]
        )
    )
    return {"kind": "lab", "test": draw(TESTS), **bound, "within_days": draw(DAYS)}


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    years = draw(st.one_of(st.none(), st.integers(1, 10)))
    return {
        "kind": "condition",
        "category": draw(CATEGORIES),
        "codes": draw(st.sampled_from([[], ["C50", "C78.7"]])),
        "histology": draw(st.sampled_from([[], ["809"]])),
        "absence": draw(st.sampled_from(["unknown", "closed_world"])),
        "within_years": years,
        "current": draw(st.booleans()),
        "except": draw(
            st.sampled_from([[], [{"code": "C44", "morphology": "809"}, {"code": "D06"}]])
        ),
        "icd10": draw(st.sampled_from([None, [], ["C50"], ["G6"]])),
        "same_disease": draw(st.sampled_from([[], ["C77", "C78"]])),
    }


WRITTEN: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "lab": limits(),
    "condition": conditions(),
    "if_measured": st.builds(lambda limit: {"kind": "if_measured", "of": limit}, limits()),
    "lab_answer": st.builds(
        lambda d: {"kind": "lab_answer", "test": "HCG", "is": "NEGATIVE", "within_days": d}, DAYS
    ),
    "measured": st.builds(
        lambda d: {"kind": "measured", "tests": ["AST", "ALT"], "at_least": 1, "within_days": d},
        DAYS,
    ),
    "performance": st.builds(
        lambda d, n: {"kind": "performance", "test": "ECOG101", "at_most": n, "within_days": d},
        DAYS,
        st.integers(0, 4),
    ),
    "prior_line": st.one_of(
        st.builds(
            lambda n, p: {
                "kind": "prior_line",
                "line": n,
                "includes": ["CETUXIMAB"],
                "progressed": p,
            },
            st.integers(1, 3),
            st.booleans(),
        ),
        st.builds(
            lambda n: {"kind": "prior_line", "line": n, "excludes_class": ["ANTI-EGFR"]},
            st.integers(1, 3),
        ),
    ),
    "prior_lines": st.builds(
        lambda n, months: {"kind": "prior_lines", "exactly": n, "adjuvant_within_months": months},
        st.integers(0, 3),
        st.one_of(st.none(), st.integers(0, 12)),
    ),
    "genomic": st.builds(
        lambda s, d, line, before: {
            "kind": "genomic",
            "specimen": s,
            "panel": "RAS",
            "status": "WILD TYPE",
            "within_days": d,
            "after_line": line,
            "before_line": before,
            "resolved": PANEL,
        },
        st.sampled_from(["PLASMA", "TISSUE"]),
        st.one_of(st.none(), DAYS),
        st.one_of(st.none(), st.integers(1, 2)),
        st.one_of(st.none(), st.integers(1, 2)),
    ),
    "measurable_disease": st.builds(
        lambda n, d: {
            "kind": "measurable_disease",
            "at_least": n,
            "within_days": d,
            "diameter": "10 mm",
            "short_axis": "15 mm",
        },
        st.integers(1, 2),
        DAYS,
    ),
    "attestation": st.builds(
        lambda d: {"kind": "attestation", "question": "Fit?", "within_days": d},
        st.one_of(st.none(), DAYS),
    ),
    "sex": st.builds(lambda s: {"kind": "sex", "is": s}, st.sampled_from("MF")),
    "age": st.builds(lambda n: {"kind": "age", "at_least": n}, st.integers(0, 90)),
    "consent": st.just({"kind": "consent"}),
}


def rules_within(rule: Any) -> Iterator[dict[str, Any]]:
    """A rule as written in a case or a protocol, and the rules inside it."""
    if isinstance(rule, dict):
        if rule.get("kind") in KINDS:
            yield rule
        for part in rule.values():
            yield from rules_within(part)
    elif isinstance(rule, list):
        for part in rule:
            yield from rules_within(part)


def rules_of_cases() -> dict[str, list[dict[str, Any]]]:
    """The rules that the published cases ask about, by kind; panels written out."""
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for topic, cases in read_topics(CASES):
        for case in cases if topic == "eligibility" else ():
            for rule in rules_within(case["inputs"]["rule"]):
                whole = {**rule, "resolved": PANEL} if rule["kind"] == "genomic" else rule
                by_kind.setdefault(rule["kind"], []).append(whole)
    return by_kind


def strategies(
    written: dict[str, st.SearchStrategy[dict[str, Any]]], cases: dict[str, list[dict[str, Any]]]
) -> dict[str, st.SearchStrategy[dict[str, Any]]]:
    """How each kind is generated: combinations of all the others besides."""
    simple = {kind: st.sampled_from(rules) for kind, rules in cases.items()} | written
    for kind in ("all", "any", "not"):
        simple.pop(kind, None)
    trees = st.recursive(st.one_of(*simple.values()), _combined, max_leaves=8)
    return {
        **simple,
        "all": _several("all", trees),
        "any": _several("any", trees),
        "not": _denied(trees),
    }


def _several(kind: str, inner: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(lambda of: {"kind": kind, "of": of}, st.lists(inner, min_size=1, max_size=4))


def _denied(inner: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(lambda of: {"kind": "not", "of": of}, inner)


def _combined(inner: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(_several("all", inner), _several("any", inner), _denied(inner))


STRATEGIES = strategies(WRITTEN, rules_of_cases())
RULE = st.one_of(*STRATEGIES.values()).map(RULES.validate_python)
