"""Which RECIST does this trial use? Thresholds, and one named switch for each point the paper
leaves open.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

AFTER_OVERALL_CR, ALWAYS = 0, 1
"""`reappearance`: a target that was gone and comes back is PD only after an overall CR, or whenever
it happens."""
FIRST_SCAN, LAST_SCAN = 0, 1
"""`pd_scan`: PD of measured or non-target lesions in a visit of several days is dated on this
scan."""


class RecistPolicy(NamedTuple):
    """RECIST 1.1 as one trial declares it; lengths in thousandths of a millimeter
    (`_um`). There are no defaults.

    The number before a switch is that of the list of ambiguities in the documentation of the rules.
    """

    pd_percent: int  # growth over the nadir, 4.3.1
    pd_um: int  # and at least this much, 4.3.1
    pr_percent: int  # shrinkage from baseline, 4.3.1
    node_normal_um: int  # a node with a shorter short axis is normal, 3.1
    too_small_um: int  # what "too small to measure" counts, 4.3.2
    measurable_um: int  # smallest target at baseline, 3.1
    measurable_node_um: int  # smallest target node at baseline, 3.1
    max_targets: int  # 3.2
    max_per_organ: int  # 3.2; all nodes are one organ
    pd_against_baseline: bool  # 1: growth is judged against baseline instead of the smallest sum
    pr_stays_pr: bool  # 2: after a PR, a sum that is neither -30 % nor PD stays PR
    too_small_takes_default: bool  # 3: else such a lesion is not evaluated
    nodes_below_normal_are_gone: bool  # 4: nodal CR; else a node must vanish
    reappearance: int  # 5: AFTER_OVERALL_CR or ALWAYS
    missing_target_may_prove_pd: bool  # 6: measured lesions that suffice for PD give PD; else NE
    nadir_zero_needs_pd_mm: (
        bool  # 7: from a sum of 0, growth under `pd_um` is no PD; else any growth is
    )
    bounds_inclusive: bool  # 8: exactly 20 %, 5 mm, 30 % meet the limit
    new_lesion_dated_at_first_sight: bool  # 9: a confirmed equivocal lesion dates PD back
    pd_scan: int  # 10: FIRST_SCAN or LAST_SCAN
    disease_after_cr_is_pd: bool  # 11: else the table's PR or SD stands, with a query
    therapy_ends_assessability: bool  # 12: after new therapy or resection of a target, NE
    split_lesions_are_added: bool  # 13: else the longest part counts
    nodal_return_is_deferred: bool  # 14: a node just over normal again waits for the next scan


RECIST_1_1 = RecistPolicy(
    pd_percent=20,
    pd_um=5_000,
    pr_percent=30,
    node_normal_um=10_000,
    too_small_um=5_000,
    measurable_um=10_000,
    measurable_node_um=15_000,
    max_targets=5,
    max_per_organ=2,
    pd_against_baseline=False,
    pr_stays_pr=True,
    too_small_takes_default=True,
    nodes_below_normal_are_gone=True,
    reappearance=AFTER_OVERALL_CR,
    missing_target_may_prove_pd=True,
    nadir_zero_needs_pd_mm=True,
    bounds_inclusive=True,
    new_lesion_dated_at_first_sight=True,
    pd_scan=FIRST_SCAN,
    disease_after_cr_is_pd=True,
    therapy_ends_assessability=True,
    split_lesions_are_added=True,
    nodal_return_is_deferred=True,
)
"""RECIST 1.1 as published (Eur J Cancer 2009;45:228-47) with the clarifications of the EORTC RECIST
group.

`pd_scan` is in neither; a trial declares it. For use without a protocol; a trial builds its own
from its file.
"""


def build_policy(values: Mapping[str, int | bool]) -> RecistPolicy:
    """Make a policy from declared values; every one must be there, none may be unknown.

    Raises ValueError naming what is missing, unknown, or of the wrong kind.
    """
    missing = [name for name in RecistPolicy._fields if name not in values]
    unknown = [name for name in values if name not in RecistPolicy._fields]
    if missing or unknown:
        raise ValueError(
            f"RECIST policy: missing {missing or 'nothing'}, unknown {unknown or 'nothing'}; see"
            " RecistPolicy"
        )
    for name, published in RECIST_1_1._asdict().items():
        _check(name, values[name], isinstance(published, bool))
    return RecistPolicy(**{name: values[name] for name in RecistPolicy._fields})  # type: ignore[arg-type]


def _check(name: str, value: int | bool, is_switch: bool) -> None:
    if is_switch != isinstance(value, bool) or not isinstance(value, int):
        wanted = "true or false" if is_switch else "a whole number"
        raise ValueError(f"RECIST policy: {name} is {value!r}; write {wanted}")
    if value < 0:
        raise ValueError(f"RECIST policy: {name} is {value}; it cannot be negative")
    if name in ("reappearance", "pd_scan") and value > 1:
        raise ValueError(f"RECIST policy: {name} is {value}; write 0 or 1")


def any_targets(policy: RecistPolicy) -> RecistPolicy:
    """The policy for targets that others selected: as many and as small as they are, not as in
    3.2.
    """
    return policy._replace(
        measurable_um=0, measurable_node_um=0, max_targets=10_000, max_per_organ=10_000
    )
