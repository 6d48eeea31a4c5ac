"""A switch of censoring stands in few files: the rule, the protocol's model, the trial, the case.

A new one has to be written where the old ones are, and nowhere else.
"""

from pathlib import Path

import pytest

import equipoise
from equipoise.endpoints.censoring import SWITCHES, TimeToEventRules, read_switches, spelled
from equipoise.protocol.model import CensoringRules

HOUSE = Path(equipoise.__file__).parent
FILES = {
    "endpoints/censoring.py",
    "protocol/model.py",
    "protocol/trials/NCT04509635.yaml",
    "conformance/cases/censoring.json",
}
OWN_WORDS = ("clinical_progression", "new_therapy", "death")
"""Switches that bear the name of what happens, which is recorded and counted elsewhere too."""


@pytest.mark.parametrize("switch", [name for name in SWITCHES if name not in OWN_WORDS])
def test_a_switch_is_named_in_four_files(switch):
    naming = {
        path.relative_to(HOUSE).as_posix()
        for path in HOUSE.rglob("*")
        if path.suffix in (".py", ".yaml", ".json") and switch in path.read_text(encoding="utf-8")
    }

    assert naming <= FILES


def test_the_protocol_has_each_switch_with_words_that_the_rules_know():
    declared = {
        name: set(field.annotation.__args__)
        for name, field in CensoringRules.model_fields.items()
        if name in SWITCHES
    }

    assert set(declared) == set(SWITCHES)
    assert all(words <= set(SWITCHES[name]) for name, words in declared.items())
    assert set(TimeToEventRules._fields) == {*SWITCHES, "longest_gap"}


def test_words_become_positions_and_words_again():
    for position in ("censor", "ignore"):
        words = dict.fromkeys(SWITCHES, position) | {"progression_date": "scan"}

        assert spelled(read_switches(words)) == words
