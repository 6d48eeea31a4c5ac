"""What are virtual participants drawn from? Numbers and tables beside the protocol, each with a
source or `assumed`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from equipoise.protocol.yaml_tree import read_values
from equipoise.terms.quantity import convert

_LIKE_CELLS = ("NEUT", "PLAT")


@dataclass(frozen=True, slots=True)
class Site:
    """One virtual site: where it is, its share of those screened, the units its laboratory reports
    in, and its ctDNA assay.
    """

    id: str
    country: str
    time_zone: str
    share: float
    units: dict[str, str]
    length: str
    limit_of_detection: float


@dataclass(frozen=True, slots=True)
class Parameters:
    """All parameters of one trial. `numbers` are plain figures, `tables` lists and mappings as the
    file has them.
    """

    trial: str
    sites: tuple[Site, ...]
    numbers: dict[str, float]
    tables: dict[str, Any]
    sources: dict[str, str]

    def __getitem__(self, name: str) -> float:
        return self.numbers[name]


def rehearsed() -> list[str]:
    """The ids of the trials that have virtual participants."""
    folder = resources.files("equipoise.protocol") / "virtual"
    return sorted(
        entry.name.removesuffix(".yaml")
        for entry in folder.iterdir()
        if entry.name.endswith(".yaml")
    )


@cache
def read_parameters(trial: str) -> Parameters:
    """The parameters for a trial by its registry number. Raises LookupError when there are none."""
    if trial not in rehearsed():
        raise LookupError(
            f"no virtual participants for {trial}; there are some for {', '.join(rehearsed())}"
        )
    text = (resources.files("equipoise.protocol") / "virtual" / f"{trial}.yaml").read_text(
        encoding="utf-8"
    )
    tree = read_values(text)
    named = {**tree["numbers"], **tree["tables"], "sites": tree["sites"]}
    return Parameters(
        trial=tree["trial"],
        sites=tuple(_site(row) for row in tree["sites"]["value"]),
        numbers={name: float(block["value"]) for name, block in tree["numbers"].items()},
        tables={name: block["value"] for name, block in tree["tables"].items()},
        sources={name: block["from"] for name, block in named.items()},
    )


def _site(row: dict[str, Any]) -> Site:
    units = {
        **dict.fromkeys(_LIKE_CELLS, row["cells"]),
        **dict.fromkeys(("ALP", "AST", "ALT"), "U/L"),
        "HGB": row["hemoglobin"],
        "BILI": row["bilirubin"],
        "CREAT": row["creatinine"],
        "MG": row["magnesium"],
        "CEA": "ng/mL",
    }
    return Site(
        row["id"],
        row["country"],
        row["time_zone"],
        row["share"],
        units,
        row["length"],
        row["limit_of_detection"],
    )


def in_site_unit(value: float, unit: str, to: str, test: str) -> str:
    """A value as the site's laboratory prints it: its own unit, three digits."""
    converted = convert(Decimal(repr(value)), unit, to, test)
    if converted is None:
        raise ValueError(f"{test} cannot be reported in {to}")
    return three_digits(converted)


def three_digits(value: Decimal) -> str:
    """A number with three significant digits and no exponent."""
    decimals = max(0, 2 - value.adjusted()) if value else 0
    return f"{value:.{decimals}f}"
