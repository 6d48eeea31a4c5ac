"""Which choices does the protocol declare? Its words and thresholds as the tuples of the rules."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.assessments.recist.policy import RecistPolicy, build_policy
from equipoise.endpoints.censoring import (
    SWITCHES,
    TimeToEventRules,
    read_switches,
    rules_for_schedule,
)
from equipoise.endpoints.response_rules import AS_RECORDED, CR_WAS_TRUE, ResponsePolicy, mask_of
from equipoise.protocol.assessment import Assessment, micrometers
from equipoise.protocol.model import CensoringRules, Endpoint, Protocol
from equipoise.terms.response import Response


def recist_policy(assessment: Assessment) -> RecistPolicy:
    """The protocol's thresholds and switches, lengths in thousandths of a millimeter."""
    recist = assessment.recist
    return build_policy(
        {
            "pd_percent": recist.pd_percent,
            "pd_um": micrometers(recist.pd_absolute),
            "pr_percent": recist.pr_percent,
            "node_normal_um": micrometers(recist.node_normal),
            "too_small_um": micrometers(recist.too_small),
            "measurable_um": micrometers(recist.diameter),
            "measurable_node_um": micrometers(recist.short_axis),
            "max_targets": recist.max_targets,
            "max_per_organ": recist.max_per_organ,
            **recist.choices,
        }
    )


def response_policy(assessment: Assessment, sd_min_days: int | None = None) -> ResponsePolicy:
    """How single responses become a best response; disease after CR and new therapy count as for
    the lesions.
    """
    confirmation, choices = assessment.confirmation, assessment.recist.choices
    return ResponsePolicy(
        sd_min_days=sd_min_days or assessment.sd_min_days,
        confirmation_min_days=confirmation.min_days if confirmation else 0,
        intervening_ne_allowed=confirmation.intervening_ne_allowed if confirmation else 0,
        intervening_sd_allowed=bool(confirmation and confirmation.intervening_sd_allowed),
        after_cr=CR_WAS_TRUE if choices["disease_after_cr_is_pd"] else AS_RECORDED,
        therapy_ends_response=bool(choices["therapy_ends_assessability"]),
    )


def counted_responses(endpoint: Endpoint) -> int:
    """The best responses that reach an endpoint of the protocol, as `mask_of` makes one number of
    them.
    """
    return mask_of(Response.parse(text) for text in endpoint.responses)


def censoring_rules(protocol: Protocol, rules: CensoringRules) -> TimeToEventRules:
    """One declared rule set, with the longest gap that the schedule of scans allows."""
    scans = protocol.scans
    return rules_for_schedule(
        read_switches({name: getattr(rules, name) for name in SWITCHES}),
        interval_days=scans.every or scans.first,
        window_days=scans.after,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseChoices:
    """What a course depends on beside the records, whether a protocol declares it or a named
    policy.
    """

    recist: RecistPolicy
    response: ResponsePolicy
    reader: str | None  # --EVAL of the records that count; None: all of them are one reader's
    derived_counts: bool = False  # endpoints rest on the response derived from the lesions
    one_visit_days: int
    use_markers: bool = True  # a raised CEA withholds CR
    targets_as_selected: bool = (
        False  # targets that RECIST 1.1 3.2 does not allow are assessed with a note
    )
    late_death_counts: bool = True  # a death after the withdrawal from use of data is an event


def choices_of(protocol: Protocol) -> CourseChoices:
    """The choices that a protocol declares."""
    assessment = protocol.assessment
    return CourseChoices(
        recist=recist_policy(assessment),
        response=response_policy(assessment),
        reader=assessment.reader,
        derived_counts=assessment.derived == "primary",
        one_visit_days=protocol.scans.before + protocol.scans.after,
        late_death_counts=protocol.conduct.death_after_data_withdrawal == "counts",
    )
