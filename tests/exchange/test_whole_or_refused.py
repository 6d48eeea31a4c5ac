"""A package cut short by a broken copy is refused; what others write in ways of their own is read,
and told.
"""

import json

import pytest
from sdtm_story import package, write_json, write_ndjson, write_package

from equipoise.endpoints.policies import find_policy
from equipoise.exchange.cdisc.datasets import read_dataset
from equipoise.exchange.cdisc.endpoints import derive_endpoints
from equipoise.exchange.cdisc.formats import DatasetError
from equipoise.exchange.cdisc.sdtm_in import read_package

RECIST = find_policy("recist_1_1")
DERIVED = "DERIVED FROM TU AND TR"


@pytest.fixture
def domains():
    return package()


def derived(folder):
    found = read_package(folder, RECIST)
    return found, derive_endpoints(found, RECIST, found.lasting)


def responses(folder, who="001"):
    _, found = derived(folder)
    return [
        row["AVALC"]
        for row in found.adrs
        if (row["USUBJID"], row["PARCAT1"], row["PARAMCD"]) == (who, DERIVED, "OVR")
    ]


def xpt(folder, name, rows, version):
    import polars
    import pyreadstat

    frame = polars.DataFrame(rows, infer_schema_length=None)
    path = folder / f"{name}.xpt"
    pyreadstat.write_xport(frame, str(path), file_format_version=version, table_name=name)
    return path


# ------------------------------------------------------------------ cut short


def test_every_cut_of_a_transport_file_is_refused(tmp_path, domains):
    path = xpt(tmp_path, "tr", domains["TR"], 5)
    whole, content = read_dataset(path), path.read_bytes()
    assert len(whole.rows) == len(domains["TR"])

    passed = []
    for length in range(len(content) - 1, 0, -1):
        path.write_bytes(content[:length])
        try:
            passed.append((length, read_dataset(path).rows))
        except DatasetError:
            continue

    # A cut at a whole record that is also one between two rows cannot be told from a file with
    # fewer rows. With rows of this length there is one such place, before the first row.
    assert passed == [(2560, ())]


def test_a_dataset_without_rows_is_asked_about(tmp_path, domains):
    folder = write_package(tmp_path, domains)
    (folder / "tr.csv").write_text((folder / "tr.csv").read_text().splitlines()[0] + "\n")
    found, _ = derived(folder)

    assert ("tr.csv", "holds no row; was it cut short?") in [
        (one.file, one.reason) for one in found.problems.listed
    ]


def test_half_of_a_big_one_is_refused(tmp_path, domains):
    path = xpt(tmp_path, "tr", domains["TR"] * 500, 5)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2 // 80 * 80])

    with pytest.raises(DatasetError, match=r"tr\.xpt: .*was it cut short\?"):
        read_dataset(path)


def test_a_newer_transport_file_holds_as_many_rows_as_it_states(tmp_path, domains):
    path = xpt(tmp_path, "tr", domains["TR"] * 20, 8)
    content = path.read_bytes()
    assert len(read_dataset(path).rows) == 140

    for removed in range(80, 2400, 80):
        path.write_bytes(content[:-removed])
        with pytest.raises(DatasetError):
            read_dataset(path)


@pytest.mark.parametrize("stated", [6, 8])
def test_dataset_json_holds_as_many_rows_as_it_states(tmp_path, domains, stated):
    write_json(tmp_path, "tr", domains["TR"])
    path = tmp_path / "tr.json"
    path.write_text(path.read_text().replace('"records": 7', f'"records": {stated}'))

    with pytest.raises(DatasetError, match=f"found 7 rows, and it states {stated} records"):
        read_dataset(path)


def test_lines_of_dataset_json_are_counted_too(tmp_path, domains):
    write_ndjson(tmp_path, "tr", domains["TR"])
    path = tmp_path / "tr.ndjson"
    head, *rows = path.read_text().splitlines()
    stated = json.dumps(json.loads(head) | {"records": len(rows)})
    path.write_text("\n".join([stated, *rows]) + "\n")
    assert len(read_dataset(path).rows) == 7

    path.write_text("\n".join([stated, *rows[:-1]]) + "\n")
    with pytest.raises(DatasetError, match="found 6 rows, and it states 7 records"):
        read_dataset(path)


