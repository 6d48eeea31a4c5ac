"""How is a figure of a design written?"""

from __future__ import annotations

from equipoise.simulation.operating_characteristics import Estimate


def estimate_words(figure: Estimate) -> str:
    """A simulated proportion with its Monte-Carlo standard error."""
    return f"{figure.value:.3f} ({figure.standard_error:.3f})"


def spending_words(name: str) -> str:
    """The name of a spending rule."""
    return (
        name.replace("_", " ")
        .replace("obrien fleming", "O'Brien-Fleming")
        .replace("pocock", "Pocock")
    )
