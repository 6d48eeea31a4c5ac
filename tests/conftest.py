"""Tests find the story-telling helpers beside them and what prints the pages, and none fails for
being slow once (the first call compiles).
"""

import sys
from pathlib import Path

from hypothesis import settings

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "docs")]
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