def test_a_cut_line_of_csv_is_refused_with_its_row(tmp_path, domains):
    folder = write_package(tmp_path, domains)
    path = folder / "tr.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:-1], "S,TR,00"]))
    with pytest.raises(DatasetError, match=r"tr\.csv, row 7: found 3 values, expected \d+, .*cut"):
        derived(folder)

    path.write_text("\n".join([lines[0], lines[1] + ",more", *lines[2:]]))
    with pytest.raises(DatasetError, match=r"tr\.csv, row 1: found \d+ values, expected"):
        derived(folder)


# ------------------------------------------------------------------ as others write


def test_only_domains_in_use_must_be_readable(tmp_path, domains):
    folder = write_package(tmp_path, domains)
    content = xpt(tmp_path, "ts", [{"DOMAIN": "TS", "TSVAL": "patients"}] * 3, 5).read_bytes()
    (folder / "ts.xpt").write_bytes(content.replace(b"patients", b"patient\x92"))
    (folder / "xx.xpt").write_bytes(b"nothing of the kind")
    (folder / "_meta.json").write_text('{"made": "by another program"}')
    found, _ = derived(folder)

    aside = {one.file: one.reason for one in found.problems.listed if one.kind == "LEFT ASIDE"}
    assert aside["xx.xpt"].startswith("not a readable xpt dataset")
    assert "no Dataset-JSON" in aside["_meta.json"]
    assert responses(folder) == ["PR", "PD"]


@pytest.mark.parametrize("write", ["xpt", "csv"])
def test_text_of_older_systems_is_read_with_a_note(tmp_path, write, domains):
    for row in domains["DM"]:
        row["SITEID"] = "Saint-Eloi"
    folder = write_package(tmp_path, domains, write)
    (path,) = folder.glob("dm.*")
    path.write_bytes(path.read_bytes().replace(b"Saint-Eloi", b"Saint-\xc9loi"))
    dataset = read_dataset(path)

    assert dataset.rows[0]["SITEID"] == "Saint-Éloi"
    assert dataset.notes == ("not UTF-8, read as cp1252; --encoding says otherwise",)
    assert read_dataset(path, encoding="latin-1").notes == ()
    assert read_dataset(path, encoding="cp1250").rows[0]["SITEID"] == "Saint-Éloi"
    with pytest.raises(DatasetError):
        read_dataset(path, encoding="utf-8")


def test_the_missing_values_of_r_are_missing(tmp_path, domains):
    folder = write_package(tmp_path / "as it is", package())
    for rows in domains.values():
        for row in rows:
            row |= {name: "NA" for name, value in row.items() if value == ""}
    written = write_package(tmp_path / "by R", domains)

    def without_names(folder):
        _, found = derived(folder)
        return found.adrs, found.adtte

    assert without_names(written) == without_names(folder)
    assert "cells hold NA, read as missing" in read_dataset(written / "dm.csv").notes[0]


def test_where_nothing_can_be_derived_the_reasons_are_counted(tmp_path, domains):
    for row in domains["RS"]:
        row["RSDTC"] = "2024"
    domains["RS"][0]["RSDTC"] = "someday"
    only = {"DM": domains["DM"], "RS": domains["RS"]}

    with pytest.raises(DatasetError) as refused:
        derived(write_package(tmp_path, only))
    counted = [line.split(" x ")[0].strip() for line in str(refused.value).splitlines()[1:]]
    assert counted == sorted(counted, reverse=True)
    assert len(counted) >= 2


def test_the_older_dataset_json_is_named(tmp_path):
    (tmp_path / "tr.json").write_text('{"datasetJSONVersion": "1.0.0", "clinicalData": {}}')
    with pytest.raises(DatasetError, match=r"version 1\.0\.0; 1\.1 is read"):
        read_dataset(tmp_path / "tr.json")


def test_the_delimiter_is_named(tmp_path):
    (tmp_path / "tr.csv").write_text("STUDYID;DOMAIN;USUBJID\nS;TR;1\n")
    with pytest.raises(DatasetError, match="found semicolons between the columns, expected commas"):
        read_dataset(tmp_path / "tr.csv")


