"""Equipoise runs a randomized oncology trial from its protocol.

The names here are what the terminal does, from Python (docs/python.md shows each); one is imported
when it is first used. `equipoise.statistics` takes numbers and gives numbers, without a trial.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from equipoise.analysis.results.json_form import write_results
    from equipoise.analysis.survival_comparison import compare_survival
    from equipoise.conduct.attribution import Attribution
    from equipoise.conduct.carry_out import Session
    from equipoise.conduct.redaction import RedactionRequest
    from equipoise.endpoints.policies import declare_policy
    from equipoise.exchange.invented.person import invent_person
    from equipoise.exchange.registry.criteria import import_record
    from equipoise.exchange.response_table import derive_response_table
    from equipoise.exchange.subject_json import read_subject, subject_schema
    from equipoise.planning.rechallenge.simulate import simulate_rechallenge
    from equipoise.report.design.page import show_design, write_design
    from equipoise.report.design.simulation_text import show_simulation
    from equipoise.report.protocol.page import show_protocol
    from equipoise.report.rechallenge.page import write_rechallenge
    from equipoise.report.rechallenge.terminal import show_rechallenge
    from equipoise.report.trial.page import write_report
    from equipoise.report.trial.why import explain
    from equipoise.store.allocator import RemoteAllocation
    from equipoise.store.json_lines import JsonLines
    from equipoise.store.sealed_boxes import Secret
    from equipoise.surface.allocators import (
        cards_of,
        check_allocator_log,
        create_emergency_list,
        create_sealed_list,
        serve_allocator,
    )
    from equipoise.surface.analyses import analyze
    from equipoise.surface.cases import run_conformance
    from equipoise.surface.checks import check_protocol
    from equipoise.surface.copies import (
        back_up_ledger,
        copy_ledger,
        restore_ledger,
        set_up_ledger,
    )
    from equipoise.surface.documents import write_documents
    from equipoise.surface.heads import create_key, sign_head, witnessed
    from equipoise.surface.ledgers import read_ledger, recover, verify, write_ledger
    from equipoise.surface.packages import derive
    from equipoise.surface.persons import screen
    from equipoise.surface.plans import design, simulate
    from equipoise.surface.protocols import load_protocol, protocol_schema
    from equipoise.surface.redactions import redact
    from equipoise.surface.rehearsals import rehearse
    from equipoise.surface.standing import standing
    from equipoise.surface.tumors import assess

_STANDS_IN = {
    "Attribution": "conduct.attribution",
    "JsonLines": "store.json_lines",
    "RedactionRequest": "conduct.redaction",
    "RemoteAllocation": "store.allocator",
    "Secret": "store.sealed_boxes",
    "Session": "conduct.carry_out",
    "analyze": "surface.analyses",
    "assess": "surface.tumors",
    "back_up_ledger": "surface.copies",
    "cards_of": "surface.allocators",
    "check_allocator_log": "surface.allocators",
    "check_protocol": "surface.checks",
    "compare_survival": "analysis.survival_comparison",
    "copy_ledger": "surface.copies",
    "create_emergency_list": "surface.allocators",
    "create_key": "surface.heads",
    "create_sealed_list": "surface.allocators",
    "declare_policy": "endpoints.policies",
    "derive": "surface.packages",
    "derive_response_table": "exchange.response_table",
    "design": "surface.plans",
    "explain": "report.trial.why",
    "import_record": "exchange.registry.criteria",
    "invent_person": "exchange.invented.person",
    "load_protocol": "surface.protocols",
    "protocol_schema": "surface.protocols",
    "read_ledger": "surface.ledgers",
    "read_subject": "exchange.subject_json",
    "recover": "surface.ledgers",
    "redact": "surface.redactions",
    "rehearse": "surface.rehearsals",
    "restore_ledger": "surface.copies",
    "run_conformance": "surface.cases",
    "screen": "surface.persons",
    "serve_allocator": "surface.allocators",
    "set_up_ledger": "surface.copies",
    "show_design": "report.design.page",
    "show_protocol": "report.protocol.page",
    "show_rechallenge": "report.rechallenge.terminal",
    "show_simulation": "report.design.simulation_text",
    "sign_head": "surface.heads",
    "simulate": "surface.plans",
    "simulate_rechallenge": "planning.rechallenge.simulate",
    "standing": "surface.standing",
    "subject_schema": "exchange.subject_json",
    "verify": "surface.ledgers",
    "witnessed": "surface.heads",
    "write_design": "report.design.page",
    "write_documents": "surface.documents",
    "write_ledger": "surface.ledgers",
    "write_rechallenge": "report.rechallenge.page",
    "write_report": "report.trial.page",
    "write_results": "analysis.results.json_form",
}

__all__ = [
    "Attribution",
    "JsonLines",
    "RedactionRequest",
    "RemoteAllocation",
    "Secret",
    "Session",
    "analyze",
    "assess",
    "back_up_ledger",
    "cards_of",
    "check_allocator_log",
    "check_protocol",
    "compare_survival",
    "copy_ledger",
    "create_emergency_list",
    "create_key",
    "create_sealed_list",
    "declare_policy",
    "derive",
    "derive_response_table",
    "design",
    "explain",
    "import_record",
    "invent_person",
    "load_protocol",
    "protocol_schema",
    "read_ledger",
    "read_subject",
    "recover",
    "redact",
    "rehearse",
    "restore_ledger",
    "run_conformance",
    "screen",
    "serve_allocator",
    "set_up_ledger",
    "show_design",
    "show_protocol",
    "show_rechallenge",
    "show_simulation",
    "sign_head",
    "simulate",
    "simulate_rechallenge",
    "standing",
    "subject_schema",
    "verify",
    "witnessed",
    "write_design",
    "write_documents",
    "write_ledger",
    "write_rechallenge",
    "write_report",
    "write_results",
]


def __getattr__(name: str) -> Any:
    """The name from the room it stands in (PEP 562)."""
    if name not in _STANDS_IN:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_STANDS_IN[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
