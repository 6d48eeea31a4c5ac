"""Did the tumor respond?"""

from __future__ import annotations

from equipoise.assessments.recist import lesion_table
from equipoise.assessments.recist.lesion_table import VisitAssessment
from equipoise.endpoints.choices import recist_policy
from equipoise.protocol.model import Protocol


def assess(protocol: Protocol, lesions: str) -> list[VisitAssessment]:
    """RECIST 1.1 at each visit of a table of lesions (comma-separated text), under the protocol's
    rules. Raises LesionError naming the row.
    """
    read = lesion_table.read_lesions(lesions)
    return list(lesion_table.assess(read, recist_policy(protocol.assessment)))
