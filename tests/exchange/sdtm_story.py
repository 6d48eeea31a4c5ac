"""A small package of SDTM, written by hand: four people, one reader, and what is known to come of
them.

001: sums 100, 65, 80: PR, then PD against the smallest sum, which the package reports as SD (it
looks at baseline).
002: stable, then death between scans.  003: a new lesion at week 6.  004: a screen failure without
a start.
"""

import json

import polars

START = "2024-01-01"


def rows(domain, *columns):
    """A dataset from lines of values: USUBJID, then the columns; --SEQ counts the rows of a
    subject.
    """

    def made(*lines):
        found, counted = [], {}  # type: ignore[var-annotated]
        for who, *values in lines:
            counted[who] = counted.get(who, 0) + 1
            row = {"STUDYID": "S", "DOMAIN": domain, "USUBJID": who}
            row |= {} if domain == "DM" else {f"{domain}SEQ": counted[who]}
            found.append(row | dict(zip(columns, values, strict=True)))
        return found

    return made


def package():
    """Domain -> rows; numbers are numbers, as in real packages."""
    tr = rows(
        "TR",
        "TRLNKID",
        "TRTESTCD",
        "TRSTRESC",
        "TRSTRESN",
        "TRSTRESU",
        "TRSTAT",
        "TREVAL",
        "VISIT",
        "TRDTC",
    )

    def length(who, mm, visit, day, link="T01"):
        return who, link, "LDIAM", f"{mm}", float(mm), "mm", "", "INVESTIGATOR", visit, day

    rs = rows("RS", "RSTESTCD", "RSCAT", "RSSTRESC", "RSEVAL", "VISIT", "RSDTC")

    def said(who, response, visit, day, test="OVRLRESP"):
        return who, test, "RECIST 1.1", response, "INVESTIGATOR", visit, day

    return {
        "DM": rows("DM", "RFSTDTC", "DTHDTC", "DTHFL", "ARM", "SITEID")(
            ("001", START, "", "", "A", "01"),
            ("002", START, "2024-04-01", "Y", "B", "01"),
            ("003", START, "", "", "A", "02"),
            ("004", "", "", "", "Screen Failure", "02"),
        ),
        "TU": rows("TU", "TULNKID", "TUTESTCD", "TUSTRESC", "TULOC", "TUEVAL", "VISIT", "TUDTC")(
            ("001", "T01", "TUMIDENT", "TARGET", "LIVER", "INVESTIGATOR", "BASELINE", START),
            ("002", "T01", "TUMIDENT", "TARGET", "LIVER", "INVESTIGATOR", "BASELINE", START),
            ("003", "T01", "TUMIDENT", "TARGET", "LUNG", "INVESTIGATOR", "BASELINE", START),
            ("003", "N01", "TUMIDENT", "NEW", "BONE", "INVESTIGATOR", "WEEK 6", "2024-02-12"),
        ),
        "TR": tr(
            length("001", 100, "BASELINE", START),
            length("001", 65, "WEEK 6", "2024-02-12"),
            length("001", 80, "WEEK 12", "2024-03-25"),
            length("002", 50, "BASELINE", START),
            length("002", 45.5, "WEEK 6", "2024-02-12"),
            length("003", 30, "BASELINE", START),
            length("003", 30, "WEEK 6", "2024-02-12"),
        ),
        "RS": rs(
            said("001", "PR", "WEEK 6", "2024-02-12"),
            said("001", "SD", "WEEK 12", "2024-03-25"),
            said("001", "SD", "WEEK 12", "2024-03-25", "TRGRESP"),
            said("002", "SD", "WEEK 6", "2024-02-12"),
            said("003", "PD", "WEEK 6", "2024-02-12"),
        ),
        "EX": rows("EX", "EXTRT", "EXDOSE", "EXSTDTC", "EXENDTC")(
            ("001", "DRUG", 5.0, "2024-01-02", "2024-01-03"),
            ("003", "DRUG", 5.0, "2024-05-01", ""),
        ),
        "DS": rows("DS", "DSDECOD", "DSCAT", "DSSTDTC")(
            ("001", "RANDOMIZED", "PROTOCOL MILESTONE", "2023-12-31"),
            ("002", "RANDOMIZED", "PROTOCOL MILESTONE", START),
            ("003", "RANDOMIZED", "PROTOCOL MILESTONE", START),
            ("001", "COMPLETED", "DISPOSITION EVENT", "2024-06-01"),
        ),
    }


def frame(found):
    return polars.DataFrame(found, infer_schema_length=None)


def write_csv(folder, name, found):
    frame(found).write_csv(folder / f"{name}.csv")


def write_parquet(folder, name, found):
    frame(found).write_parquet(folder / f"{name}.parquet")


def write_xpt(folder, name, found):
    import pyreadstat

    pyreadstat.write_xport(
        frame(found), str(folder / f"{name}.xpt"), file_format_version=5, table_name=name[:8]
    )


def write_json(folder, name, found):
    columns = [
        {"itemOID": f"IT.{one}", "name": one, "label": one, "dataType": "string"}
        for one in found[0]
    ]
    head = {"datasetJSONVersion": "1.1.0", "name": name, "records": len(found), "columns": columns}
    values = [list(row.values()) for row in found]
    (folder / f"{name}.json").write_text(json.dumps(head | {"rows": values}), encoding="utf-8")


def write_ndjson(folder, name, found):
    columns = [
        {"itemOID": f"IT.{one}", "name": one, "label": one, "dataType": "string"}
        for one in found[0]
    ]
    lines = [
        {"datasetJSONVersion": "1.1.0", "name": name, "columns": columns},
        *(list(row.values()) for row in found),
    ]
    (folder / f"{name}.ndjson").write_text(
        "".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8"
    )


WRITERS = {
    "csv": write_csv,
    "parquet": write_parquet,
    "xpt": write_xpt,
    "json": write_json,
    "ndjson": write_ndjson,
}


def write_package(folder, domains, how="csv"):
    folder.mkdir(exist_ok=True)
    for domain, found in domains.items():
        WRITERS[how](folder, domain.lower(), found)
    return folder
