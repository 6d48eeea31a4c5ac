"""What random people do gives the same bytes, heads and states wherever the ledger is kept."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from test_every_store import MADE, reopened

from equipoise.conduct.carry_out import Session
from equipoise.ledger.entry import line_of
from histories import FAST, HISTORIES, begun, played


@settings(FAST, max_examples=8)
@given(HISTORIES)
def test_the_same_history_gives_the_same_bytes_heads_and_states(history):
    entries, outcomes = played(history)
    lines = [line_of(entry) for entry in entries]
    trial = None
    with tempfile.TemporaryDirectory() as folder:
        for make in MADE.values():
            store = make(Path(folder))
            store.append(begun()[0])

            kept, said = played(history, store)

            assert [str(outcome) for outcome in said] == [str(outcome) for outcome in outcomes]
            assert kept == entries
            again = reopened(store)
            assert again.lines() == lines
            assert again.head() == (entries[-1].seq, entries[-1].hash)
            trial = trial or Session(again).trial
            assert Session(again).trial == trial
