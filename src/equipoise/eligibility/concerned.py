"""Which records does a criterion look at? What no criterion looks at is left aside, and said."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch

from equipoise.eligibility.evaluate import Asked
from equipoise.protocol.criteria import Rule
from equipoise.subject.records import Record


@singledispatch
def concerned(rule: Rule, asked: Asked) -> Iterable[Record]:
    """The records that answer a rule, or could. A rule made of others asks them; one that does not
    say asks all.
    """
    parts = rule.parts()
    if not parts:
        return (record for rows in asked.subject.by_domain.values() for record in rows)
    return (record for part in parts for record in concerned(part, asked))
