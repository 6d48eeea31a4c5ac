"""By which rules are other people's data derived? Named sets of options, all of them declared here
as data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from equipoise.assessments.recist.policy import RECIST_1_1, RecistPolicy
from equipoise.endpoints.catalogue import RULE_SETS
from equipoise.endpoints.censoring import (
    TimeToEventRules,
    rules_for_schedule,
    rules_without_schedule,
)
from equipoise.endpoints.choices import CourseChoices
from equipoise.endpoints.response_rules import AS_RECORDED, CR_WAS_PR, CR_WAS_TRUE, ResponsePolicy

RFSTDTC, RANDOMIZATION = "RFSTDTC", "RANDOMIZATION"
"""`reference_start`: DM.RFSTDTC, or the DS record whose DSDECOD says RANDOMIZED."""
REFERENCES = (RFSTDTC, RANDOMIZATION)
MEASUREMENTS, REPORTED = "MEASUREMENTS", "REPORTED"
"""`sources`: responses derived from TU and TR, or OVRLRESP as RS reports it."""
SOURCES = (MEASUREMENTS, REPORTED)
ALL_EVALUATORS = "ALL"

ADMIRAL = ResponsePolicy(
    sd_min_days=42,
    confirmation_min_days=28,
    intervening_ne_allowed=1,
    intervening_sd_allowed=False,
    after_cr=AS_RECORDED,
    therapy_ends_response=False,
)
"""The pre-defined RECIST 1.1 events of admiralonco 1.3.0; that package's reading, not the
guideline's."""

RECIST_RESPONSE = ResponsePolicy(
    sd_min_days=42,
    confirmation_min_days=28,
    intervening_ne_allowed=1,
    intervening_sd_allowed=False,
    after_cr=CR_WAS_TRUE,
    therapy_ends_response=True,
)
"""RECIST 1.1 4.4.3 and Table 3. The paper leaves the minimum of SD to the protocol, 6 to 8 weeks: 6
is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivationPolicy:
    """Every choice that a derivation from SDTM makes, under one name."""

    name: str
    summary: str
    recist: RecistPolicy
    response: ResponsePolicy
    censoring: tuple[str, ...] = tuple(RULE_SETS)  # rule sets of PFS and duration of response
    reference_start: str = RFSTDTC
    sources: tuple[str, ...] = SOURCES
    evaluator: str = ALL_EVALUATORS  # RSEVAL, or RSEVAL/RSEVALID
    blank_evaluator: str = "INVESTIGATOR"  # whom records without --EVAL belong to
    response_categories: tuple[str, ...] = (
        "",
        "RECIST 1.1",
        "RECIST1.1",
    )  # RSCAT; other criteria are left aside
    passed_over: tuple[
        str, ...
    ] = ()  # values of a response that are no response and that nobody is asked about
    targets_as_selected: bool = (
        True  # too many, or too small, targets are assessed with a note; else refused
    )
    one_visit_days: int = 14  # scans of one visit name further apart are two visits
    scan_interval_days: int = (
        0  # the schedule of scans, 0: none declared, and no visit counts as missed
    )
    scan_window_days: int = 0
    node_diameters: tuple[str, ...] = (
        "DIAMETER",
        "SAXIS",
        "LPERP",
    )  # TRTESTCD of lymph nodes, the first there counts
    other_diameters: tuple[str, ...] = ("DIAMETER", "LDIAM")
    therapy_categories: tuple[str, ...] = (  # CMCAT of new anticancer therapy
        "SUBSEQUENT ANTICANCER THERAPY",
        "SUBSEQUENT ANTI-CANCER THERAPY",
        "NEW ANTICANCER THERAPY",
        "NEW ANTI-CANCER THERAPY",
    )

    def choices(self) -> CourseChoices:
        """What the course of a subject depends on; its records are one reader's already."""
        return CourseChoices(
            recist=self.recist,
            response=self.response,
            reader=None,
            one_visit_days=self.one_visit_days,
            use_markers=False,
            targets_as_selected=self.targets_as_selected,
        )

    def rules(self, name: str) -> TimeToEventRules:
        """A rule set of PFS by name; without a declared schedule nothing counts as a missed visit.

        Raises ValueError for a name that is none, or a schedule that is none.
        """
        if name not in RULE_SETS:
            raise ValueError(
                f"there is no censoring rule set {name!r}; there are {', '.join(RULE_SETS)}"
            )
        rules = RULE_SETS[name].rules
        if not self.scan_interval_days:
            return rules_without_schedule(rules)
        return rules_for_schedule(
            rules, interval_days=self.scan_interval_days, window_days=self.scan_window_days
        )

    def declared(self) -> dict[str, Any]:
        """All options as plain values, for the file beside an output."""
        options = asdict(self)
        return options | {"recist": self.recist._asdict(), "response": self.response._asdict()}


