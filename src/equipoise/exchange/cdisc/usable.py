"""Which records do the rules use? One reader each, one diameter each, one response a day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from equipoise.endpoints.policies import DerivationPolicy
from equipoise.exchange.cdisc.lesions import choose_measurements
from equipoise.exchange.cdisc.problems import NOT_USED, TO_ASK, Problem, Problems
from equipoise.exchange.cdisc.readers import Reader, reader_of
from equipoise.exchange.cdisc.rows import UsableRow, therapy
from equipoise.exchange.cdisc.tumor_rows import reported_response, tumor
from equipoise.subject.records import RS, Record

Records = dict[str, dict[type[Record], list[Any]]]
"""Subject -> class of record -> records."""


def usable_records(
    known: Mapping[str, list[UsableRow]], policy: DerivationPolicy, problems: Problems
) -> Records:
    """All usable records as the rules want them: one reader each, one diameter each, one response a
    day.
    """
    kept: Records = defaultdict(lambda: defaultdict(list))

    def keep(subject: str, record: Any) -> None:
        if record is not None:
            kept[subject][type(record)].append(record)

    for row in known["TU"]:
        keep(row.subject, tumor(_of_reader(row, policy), problems))
    readings = [_of_reader(row, policy) for row in known["TR"]]
    for subject, tr in choose_measurements(readings, kept, policy, problems):
        keep(subject, tr)
    responses = [_of_reader(row, policy) for row in known["RS"]]
    _ask_about_criteria(responses, policy, problems)
    read = [(row, reported_response(row, policy, problems)) for row in responses]
    for subject, rs in _one_a_day(read, problems):
        keep(subject, rs)
    for row in known["CM"]:
        keep(row.subject, therapy(row, policy))
    for domain in ("EX", "DS", "PR", "AE", "SS"):
        for row in known[domain]:
            keep(row.subject, row.record)
    return kept


def _ask_about_criteria(
    rows: Iterable[UsableRow], policy: DerivationPolicy, problems: Problems
) -> None:
    """Responses by other criteria (iRECIST, Lugano) are another question; how many there are is
    said.
    """
    categories = Counter((row.place.file, row.row.get("RSCAT", "")) for row in rows)
    for (file, category), number in categories.items():
        if category.upper() not in policy.response_categories:
            reason = f"{number} rows by other criteria are left aside"
            problems.add(
                Problem(
                    kind=TO_ASK,
                    file=file,
                    domain="RS",
                    variable="RSCAT",
                    found=category,
                    reason=reason,
                )
            )


def _of_reader(known: UsableRow, policy: DerivationPolicy) -> UsableRow:
    """A record that does not say who read it belongs to whom the policy says."""
    if known.record.evaluator:
        return known
    return replace(known, record=replace(known.record, evaluator=policy.blank_evaluator))


def _one_a_day(
    rows: Iterable[tuple[UsableRow, RS | None]], problems: Problems
) -> Iterator[tuple[str, RS]]:
    """Of two answers to one question on one day the first is used, and the other is listed."""
    first: dict[tuple[str, Reader, str, date], UsableRow] = {}
    for known, rs in rows:
        if rs is None:
            continue
        if rs.date is not None and rs.date.exact is not None:
            key = (known.subject, reader_of(rs), rs.test, rs.date.exact)
            before = first.setdefault(key, known)
            if before is not known:
                reason = (
                    f"a second {rs.test} of {rs.date} by the same reader; row {before.place.row} is"
                    " used"
                )
                problems.add(known.place.problem(NOT_USED, "RSDTC", str(rs.date), reason))
                continue
        yield known.subject, rs