@pytest.mark.parametrize("second", ["", "QT"])
def test_a_file_nobody_uses_may_say_what_it_likes_of_its_domain(tmp_path, domains, second):
    folder = write_package(tmp_path, domains)
    (folder / "qs.csv").write_text(f"DOMAIN,USUBJID\nQS,1\n{second},1\n")
    found, _ = derived(folder)

    (aside,) = (one for one in found.problems.listed if one.kind == "LEFT ASIDE")
    assert (aside.file, responses(folder)) == ("qs.csv", ["PR", "PD"])


def test_two_studies_in_one_folder_are_asked_about(tmp_path, domains):
    for row in domains["RS"]:
        row["STUDYID"] = "OTHER"
    found, _ = derived(write_package(tmp_path, domains))

    assert [
        one.reason
        for one in found.problems.listed
        if (one.kind, one.variable) == ("TO ASK", "STUDYID")
    ] != []


# ------------------------------------------------------------------ as precise as written


@pytest.mark.parametrize("write", ["csv", "xpt", "json"])
@pytest.mark.parametrize(
    ("baseline", "later", "response"),
    [
        pytest.param((12.46, 12.46), (14.92, 14.92), "SD", id="+4.92 mm is no PD"),
        pytest.param((12.5, 12.5), (15.0, 15.0), "PD", id="+5 mm is"),
        pytest.param((50.04, 50.04), (35.04, 35.04), "SD", id="-29.98 % is no PR"),
        pytest.param((50.04, 50.04), (35.028, 35.028), "PR", id="-30 % is"),
        pytest.param((10.001, 10.0), (7.001, 7.0), "SD", id="a thousandth short of a third"),
    ],
)
def test_lengths_are_not_rounded(tmp_path, domains, write, baseline, later, response):
    one = dict(domains["TU"][0])
    domains["TU"] = [one, one | {"TULNKID": "T02", "TULOC": "LUNG", "TUSEQ": 2}]
    domains["TR"] = [
        row | {"TRLNKID": link, "TRSTRESN": length, "TRSTRESC": str(length), "TRSEQ": seq}
        for seq, (row, link, length) in enumerate(
            [
                (domains["TR"][0], "T01", baseline[0]),
                (domains["TR"][0], "T02", baseline[1]),
                (domains["TR"][1], "T01", later[0]),
                (domains["TR"][1], "T02", later[1]),
            ],
            1,
        )
    ]
    del domains["RS"]

    assert responses(write_package(tmp_path, domains, write)) == [response]


def test_finer_than_a_thousandth_is_listed_and_never_cut(tmp_path, domains):
    for row in domains["TR"]:
        row["TRSTRESN"] = str(row["TRSTRESN"])
    domains["TR"][1] |= {"TRSTRESN": "65.00049", "TRSTRESC": "65.00049"}
    found, _ = derived(write_package(tmp_path, domains))

    assert any(
        one.found == "65.00049 mm" and one.kind == "NOT USED" for one in found.problems.listed
    )
    assert responses(tmp_path)[0] == "NE"


@pytest.mark.parametrize("test", ["DIAMETER", "SAXIS"])
@pytest.mark.parametrize(
    "location", ["MEDIASTINAL LYMPH NODE", "lymph node, mediastinal", "LYMPH NODE"]
)
def test_a_node_back_to_normal_is_a_complete_response(tmp_path, domains, test, location):
    one = domains["TU"][0]
    domains["TU"] = [one, one | {"TULNKID": "T02", "TULOC": location, "TUSEQ": 2}]
    first, then, _ = domains["TR"][:3]
    node = {"TRLNKID": "T02", "TRTESTCD": test}

    def measured(row, mm, **other):
        return row | {"TRSTRESN": float(mm), "TRSTRESC": str(mm)} | other

    domains["TR"] = [
        measured(first, 30, TRSEQ=1),
        measured(first, 18, TRSEQ=2, **node),
        measured(then, 0, TRSEQ=3),
        measured(then, 8, TRSEQ=4, **node),
    ]
    del domains["RS"]

    assert responses(write_package(tmp_path, domains)) == ["CR"]
