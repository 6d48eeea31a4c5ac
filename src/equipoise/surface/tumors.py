"""Did the tumor respond?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from equipoise.assessments.recist import lesion_table
from equipoise.assessments.recist.lesion_table import VisitAssessment
from equipoise.assessments.recist.sightings import LesionError
from equipoise.endpoints.choices import recist_policy
from equipoise.protocol.model import Protocol


def assess(protocol: Protocol, lesions: str) -> list[VisitAssessment]:
    """RECIST 1.1 at each visit of a table of lesions (comma-separated text), under the protocol's
    rules. Raises LesionError naming the row.
    """
    read = lesion_table.read_lesions(lesions)
    return list(lesion_table.assess(read, recist_policy(protocol.assessment)))


class SubjectAssessment(NamedTuple):
    """The visits of one subject of a table, or why they cannot be assessed."""

    subject: str
    visits: tuple[VisitAssessment, ...]
    error: str = ""


def assess_subjects(protocol: Protocol, lesions: str) -> Iterator[SubjectAssessment]:
    """The same for each subject of a table with the column `subject`: one that cannot be assessed
    says why, and the others are assessed all the same. Raises LesionError for what is no such
    table.
    """
    policy = recist_policy(protocol.assessment)
    for subject, read in lesion_table.lesions_by_subject(lesions).items():
        try:
            if isinstance(read, LesionError):
                raise read
            yield SubjectAssessment(subject, lesion_table.assess(read, policy))
        except LesionError as error:
            yield SubjectAssessment(subject, (), str(error))
