"""How is what was derived written down? ADRS- and ADTTE-shaped tables, the discrepancies and the
policy beside them.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import polars

from equipoise.endpoints.censoring import TimeToEventRules, spelled
from equipoise.endpoints.discrepancies import Discrepancy
from equipoise.endpoints.policies import DerivationPolicy
from equipoise.exchange.cdisc.endpoints import Endpoints
from equipoise.exchange.cdisc.problems import PROBLEM_COLUMNS, Problem
from equipoise.exchange.cdisc.readers import reader_name
from equipoise.exchange.cdisc.rows import USED
from equipoise.exchange.cdisc.sdtm_in import NEEDED, Package
from equipoise.exchange.tables import write_table
from equipoise.subject.records import Source

TEXT, NUMBER, DAY = polars.String, polars.Int64, polars.Date
ADRS = {
    "STUDYID": TEXT,
    "USUBJID": TEXT,
    "ARM": TEXT,
    "PARCAT1": TEXT,
    "RSEVAL": TEXT,
    "RSEVALID": TEXT,
    "PARAMCD": TEXT,
    "PARAM": TEXT,
    "AVISIT": TEXT,
    "ADT": DAY,
    "ADY": NUMBER,
    "AVAL": NUMBER,
    "AVALC": TEXT,
    "ANL01FL": TEXT,
    "SRCDOM": TEXT,
    "SRCVAR": TEXT,
    "SRCSEQ": NUMBER,
}
ADTTE = {
    "STUDYID": TEXT,
    "USUBJID": TEXT,
    "ARM": TEXT,
    "PARCAT1": TEXT,
    "RSEVAL": TEXT,
    "RSEVALID": TEXT,
    "PARAMCD": TEXT,
    "PARAM": TEXT,
    "STARTDT": DAY,
    "ADT": DAY,
    "AVAL": NUMBER,
    "CNSR": NUMBER,
    "EVNTDESC": TEXT,
    "CNSDTDSC": TEXT,
    "SRCDOM": TEXT,
    "SRCVAR": TEXT,
    "SRCSEQ": NUMBER,
}
DISCREPANCIES = {
    "STUDYID": TEXT,
    "USUBJID": TEXT,
    "RSEVAL": TEXT,
    "RSEVALID": TEXT,
    "KIND": TEXT,
    "VISIT": TEXT,
    "ADT": DAY,
    "PARAMCD": TEXT,
    "REPORTED": TEXT,
    "DERIVED": TEXT,
    "CLAUSE": TEXT,
    "RULE": TEXT,
    "SUM_MM": TEXT,
    "BASELINE_MM": TEXT,
    "NADIR_MM": TEXT,
    "RSSEQ": NUMBER,
    "TUSEQ": TEXT,
    "TRSEQ": TEXT,
    "REMARK": TEXT,
}
PROBLEMS = {name: NUMBER if name == "row" else TEXT for name in PROBLEM_COLUMNS}


def render_outputs(
    package: Package, found: Endpoints, policy: DerivationPolicy, cutoff: date
) -> dict[str, str | bytes]:
    """File name -> content: the tables as CSV and parquet, the listings, and policy.json."""
    adrs, adtte = _frame(found.adrs, ADRS), _frame(found.adtte, ADTTE)
    rows = [_discrepancy(keys, one) for keys, one in found.discrepancies]
    return {
        "adrs.csv": _csv(adrs),
        "adrs.parquet": _parquet(adrs),
        "adtte.csv": _csv(adtte),
        "adtte.parquet": _parquet(adtte),
        "discrepancies.csv": _csv(_frame(rows, DISCREPANCIES)),
        "discrepancies.md": _readable(rows),
        "problems.csv": _csv(_frame([_problem(one) for one in package.problems.listed], PROBLEMS)),
        "policy.json": json.dumps(_declared(package, policy, cutoff), indent=2, default=str) + "\n",
    }


def _frame(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, Any]) -> polars.DataFrame:
    """Empty text is missing, as in SDTM."""
    told = [{name: None if row[name] == "" else row[name] for name in columns} for row in rows]
    return polars.DataFrame(told, schema=dict(columns), orient="row")


def _csv(frame: polars.DataFrame) -> str:
    return write_table(frame.columns, frame.iter_rows())


def _parquet(frame: polars.DataFrame) -> bytes:
    written = io.BytesIO()
    frame.write_parquet(written)
    return written.getvalue()


def _problem(problem: Problem) -> dict[str, Any]:
    return asdict(problem) | {"row": problem.row or None}


def _discrepancy(keys: Mapping[str, Any], one: Discrepancy) -> dict[str, Any]:
    return {
        **keys,
        "KIND": one.kind,
        "VISIT": one.visit,
        "ADT": one.date,
        "PARAMCD": one.parameter,
        "REPORTED": one.reported,
        "DERIVED": one.derived,
        "CLAUSE": one.reference,
        "RULE": one.sentence,
        "SUM_MM": _length(one.sum),
        "BASELINE_MM": _length(one.baseline),
        "NADIR_MM": _length(one.nadir),
        "RSSEQ": one.reported_source[2] if isinstance(one.reported_source, tuple) else None,
        "TUSEQ": _sequences(one.derived_sources, "TU"),
        "TRSEQ": _sequences(one.derived_sources, "TR"),
        "REMARK": one.remark,
    }


def _length(value: Any) -> str:
    return "" if value is None else str(value)


def _sequences(sources: Iterable[Source], domain: str) -> str:
    return " ".join(str(one[2]) for one in sources if isinstance(one, tuple) and one[1] == domain)


def _readable(rows: Sequence[Mapping[str, Any]]) -> str:
    """The same for reading: first how often, then each."""
    counts = Counter(
        (row["KIND"], row["PARAMCD"], row["REPORTED"], row["DERIVED"], row["REMARK"])
        for row in rows
    )
    lines = [f"# {len(rows)} responses are reported otherwise than the measurements say", ""]
    lines += _markdown(
        ("how often", "kind", "parameter", "reported", "derived", "remark"),
        [(number, *what) for what, number in counts.most_common()],
    )
    lines.append("")
    names = (
        "subject",
        "evaluator",
        "visit",
        "date",
        "parameter",
        "reported",
        "derived",
        "sum",
        "baseline",
        "nadir",
        "clause",
        "rule",
        "remark",
    )
    lines += _markdown(
        names,
        [
            (
                row["USUBJID"],
                reader_name((row["RSEVAL"], row["RSEVALID"])),
                row["VISIT"],
                row["ADT"],
                row["PARAMCD"],
                row["REPORTED"],
                row["DERIVED"],
                row["SUM_MM"],
                row["BASELINE_MM"],
                row["NADIR_MM"],
                row["CLAUSE"],
                row["RULE"],
                row["REMARK"],
            )
            for row in rows
        ],
    )
    return "\n".join(lines) + "\n"


def _markdown(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    return lines + [
        "| " + " | ".join(str(cell or "").replace("|", "/") for cell in row) + " |" for row in rows
    ]


def _spelled(rules: TimeToEventRules) -> dict[str, Any]:
    """A rule set in words; the codes of its fields are ours."""
    return {**spelled(rules), "longest_gap_days": rules.longest_gap or None}


def _version() -> str:
    try:
        return version("equipoise")
    except PackageNotFoundError:
        return "run from its sources, without a version"


def _declared(package: Package, policy: DerivationPolicy, cutoff: date) -> dict[str, Any]:
    """Everything a reader needs to derive the same again."""
    return {
        "equipoise": _version(),
        "policy": policy.declared(),
        "censoring_applied": {name: _spelled(policy.rules(name)) for name in policy.censoring},
        "cutoff": cutoff.isoformat(),
        "lengths": "exact, in whole thousandths of a millimeter; nothing is rounded",
        "readers": {
            source: [reader_name(one) for one in some] for source, some in package.readers.items()
        },
        "subjects": {"in DM": package.in_dm, "with a start": len(package.persons)},
        "needed": NEEDED,
        "files": [
            {
                "file": one.file,
                "sha256": one.sha256,
                "domain": one.domain or None,
                "rows": len(one.rows),
                "used": one.domain in (*USED, "DM"),
            }
            for one in package.datasets
        ],
    }
