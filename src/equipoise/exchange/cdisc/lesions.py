"""Which of the lengths of this lesion counts? Packages give several for one scan; RECIST wants
one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from equipoise.assessments.recist.sightings import TARGET
from equipoise.endpoints.policies import DerivationPolicy
from equipoise.exchange.cdisc.problems import NOT_USED, Problems
from equipoise.exchange.cdisc.rows import UsableRow
from equipoise.exchange.cdisc.tumor_rows import measurement
from equipoise.subject.records import TR, TU, Record
from equipoise.terms.codes import CompletionStatus
from equipoise.terms.lesions import names_of
from equipoise.terms.locations import lymph_node
from equipoise.terms.verdict import Verdict

LENGTH_TESTS = ("DIAMETER", "LDIAM", "SAXIS", "LPERP")
STATE_TESTS = ("TUMSTATE",)

Lesions = Mapping[tuple[str, str, str], TU]
"""(--EVAL, --EVALID, link) of one subject -> lesion."""


def choose_measurements(
    readings: Iterable[UsableRow],
    found: Mapping[str, Mapping[type[Record], list[Any]]],
    policy: DerivationPolicy,
    problems: Problems,
) -> Iterator[tuple[str, TR]]:
    """Subject and record: of each lesion and scan its states, and the one diameter that the policy
    names first.

    RECIST 1.1 4.3.1: the longest diameter, of a lymph node the short axis. Sums are ours to add up.
    """
    lesions = {
        name: {(*_who(tu), tu.link): tu for tu in by_domain[TU]}
        for name, by_domain in found.items()
    }
    for scan in _scans(readings, problems):
        lesion = _lesion(scan[0], lesions.get(scan[0].subject, {}))
        role = lesion.role if lesion else TARGET  # not identified: the rules refuse it by name
        node = lesion is not None and _is_node(lesion, scan)
        for one in scan:
            if one.record.test in STATE_TESTS:
                yield one.subject, measurement(one, one.record.test, role, problems)
        if lengths := [one for one in scan if one.record.test in LENGTH_TESTS]:
            best, test = _best(lengths, node, policy, problems)
            yield best.subject, measurement(best, test, role, problems)


def _is_node(lesion: TU, scan: Iterable[UsableRow]) -> bool:
    """By its location; where that does not tell, by a short axis that was measured."""
    node = lymph_node(lesion.location)
    measured = any(one.record.test == "SAXIS" for one in scan)
    return node is Verdict.MET or (node is Verdict.UNKNOWN and measured)


def _who(record: TU | TR) -> tuple[str, str]:
    return record.evaluator, record.evaluator_id


def _scans(readings: Iterable[UsableRow], problems: Problems) -> Iterator[list[UsableRow]]:
    """The readings of one lesion by one reader at one scan."""
    scans: dict[Any, list[UsableRow]] = {}
    for one in readings:
        tr: TR = one.record
        if tr.test not in (*LENGTH_TESTS, *STATE_TESTS):
            continue
        if not tr.link:
            problems.add(
                one.place.problem(NOT_USED, "TRLNKID", "", "empty, expected the name of the lesion")
            )
            continue
        scans.setdefault((one.subject, *_who(tr), tr.link, tr.visit, tr.date), []).append(one)
    yield from scans.values()


def _lesion(known: UsableRow, lesions: Lesions) -> TU | None:
    """The lesion that was measured; parts (T1.1) and merged ones (T1/T2) belong to the one they
    came from.
    """
    tr: TR = known.record
    for link in names_of(tr.link):
        if (found := lesions.get((*_who(tr), link))) is not None:
            return found
    return None


def _best(
    lengths: list[UsableRow], node: bool, policy: DerivationPolicy, problems: Problems
) -> tuple[UsableRow, str]:
    """The first diameter in the order of the policy, one that was taken before one that was not."""
    order = policy.node_diameters if node else policy.other_diameters
    fitting = [one for one in lengths if one.record.test in order]
    if not fitting:
        one = lengths[0]
        what = (
            "a lymph node is measured by its short axis"
            if node
            else "a lesion is measured by its longest diameter"
        )
        reason = f"{what}, expected {', '.join(order)}; counts as not evaluated"
        problems.add(one.place.problem(NOT_USED, "TRTESTCD", one.record.test, reason))
        return _not_evaluated(one), one.record.test
    best = min(
        fitting,
        key=lambda one: (
            one.record.status.upper() == CompletionStatus.NOT_DONE,
            order.index(one.record.test),
        ),
    )
    same = [one for one in fitting if one.record.test == best.record.test and one is not best]
    for one in same:
        reason = (
            f"a second {one.record.test} of {one.record.link} at one scan; row {best.place.row} is"
            " used"
        )
        problems.add(one.place.problem(NOT_USED, "TRTESTCD", one.record.test, reason))
    return best, "SAXIS" if node else best.record.test


def _not_evaluated(known: UsableRow) -> UsableRow:

    return replace(known, record=replace(known.record, status=CompletionStatus.NOT_DONE.value))
