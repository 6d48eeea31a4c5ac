"""A mutation counts in whatever kind of report it stands: the panel as a whole in plasma, a codon
in tissue.
"""

import json

import pytest

from equipoise.exchange.subject_json import example_subject, read_subject
from equipoise.protocol.yaml_file import load
from equipoise.surface.persons import screen
from equipoise.terms.verdict import Verdict

PROTOCOL = load("NCT04509635")
PLASMA = {"GFSPEC": "PLASMA", "GFREFID": "P-2", "GFTESTCD": "RASSTAT", "GFDTC": "2021-03-05"}
TISSUE = {"GFSPEC": "TISSUE", "GFTESTCD": "CODON", "GFGENSR": "KRAS", "GFCODON": "12"}


def verdict(criterion, *rows):
    """Of somebody who is eligible but for these rows."""
    person = example_subject()
    person["records"]["GF"] += rows
    subject, index = read_subject(json.dumps(person), PROTOCOL)
    findings = screen(PROTOCOL, subject, index).findings
    return next(finding.verdict for finding in findings if finding.id == criterion)


@pytest.mark.parametrize("said", ["MUTATED", "mutant", "POSITIVE", "KRAS G12D"])
def test_a_later_report_of_the_panel_in_plasma(said):
    assert verdict("I06", PLASMA | {"GFORRES": said}) is Verdict.UNKNOWN
    assert verdict("I06", {**PLASMA, "GFORRES": said, "GFDTC": ""}) is Verdict.UNKNOWN


@pytest.mark.parametrize("said", ["DETECTED", "Detected", "POSITIVE", "G12D"])
@pytest.mark.parametrize("day", ["2019-01-20", ""])
def test_a_codon_in_tissue_before_the_first_line(said, day):
    assert verdict("I04", TISSUE | {"GFORRES": said, "GFDTC": day}) is Verdict.UNKNOWN


def test_what_shows_no_mutation_of_the_panel_changes_nothing():
    day = {"GFDTC": "2019-01-20"}

    assert verdict("I06", PLASMA | {"GFORRES": "WILD TYPE"}) is Verdict.MET
    assert verdict("I04", TISSUE | day | {"GFORRES": "NOT DETECTED"}) is Verdict.MET
    assert verdict("I04", TISSUE | day | {"GFORRES": "DETECTED", "GFGENSR": "TP53"}) is Verdict.MET
