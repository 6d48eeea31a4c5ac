"""What do the arrays of the rules hold, and what stands in them for nothing?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Codes = NDArray[np.int8]
"""Small integers with a meaning each: responses, arms, 0 and 1."""
Flags = NDArray[np.bool_]

NEVER = -1
"""A day that does not come; days count from randomization, day 0."""
NOWHERE = -1
"""A place in an array that points to nothing: no scan, no lesion."""
