"""Do rehearsals lie where they must? Many seeds, each against its own expectation.

Every virtual participant has a course in either arm. The mean difference between the two over the
participants of one
rehearsal is what its comparison must show on average, whatever the list: the finite-population
expectation of a randomized comparison (Neyman). It is computed from the drawn courses; what is
compared with it went through forms, commands, ledger and pipeline.

Run `python benchmarks/rehearsals.py --rehearsals 200`. It ends by itself and uses all cores.
"""

from __future__ import annotations

import argparse
import copy
import os
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from equipoise.analysis.analyze import analyze_endpoint, courses_of, populations_of
from equipoise.endpoints.best_response import derive_best_response
from equipoise.endpoints.choices import response_policy
from equipoise.protocol.model import Protocol
from equipoise.protocol.yaml_file import load
from equipoise.rehearsal import rehearse as rehearsal
from equipoise.rehearsal.story import BEYOND, Story
from equipoise.statistics.proportions import power_of
from equipoise.store.memory import Memory
from equipoise.subject.fold import replay


@dataclass(frozen=True, slots=True)
class Compared:
    """One rehearsal: what it showed, and what its participants make one expect."""

    seed: int
    controlled: tuple[int, int]
    sizes: tuple[int, int]
    rejected: bool
    expected: float
    differing: tuple[str, ...]

    @property
    def difference(self) -> float:
        """Experimental minus control."""
        return self.controlled[0] / self.sizes[0] - self.controlled[1] / self.sizes[1]


def reached(story: Story, protocol: Protocol) -> bool:
    """Disease control of a drawn course, without forms or ledger."""
    days = [(scan.day - story.start).days for scan in story.scans]
    responses = [int(scan.response) for scan in story.scans]
    therapy = (story.therapy - story.start).days if story.therapy < BEYOND else -1
    best = derive_best_response(
        days, responses, response_policy(protocol.assessment), therapy_day=therapy
    )
    return best.response.cdisc in protocol.primary.responses


def compare(seed: int, participants: int = 50) -> Compared:
    """One rehearsal through commands, ledger and pipeline, and its expectation from both courses of
    everybody.
    """
    protocol = load("NCT04509635")
    potential: list[tuple[bool, bool]] = []
    order: list[bool] = []
    draw = rehearsal.draw_story

    def drawn_in_both_arms(desk: Any, regimen: str, start: date, *, experimental: bool) -> Story:
        other = draw(copy.deepcopy(desk), regimen, start, experimental=not experimental)
        story = draw(desk, regimen, start, experimental=experimental)
        pair = (reached(story, protocol), reached(other, protocol))
        potential.append(pair if experimental else pair[::-1])
        order.append(experimental)
        return story

    rehearsal.draw_story = drawn_in_both_arms
    try:
        storage = Memory()
        sealed = rehearsal.draw_sealed_list(protocol, participants=participants, seed=seed)
        rehearsal.rehearse(protocol, storage, sealed, participants=participants, seed=seed)
    finally:
        rehearsal.draw_story = draw
    trial = replay(storage.read())
    cutoff = date.fromisoformat(storage.read()[-1].at[:10]) + timedelta(days=1)
    courses = courses_of(trial, cutoff)
    endpoint = analyze_endpoint(
        protocol, protocol.primary, courses, populations_of(trial, courses, cutoff), cutoff
    )
    by_entry = sorted(courses.values(), key=lambda course: course.sources["randomization"])
    drawn = [
        pair[0] if experimental else pair[1]
        for pair, experimental in zip(potential, order, strict=True)
    ]
    differing = [
        c.subject.id
        for c, own in zip(by_entry, drawn, strict=True)
        if endpoint.subjects[c.subject.id].value != own
    ]
    arms = [endpoint.comparison.arms[arm.id] for arm in (protocol.experimental, protocol.control)]
    return Compared(
        seed,
        (arms[0].events, arms[1].events),
        (arms[0].n, arms[1].n),
        endpoint.comparison.tests["boschloo"] <= float(protocol.design.alpha),
        float(np.mean([one - nothing for one, nothing in potential])),
        tuple(differing),
    )


def report(found: Iterable[Compared]) -> bool:
    """Print the summary; True when every figure lies within three standard errors."""
    rows = list(found)
    gaps = np.array([row.difference - row.expected for row in rows])
    error = gaps.std(ddof=1) / np.sqrt(len(rows))
    totals = np.array([(*row.controlled, *row.sizes) for row in rows]).sum(axis=0)
    p1, p0 = totals[0] / totals[2], totals[1] / totals[3]
    power = np.mean([power_of("boschloo", *row.sizes, p1, p0) for row in rows])
    share = np.mean([row.rejected for row in rows])
    power_error = np.sqrt(power * (1 - power) / len(rows))
    print(f"{len(rows)} rehearsals, disease control {100 * p1:.1f} % v {100 * p0:.1f} %")
    print(f"difference minus its own expectation: {gaps.mean():+.4f}, standard error {error:.4f}")
    print(
        f"rejected by Boschloo: {share:.3f}; exact power at these rates {power:.3f}, standard error"
        f" {power_error:.3f}"
    )
    print(
        "participants whose value differs between course and ledger:"
        f" {sum(len(r.differing) for r in rows)}"
    )
    return bool(abs(gaps.mean()) <= 3 * error and abs(share - power) <= 3 * power_error)


def main() -> None:
    """The command of this file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rehearsals", type=int, default=200)
    parser.add_argument("--first-seed", type=int, default=1000)
    wanted = parser.parse_args()
    began = time.perf_counter()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        rows = list(
            pool.map(compare, range(wanted.first_seed, wanted.first_seed + wanted.rehearsals))
        )
    inside = report(rows)
    print(
        f"{time.perf_counter() - began:.0f} s. {'Within' if inside else 'NOT within'} three"
        " standard errors."
    )
    raise SystemExit(0 if inside else 1)


if __name__ == "__main__":
    main()
