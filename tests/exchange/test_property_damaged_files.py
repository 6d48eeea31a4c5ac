"""Whatever happened to a file of a package: it is read, or refused with a sentence about it."""

import json
import random
import re
import time

import polars
import pytest
from sdtm_story import WRITERS, package, write_csv, write_json, write_package

from equipoise.endpoints.policies import find_policy
from equipoise.exchange.cdisc.datasets import read_dataset, text_of_dataset
from equipoise.exchange.cdisc.formats import DatasetError
from equipoise.surface.packages import derive
from equipoise.terms.header import MOST_COLUMNS

RECIST = find_policy("recist_1_1")
TIMES = 300
INTERNAL = re.compile(
    "codec can|has no attribute|NoneType|indices must|unwrap|panick|Error\\b|thrift|schema|unpack"
    "|requires a buffer|invalid literal|set_int_max|Polars|unhashable|not subscriptable"
)
"""Words of a library that mean nothing to somebody with a file."""
PIECES = [
    b"\xff" * 4,
    b"\0" * 4,
    b"\x7f\xff\xff\xff",
    b"{}",
    b"[]",
    b"null",
    b'"\\ud800"',
    b"9" * 44,
]
PIECES += [b"NaN,", b"1e999", b'"', b"\n", b"\r", b"[" * 3000, b"\xef\xbb\xbf", b"=1+1"]


def damaged(content, chance):
    """One to three things that may happen to bytes on their way."""
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(content) + 1)
        rest = content[at:]
        content = chance.choice(
            [
                content[:at],
                content[:at] + bytes([chance.randrange(256)]) + rest[1:],
                content[:at] + chance.randbytes(chance.randint(1, 9)) + rest,
                content[:at] + rest[chance.randint(1, 40) :],
                content[:at] + rest[: chance.randint(1, 200)] + rest,
                content[:at] + chance.choice(PIECES) + rest[chance.randint(0, 8) :],
            ]
        )
    return content


def refusal(act, *words):
    try:
        act(*words)
    except DatasetError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("written", WRITERS)
def test_a_damaged_file_is_refused_in_a_sentence(tmp_path, capfd, written):
    WRITERS[written](tmp_path, "tr", package()["TR"])
    path = tmp_path / f"tr.{written}"
    whole, chance = path.read_bytes(), random.Random(20)  # noqa: S311  (the same every time)

    told = set()
    for _ in range(TIMES):
        path.write_bytes(damaged(whole, chance))
        told |= {refusal(read_dataset, path), refusal(text_of_dataset, path)}

    told.discard("")
    assert told
    for words in told:
        assert words.startswith(path.name)
        assert not INTERNAL.search(words.split("found", 1)[0])
        assert re.search("expected|keep one|cut short|one domain|is read", words)
    assert capfd.readouterr() == ("", "")  # no library says anything beside


def test_a_panic_of_a_library_is_a_refusal_too(tmp_path, capfd, monkeypatch):
    """It derives from BaseException, and prints its stack before anybody can catch it."""
    import os

    def panics(_path):
        os.write(2, b"thread 'x' panicked at bitmap/immutable.rs:329:9")
        raise polars.exceptions.PanicException("called `Result::unwrap()` on an `Err` value")

    WRITERS["parquet"](tmp_path, "tr", package()["TR"])
    monkeypatch.setattr(polars, "read_parquet", panics)
    with pytest.raises(DatasetError, match=r"tr\.parquet: not a readable parquet dataset"):
        read_dataset(tmp_path / "tr.parquet")
    assert capfd.readouterr().err == ""


def test_what_others_say_meanwhile_is_not_lost(tmp_path, capfd, monkeypatch):
    import os

    whole = polars.read_parquet

    def speaks(path):
        os.write(2, b"a word of somebody else")
        return whole(path)

    WRITERS["parquet"](tmp_path, "tr", package()["TR"])
    monkeypatch.setattr(polars, "read_parquet", speaks)
    read_dataset(tmp_path / "tr.parquet")
    assert capfd.readouterr().err == "a word of somebody else"


