"""What must a reader of a registry record know before using it? Every way in which records mislead,
with what to do.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RegistryFinding:
    """One thing a record leaves open or says misleadingly; no `criterion` when it concerns the
    whole record.
    """

    code: str
    criterion: str
    found: str
    why: str
    todo: str

    def __str__(self) -> str:
        where = f"{self.criterion} " if self.criterion else ""
        return f"{where}{self.code}: found {self.found!r}. {self.why} To do: {self.todo}"


# code -> (why it matters, what to do, assumption that the draft's rule rests on)
KNOWN: dict[str, tuple[str, str, str]] = {
    "GLUED_CRITERIA": (
        (
            "A line break was lost: two criteria stand as one, and the second hides in the"
            " exception of the first."
        ),
        "Confirm that these are two criteria; the record's later numbers move by one.",
        "A-READING",
    ),
    "LOST_SUPERSCRIPT": (
        "A superscript was lost: x109/l is 10 to the power of 9 per liter, not 109.",
        "Confirm the unit against the protocol document.",
        "A-READING",
    ),
    "MISSING_THRESHOLD": (
        "The record asks for it without a limit, and none is invented; a person decides.",
        "State a limit, or leave the judgement to the investigator.",
        "A-ATTESTED",
    ),
    "MISSING_WINDOW": (
        "The record does not say how recent the finding must be; the draft holds a placeholder.",
        "Replace within_days by the protocol's window.",
        "A-WINDOW",
    ),
    "WINDOW_HERE_ONLY": (
        "The window stands in this criterion and belongs to no other.",
        "Do not carry it over to criteria without a window.",
        "",
    ),
    "WINDOW_IN_MONTHS": (
        "A window in months is no number of days; 30 days a month were taken.",
        "State the window in days.",
        "A-WINDOW",
    ),
    "WINDOW_ANCHOR": (
        "The window does not end at randomization, the day criteria are asked about here.",
        "Restate it as days before randomization.",
        "A-WINDOW",
    ),
    "EITHER_OR": (
        (
            "'Either AST or ALT' can mean that one under the limit is enough, or that none may be"
            " above it."
        ),
        "Choose the reading. Taken: at least one measured, none above; the other is `any`.",
        "A-EITHER",
    ),
    "JUDGEMENT": (
        (
            "No measurement decides this: it is unknown until a person has attested it, with author"
            " and date."
        ),
        "Name who judges, and how recently.",
        "A-ATTESTED",
    ),
    "PANEL_UNDEFINED": (
        (
            "Without these a negative sample cannot be told from wild type, and clones below the"
            " limit are admitted."
        ),
        "Declare the panel under molecular, and the window and order of the draw.",
        "A-PANEL",
    ),
    "MARKER_NOT_TESTED": (
        (
            "All who enter carry the same marker status, so the trial cannot show that the marker"
            " predicts the effect."
        ),
        "Say so in the report; if the marker's value is the question, another design is needed.",
        "",
    ),
    "NO_INTERVAL": (
        (
            "The drug is given again, and neither a response to it nor an interval without it is"
            " asked for, as published trials of re-challenge did; published effects are optimistic"
            " here."
        ),
        "Decide on a minimum interval or response; at least record both.",
        "A-LINES",
    ),
    "ONLY_THIS_DRUG": (
        "Literally only this drug is ruled out; another of its class is not.",
        "If the class is meant, write excludes_class.",
        "A-LINES",
    ),
    "TISSUE_REPORT": (
        "Whether a report from tissue is required, or the parenthesis only explains, is not said.",
        "Keep the genomic part to require a report from before that line, or delete it.",
        "A-LINES",
    ),
    "LINE_UNDEFINED": (
        (
            "What ends a line (progression, toxicity, maintenance), and how many lines may have"
            " been given, is not said."
        ),
        "Define a line; add prior_lines if the number matters.",
        "A-LINES",
    ),
    "OUTSIDE_LIVER": ("Whether disease outside the liver is allowed is not said.", "State it.", ""),
    "ANY_GRADE": (
        "Without a grade any neuropathy excludes, and with it most who have had oxaliplatin.",
        "Confirm, or name the grade from which it excludes.",
        "",
    ),
    "NOT_FOR_MEN": (
        (
            "Pregnancy, its test and breast-feeding do not apply to men; a literal reading would"
            " leave every man unknown."
        ),
        "Confirm; decide also for women past childbearing.",
        "A-PREGNANCY",
    ),
    "DIAGNOSIS_CODES": (
        (
            "A diagnosis is words in a record; without codes any diagnosis that was entered would"
            " count."
        ),
        "Check codes (ICD-10) and histology (ICD-O-3) of the draft, or write them.",
        "A-DIAGNOSIS",
    ),
    "MALIGNANCY_CODES": (
        (
            "In ICD-10 other secondary sites (C77-C79) belong to this disease, C44 alone does not"
            " show basal cell carcinoma, and carcinoma in situ of the cervix is D06."
        ),
        "Check same_disease and except of the draft.",
        "A-MALIGNANCY",
    ),
    "YEARS_OF_WHAT": (
        (
            "Whether diagnosis or last treatment must lie outside the years is not said; the draft"
            " takes both."
        ),
        "Confirm.",
        "A-MALIGNANCY",
    ),
    "EXCEPTION_NOT_CODED": (
        "An exception was not recognized, so the draft is stricter than the record.",
        "Code it under except.",
        "A-MALIGNANCY",
    ),
    "SILENCE": (
        "What no entry means is not said: absent, or not asked.",
        "Keep absence: unknown, which lets nobody in without an answer, or declare closed_world.",
        "A-ABSENCE",
    ),
    "STRICT_LIMIT": (
        (
            "The record says less (or more) than a multiple of the ULN; rules know at most, so"
            " equality differs."
        ),
        "Confirm that a value equal to the limit is acceptable.",
        "A-STRICT",
    ),
    "UNIT_NOT_READ": (
        "The unit was not understood, and units are never guessed; a person decides.",
        "State the limit with a unit.",
        "A-ATTESTED",
    ),
    "PARTLY_READ": (
        "Part of the wording was not understood, so a person also attests the whole criterion.",
        "Express the rest as a rule, or keep the attestation.",
        "A-ATTESTED",
    ),
    "NOT_RECOGNIZED": (
        "No pattern was recognized; a person attests the criterion as registered.",
        "Express it as a rule, or keep the attestation.",
        "A-ATTESTED",
    ),
    "NO_EXCLUSION_SECTION": (
        "The record has no exclusion criteria; the section may have been lost.",
        "Look at the registry's page.",
        "",
    ),
    "TEXT_OUTSIDE": (
        "Text stands before the first criterion and belongs to none.",
        "Decide whether it is a criterion.",
        "",
    ),
    "UNKNOWN_ENROLLMENT": (
        "0 (unless withdrawn) and 99999999 are what registries print for an unknown number.",
        "Take the planned size from another source.",
        "",
    ),
    "CYCLE_LENGTH": (
        "A cycle has no length here, and it moves the dates on which the endpoint is read.",
        "State the days of a cycle; schedule scans by calendar weeks.",
        "",
    ),
    "NOT_IN_RECORD": ("A protocol needs it, and the record does not say it.", "Write it.", ""),
}

ASSUMED = {
    "A-READING": (
        "criteria whose line breaks or superscripts were lost",
        "the reading noted at the criterion",
    ),
    "A-ATTESTED": (
        "a judgement, or wording that was not understood",
        "unknown until a person has attested it",
    ),
    "A-WINDOW": (
        "no window, or one that is no number of days before randomization",
        "the within_days of the draft",
    ),
    "A-EITHER": ("either of two tests", "at least one measured, none above the limit"),
    "A-PANEL": (
        "a genomic status without what defines it",
        "the panel still to be declared under molecular",
    ),
    "A-LINES": (
        "lines of therapy without a definition",
        "the lines and drugs named in the criterion",
    ),
    "A-PREGNANCY": ("pregnancy, without saying to whom it applies", "not applied to men"),
    "A-DIAGNOSIS": ("a diagnosis, without codes", "the codes of the draft, where there are any"),
    "A-MALIGNANCY": ("other malignancies, without codes", "the codes of the draft"),
    "A-ABSENCE": (
        "conditions, without saying what silence means",
        "unknown until presence or absence was declared",
    ),
    "A-STRICT": ("a limit that excludes equality", "a limit that includes it"),
}
"""Assumption -> (what the record says, what the draft takes)."""


def finding(code: str, criterion: str = "", found: str = "") -> RegistryFinding:
    """The finding with its reason and its remedy."""
    why, todo, _ = KNOWN[code]
    return RegistryFinding(code, criterion, found, why, todo)
