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
    CONSENT_WITHDRAWN = "INFORMED CONSENT WITHDRAWN"
    TREATMENT_ENDED = "TREATMENT ENDED"  # ours
    STUDY_ENDED = "STUDY ENDED"  # ours
    LOST_TO_FOLLOW_UP = "LOST TO FOLLOW-UP"
    DEATH = "DEATH"


CONSENT_WITHDRAWALS = frozenset(
    {
        DispositionTerm.CONSENT_WITHDRAWN,
        "CONSENT WITHDRAWN",
        "WITHDRAWAL OF CONSENT",
        "WITHDREW CONSENT",
    }
)
"""DSDECOD, and its declared synonyms, by which the consent itself is taken back."""

WITHDRAWALS = frozenset({DispositionTerm.WITHDRAWAL, "WITHDRAWAL BY PARENT/GUARDIAN"})
"""DSDECOD (NCOMPLT) that may mean the treatment only: DSSCAT and EPOCH tell."""

OTHER_DISPOSITIONS = frozenset(
    {
        "ADVERSE EVENT",
        "COMPLETED",
        "DISEASE RELAPSE",
        "ELIGIBILITY CRITERIA MET",
        "ENTERED INTO TRIAL",
        "FAILURE TO MEET CONTINUATION CRITERIA",
        "INFORMED ASSENT OBTAINED",
        "LACK OF EFFICACY",
        "NON-COMPLIANCE WITH STUDY DRUG",
        "OTHER",
        "PHYSICIAN DECISION",
        "PREGNANCY",
        "PROGRESSIVE DISEASE",
        "PROTOCOL DEVIATION",
        "RECOVERY",
        "SCREENED",
        "SCREENING NOT COMPLETED",
        "SITE TERMINATED BY SPONSOR",
        "STUDY TERMINATED BY SPONSOR",
        "TECHNICAL PROBLEMS",
    }
)
"""DSDECOD (NCOMPLT, PROTMLST) that say nothing about consent."""


JUDGES = frozenset({"INVESTIGATOR", "SUB-INVESTIGATOR"})
"""Roles that may attest a criterion (ICH E6(R3) 2.7.1: a qualified physician decides)."""


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
    """CMCAT; ours. Medication of the other categories is not asked about."""

    PRIOR_ANTICANCER = "PRIOR ANTICANCER THERAPY"
    SUBSEQUENT_ANTICANCER = "SUBSEQUENT ANTICANCER THERAPY"
    CONCOMITANT = "CONCOMITANT MEDICATION"
    PRIOR_AND_CONCOMITANT = "PRIOR AND CONCOMITANT MEDICATION"
    GENERAL = "GENERAL CONCOMITANT MEDICATION"


class HistoryCategory(StrEnum):
    """MHCAT of what no criterion asks about by its category; ours."""

    GENERAL = "GENERAL MEDICAL HISTORY"
    MEDICAL = "MEDICAL HISTORY"
    OTHER = "OTHER"


class TherapyOutcome(StrEnum):
    """How a line of therapy ended (CMOUTCOME); ours."""

    PROGRESSION = "PROGRESSION"
    TOXICITY = "TOXICITY"
    COMPLETED = "COMPLETED"
    CHOICE = "CHOICE"
    ONGOING = "ONGOING"


TO_OUTCOME = {
    "PROGRESSIVE DISEASE": TherapyOutcome.PROGRESSION,
    "DISEASE PROGRESSION": TherapyOutcome.PROGRESSION,
    "PD": TherapyOutcome.PROGRESSION,
}
"""Declared synonyms of CMOUTCOME: NCOMPLT and ONCRSR write progression so."""


class TherapySetting(StrEnum):
    """CMSETTING; ours."""

    METASTATIC = "METASTATIC"
    ADJUVANT = "ADJUVANT"
    NEOADJUVANT = "NEOADJUVANT"


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


class Quality(StrEnum):
    """GFORRES of the quality control of a sample; ours."""

    PASS = "PASS"  # noqa: S105  (no password)
    FAIL = "FAIL"


class Detection(StrEnum):
    """GFORRES of a codon."""

    DETECTED = "DETECTED"
    NOT_DETECTED = "NOT DETECTED"


class MutationStatus(StrEnum):
    """GFORRES of a panel in tissue."""

    WILD_TYPE = "WILD TYPE"
    MUTATED = "MUTATED"


RESULT_WORDS: dict[str, str] = {
    word.value: word.value
    for words in (TestAnswer, SurvivalStatus, Quality, Detection, MutationStatus)
    for word in words
}
"""The words that a result (--ORRES) may be; another text stays as it was typed."""
