"""How one criterion is answered: a story of what was recorded, the verdict, its sentence and its
evidence.

The plain semantics stand case by case in `conformance/cases/eligibility.json`; here is what a
finding tells a person.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter

from equipoise.eligibility import Finding, evaluate_all, evaluate_criterion, overall
from equipoise.eligibility.evaluate import Asked, evaluate
from equipoise.eligibility.finding import ADVICE
from equipoise.exchange.subject_json import example_subject, read_subject
from equipoise.protocol.criteria import AnyRule
from equipoise.protocol.model import Criterion
from equipoise.protocol.yaml_file import load
from equipoise.subject.records import read_record
from equipoise.subject.state import Attested, Ended, Randomized, Subject
from equipoise.terms.verdict import Reason, Verdict

INDEX = date(2021, 3, 10)
RULES: TypeAdapter[Any] = TypeAdapter(AnyRule)
COLUMNS = {
    "LB": ("LBTESTCD", "LBORRES", "LBORRESU", "LBORNRHI", "LBDTC", "LBSTAT", "LBREASND"),
    "QS": ("QSTESTCD", "QSORRES", "QSDTC"),
    "MH": ("MHCAT", "MHOCCUR", "MHDECOD", "MHMORPH", "MHSTDTC", "MHENDTC", "MHDTC"),
    "CM": ("CMLINE", "CMTRT", "CMCLAS", "CMOUTCOME", "CMSTDTC"),
    "DM": ("SEX", "BRTHDTC", "AGE"),
    "DS": ("DSDECOD", "DSTERM", "DSSTDTC"),
    "TU": ("TULNKID", "TUORRES", "TUDTC", "TULOC"),
    "TR": ("TRLNKID", "TRTESTCD", "TRORRES", "TRORRESU", "TRDTC"),
    "GF": ("GFSPEC", "GFTESTCD", "GFORRES", "GFDTC"),
}


def story(table: str) -> Subject:
    """Rows such as `LB | NEUT | 1.5 | 10*9/L | | 2021-03-08`; the line is the source of the
    record.
    """
    records, attested = [], []
    for place, line in enumerate(
        (one for one in table.strip().splitlines() if one.strip()), start=1
    ):
        domain, *cells = (cell.strip() for cell in line.split("|"))
        if domain == "says":
            attested.append(
                Attested("C", cells[0] == "yes", cells[1], date.fromisoformat(cells[2]), place)
            )
            continue
        row = dict(zip(COLUMNS[domain], cells, strict=False))
        constant = {"CMCAT": "PRIOR ANTICANCER THERAPY"} if domain == "CM" else {}
        records.append(read_record(domain, {**row, **constant}, place))
    return Subject(id="S", attestations=tuple(attested)).with_records(records)


def ask(rule: dict[str, Any], subject: Subject) -> Finding:
    criterion = Criterion.model_validate(
        {"id": "C", "registered": None, "short": "", "rule": rule, "from": "record"}
    )
    return evaluate_criterion(criterion, subject, INDEX)


PANEL = {
    "codons": {"KRAS": [12], "NRAS": [61]},
    "limit_of_detection": "0.001",
    "mutated_at": "0.001",
    "mutated_at_inclusive": True,
    "below_threshold_meets": False,
    "tumor_fraction_at_least": "0.01",
    "accept_not_detected": False,
    "clonal_hematopoiesis_genes": ["TET2"],
}
NEUT = {"kind": "lab", "test": "NEUT", "at_least": "1.5 10*9/L", "within_days": 7}
BILI = {"kind": "lab", "test": "BILI", "at_most_uln": "1.5", "within_days": 7}
MALIGNANCY = {
    "kind": "condition",
    "category": "OTHER MALIGNANCY",
    "absence": "unknown",
    "within_years": 5,
    "except": [{"code": "C44", "morphology": "809"}],
}
NEUROPATHY = {"kind": "condition", "category": "PERIPHERAL NEUROPATHY", "absence": "unknown"}
DIAGNOSIS = {
    "kind": "condition",
    "category": "PRIMARY DIAGNOSIS",
    "absence": "unknown",
    "codes": ["C18", "C78.7"],
    "histology": ["814", "848"],
}
MEASURABLE = {
    "kind": "measurable_disease",
    "at_least": 2,
    "within_days": 28,
    "diameter": "10 mm",
    "short_axis": "15 mm",
}

STORIES = [
    pytest.param(
        NEUT,
        """LB | NEUT | 3.1 | 10*9/L | | 2021-03-04
           LB | NEUT | 1200 | /uL | | 2021-03-08""",
        "not_met",
        None,
        (2,),
        "NEUT 1200 /uL on 2021-03-08, limit >= 1.5 10*9/L",
        id="the value is shown as it was entered, and the latest row is the evidence",
    ),
    pytest.param(
        NEUT,
        "LB | NEUT | 3.1 | 10*9/L | | 2021-03-01",
        "unknown",
        "outside_window",
        (1,),
        "no NEUT between 2021-03-03 and 2021-03-10; the last is of 2021-03-01",
        id="what lies outside the window is named",
    ),
    pytest.param(
        NEUT,
        "LB | NEUT | 3.1 | drops | | 2021-03-08",
        "unknown",
        "unit_unknown",
        (1,),
        "NEUT on 2021-03-08: found '3.1' drops",
        id="a unit that is not known is shown",
    ),
    pytest.param(
        {**NEUT, "at_least": "1.5 g/L"},
        "LB | NEUT | 3.1 | 10*9/L | | 2021-03-08",
        "unknown",
        "unit_unknown",
        (1,),
        "NEUT 3.1 10*9/L on 2021-03-08 cannot be compared with 1.5 g/L",
        id="a limit that measures something else",
    ),
    pytest.param(
        BILI,
        "LB | BILI | 1.9 | mg/dL | 1.2 | 2021-03-08",
        "not_met",
        None,
        (1,),
        "BILI 1.9 mg/dL on 2021-03-08, limit 1.5 x ULN 1.2",
        id="the limit of normal of the row is shown",
    ),
    pytest.param(
        BILI,
        "LB | BILI | 1.2 | mg/dL | 1 | 2021-03-08",
        "met",
        None,
        (1,),
        "BILI 1.2 mg/dL on 2021-03-08, limit 1.5 x ULN 1",
        id="a limit of normal of one",
    ),
    pytest.param(
        NEUT,
        """LB | NEUT | 3.1 | 10*9/L | | 2021-03-02
           LB | NEUT | 3.0 | 10*9/L | | 2021-03-01
           LB | NEUT | 2.9 | 10*9/L | | 2021-02""",
        "unknown",
        "outside_window",
        (1,),
        "no NEUT between 2021-03-03 and 2021-03-10; the last is of 2021-03-02",
        id="of what lies outside the window the last by date is named",
    ),
    pytest.param(
        NEUT,
        """LB | NEUT | 3.1 | 10*9/L | | 2021-03-08
           LB | NEUT | 0.5 | 10*9/L | | """,
        "unknown",
        "partial_date",
        (2,),
        "NEUT has no date, which may decide",
        id="a row without a date may be the latest",
    ),
    pytest.param(
        NEUT,
        """LB | NEUT | 3.1 | 10*9/L | | 2021-03-08T08:00
           LB | NEUT | 1.0 | 10*9/L | | 2021-03-08""",
        "unknown",
        "contradiction",
        (2, 1),
        "NEUT: rows of one rank contradict each other: NEUT 1.0 10*9/L on 2021-03-08, limit >= 1.5"
        " 10*9/L; NEUT 3.1 10*9/L on 2021-03-08T08:00, limit >= 1.5 10*9/L",
        id="a time of day and none cannot be ordered",
    ),
    pytest.param(
        {"kind": "lab_answer", "test": "HCG", "is": "NEGATIVE", "within_days": 7},
        "LB | HCG | positive | | | 2021-03-08",
        "not_met",
        None,
        (1,),
        "HCG POSITIVE on 2021-03-08",
        id="a word as result, in any case of letters",
    ),
    pytest.param(
        {"kind": "measured", "tests": ["AST", "ALT"], "at_least": 2, "within_days": 7},
        "LB | AST | 30 | U/L | 40 | 2021-03-08",
        "unknown",
        "no_result",
        (1,),
        "1 of AST, ALT measured in the window, needed 2",
        id="tests that are still needed",
    ),
    pytest.param(
        {"kind": "if_measured", "of": {**BILI, "test": "ALT"}},
        "LB | AST | 30 | U/L | 40 | 2021-03-08",
        "met",
        None,
        (),
        "ALT was not measured in the window",
        id="a test that was not done does not count against",
    ),
    pytest.param(
        {"kind": "if_measured", "of": {**BILI, "test": "ALT"}},
        "LB | ALT | | | | 2021-03-08 | NOT DONE | NOT DONE",
        "met",
        None,
        (),
        "ALT was not measured in the window",
        id="a test that was declared not done",
    ),
    pytest.param(
        {"kind": "if_measured", "of": {**BILI, "test": "ALT"}},
        "LB | ALT | | | | 2021-03-08 | NOT DONE | HEMOLYZED",
        "unknown",
        "no_result",
        (1,),
        "ALT on 2021-03-08: found 'HEMOLYZED'",
        id="a test that was tried and gave no result",
    ),
    pytest.param(
        {"kind": "performance", "test": "ECOG101", "at_most": 1, "within_days": 7},
        "QS | ECOG101 | 0 | 2021-03-08",
        "met",
        None,
        (1,),
        "ECOG101 0 on 2021-03-08, limit <= 1",
        id="the best performance status is a number",
    ),
    pytest.param(
        {"kind": "performance", "test": "ECOG101", "at_most": 1, "within_days": 7},
        "QS | ECOG101 | 2 | 2021-03-08",
        "not_met",
        None,
        (1,),
        "ECOG101 2 on 2021-03-08, limit <= 1",
        id="performance status",
    ),
    *(
        pytest.param(
            {"kind": "performance", "test": "ECOG101", "at_most": 1, "within_days": 7},
            f"QS | ECOG101 | {written} | 2021-03-08",
            "unknown",
            reason,
            (1,),
            f"ECOG101 on 2021-03-08: found {written!r}",
            id=f"a performance status of {written!r}",
        )
        for written, reason in [
            ("well", "value_unreadable"),
            ("", "no_result"),
        ]
    ),
    pytest.param(
        {"kind": "not", "of": MALIGNANCY},
        "MH | OTHER MALIGNANCY | Y | C44.3 | | 2019-01-01 |",
        "unknown",
        "not_classified",
        (1,),
        "other malignancy: C44.3 without morphology may be excepted or not",
        id="a code that does not say enough",
    ),
    pytest.param(
        {"kind": "not", "of": MALIGNANCY},
        """MH | OTHER MALIGNANCY | Y | C44.3 | 8090/3 | 2019-01-01 |
           MH | OTHER MALIGNANCY | Y | C50.9 | | 2012-01-01 | 2018-06-01""",
        "not_met",
        None,
        (2,),
        "other malignancy: 2012-01-01 to 2018-06-01, window from 2016-03-10",
        id="of two conditions the one that counts is the evidence",
    ),
    *(
        pytest.param(
            {"kind": "not", "of": NEUROPATHY}, table, verdict, reason, evidence, detail, id=name
        )
        for name, table, verdict, reason, evidence, detail in [
            (
                "denied, and later not known",
                """MH | PERIPHERAL NEUROPATHY | N | | | | | 2021-03-02
                MH | PERIPHERAL NEUROPATHY | U | | | | | 2021-03-08""",
                "unknown",
                "not_declared",
                (2,),
                "peripheral neuropathy: asked again, without an answer",
            ),
            (
                "not known, and later denied",
                """MH | PERIPHERAL NEUROPATHY | N | | | | | 2021-03-08
                MH | PERIPHERAL NEUROPATHY | U | | | | | 2021-03-02""",
                "met",
                None,
                (1,),
                "peripheral neuropathy: declared absent",
            ),
            (
                "denied, then not known on an unknown date",
                """MH | PERIPHERAL NEUROPATHY | N | | | | | 2021-03-08
                MH | PERIPHERAL NEUROPATHY | U""",
                "unknown",
                "not_declared",
                (2,),
                "peripheral neuropathy: asked again, without an answer",
            ),
            (
                "not known, and later on that day denied",
                """MH | PERIPHERAL NEUROPATHY | U | | | | | 2021-03-08T09:00
                MH | PERIPHERAL NEUROPATHY | N | | | | | 2021-03-08T09:30""",
                "met",
                None,
                (2,),
                "peripheral neuropathy: declared absent",
            ),
            (
                "denied, and later on that day not known",
                """MH | PERIPHERAL NEUROPATHY | N | | | | | 2021-03-08
                MH | PERIPHERAL NEUROPATHY | U | | | | | 2021-03-08""",
                "unknown",
                "not_declared",
                (2,),
                "peripheral neuropathy: asked again, without an answer",
            ),
            (
                "not known, and a denial of an earlier day entered late",
                """MH | PERIPHERAL NEUROPATHY | U | | | | | 2021-03-08
                MH | PERIPHERAL NEUROPATHY | N | | | | | 2021-03-02""",
                "unknown",
                "not_declared",
                (1,),
                "peripheral neuropathy: asked again, without an answer",
            ),
            (
                "not known in that month, then denied on a day of it",
                """MH | PERIPHERAL NEUROPATHY | U | | | | | 2021-03
                MH | PERIPHERAL NEUROPATHY | N | | | | | 2021-03-08""",
                "unknown",
                "not_declared",
                (1,),
                "peripheral neuropathy: asked again, without an answer",
            ),
            (
                "present, and later not known",
                """MH | PERIPHERAL NEUROPATHY | Y | | | | | 2021-03-02
                MH | PERIPHERAL NEUROPATHY | U | | | | | 2021-03-08""",
                "not_met",
                None,
                (1,),
                "peripheral neuropathy: present",
            ),
        ]
    ),
    pytest.param(
        {"kind": "not", "of": MALIGNANCY},
        "MH | OTHER MALIGNANCY | Y | C44.3 | M8090/3 | 2019-01-01 |",
        "met",
        None,
        (1,),
        "other malignancy: C44.3 with morphology 8090/3 is excepted",
        id="the morphology of an exception, written with its M",
    ),
    pytest.param(
        {"kind": "not", "of": {**NEUROPATHY, "current": True}},
        "MH | PERIPHERAL NEUROPATHY | Y | | | 2020 | 2021-03",
        "unknown",
        "partial_date",
        (1,),
        "peripheral neuropathy: ended 2021-03, index 2021-03-10",
        id="a condition that may be over",
    ),
    *(
        pytest.param(
            {"kind": "not", "of": NEUROPATHY},
            f"MH | PERIPHERAL NEUROPATHY | Y | | | {began} |",
            verdict,
            reason,
            (1,),
            f"peripheral neuropathy: {detail}",
            id=f"a condition that began {began}",
        )
        for began, verdict, reason, detail in [
            ("2021-03-10", "not_met", None, "present"),
            ("2021-03-11", "met", None, "began 2021-03-11, index 2021-03-10"),
            ("2021-03", "unknown", "partial_date", "began 2021-03, index 2021-03-10"),
        ]
    ),
    pytest.param(
        DIAGNOSIS,
        "MH | PRIMARY DIAGNOSIS | Y | C61 | 8140/3",
        "not_met",
        None,
        (1,),
        "primary diagnosis: ICD-10 C61, asked about C18, C78.7",
        id="another diagnosis",
    ),
    pytest.param(
        DIAGNOSIS,
        "MH | PRIMARY DIAGNOSIS | Y | C18.7 | ",
        "unknown",
        "not_classified",
        (1,),
        "primary diagnosis: morphology not recorded, asked about 814, 848",
        id="a diagnosis without its morphology",
    ),
    pytest.param(
        DIAGNOSIS,
        "MH | PRIMARY DIAGNOSIS | Y | C187 | M8480/3",
        "met",
        None,
        (1,),
        "primary diagnosis: present (C187)",
        id="a diagnosis by its codes",
    ),
    pytest.param(
        {"kind": "prior_line", "line": 2, "excludes_class": ["ANTI-EGFR"]},
        """CM | 1 | CETUXIMAB | ANTI-EGFR | PROGRESSION
           CM | 2 | PANITUMUMAB | ANTI-EGFR | PROGRESSION""",
        "not_met",
        None,
        (2,),
        "line 2: PANITUMUMAB; PANITUMUMAB is not allowed there",
        id="a barred drug is named",
    ),
    pytest.param(
        {"kind": "prior_line", "line": 1, "includes": ["CETUXIMAB"]},
        "CM | 1 | Cetuximab | ANTI-EGFR | TOXICITY",
        "not_met",
        None,
        (1,),
        "line 1: CETUXIMAB; ended in TOXICITY",
        id="how a line ended",
    ),
    pytest.param(
        {"kind": "prior_line", "line": 1, "includes": ["Cetuximab"]},
        "CM | 1 | cetuximab | ANTI-EGFR | PROGRESSION",
        "met",
        None,
        (1,),
        "line 1: CETUXIMAB; ended in progression",
        id="a drug in any case of letters",
    ),
    pytest.param(
        {"kind": "prior_line", "line": 1, "includes": ["CETUXIMAB"]},
        "CM | 1 | Erbitux | ANTI-EGFR | PROGRESSION",
        "met",
        None,
        (1,),
        "line 1: ERBITUX; ended in progression",
        id="a drug under its trade name",
    ),
    pytest.param(
        {"kind": "prior_line", "line": 1, "includes": ["CETUXIMAB"]},
        "CM | 1 | panitumumab | ANTI-EGFR | PROGRESSION",
        "not_met",
        None,
        (1,),
        "line 1: PANITUMUMAB; without CETUXIMAB",
        id="another drug of the class",
    ),
    pytest.param(
        {"kind": "prior_line", "line": 2, "excludes_class": ["ANTI-EGFR"]},
        "CM | 2 | cetuximab | OTHER | PROGRESSION",
        "not_met",
        None,
        (1,),
        "line 2: CETUXIMAB; CETUXIMAB is not allowed there",
        id="a barred drug under a wrong class",
    ),
    pytest.param(
        {"kind": "prior_line", "line": 1, "includes": ["CETUXIMAB"]},
        "CM | 1 | CETUXIMAB | ANTI-EGFR | PROGRESSION | 2021-03-10",
        "met",
        None,
        (1,),
        "line 1: CETUXIMAB; ended in progression",
        id="a line of the index date",
    ),
    pytest.param(
        {"kind": "prior_line", "line": 1, "includes": ["CETUXIMAB"]},
        "CM | 1 | CETUXIMAB | ANTI-EGFR | PROGRESSION | 2021-03-11",
        "unknown",
        "value_unreadable",
        (1,),
        "line 1: CETUXIMAB; a date of it lies in the future",
        id="a line from the future",
    ),
    pytest.param(
        {"kind": "prior_line", "line": 1, "includes": ["CETUXIMAB"], "progressed": False},
        "CM | 1 | CETUXIMAB | ANTI-EGFR | TOXICITY",
        "met",
        None,
        (1,),
        "line 1: CETUXIMAB",
        id="a line that may have ended in any way",
    ),
    pytest.param(
        {"kind": "prior_lines", "exactly": 2},
        "CM | 1 | IRINOTECAN | | PROGRESSION",
        "not_met",
        None,
        (1,),
        "1 lines of therapy, needed exactly 2",
        id="the number of lines",
    ),
    pytest.param(
        {"kind": "prior_lines", "exactly": 1},
        """CM | 0 | CAPECITABINE | | PROGRESSION
           CM | 1 | IRINOTECAN | | PROGRESSION""",
        "met",
        None,
        (1, 2),
        "1 lines of therapy, needed exactly 1",
        id="a line before the first is none",
    ),
    pytest.param(
        {"kind": "prior_lines", "exactly": 1},
        """CM | 1 | IRINOTECAN | | PROGRESSION
           CM | | CETUXIMAB | | PROGRESSION""",
        "unknown",
        "not_classified",
        (1, 2),
        "the lines recorded are [1], with gaps",
        id="a drug without its line",
    ),
    pytest.param(
        {"kind": "genomic", "specimen": "TISSUE", "panel": "RAS", "status": "WILD TYPE"},
        "GF | TISSUE | RASSTAT | MUTATED | 2019-01",
        "not_met",
        None,
        (1,),
        "RAS in tissue MUTATED on 2019-01",
        id="a tissue report with a partial date",
    ),
    pytest.param(
        {
            "kind": "genomic",
            "specimen": "TISSUE",
            "panel": "RAS",
            "status": "WILD TYPE",
            "resolved": PANEL,
        },
        """GF | TISSUE | RASSTAT | WILD TYPE | 2019-01-05
           GF | TISSUE | BRAFSTAT | MUTATED | 2019-01-06
           GF | PLASMA | RASSTAT | MUTATED | 2019-01-07""",
        "met",
        None,
        (1,),
        "RAS in tissue WILD TYPE on 2019-01-05",
        id="neither another gene nor plasma is the tissue report",
    ),
    pytest.param(
        {"kind": "genomic", "specimen": "TISSUE", "panel": "RAS", "status": "WILD TYPE"},
        "GF | TISSUE | RASSTAT | PENDING | 2019-01-05",
        "unknown",
        "no_result",
        (1,),
        "RAS in tissue PENDING on 2019-01-05",
        id="a tissue report without a status",
    ),
    *(
        pytest.param(
            {
                "kind": "genomic",
                "specimen": "TISSUE",
                "panel": "RAS",
                "status": "WILD TYPE",
                "before_line": 1,
            },
            table,
            verdict,
            reason,
            evidence,
            detail,
            id=name,
        )
        for name, table, verdict, reason, evidence, detail in [
            (
                "a tissue report of the day of the first dose",
                """CM | 1 | CETUXIMAB | ANTI-EGFR | PROGRESSION | 2019-02-01
                CM | 1 | IRINOTECAN | IRINOTECAN | PROGRESSION | 2019-02-15
                GF | TISSUE | RASSTAT | WILD TYPE | 2019-02-01""",
                "met",
                None,
                (3,),
                "RAS in tissue WILD TYPE on 2019-02-01",
            ),
            (
                "a tissue report from after the first dose",
                """CM | 1 | CETUXIMAB | ANTI-EGFR | PROGRESSION | 2019-02-01
                GF | TISSUE | RASSTAT | WILD TYPE | 2019-02-02""",
                "unknown",
                "outside_window",
                (2,),
                "no RAS status of tissue up to 2019-02-01; the last is of 2019-02-02",
            ),
            (
                "a later tissue report does not replace the one from before first line",
                """CM | 1 | CETUXIMAB | ANTI-EGFR | PROGRESSION | 2019-02-01
                GF | TISSUE | RASSTAT | WILD TYPE | 2019-01-15
                GF | TISSUE | RASSTAT | MUTATED | 2020-12-01""",
                "met",
                None,
                (2,),
                "RAS in tissue WILD TYPE on 2019-01-15",
            ),
            (
                "a first dose without its date",
                """CM | 1 | CETUXIMAB | ANTI-EGFR | PROGRESSION
                GF | TISSUE | RASSTAT | WILD TYPE | 2019-01-15""",
                "unknown",
                "no_result",
                (),
                "the date of the first dose of line 1 is not recorded",
            ),
            (
                "a first dose and a report of the same month",
                """CM | 1 | CETUXIMAB | ANTI-EGFR | PROGRESSION | 2019-02
                GF | TISSUE | RASSTAT | WILD TYPE | 2019-02-10""",
                "unknown",
                "partial_date",
                (2,),
                "the first dose of line 1 is dated 2019-02; which report was before it is open",
            ),
            (
                "a first dose of a month, and another report of its last day",
                """CM | 1 | CETUXIMAB | ANTI-EGFR | PROGRESSION | 2019-02
                GF | TISSUE | RASSTAT | WILD TYPE | 2019-01-15
                GF | TISSUE | RASSTAT | MUTATED | 2019-02-28""",
                "unknown",
                "partial_date",
                (3,),
                "the first dose of line 1 is dated 2019-02; which report was before it is open",
            ),
            (
                "a first dose known to the month, and a report from before that month",
                """CM | 1 | CETUXIMAB | ANTI-EGFR | PROGRESSION | 2019-02
                GF | TISSUE | RASSTAT | WILD TYPE | 2019-01""",
                "met",
                None,
                (2,),
                "RAS in tissue WILD TYPE on 2019-01",
            ),
        ]
    ),
    pytest.param(
        MEASURABLE,
        """TU | T1 | TARGET | 2021-02-24 | LIVER
           TU | T2 | TARGET | 2021-02-24 | LIVER
           TR | T1 | LDIAM | 34 | mm | 2021-02-24
           TR | T2 | SAXIS | 12 | mm | 2021-02-24""",
        "not_met",
        None,
        (3,),
        "1 measurable lesion on 2021-02-24, needed 2",
        id="measurable lesions are counted",
    ),
    pytest.param(
        MEASURABLE,
        """TU | T1 | TARGET | 2021-02-20 | LIVER
           TU | T2 | TARGET | 2021-02-24 | LUNG
           TR | T1 | LDIAM | 34 | mm | 2021-02-20
           TR | T2 | LDIAM | 12 | mm | 2021-02-24""",
        "met",
        None,
        (3, 4),
        "2 measurable lesions on 2021-02-20 and 2021-02-24, needed 2",
        id="a baseline scanned on several days",
    ),
    pytest.param(
        {**MEASURABLE, "at_least": 1},
        """TU | T1 | TARGET | 2021-02-20 | LIVER
           TR | T1 | LDIAM | 34 | mm | 2021-02-20
           TR | T1 | LDIAM | 8 | mm | 2021-02-24""",
        "not_met",
        None,
        (3,),
        "0 measurable lesions on 2021-02-24, needed 1",
        id="of a lesion read twice the latest reading decides",
    ),
    pytest.param(
        {**MEASURABLE, "at_least": 1},
        """TU | T1 | TARGET | 2021-02-24 | LYMPH NODE
           TR | T1 | LDIAM | 22 | mm | 2021-02-24
           TR | T1 | SAXIS | 14 | mm | 2021-02-24""",
        "not_met",
        None,
        (3,),
        "0 measurable lesions on 2021-02-24, needed 1",
        id="a node is measured by its short axis",
    ),
    pytest.param(
        {**MEASURABLE, "at_least": 1},
        """TU | T1 | TARGET | 2021-02-24 | LYMPH NODE
           TR | T1 | LDIAM | 22 | mm | 2021-02-24""",
        "unknown",
        "no_result",
        (),
        "0 measurable lesions, needed 1; no reading of T1 (SAXIS) between 2021-02-10 and"
        " 2021-03-10",
        id="the longest diameter of a node proves nothing",
    ),
    pytest.param(
        {**MEASURABLE, "at_least": 1},
        """TU | T1 | TARGET | 2021-02-24 | LIVER
           TU | T2 | TARGET | 2021-02-24 | LIVER
           TR | T1 | LDIAM | 9 | mm | 2021-02-24""",
        "not_met",
        None,
        (3,),
        "0 measurable lesions on 2021-02-24, needed 1",
        id="a lesion that was never read is not counted as open",
    ),
    *(
        pytest.param(
            {**MEASURABLE, "at_least": 1},
            f"""TU | T1 | TARGET | 2021-02-24 | LIVER
                TR | T1 | LDIAM | {read} | 2021-02-24""",
            "unknown",
            reason,
            (2,),
            f"0 measurable lesions on 2021-02-24, needed 1; T1 LDIAM {shown} on 2021-02-24",
            id=f"a lesion {shown}",
        )
        for read, reason, shown in [
            ("34 | drops", "unit_unknown", "34 drops"),
            (" | ", "no_result", "not read"),
        ]
    ),
    pytest.param(
        {**MEASURABLE, "at_least": 1, "diameter": "1 cm", "short_axis": "1.5 cm"},
        """TU | T1 | TARGET | 2021-02-24 | LIVER
           TR | T1 | LDIAM | 9 | mm | 2021-02-24""",
        "not_met",
        None,
        (2,),
        "0 measurable lesions on 2021-02-24, needed 1",
        id="a threshold in centimeters",
    ),
    pytest.param(
        {"kind": "attestation", "question": "Fit?", "within_days": 7},
        """says | no | dr-a | 2021-03-05
           says | yes | dr-b | 2021-03-08""",
        "met",
        None,
        (2,),
        "Fit? yes, by dr-b on 2021-03-08",
        id="who judged, and when",
    ),
    pytest.param(
        {"kind": "attestation", "question": "Fit?", "within_days": 7},
        "says | yes | dr-a | 2021-03-10",
        "met",
        None,
        (1,),
        "Fit? yes, by dr-a on 2021-03-10",
        id="a judgement of the index date",
    ),
    pytest.param(
        {"kind": "consent"},
        "DS | INFORMED CONSENT OBTAINED | 1.0 | 2021-03-02",
        "met",
        None,
        (1,),
        "consent to version 1.0 on 2021-03-02",
        id="consent to a version",
    ),
    pytest.param(
        {"kind": "sex", "is": "M"}, "DM | F | 1958 |", "not_met", None, (1,), "sex F", id="sex"
    ),
    pytest.param(
        {"kind": "age", "at_least": 18},
        "DM | F | 2003 |",
        "unknown",
        "partial_date",
        (1,),
        "born 2003: 17 or 18 years old",
        id="a year of birth that leaves it open",
    ),
    pytest.param(
        {"kind": "age", "at_least": 18},
        "DM | F | | 17",
        "not_met",
        None,
        (1,),
        "age 17, limit >= 18",
        id="age as given",
    ),
    pytest.param(
        {"kind": "age", "at_least": 18},
        "DM | F | | 18",
        "met",
        None,
        (1,),
        "age 18, limit >= 18",
        id="the age of the limit",
    ),
    pytest.param(
        {"kind": "all", "of": [NEUT, {"kind": "sex", "is": "M"}, BILI]},
        """LB | NEUT | 3 | 10*9/L | | 2021-03-08
           DM | F | 1958 |""",
        "not_met",
        None,
        (2,),
        "sex F",
        id="of a combination only what decided it speaks",
    ),
    pytest.param(
        {"kind": "any", "of": [{"kind": "sex", "is": "M"}, NEUT]},
        "DM | F | 1958 |",
        "unknown",
        "no_result",
        (),
        "no NEUT between 2021-03-03 and 2021-03-10",
        id="what would settle a choice",
    ),
]


@pytest.mark.parametrize(("rule", "table", "verdict", "reason", "evidence", "detail"), STORIES)
def test_story(rule, table, verdict, reason, evidence, detail):
    found = ask(rule, story(table))

    assert (found.verdict.value, found.reason.value if found.reason else None) == (verdict, reason)
    assert (found.evidence, found.detail) == (evidence, detail)


def test_every_kind_of_rule_has_a_story():
    told = {kind for case in STORIES for kind in _kinds(case.values[0])}

    assert told == set(RULES.json_schema()["discriminator"]["mapping"])


def _kinds(rule: Any) -> list[str]:
    if isinstance(rule, list):
        return [kind for part in rule for kind in _kinds(part)]
    return [rule["kind"], *_kinds(rule.get("of", []))] if rule else []


def test_every_unknown_says_what_to_do():
    assert set(ADVICE) == set(Reason)
    found = ask(
        {"kind": "all", "of": [NEUT, BILI]}, story("LB | BILI | 0.9 | mg/dL | | 2021-03-08")
    )

    assert found.advice == f"{ADVICE[Reason.NO_RESULT]}; {ADVICE[Reason.NO_ULN]}"
    assert [part.reason for part in found.open_parts] == [Reason.NO_RESULT, Reason.NO_ULN]


def test_only_what_is_open_is_to_be_done():
    found = ask({"kind": "all", "of": [{"kind": "sex", "is": "F"}, NEUT]}, story("DM | F | 1958 |"))

    assert found.advice == ADVICE[Reason.NO_RESULT]
    assert [part.reason for part in found.open_parts] == [Reason.NO_RESULT]


def test_an_answer_that_is_known_needs_no_advice():
    assert ask(NEUT, story("LB | NEUT | 1 | 10*9/L | | 2021-03-08")).advice == ""


def test_consent_that_was_withdrawn_does_not_hold():
    given = story("DS | INFORMED CONSENT OBTAINED | 1.0 | 2021-03-02")
    withdrawn = Subject(
        id="S", by_domain=given.by_domain, withdrawals=(Ended("study", date(2021, 3, 9), "", 7),)
    )

    found = ask({"kind": "consent"}, withdrawn)

    assert (found.verdict, found.evidence) == (Verdict.NOT_MET, (7,))


def test_consent_withdrawn_on_the_very_day_does_not_hold():
    given = story("DS | INFORMED CONSENT OBTAINED | 1.0 | 2021-03-02")
    ended = Ended("study", INDEX, "", 7)
    withdrawn = Subject(id="S", by_domain=given.by_domain, withdrawals=(ended,))

    assert ask({"kind": "consent"}, withdrawn).verdict is Verdict.NOT_MET


@pytest.mark.parametrize(
    ("withdrew_on", "entry", "randomized_at", "verdict"),
    [
        pytest.param("2021-03-11", 7, None, Verdict.MET, id="after the day asked about"),
        pytest.param("2021-03-11", 7, 9, Verdict.MET, id="before, for a day after"),
        pytest.param("2021-03-10", 9, 8, Verdict.MET, id="after the randomization"),
        pytest.param("2021-03-10", 8, 9, Verdict.NOT_MET, id="before the randomization"),
        pytest.param("2021-03-10", 8, ("a", "b", 1), Verdict.NOT_MET, id="without a ledger"),
    ],
)
def test_only_a_withdrawal_up_to_the_day_and_before_the_randomization_counts(
    withdrew_on, entry, randomized_at, verdict
):
    given = story("DS | INFORMED CONSENT OBTAINED | 1.0 | 2021-03-02")
    ended = Ended("study", date.fromisoformat(withdrew_on), "", entry)
    allocated = randomized_at and Randomized("A", (), 1, INDEX, randomized_at, "1.0")
    subject = replace(given, withdrawals=(ended,), randomized=allocated)

    assert ask({"kind": "consent"}, subject).verdict is verdict


def test_a_denial_and_a_doubt_of_one_form_leave_the_condition_open():
    told = {"MHCAT": "PERIPHERAL NEUROPATHY", "MHDTC": "2021-03-08"}
    rows = [read_record("MH", {**told, "MHOCCUR": occurred}, 1) for occurred in "UN"]

    finding = ask(NEUROPATHY, Subject(id="S").with_records(rows))

    assert (finding.verdict, finding.reason) == (Verdict.UNKNOWN, Reason.NOT_DECLARED)


@pytest.mark.parametrize("threshold", [None, "10 g/L"])
def test_a_threshold_of_a_lesion_that_is_no_length_is_our_mistake(threshold):
    measured = story("""TU | T1 | TARGET | 2021-02-24 | LIVER
                        TR | T1 | LDIAM | 34 | mm | 2021-02-24""")

    with pytest.raises(ValueError, match=r"expected a length: see assessment\.recist"):
        ask({**MEASURABLE, "diameter": threshold}, measured)


def test_a_panel_that_was_not_resolved_is_our_mistake():
    plasma = {"kind": "genomic", "specimen": "PLASMA", "panel": "RAS", "status": "WILD TYPE"}

    with pytest.raises(ValueError, match="panel 'RAS' was not resolved"):
        ask(plasma, story(""))


def test_a_rule_of_an_unknown_kind_is_our_mistake():
    with pytest.raises(TypeError, match="no way to evaluate int"):
        evaluate(1, Asked(story(""), INDEX))  # type: ignore[arg-type]


# ------------------------------------------------------------------ the shipped trial


def example(**changes: Any) -> tuple[Finding, ...]:
    protocol = load("NCT04509635")
    subject, index = read_subject(json.dumps({**example_subject(), **changes}), protocol)
    return evaluate_all(protocol, subject, index)


def test_the_example_meets_every_criterion_in_the_order_of_the_protocol():
    findings = example()

    assert [finding.id for finding in findings] == [
        criterion.id for criterion in load("NCT04509635").criteria
    ]
    assert overall(findings) is Verdict.MET
    assert all(finding.verdict is Verdict.MET for finding in findings)


@pytest.mark.parametrize(
    ("domain", "open_criteria"),
    [
        ("DM", {"E03", "X01"}),
        ("DS", {"I11"}),
        ("CM", {"I04", "I05", "I06"}),
        ("GF", {"I04", "I06"}),
        ("TU", {"I03"}),
        ("QS", {"I07"}),
        ("LB", {"I09", "I10", "E03"}),
        ("MH", {"I01", "I02", "E01", "E02", "E03", "E04", "E05", "E06", "E07"}),
    ],
)
def test_what_was_not_recorded_leaves_its_criteria_open_and_nothing_else(domain, open_criteria):
    records = {name: rows for name, rows in example_subject()["records"].items() if name != domain}
    findings = example(records=records)
    open_now = {finding.id for finding in findings if finding.verdict is Verdict.UNKNOWN}

    # A man needs no pregnancy test and a woman does: without DM it is her negative test that
    # answers E03.
    assert open_now == open_criteria - ({"E03"} if domain == "DM" else set())
    assert not any(finding.verdict is Verdict.NOT_MET for finding in findings)
    assert overall(findings) is Verdict.UNKNOWN


def with_changed(domain: str, where: dict[str, str], change: dict[str, str]) -> dict[str, Any]:
    """The records of the example with the rows of one domain changed where they hold these
    values.
    """
    records = example_subject()["records"]
    hit = [row for row in records[domain] if where.items() <= row.items()]
    assert hit
    changed = [{**row, **change} if row in hit else row for row in records[domain]]
    return {
        **records,
        domain: [{name: value for name, value in row.items() if value} for row in changed],
    }


def answer(criterion: str, **changes: Any) -> tuple[str, str | None]:
    found = next(finding for finding in example(**changes) if finding.id == criterion)
    return found.verdict.value, found.reason.value if found.reason else None


@pytest.mark.parametrize(
    ("category", "change", "criterion", "expected"),
    [
        ("PRIMARY DIAGNOSIS", {"MHDECOD": "C61"}, "I01", ("not_met", None)),
        ("PRIMARY DIAGNOSIS", {"MHDECOD": ""}, "I01", ("unknown", "not_classified")),
        ("PRIMARY DIAGNOSIS", {"MHMORPH": "8240/3"}, "I01", ("not_met", None)),
        ("PRIMARY DIAGNOSIS", {"MHMORPH": ""}, "I01", ("unknown", "not_classified")),
        ("PRIMARY DIAGNOSIS", {"MHDECOD": "C20", "MHMORPH": "8490/3"}, "I01", ("met", None)),
        ("LIVER METASTASIS", {"MHDECOD": "C78.0"}, "I02", ("not_met", None)),
        ("LIVER METASTASIS", {"MHDECOD": ""}, "I02", ("unknown", "not_classified")),
    ],
)
def test_only_colorectal_adenocarcinoma_with_metastases_of_the_liver_enters(
    category, change, criterion, expected
):
    assert answer(criterion, records=with_changed("MH", {"MHCAT": category}, change)) == expected


@pytest.mark.parametrize(
    ("code", "verdict"),
    [("C18.2", "not_met"), ("C20", "not_met"), ("C77.2", "met"), ("C79.5", "met")],
)
def test_a_second_colorectal_cancer_is_another_malignancy_and_a_secondary_site_is_not(
    code, verdict
):
    told = {"MHOCCUR": "Y", "MHDECOD": code, "MHSTDTC": "2019-01-01"}

    assert answer("E04", records=with_changed("MH", {"MHCAT": "OTHER MALIGNANCY"}, told)) == (
        verdict,
        None,
    )


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("", "not_met"),
        ("2021-03-09", "met"),
        ("2021-03-10", "not_met"),
        ("2020", "met"),
        ("2021", "unknown"),
    ],
)
def test_an_intestinal_occlusion_that_is_over_does_not_exclude(end, expected):
    told = {"MHOCCUR": "Y", "MHSTDTC": "2018", "MHENDTC": end}

    assert (
        answer("E02", records=with_changed("MH", {"MHCAT": "INTESTINAL OCCLUSION"}, told))[0]
        == expected
    )
    told_of_nerves = with_changed("MH", {"MHCAT": "PERIPHERAL NEUROPATHY"}, told)
    assert answer("E07", records=told_of_nerves)[0] == "not_met"  # any that ever was


def test_the_tissue_report_of_the_shipped_trial_is_from_before_first_line():
    late = with_changed("GF", {"GFSPEC": "TISSUE"}, {"GFDTC": "2020-06-01"})

    assert answer("I04", records=late) == ("unknown", "outside_window")


@pytest.mark.parametrize(
    ("on", "expected"),
    [("2021-03-03", ("met", None)), ("2021-03-02", ("unknown", "outside_window"))],
)
@pytest.mark.parametrize("criterion", ["I02", "I08", "I10"])
def test_every_judgement_holds_for_seven_days(criterion, on, expected):
    said = [{**row, "date": on} for row in example_subject()["attestations"]]

    assert answer(criterion, attestations=said) == expected


def sample(*told: dict[str, str]) -> dict[str, Any]:
    """The records of the example, with these rows of the plasma sample in place of its tumor
    fraction.
    """
    records = example_subject()["records"]
    drawn = {"GFSPEC": "PLASMA", "GFREFID": "P-1", "GFDTC": "2021-03-01"}
    rows = [row for row in records["GF"] if row["GFTESTCD"] != "TUMFRAC"]
    return {**records, "GF": [*rows, *({**drawn, **row} for row in told)]}


@pytest.mark.parametrize(
    ("signal", "expected"),
    [
        ("TP53", ("met", None)),
        ("tp53", ("met", None)),
        ("DNMT3A, TP53", ("met", None)),
        ("NONE", ("unknown", "not_informative")),
        ("dnmt3a", ("unknown", "not_informative")),
        ("DNMT3A, TET2", ("unknown", "not_informative")),
        ("DNMT3A; tet2", ("unknown", "not_informative")),
        *(
            (text, ("unknown", "value_unreadable"))
            for text in (
                "NEGATIVE",
                "NO",
                "not detected",
                "Detected",
                "unknown",
                "DNMT3A R882H",
                "TP53, NONE",
                "1 variant",
                "TP53,",
            )
        ),
    ],
)
def test_only_a_gene_shows_tumor_dna(signal, expected):
    assert answer("I06", records=sample({"GFTESTCD": "SOMSIG", "GFORRES": signal})) == expected


def test_a_signal_that_cannot_be_read_is_corrected_whatever_else_shows_tumor_dna():
    told = sample(
        {"GFTESTCD": "TUMFRAC", "GFORRES": "0.06"},
        {"GFTESTCD": "SOMSIG", "GFORRES": "not detected"},
    )

    assert answer("I06", records=told) == ("unknown", "value_unreadable")


KRAS12 = {"GFGENSR": "KRAS", "GFCODON": "12"}


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        ({"GFVAF": "0"}, ("met", None)),
        ({"GFVAF": "0.05"}, ("unknown", "value_unreadable")),
        ({"GFVAF": "0.0001"}, ("unknown", "value_unreadable")),
        ({"GFPVRID": "p.G12D"}, ("unknown", "value_unreadable")),
        ({"GFORRES": "DETECTED", "GFPVRID": "p.G12D", "GFVAF": "0.05"}, ("not_met", None)),
    ],
)
def test_not_detected_beside_a_variant_is_never_wild_type(beside, expected):
    records = with_changed("GF", KRAS12, beside)

    assert answer("I06", records=records) == expected


def test_a_mutation_decides_whatever_else_of_the_sample_cannot_be_read():
    records = with_changed(
        "GF", KRAS12, {"GFORRES": "DETECTED", "GFPVRID": "p.G12D", "GFVAF": "0.05"}
    )
    drawn = {"GFSPEC": "PLASMA", "GFREFID": "P-1", "GFDTC": "2021-03-01"}
    records["GF"].append({**drawn, "GFTESTCD": "SOMSIG", "GFORRES": "not detected"})

    assert answer("I06", records=records) == ("not_met", None)


def test_without_judgements_the_criteria_that_ask_for_them_are_open():
    open_now = {
        finding.id: finding.reason
        for finding in example(attestations=[])
        if finding.verdict is not Verdict.MET
    }

    assert open_now == dict.fromkeys(("I02", "I08", "I10"), Reason.NOT_ATTESTED)


@pytest.mark.parametrize(
    ("progressed", "expected"),
    [
        ("2021-03-01", ("met", None)),
        ("2021-03-02", ("unknown", "outside_window")),
        ("2021-03", ("unknown", "partial_date")),
        ("2021-02", ("met", None)),
        ("2021", ("unknown", "partial_date")),
        ("", ("unknown", "no_result")),
    ],
)
def test_blood_is_drawn_on_or_after_the_progression_that_ended_the_line_before(
    progressed, expected
):
    line = str(rule_of("I06").after_line)
    records = with_changed("CM", {"CMLINE": line}, {"CMPDDTC": progressed})

    assert answer("I06", records=records) == expected


def test_blood_of_any_time_answers_where_no_line_is_named():
    protocol = load("NCT04509635")
    records = with_changed("CM", {}, {"CMPDDTC": ""})
    subject, index = read_subject(json.dumps({**example_subject(), "records": records}), protocol)
    asked = Asked(subject, index)

    assert evaluate(rule_of("I06"), asked).reason is Reason.NO_RESULT
    assert evaluate(rule_of("I06", after_line=None), asked).verdict is Verdict.MET


def rule_of(criterion: str, **changes: Any) -> Any:
    """The rule of a criterion of the shipped trial, with changes."""
    [rule] = [c.rule for c in load("NCT04509635").criteria if c.id == criterion]
    return rule.model_copy(update=changes)


@pytest.mark.parametrize(
    ("fraction", "expected"),
    [
        ("0", ("unknown", "not_informative")),
        ("1", ("met", None)),
        ("6", ("unknown", "value_unreadable")),
    ],
)
def test_a_tumor_fraction_in_percent_is_not_read(fraction, expected):
    records = sample({"GFTESTCD": "TUMFRAC", "GFORRES": fraction})

    assert answer("I06", records=records) == expected


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"GFORRES": "", "GFSTAT": "NOT DONE"}, "not_covered"),
        ({"GFORRES": "", "GFSTAT": ""}, "not_covered"),
        ({"GFORRES": "PENDING"}, "not_coded"),
        ({"GFSTAT": "NOT DONE"}, "contradiction"),
    ],
)
def test_a_codon_without_its_answer_proves_nothing(change, reason):
    records = with_changed("GF", KRAS12, change)

    assert answer("I06", records=records) == ("unknown", reason)


def test_a_sample_of_which_only_its_failure_was_reported_is_drawn_again():
    records = example_subject()["records"]
    later = {"GFSPEC": "PLASMA", "GFREFID": "P-2", "GFDTC": "2021-03-05"}
    failed = {**later, "GFTESTCD": "QC", "GFORRES": "FAIL"}

    assert answer("I06", records={**records, "GF": [*records["GF"], failed]}) == (
        "unknown",
        "qc_failed",
    )


@pytest.mark.parametrize(("variant", "named"), [("p.G12D", "p.G12D"), ("", "variant not named")])
def test_a_mutation_counts_whether_the_laboratory_named_it_or_not(variant, named):
    told = {"GFORRES": "DETECTED", "GFPVRID": variant, "GFVAF": "0.05"}
    [finding] = [f for f in example(records=with_changed("GF", KRAS12, told)) if f.id == "I06"]

    assert finding.verdict is Verdict.NOT_MET
    assert finding.detail == f"MUTATED: KRAS codon 12: {named} at 0.05"
