"""Tests find the story-telling helpers beside them, and none fails for being slow once (the first
call compiles).
"""

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
