"""Where do the grades of laboratory values begin in CTCAE 5.0 (NCI, 27 November 2017)?"""

from __future__ import annotations

from equipoise.assessments.ctcae.terms import (
    BASELINE,
    ULN,
    Direction,
    Scale,
    Term,
    at_normal,
    at_raised,
)

_LOW, _HIGH = Direction.LOW, Direction.HIGH
_LIFE = "grade 4: life-threatening consequences"

# What 6.0 grades as 5.0 does.
# fmt: off
ANEMIA = Term(
    "Anemia", ("HGB",), _LOW,
    (Scale("g/L", ("LLN", "100", "80", "")), Scale("mmol/L", ("LLN", "6.2", "4.9", ""))),
    by_judgement="grade 3: transfusion indicated; grade 4: life-threatening consequences, urgent"
    " intervention indicated",
)
HEMOGLOBIN_INCREASED = Term(
    "Hemoglobin increased", ("HGB",), _HIGH, (Scale("g/L", ("ULN", "ULN+20", "ULN+40", "")),),
)
WBC_DECREASED = Term(
    "White blood cell decreased", ("WBC",), _LOW, (Scale("10*9/L", ("LLN", "3.0", "2.0", "1.0")),),
)
LEUKOCYTOSIS = Term(
    "Leukocytosis", ("WBC",), _HIGH, (Scale("10*9/L", ("", "", "100", "")),),
    by_judgement="grade 4: leucostasis, urgent intervention indicated",
)
LYMPHOCYTES_INCREASED = Term(
    "Lymphocyte count increased", ("LYM",), _HIGH, (Scale("10*9/L", ("", "4.0", "20.0", "")),),
)
HYPERKALEMIA = Term(
    "Hyperkalemia", ("K",), _HIGH, (Scale("mmol/L", ("ULN", "5.5", "6.0", "7.0")),),
    by_judgement=f"grade 2: intervention initiated; grade 3: hospitalization indicated; {_LIFE}",
)
HYPOKALEMIA = Term(
    "Hypokalemia", ("K",), _LOW, (Scale("mmol/L", ("LLN", "", "3.0", "2.5")),),
    by_judgement="grade 2: symptomatic, intervention indicated; grade 3: hospitalization"
    f" indicated; {_LIFE}",
)
HYPERMAGNESEMIA = Term(
    "Hypermagnesemia", ("MG",), _HIGH,
    (Scale("mg/dL", ("ULN", "", "3.0", "8.0")), Scale("mmol/L", ("ULN", "", "1.23", "3.30"))),
    by_judgement=_LIFE,
)
HYPOMAGNESEMIA = Term(
    "Hypomagnesemia", ("MG",), _LOW,
    (Scale("mg/dL", ("LLN", "1.2", "0.9", "0.7")), Scale("mmol/L", ("LLN", "0.5", "0.4", "0.3"))),
    by_judgement=_LIFE,
)
_BY_CALCIUM = f"grade 2: symptomatic; grade 3: hospitalization indicated; {_LIFE}"
_CORRECTED = ("CACR", "CACRALB")
_UNCORRECTED = "calcium is graded as corrected for albumin (CACRALB) or ionized (CAION)"
HYPERCALCEMIA = (
    Term("Hypercalcemia", _CORRECTED, _HIGH,
         (Scale("mg/dL", ("ULN", "11.5", "12.5", "13.5")),
          Scale("mmol/L", ("ULN", "2.9", "3.1", "3.4"))), by_judgement=_BY_CALCIUM),
    Term("Hypercalcemia", ("CAION",), _HIGH, (Scale("mmol/L", ("ULN", "1.5", "1.6", "1.8")),),
         by_judgement=_BY_CALCIUM),
    Term("Hypercalcemia", ("CA",), _HIGH, not_by_number=_UNCORRECTED),
)
HYPOCALCEMIA = (
    Term("Hypocalcemia", _CORRECTED, _LOW,
         (Scale("mg/dL", ("LLN", "8.0", "7.0", "6.0")),
          Scale("mmol/L", ("LLN", "2.0", "1.75", "1.5"))), by_judgement=_BY_CALCIUM),
    Term("Hypocalcemia", ("CAION",), _LOW, (Scale("mmol/L", ("LLN", "1.0", "0.9", "0.8")),),
         by_judgement=_BY_CALCIUM),
    Term("Hypocalcemia", ("CA",), _LOW, not_by_number=_UNCORRECTED),
)
HYPOALBUMINEMIA = Term(
    "Hypoalbuminemia", ("ALB",), _LOW, (Scale("g/L", ("LLN", "30", "20", "")),),
    by_judgement="grade 4: life-threatening consequences, urgent intervention indicated",
)

_AMINOTRANSFERASE = (at_normal("1", "3.0", "5.0", "20.0"), at_raised(">=1.5", "3.0", "5.0", "20.0"))
_CHOLESTASIS = (at_normal("1", "2.5", "5.0", "20.0"), at_raised(">=2.0", "2.5", "5.0", "20.0"))

TERMS = (
    ANEMIA, HEMOGLOBIN_INCREASED, WBC_DECREASED, LEUKOCYTOSIS,
    Term("Neutrophil count decreased", ("NEUT",), _LOW,
         (Scale("10*9/L", ("LLN", "1.5", "1.0", "0.5")),)),
    Term("Lymphocyte count decreased", ("LYM",), _LOW,
         (Scale("10*9/L", ("LLN", "0.8", "0.5", "0.2")),)),
    LYMPHOCYTES_INCREASED,
    Term("Platelet count decreased", ("PLAT",), _LOW,
         (Scale("10*9/L", ("LLN", "75.0", "50.0", "25.0")),)),
    Term("Alanine aminotransferase increased", ("ALT",), _HIGH, _AMINOTRANSFERASE),
    Term("Aspartate aminotransferase increased", ("AST",), _HIGH, _AMINOTRANSFERASE),
    Term("Alkaline phosphatase increased", ("ALP",), _HIGH, _CHOLESTASIS),
    Term("GGT increased", ("GGT",), _HIGH, _CHOLESTASIS),
    Term("Blood bilirubin increased", ("BILI",), _HIGH,
         (at_normal("1", "1.5", "3.0", "10.0"), at_raised("1", "1.5", "3.0", "10.0"))),
    Term("Creatinine increased", ("CREAT",), _HIGH,
         (Scale(ULN, ("1", "1.5", "3.0", "6.0")), Scale(BASELINE, ("", "1.5", "3.0", "")))),
    HYPERKALEMIA, HYPOKALEMIA, HYPERMAGNESEMIA, HYPOMAGNESEMIA, *HYPERCALCEMIA, *HYPOCALCEMIA,
    HYPOALBUMINEMIA,
)
# fmt: on
