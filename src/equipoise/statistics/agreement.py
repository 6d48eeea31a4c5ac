"""How far do two readers agree beyond chance?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def cohen_kappa(table: Sequence[Sequence[int]]) -> float | None:
    """Cohen's kappa of a square table of counts, one reader by rows, the other by columns (Educ
    Psychol Meas 1960); None where chance alone would agree in everything, or nothing is counted.
    Raises ValueError for a table that is not square.
    """
    counts = np.array(table, float).reshape(len(table), -1 if len(table) else 0)
    if counts.shape != (len(table), len(table)):
        raise ValueError(f"table has shape {counts.shape}; expected as many rows as columns")
    total = counts.sum()
    if total == 0:
        return None
    by_chance = float(counts.sum(axis=0) @ counts.sum(axis=1)) / total**2
    observed = float(np.trace(counts)) / total
    return None if by_chance == 1 else float((observed - by_chance) / (1 - by_chance))
