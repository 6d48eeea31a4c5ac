"""What the protocol declares, as the rules take it."""

from decimal import Decimal

from equipoise.endpoints.choices import (
    censoring_rules,
    counted_responses,
    micrometers,
    response_policy,
)
from equipoise.endpoints.response_rules import (
    AS_RECORDED,
    CONTROLLED,
    CR_WAS_TRUE,
    RESPONDED,
    ResponsePolicy,
    counts_as,
)
from equipoise.protocol.assessment import Confirmation
from equipoise.protocol.yaml_file import load
from equipoise.terms.quantity import Quantity
from equipoise.terms.response import Response

PROTOCOL = load("NCT04509635")
ASSESSMENT = PROTOCOL.assessment


def test_an_odd_tenth_is_a_tenth():
    assert micrometers(Quantity(Decimal("5.1"), "mm")) == 5_100


def test_without_confirmation_nothing_is_asked_of_a_second_scan():
    assert response_policy(ASSESSMENT) == ResponsePolicy(49, 0, 0, False, CR_WAS_TRUE, True)
    assert response_policy(ASSESSMENT, 42).sd_min_days == 42


def test_a_declared_confirmation_is_taken_as_it_is():
    asked = Confirmation(min_days=28, intervening_ne_allowed=1, intervening_sd_allowed=True)
    confirmed = ASSESSMENT.model_copy(update={"confirmation": asked})

    assert response_policy(confirmed)[:4] == (49, 28, 1, True)


def test_disease_after_cr_and_new_therapy_count_as_for_the_lesions():
    turned = {"disease_after_cr_is_pd": False, "therapy_ends_assessability": False}
    recist = ASSESSMENT.recist
    recist = recist.model_copy(update={"choices": recist.choices | turned})
    policy = response_policy(ASSESSMENT.model_copy(update={"recist": recist}))

    assert (policy.after_cr, policy.therapy_ends_response) == (AS_RECORDED, False)


def test_the_schedule_of_scans_gives_the_longest_gap():
    scan = PROTOCOL.visit(ASSESSMENT.scan_visit)
    declared = PROTOCOL.censoring["FDA"]

    def gap(**changed: int | None) -> int:
        visits = [
            visit.model_copy(update=changed) if visit is scan else visit
            for visit in PROTOCOL.schedule
        ]
        return censoring_rules(
            PROTOCOL.model_copy(update={"schedule": tuple(visits)}), declared
        ).longest_gap

    assert gap() == 126
    assert gap(every_days=63) == 140  # not the day of the first scan
    assert gap(every_days=None) == 126


def test_an_endpoint_counts_the_responses_that_it_names():
    primary = counted_responses(PROTOCOL.primary)
    counted = {response for response in Response if counts_as(int(response), primary)}

    assert counted == {Response.CR, Response.PR, Response.SD}
    assert counts_as(int(Response.NON_CR_NON_PD), CONTROLLED)
    assert [r for r in Response if counts_as(int(r), RESPONDED)] == [Response.CR, Response.PR]
