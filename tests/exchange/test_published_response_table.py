"""A table of responses by named policies. The expected figures are what admiralonco 1.3.0 derives
from such series.
"""

from datetime import date, timedelta

import pytest

from equipoise.endpoints.policies import POLICIES, find_policy
from equipoise.exchange.response_table import ResponseTableError, derive_response_table

START = date(2024, 1, 1)
ADMIRALONCO = """
42:PR 59:SD 80:CHECK 172:PD | RSP=Y@42 CB=Y@42 BOR=PR@42 CRSP=N CCB=Y@42 CBOR=SD@42 PD=Y@172 LSTA=PD@172
28:PD 42:PD 63:PR 119:NE 146:SD | RSP=N CB=N BOR=PD@28 CRSP=N CCB=N CBOR=PD@28 PD=Y@28 LSTA=SD@146
35:SD 56:NE 91:NE 126:SD 153:PR | RSP=Y@153 CB=Y@126 BOR=PR@153 CRSP=N CCB=Y@126 CBOR=SD@126 LSTA=PR@153
56:CR 70:PR 112:PR 154:SD 182:PD | RSP=Y@56 CB=Y@56 BOR=CR@56 CRSP=Y@70 CCB=Y@56 CBOR=PR@70 PD=Y@182 LSTA=PD@182
28:NE 70:NON-CR/NON-PD 84:CR 98:NE 119:CR | RSP=Y@84 CB=Y@70 BOR=CR@84 CRSP=Y@84 CCB=Y@70 CBOR=CR@84 LSTA=CR@119
21:SD 48:SD 75:SD 117:NE 131:SD | RSP=N CB=Y@48 BOR=SD@48 CRSP=N CCB=Y@48 CBOR=SD@48 LSTA=SD@131
28:CR 70:NE 98:NE 133:NE 160:NE | RSP=Y@28 CB=Y@28 BOR=CR@28 CRSP=N CCB=N CBOR=NE@28 LSTA=NE@160
30:CR 57:NON-CR/NON-PD 84:PD | RSP=Y@30 CB=Y@30 BOR=CR@30 CRSP=N CCB=Y@57 CBOR=NON-CR/NON-PD@57 PD=Y@84 LSTA=PD@84
"""  # noqa: E501


def stories():
    for number, line in enumerate(ADMIRALONCO.strip().splitlines(), 1):
        series, found = (part.split() for part in line.split("|"))
        yield (
            f"{number:03}",
            [one.split(":") for one in series],
            dict(one.split("=") for one in found),
        )


def on(day):
    return (START + timedelta(int(day))).isoformat()


def table(rows, header="STUDYID,USUBJID,RANDDT,ADT,AVALC,RSSEQ"):
    return "\n".join([header, *rows]) + "\n"


def test_the_policy_of_admiralonco_gives_its_rows_in_its_order():
    rows = [
        f"X,{who},{START},{on(day)},{said},{i}"
        for who, series, _ in stories()
        for i, (day, said) in reversed(list(enumerate(series)))
    ]
    expected = ["USUBJID,PARAMCD,AVALC,ADT"]
    for code in ("RSP", "CB", "BOR", "CRSP", "CCB", "CBOR", "PD", "LSTA"):
        for who, _, found in stories():
            if code in found:
                value, _, day = found[code].partition("@")
                expected.append(f"{who},{code},{value},{on(day) if day else ''}")

    assert derive_response_table(table(rows), POLICIES["admiral"]) == "\n".join(expected) + "\n"


def test_recist_takes_disease_after_a_complete_response_for_progression():
    rows = [f"X,001,{START},{on(day)},{said},{day}" for day, said in ((30, "CR"), (57, "PR"))]

    assert "001,PD,Y,2024-02-27" in derive_response_table(table(rows), POLICIES["recist_1_1"])
    assert ",PD," not in derive_response_table(table(rows), POLICIES["admiral"])


def test_an_unknown_policy_lists_what_there_is():
    with pytest.raises(ValueError, match=r"no policy 'nonsense'(.|\n)*recist_1_1(.|\n)*admiral:"):
        find_policy("nonsense")


GOOD = "X,001,2024-01-01,2024-02-12,PR,1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "the file is empty", id="empty"),
        pytest.param(table([]), "no rows below the header", id="header only"),
        pytest.param(
            table([GOOD], "STUDYID,USUBJID,RANDDT,DATE,AVALC,RSSEQ"),
            "column ADT not found",
            id="name",
        ),
        pytest.param(
            table([GOOD.replace("02-12", "02-30")]),
            "t.csv, row 2, column ADT: found '2024-02-30', .*no calendar has",
            id="impossible date",
        ),
        pytest.param(
            table([GOOD.replace("2024-02-12", "2024-02")]),
            "row 2, column ADT: found '2024-02', expected a date known to the day",
            id="partial date",
        ),
        pytest.param(
            table([GOOD.replace("2024-02-12", "2023-12-31")]),
            "expected a day after RANDDT",
            id="too early",
        ),
        pytest.param(
            table([GOOD.replace("PR", "CHECK")]),
            "row 2, column AVALC: found 'CHECK', expected one of NE, CR",
            id="no response",
        ),
        pytest.param(
            table([GOOD, GOOD.replace("PR", "SD")]),
            "row 3, .*one response a day for 001; row 2",
            id="twice",
        ),
        pytest.param(
            table([GOOD, "X,001,2024-01-02,2024-03-12,PR,2"]),
            "row 3, column RANDDT",
            id="two starts",
        ),
        pytest.param(table([GOOD.replace("001", "")]), "row 2, column USUBJID", id="nobody"),
        pytest.param(table(["X,001,2024-01-01"]), "row 2: more or fewer values", id="short row"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(text, message):
    with pytest.raises(ResponseTableError, match=message):
        derive_response_table(text, POLICIES["recist_1_1"], "t.csv")
