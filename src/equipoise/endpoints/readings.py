"""Does what a reader recorded of a scan agree with the lesions that were measured?"""

from __future__ import annotations

from typing import NamedTuple

from equipoise.assessments.recist.from_records import lesion_series
from equipoise.assessments.recist.series import assess_series
from equipoise.assessments.recist.sightings import LesionError
from equipoise.endpoints.choices import recist_policy
from equipoise.protocol.assessment import Assessment
from equipoise.subject.records import RS, TR, TU
from equipoise.subject.state import Subject
from equipoise.terms.response import Response


class Disagreement(NamedTuple):
    """A response as recorded, and as the lesions of the visit give it."""

    recorded: str
    derived: Response

    @property
    def question(self) -> str:
        """What to ask the reader, without a word of which answer it may be."""
        return (
            "the response as read and the lesions as measured give different answers: please check"
            " both against the images"
        )


def disagreement(
    subject: Subject, entry: int, visit: str, assessment: Assessment
) -> Disagreement | None:
    """The response recorded by an entry against the one derived, if both are there and differ.

    Raises LesionError when RECIST does not allow the lesions as recorded.
    """
    derived = _derived(subject, visit, assessment)
    recorded = next((rs.original for rs in subject.records(RS) if rs.source == entry), None)
    if recorded is None or derived is None or derived.cdisc == recorded:
        return None
    return Disagreement(recorded, derived)


def lesion_problem(subject: Subject, assessment: Assessment) -> str | None:
    """Why RECIST does not allow the lesions as recorded, in a sentence."""
    try:
        _derived(subject, "", assessment)
    except LesionError as error:
        return str(error)
    return None


def _derived(subject: Subject, visit: str, assessment: Assessment) -> Response | None:
    if subject.randomized is None:
        return None
    policy = recist_policy(assessment)
    series = lesion_series(
        subject.records(TU),
        subject.records(TR),
        subject.randomized.on,
        policy,
        evaluator=assessment.reader,
    )
    if visit not in series.visits:
        return None
    return Response(int(assess_series(series, policy).response[series.visits.index(visit)]))
