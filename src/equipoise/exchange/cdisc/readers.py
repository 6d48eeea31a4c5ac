"""Whose readings are these, and is that reader asked for? --EVAL and --EVALID."""

from __future__ import annotations

from equipoise.endpoints.policies import ALL_EVALUATORS, DerivationPolicy
from equipoise.subject.records import RS, TR, TU

Reader = tuple[str, str]
"""--EVAL and --EVALID."""


def reader_of(record: TU | TR | RS) -> Reader:
    """Who read it."""
    return record.evaluator, record.evaluator_id


def reader_name(reader: Reader) -> str:
    """One reader as policies name it: RSEVAL, or RSEVAL/RSEVALID."""
    return "/".join(part for part in reader if part)


def is_asked_for(reader: Reader, policy: DerivationPolicy) -> bool:
    """Whether the policy wants this reader."""
    return policy.evaluator.upper() in (
        ALL_EVALUATORS,
        reader[0].upper(),
        reader_name(reader).upper(),
    )
