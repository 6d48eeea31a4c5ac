"""Where do the grades of laboratory values begin in CTCAE 6.0 (NCI, 2025)?"""

from __future__ import annotations

from equipoise.assessments.ctcae.terms import (
    ANY,
    BASELINE,
    ULN,
    Baseline,
    Direction,
    Scale,
    Term,
    at_normal,
    at_raised,
)
from equipoise.assessments.ctcae.version_5 import (
    ANEMIA,
    HEMOGLOBIN_INCREASED,
    HYPERCALCEMIA,
    HYPERKALEMIA,
    HYPERMAGNESEMIA,
    HYPOALBUMINEMIA,
    HYPOCALCEMIA,
    HYPOKALEMIA,
    HYPOMAGNESEMIA,
    LEUKOCYTOSIS,
    LYMPHOCYTES_INCREASED,
    WBC_DECREASED,
)

_LOW, _HIGH = Direction.LOW, Direction.HIGH

# fmt: off
_AMINOTRANSFERASE = (
    at_normal("1", "3.0", "5.0", "20.0"),
    Scale(BASELINE, (">=1.0", "1.5", "2.0", "4.0"), frozenset({Baseline.ABOVE})),
    # grade 3 is for a baseline of up to 5 x ULN; above it the text has nothing from 2.0 to 4.0 x
    Scale(BASELINE, (">=1.0", "1.5", "2.0", "4.0"), frozenset({Baseline.FAR_ABOVE}), no_text=3),
)

TERMS = (
    ANEMIA, HEMOGLOBIN_INCREASED, WBC_DECREASED, LEUKOCYTOSIS,
    Term("Neutrophil count decreased", ("NEUT",), _LOW,
         (Scale("10*9/L", ("1.5", "1.0", "0.5", "0.1")),)),
    LYMPHOCYTES_INCREASED,
    Term("Thrombocytopenia", ("PLAT",), _LOW, (Scale("10*9/L", ("LLN", "75.0", "50.0", "10.0")),),
         by_judgement="grade 3: transfusion indicated; grade 4: life-threatening consequences,"
         " urgent intervention indicated"),
    Term("Alanine aminotransferase increased", ("ALT",), _HIGH, _AMINOTRANSFERASE),
    Term("Aspartate aminotransferase increased", ("AST",), _HIGH, _AMINOTRANSFERASE),
    Term("Alkaline phosphatase increased", ("ALP",), _HIGH,
         (Scale(ULN, ("1", "", "", "")), Scale(BASELINE, ("1", "", "", ""))), is_both=True),
    Term("GGT increased", ("GGT",), _HIGH,
         (at_normal("1", "2.5", "5.0", "20.0"), at_raised(">=1.0", "1.5", "3.0", "10.0"))),
    Term("Blood bilirubin increased", ("BILI",), _HIGH,
         (at_normal("1", "1.5", "3.0", "10.0"), at_raised(">=1.0", "1.5", "2.5", "10.0"))),
    Term("Creatinine increased", ("CREAT",), _HIGH,
         (Scale(ULN, ("1", "1.5", "3.0", "6.0"), ANY),
          Scale(BASELINE, ("", "1.5", "3.0", ""), frozenset({Baseline.BELOW})))),
    Term("Creatinine clearance decreased", ("CREATCLR",), _LOW,
         not_by_number="the text gives whole numbers with gaps (26 to 49, 10 to 25 mL/min), and"
         " nothing below 10"),
    HYPERKALEMIA, HYPOKALEMIA, HYPERMAGNESEMIA, HYPOMAGNESEMIA, *HYPERCALCEMIA, *HYPOCALCEMIA,
    HYPOALBUMINEMIA,
)
# fmt: on
