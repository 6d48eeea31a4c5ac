"""Every page is held to its stored text: a change of a word or a number is seen before it is kept.

`make snapshots` writes the texts anew.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from invented import invented_design, invented_rechallenge, invented_simulation
from page_text import page_text

from equipoise.planning.design import compute_design
from equipoise.protocol.design import EarlyLook
from equipoise.protocol.model import Protocol
from equipoise.protocol.yaml_file import load
from equipoise.report.design.page import show_design, write_design
from equipoise.report.design.simulation_text import show_simulation
from equipoise.report.protocol.page import show_protocol
from equipoise.report.rechallenge.page import write_rechallenge
from equipoise.report.rechallenge.terminal import show_rechallenge
from equipoise.report.trial.page import write_report
from equipoise.report.trial.why import explain
from small_trial import small_trial
from snapshots import assert_snapshot

STORED = Path(__file__).parent / "snapshots"


def stored(name: str, text: str) -> None:
    assert_snapshot(STORED / name, text)


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load("NCT04509635")


@pytest.fixture(scope="module")
def twenty(protocol: Protocol) -> Protocol:
    """The trial with twenty participants, whose tables are enumerated in no time."""
    design = protocol.design.model_copy(update={"participants": 20})
    return protocol.model_copy(update={"design": design})


def test_the_report_of_a_trial():
    stored("report.txt", page_text(write_report(*small_trial(participants=6, failures=2))))


@pytest.mark.parametrize("endpoint", ["DCR", "PFS", "SAFETY", "ELIGIBILITY", "VISITS"])
def test_why_a_participant_has_a_value(endpoint):
    analysis, entries = small_trial(participants=6, failures=2)
    lines = explain(analysis, entries, "S01-001", endpoint)

    stored(f"why_{endpoint.lower()}.txt", "\n".join(lines) + "\n")


def test_the_protocol(protocol):
    stored("protocol.txt", show_protocol(protocol))


def test_the_design_computed_and_simulated(twenty):
    simulated, computed = invented_design(twenty), compute_design(twenty)

    stored("design.txt", page_text(write_design(twenty, computed, simulated)))
    stored("design_terminal.txt", show_design(twenty, computed, simulated) + "\n")


def test_the_design_computed_only(twenty):
    stored("design_computed.txt", page_text(write_design(twenty, compute_design(twenty), None)))


def test_the_design_of_a_trial_with_a_look(twenty):
    looks = (EarlyLook(participants=12),)
    looking = twenty.model_copy(
        update={"design": twenty.design.model_copy(update={"looks": looks})}
    )
    page = write_design(looking, compute_design(looking), invented_design(looking))

    stored("design_looks.txt", page_text(page))


def test_a_simulation():
    stored("simulation_terminal.txt", show_simulation(invented_simulation()) + "\n")


def test_re_challenge():
    answer = invented_rechallenge()

    stored("rechallenge.txt", page_text(write_rechallenge(answer)))
    stored("rechallenge_terminal.txt", show_rechallenge(answer) + "\n")
