"""Does the page on sources name every rule set, policy and table that the code has?"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from equipoise.endpoints import policies
from equipoise.endpoints.catalogue import RULE_SETS
from equipoise.endpoints.policies import DerivationPolicy
from equipoise.terms.table import rows_of

PAGE = (Path(__file__).parents[1] / "docs" / "sources.md").read_text(encoding="utf-8")


def test_every_rule_set_and_policy_has_a_line() -> None:
    named = [each.name for each in vars(policies).values() if isinstance(each, DerivationPolicy)]
    assert [name for name in (*RULE_SETS, *named) if f"`{name}`" not in PAGE] == []


def test_every_table_and_every_code_of_loinc_has_a_line() -> None:
    tables = [each.name for each in (resources.files("equipoise.terms") / "tables").iterdir()]
    codes = [code for row in rows_of("laboratory") for code in row["loinc"].split(";") if code]
    assert [each for each in (*tables, *codes) if each not in PAGE] == []
