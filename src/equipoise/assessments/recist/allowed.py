"""May these lesions be assessed as recorded? What RECIST 1.1 asks of targets and of their names."""

from __future__ import annotations

from collections.abc import Sequence

from equipoise.assessments.recist.policy import RecistPolicy
from equipoise.assessments.recist.sightings import (
    NEW,
    NON_TARGET,
    TARGET,
    LesionError,
    Sighting,
)
from equipoise.terms.lesions import wholes


def check_baseline(targets: Sequence[Sighting], policy: RecistPolicy) -> None:
    """RECIST 1.1 3.1, 3.2: measurable, at most five, at most two in an organ; nodes are one
    organ.
    """
    for s in targets:
        if "/" in s.lesion:
            raise LesionError(
                f"{s.where}: target {s.lesion!r} is named like two lesions that merged; rename it"
            )
        least = policy.measurable_node_um if s.node else policy.measurable_um
        what = "the short axis of a target node" if s.node else "the longest diameter of a target"
        if s.length is None:
            raise LesionError(
                f"{s.where}: target {s.lesion} has no diameter at baseline ({s.state}); give one in"
                " mm, or make it NON-TARGET"
            )
        if s.length < least:
            raise LesionError(
                f"{s.where}: target {s.lesion} measures {s.length / 1000} mm at baseline; {what} is"
                f" at least {least / 1000} mm; make it NON-TARGET"
            )
    if len(targets) > policy.max_targets:
        raise LesionError(
            f"{targets[policy.max_targets].where}: {len(targets)} targets at baseline; at most"
            f" {policy.max_targets} are allowed; make the others NON-TARGET"
        )
    for organ in dict.fromkeys(s.place for s in targets):
        inside = [s for s in targets if s.place == organ]
        if len(inside) > policy.max_per_organ:
            raise LesionError(
                f"{inside[policy.max_per_organ].where}: {len(inside)} targets in"
                f" {organ or 'one organ'}; at most {policy.max_per_organ} in an organ are allowed,"
                " and all lymph nodes are one; make the others NON-TARGET"
            )


def check_later(
    rows: Sequence[Sighting], targets: Sequence[str], baseline: Sequence[Sighting]
) -> None:
    """Lesions keep their name and role: what was not there at baseline is new."""
    known = {s.lesion for s in baseline if s.role != NEW}
    seen: dict[tuple[str, str], Sighting] = {}
    roles: dict[str, Sighting] = {}
    for s in rows:
        before = roles.setdefault(s.lesion, s)
        if before.role != s.role:
            raise LesionError(
                f"{s.where}: {s.lesion} is {s.role}, but {before.role} in {before.where}; a lesion"
                " keeps its role; correct one of the two"
            )
        missing = [name for name in wholes(s.lesion, targets) if name not in targets]
        if s.role == TARGET and missing:
            raise LesionError(
                f"{s.where}: target {missing[0]} was not measured at baseline"
                f" ({baseline[0].visit}); add its baseline row, or make it NEW"
            )
        if s.role == NON_TARGET and s.lesion not in known:
            raise LesionError(
                f"{s.where}: non-target {s.lesion} was not there at baseline ({baseline[0].visit});"
                " add its baseline row, or make it NEW"
            )
        twice = seen.setdefault((s.visit, s.lesion), s)
        if twice is not s:
            raise LesionError(
                f"{s.where}: {s.lesion} stands twice in visit {s.visit} (also {twice.where});"
                " keep one"
            )