# ------------------------------------------------------------------ values


ODD = [
    "9" * 44,
    "-" + "9" * 44,
    "9" * 20,
    "9" * 5000,
    "1e400",
    "1e999999",
    "1e-999999",
    "nan",
    "inf",
]


@pytest.mark.parametrize("domain", package())
def test_no_value_of_any_column_ends_in_an_error_of_a_library(tmp_path, domain):
    for name in package()[domain][0]:
        for odd in ODD:
            domains = package()
            domains[domain][-1][name] = odd
            folder = tmp_path / "package"
            write_package(folder, domains, "json")
            assert not INTERNAL.search(refusal(derive, folder, RECIST))


@pytest.mark.parametrize(("domain", "name"), [("RS", "RSSEQ"), ("EX", "EXSEQ"), ("TR", "TRSEQ")])
@pytest.mark.parametrize("odd", ["9" * 44, "9007199254740992", "1e400", "0", "1.5"])
def test_a_number_of_a_row_that_no_program_holds_is_listed(tmp_path, domain, name, odd):
    domains = package()
    for row in domains[domain]:
        row[name] = str(row[name])
    domains[domain][0][name] = odd
    listed = derive(write_package(tmp_path, domains), RECIST).package.problems.listed

    (problem,) = (one for one in listed if one.variable == name)
    assert (problem.file, problem.row, problem.found) == (f"{domain.lower()}.csv", 1, odd)
    assert problem.reason == "expected a whole number from 1 to 9007199254740991"


@pytest.mark.parametrize("written", ["json", "ndjson"])
def test_half_of_a_surrogate_pair_is_told_with_its_row_and_column(tmp_path, written):
    domains = package()
    domains["TR"][2]["VISIT"] = "WEEK \ud800"
    WRITERS[written](tmp_path, "tr", domains["TR"])

    with pytest.raises(DatasetError, match=r"row 3, column 'VISIT': found '\\ud800', half of"):
        read_dataset(tmp_path / f"tr.{written}")
    with pytest.raises(DatasetError, match="row 3, column 'VISIT'"):
        text_of_dataset(tmp_path / f"tr.{written}")


def test_a_nested_value_is_no_value(tmp_path):
    domains = package()
    domains["TR"][2]["VISIT"] = ["WEEK 6"]
    write_json(tmp_path, "tr", domains["TR"])
    with pytest.raises(DatasetError, match=r"row 3: found \['WEEK 6'\], expected text, a number"):
        read_dataset(tmp_path / "tr.json")
    polars.DataFrame({"DOMAIN": ["TR"], "VISIT": [["WEEK 6"]]}).write_parquet(
        tmp_path / "tr.parquet"
    )
    with pytest.raises(DatasetError, match=r"column VISIT: found List\(String\), expected text"):
        read_dataset(tmp_path / "tr.parquet")


def test_an_unknown_encoding_is_named(tmp_path):
    write_csv(tmp_path, "tr", package()["TR"])
    for name in ("latin-99", "\0"):
        told = refusal(read_dataset, tmp_path / "tr.csv", None, name)
        assert told.startswith(f"encoding: found {name!r}, expected the name of one")


@pytest.mark.parametrize("written", ["csv", "json", "ndjson"])
def test_a_table_of_very_many_columns_is_refused_at_once(tmp_path, written):
    names = [f"C{number}" for number in range(1_000_000)]
    path = tmp_path / f"tr.{written}"
    head = {"datasetJSONVersion": "1.1.0", "columns": [{"name": name} for name in names]}
    row = ["1"] * len(names)
    path.write_text(
        {
            "csv": lambda: f"{','.join(names)}\n{','.join(row)}\n",
            "json": lambda: json.dumps(head | {"rows": [row]}),
            "ndjson": lambda: f"{json.dumps(head)}\n{json.dumps(row)}\n",
        }[written]()
    )
    began = time.perf_counter()
    with pytest.raises(
        DatasetError, match=f"found 1000000 columns, expected at most {MOST_COLUMNS}"
    ):
        read_dataset(path)
    assert time.perf_counter() - began < 5