RECIST_POLICY = DerivationPolicy(
    name="recist_1_1",
    summary=(
        "RECIST 1.1 with the EORTC clarifications; SD from day 42, confirmation after 28 days; "
        "disease after a complete response is progression"
    ),
    recist=RECIST_1_1,
    response=RECIST_RESPONSE,
)
CR_WAS_PR_POLICY = DerivationPolicy(
    name="recist_1_1_cr_was_pr",
    summary=(
        "as recist_1_1, but disease after a complete response makes that response partial (Table 3"
        " note a)"
    ),
    recist=RECIST_1_1._replace(disease_after_cr_is_pd=False),
    response=RECIST_RESPONSE._replace(after_cr=CR_WAS_PR),
)
AGAINST_BASELINE_POLICY = DerivationPolicy(
    name="pd_against_baseline",
    summary=(
        "as recist_1_1, but each visit is judged against baseline alone: not RECIST, to reproduce"
        " such packages"
    ),
    recist=RECIST_1_1._replace(
        pd_against_baseline=True, pr_stays_pr=False, disease_after_cr_is_pd=False
    ),
    response=RECIST_RESPONSE,
)
ADMIRAL_POLICY = DerivationPolicy(
    name="admiral",
    summary=(
        "the pre-defined RECIST 1.1 events of admiralonco 1.3.0, that package's reading and not the"
        " guideline's"
    ),
    recist=RECIST_1_1,
    response=ADMIRAL,
    passed_over=("CHECK",),
)
POLICIES = {
    policy.name: policy
    for policy in (RECIST_POLICY, CR_WAS_PR_POLICY, AGAINST_BASELINE_POLICY, ADMIRAL_POLICY)
}


def find_policy(name: str) -> DerivationPolicy:
    """The named policy. Raises ValueError that lists those there are."""
    if name not in POLICIES:
        there = "\n".join(f"  {policy.name}: {policy.summary}" for policy in POLICIES.values())
        raise ValueError(f"there is no policy {name!r}; there are\n{there}")
    return POLICIES[name]


def declare_policy(
    name: str,
    *,
    sources: Sequence[str] | None = None,
    evaluator: str = "",
    reference_start: str = "",
    censoring: Sequence[str] | None = None,
    scan_interval_days: int = 0,
    scan_window_days: int = 0,
    therapy_categories: Sequence[str] | None = None,
) -> DerivationPolicy:
    """The named policy with the options that are given. Raises ValueError naming the option, what
    was found and what there is.
    """
    named = find_policy(name)
    policy = replace(
        named,
        sources=tuple(_allowed("source", text, SOURCES) for text in sources or named.sources),
        evaluator=evaluator or named.evaluator,
        reference_start=_allowed("reference", reference_start or named.reference_start, REFERENCES),
        censoring=tuple(
            _allowed("censoring", text, tuple(RULE_SETS)) for text in censoring or named.censoring
        ),
        scan_interval_days=scan_interval_days,
        scan_window_days=scan_window_days,
        therapy_categories=tuple(
            text.upper() for text in therapy_categories or named.therapy_categories
        ),
    )
    if (
        scan_interval_days < 0
        or scan_window_days < 0
        or (scan_window_days and scan_window_days >= scan_interval_days)
    ):
        raise ValueError(
            f"scans every {scan_interval_days} days +-{scan_window_days}: the interval must be"
            " positive, the window not negative and shorter than the interval"
        )
    return policy


def _allowed(option: str, text: str, allowed: Sequence[str]) -> str:
    if text.upper() not in allowed:
        raise ValueError(f"{option}: found {text!r}, expected one of {', '.join(allowed)}")
    return text.upper()
