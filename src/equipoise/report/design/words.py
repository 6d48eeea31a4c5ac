"""How is a figure of a design written?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from equipoise.planning.declared_power import ShownTest
from equipoise.planning.operating_table import OperatingRow
from equipoise.protocol.model import Protocol
from equipoise.report.kit.formats import isolated, percent, plural
from equipoise.simulation.operating_characteristics import Estimate

TEST_SENTENCES: Mapping[ShownTest, str] = {
    "boschloo": "Boschloo's test",
    "fisher": "Fisher's exact test",
    "cmh": "The Cochran-Mantel-Haenszel test",
}
"""The declared test at the beginning of a sentence."""
TEST_OF: Mapping[ShownTest, str] = {
    "boschloo": "Boschloo's test",
    "fisher": "Fisher's exact test",
    "cmh": "the Cochran-Mantel-Haenszel test",
}
"""The declared test within a sentence."""


def estimate_words(figure: Estimate) -> str:
    """A simulated proportion with its Monte-Carlo standard error."""
    return f"{figure.value:.3f} ({figure.standard_error:.3f})"


def mean_words(figure: Estimate) -> str:
    """A simulated average with its Monte-Carlo standard error."""
    return f"{figure.value:.1f} ({figure.standard_error:.2f})"


def percent_words(figure: Estimate) -> str:
    """A simulated proportion in percent, its Monte-Carlo standard error in points."""
    return f"{percent(figure.value)} ({100 * figure.standard_error:.1f})"


def spending_words(name: str) -> str:
    """The name of a spending rule."""
    return (
        name.replace("_", " ")
        .replace("obrien fleming", "O'Brien-Fleming")
        .replace("pocock", "Pocock")
    )


def responses_words(responses: Sequence[str], *, confirmed: bool) -> str:
    """The best responses that count, and whether a response is confirmed."""
    how = "confirmed" if confirmed else "unconfirmed"
    return f"{' or '.join(responses)}, {how}"


def strata_words(strata: int) -> str:
    """How many strata are taken as equal."""
    return "one stratum" if strata == 1 else f"{plural(strata, 'stratum', 'strata')} of equal size"


def both_words(arms: tuple[int, int]) -> str:
    """Participants by arm, experimental + control."""
    return f"{arms[0]} + {arms[1]}"


def labels_of(protocol: Protocol) -> dict[str, str]:
    """What people read of each scenario, by its id."""
    return {each.id: isolated(each.label) for each in protocol.design.scenarios}


def shares_words(row: OperatingRow) -> str:
    """The shares of a scenario."""
    return f"{percent(row.p_control)} in control, {percent(row.p_experimental)} experimental"
