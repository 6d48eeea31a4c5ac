"""What follows from other people's data?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

from equipoise.endpoints.policies import DerivationPolicy
from equipoise.exchange.cdisc.adam import render_outputs
from equipoise.exchange.cdisc.endpoints import Endpoints, derive_endpoints
from equipoise.exchange.cdisc.sdtm_in import Package, read_package


class Derived(NamedTuple):
    """A package and what was derived from it up to a day; `files` are the tables and listings by
    their names.
    """

    package: Package
    endpoints: Endpoints
    cutoff: date
    files: Mapping[str, str | bytes]


def derive(
    folder: str | Path,
    policy: DerivationPolicy,
    *,
    cutoff: date | None = None,
    step: Callable[[str], Callable[[int, int], None]] | None = None,
    encoding: str | None = None,
) -> Derived:
    """Responses and times to event of everybody in a folder of SDTM datasets, by a policy
    (`declare_policy`), up to a day (default: the last that any record is of).

    `encoding` is that of text which is not UTF-8 (default: cp1252, with a note). `step` is told
    what begins, and returns who is told how much of it is done. Raises DatasetError, or ValueError
    if nobody had started by the cutoff.
    """
    if step:
        step(f"reading {folder}")
    package = read_package(Path(folder), policy, encoding)
    last = cutoff or package.lasting
    counted = step(f"subjects by policy {policy.name}") if step else None
    endpoints = derive_endpoints(package, policy, last, progress=counted)
    if not endpoints.adtte:
        raise ValueError(f"cutoff {last}: nobody had started by then; the first record is later")
    return Derived(package, endpoints, last, render_outputs(package, endpoints, policy, last))
