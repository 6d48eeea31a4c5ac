"""Which words does CDISC write for what? Submission values, one class for each code list.

A member is its text, and compares as text; records keep what was entered. Values that are ours,
where CDISC leaves the list to the sponsor, are marked.
"""

from __future__ import annotations

from enum import StrEnum


class DispositionCategory(StrEnum):
    """DSCAT (DSCAT): a decision of the protocol, or an end."""

    MILESTONE = "PROTOCOL MILESTONE"
    DISPOSITION = "DISPOSITION EVENT"


class DispositionTerm(StrEnum):
    """DSDECOD (PROTMLST and NCOMPLT), with the milestones of our own commands."""

    CONSENT = "INFORMED CONSENT OBTAINED"
    INTENDED_CHEMOTHERAPY = "INTENDED CHEMOTHERAPY"  # ours
    RANDOMIZED = "RANDOMIZED"
    SCREEN_FAILURE = "SCREEN FAILURE"
    WITHDRAWAL = "WITHDRAWAL BY SUBJECT"
    TREATMENT_ENDED = "TREATMENT ENDED"  # ours
    STUDY_ENDED = "STUDY ENDED"  # ours
    LOST_TO_FOLLOW_UP = "LOST TO FOLLOW-UP"
    DEATH = "DEATH"


class DeathTest(StrEnum):
    """DDTESTCD (DTHDXCD)."""

    PRIMARY_CAUSE = "PRCDTH"


class CompletionStatus(StrEnum):
    """--STAT (ND)."""

    NOT_DONE = "NOT DONE"


class YesNo(StrEnum):
    """--OCCUR, --FL and the like (NY)."""

    YES = "Y"
    NO = "N"
    UNKNOWN = "U"


class SexCode(StrEnum):
    """SEX (SEX), as far as a criterion can ask for it."""

    FEMALE = "F"
    MALE = "M"


class TherapyCategory(StrEnum):
    """CMCAT; ours."""

    PRIOR_ANTICANCER = "PRIOR ANTICANCER THERAPY"


class TherapyOutcome(StrEnum):
    """How a line of therapy ended; ours, as far as a rule reads it."""

    PROGRESSION = "PROGRESSION"


class TestAnswer(StrEnum):
    """LBSTRESC of a test that is answered by a word (LBSTRESC)."""

    __test__ = False  # no test of pytest

    POSITIVE = "POSITIVE"
    NEGATIVE = "NEGATIVE"


class LesionRole(StrEnum):
    """TUSTRESC (TUIDRS): what a lesion is followed as."""

    TARGET = "TARGET"
    NON_TARGET = "NON-TARGET"
    NEW = "NEW"


class LesionTest(StrEnum):
    """TRTESTCD (TRTESTCD)."""

    LONGEST_DIAMETER = "LDIAM"
    SHORT_AXIS = "SAXIS"
    STATE = "TUMSTATE"


class Location(StrEnum):
    """TULOC (LOC), as far as a rule reads it."""

    LYMPH_NODE = "LYMPH NODE"


def is_lymph_node(location: str) -> bool:
    """Whether a TULOC names a lymph node, of whatever region: it is measured by its short axis."""
    return location.strip().upper().startswith(Location.LYMPH_NODE)


class ResponseTest(StrEnum):
    """RSTESTCD (ONCRTSCD)."""

    OVERALL = "OVRLRESP"
    TARGET = "TRGRESP"
    NON_TARGET = "NTRGRESP"
    CLINICAL_PROGRESSION = "CLINPROG"


class Evaluator(StrEnum):
    """--EVAL (EVAL), as far as a rule reads it: who reads, but not at the site."""

    INDEPENDENT = "INDEPENDENT ASSESSOR"
    ADJUDICATOR = "ADJUDICATOR"


def is_of_site(evaluator: str) -> bool:
    """Whether a reader belongs to the site, which acts on what he reads; nobody named is he."""
    return evaluator.strip().upper() not in set(Evaluator)


class SurvivalStatus(StrEnum):
    """SSSTRESC (SURVSTAT); the last is ours: nobody answered."""

    ALIVE = "ALIVE"
    DEAD = "DEAD"
    NOT_REACHED = "NOT REACHED"


class Specimen(StrEnum):
    """GFSPEC (GENSMP), as far as a criterion can ask for it."""

    PLASMA = "PLASMA"
    TISSUE = "TISSUE"


class GenomicTest(StrEnum):
    """GFTESTCD of one plasma sample; ours."""

    QUALITY = "QC"
    TUMOR_FRACTION = "TUMFRAC"
    SOMATIC_SIGNAL = "SOMSIG"
    CODON = "CODON"


class Detection(StrEnum):
    """GFORRES of a codon."""

    DETECTED = "DETECTED"
    NOT_DETECTED = "NOT DETECTED"


class MutationStatus(StrEnum):
    """GFORRES of a panel in tissue."""

    WILD_TYPE = "WILD TYPE"
    MUTATED = "MUTATED"
