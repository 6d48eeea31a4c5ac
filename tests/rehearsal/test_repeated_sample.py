"""A sample that is drawn again holds more or less tumor DNA, and never more than all."""

from dataclasses import replace
from datetime import date

import numpy as np

from equipoise.protocol.yaml_file import load
from equipoise.rehearsal.screening_forms import Desk, ctdna_form
from equipoise.virtual.parameters import read_parameters
from equipoise.virtual.person import draw_person

PROTOCOL, DAY = load("NCT04509635"), date(2021, 3, 10)


def test_much_tumor_dna_is_never_more_than_all():
    """0.8 of the plasma's DNA times what the repeat varies by is above 1 in a third of them."""
    parameters, rng = read_parameters("NCT04509635"), np.random.default_rng(1)
    person = draw_person(rng, PROTOCOL, parameters, DAY)
    person = replace(person, tumor_fraction=0.8, resistant_by_ras=True)
    desk = Desk(person, rng, PROTOCOL, parameters)
    fractions = [
        float(row["result"])
        for _ in range(60)
        for row in ctdna_form(desk, 2, DAY, DAY).groups["property"]
        if row["property"] == "TUMFRAC"
    ]

    assert len(fractions) > 40
    assert max(fractions) == 1.0
    assert min(fractions) < 0.8
