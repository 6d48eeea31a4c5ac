"""What comes of a small package, whatever its format, and what is said of rows that cannot be
used.
"""

import json
from datetime import date
from pathlib import Path

import pytest
from sdtm_story import WRITERS, package, rows, write_csv, write_package, write_parquet

from equipoise.endpoints.policies import declare_policy, find_policy
from equipoise.exchange.cdisc.adam import render_outputs
from equipoise.exchange.cdisc.endpoints import derive_endpoints
from equipoise.exchange.cdisc.formats import DatasetError
from equipoise.exchange.cdisc.sdtm_in import read_package

RECIST = find_policy("recist_1_1")
DERIVED, REPORTED = "DERIVED FROM TU AND TR", "REPORTED IN RS"


def derive(folder, policy=RECIST, cutoff=None):
    found = read_package(folder, policy)
    return found, derive_endpoints(found, policy, cutoff or found.lasting)


def only(rows, **wanted):
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def responses(endpoints, subject, category=DERIVED):
    rows = only(endpoints.adrs, USUBJID=subject, PARCAT1=category, PARAMCD="OVR")
    return [
        (row["AVISIT"], row["AVALC"], row["ADY"], row["ANL01FL"], row["SRCDOM"], row["SRCSEQ"])
        for row in rows
    ]


def time(endpoints, subject, code, category=DERIVED):
    (row,) = only(endpoints.adtte, USUBJID=subject, PARAMCD=code, PARCAT1=category)
    return row["AVAL"], row["CNSR"], row["EVNTDESC"], row["SRCDOM"], row["SRCVAR"], row["SRCSEQ"]


@pytest.fixture
def domains():
    return package()


def test_the_package_of_the_documentation_is_this_one(tmp_path, domains):
    """After a change that is meant: write_package(Path("docs/examples/sdtm"), package())."""
    shown = Path(__file__).parents[2] / "docs" / "examples" / "sdtm"
    write_package(tmp_path, domains)

    assert {path.name: path.read_text() for path in shown.iterdir()} == {
        path.name: path.read_text() for path in tmp_path.iterdir()
    }


def test_responses_from_measurements_name_the_record_that_decided(tmp_path, domains):
    _, found = derive(write_package(tmp_path, domains))

    assert responses(found, "001") == [
        ("WEEK 6", "PR", 43, "Y", "TR", 2),
        ("WEEK 12", "PD", 85, "Y", "TR", 3),
    ]
    assert responses(found, "002") == [("WEEK 6", "SD", 43, "Y", "TR", 2)]
    assert responses(found, "003") == [("WEEK 6", "PD", 43, "Y", "TU", 2)]
    assert responses(found, "001", REPORTED) == [
        ("WEEK 6", "PR", 43, "Y", "RS", 1),
        ("WEEK 12", "SD", 85, "Y", "RS", 2),
    ]
    (best,) = only(found.adrs, USUBJID="001", PARCAT1=DERIVED, PARAMCD="CBOR")
    assert (best["AVALC"], best["AVAL"], best["ADT"]) == ("SD", 3, date(2024, 2, 12))


def test_time_to_event_by_both_sources_names_the_record_that_ended_it(tmp_path, domains):
    _, found = derive(write_package(tmp_path, domains))

    assert time(found, "001", "PFSFDAA") == (85, 0, "PROGRESSION", "TR", "TRDTC", 3)
    assert time(found, "001", "PFSFDAA", REPORTED)[:3] == (85, 1, "NO PROGRESSION")
    assert time(found, "001", "DORFDAA") == (43, 0, "PROGRESSION", "TR", "TRDTC", 3)
    assert time(found, "002", "PFSFDAA") == (
        92,
        0,
        "DEATH WITHOUT PROGRESSION",
        "DM",
        "DTHDTC",
        None,
    )
    assert time(found, "002", "OS", "") == (92, 0, "DEATH", "DM", "DTHDTC", None)
    assert time(found, "003", "OS", "") == (122, 1, "ALIVE", "EX", "EXSTDTC", 1)
    assert time(found, "001", "OS", "") == (153, 1, "ALIVE", "DS", "DSSTDTC", 2)


def test_the_discrepancies_tell_both_answers_the_clause_and_the_numbers(tmp_path, domains):
    _, found = derive(write_package(tmp_path, domains))

    told = [
        (keys["USUBJID"], one.parameter, one.reported, one.derived, one.reference, one.remark)
        for keys, one in found.discrepancies
    ]
    remark = "as judged against baseline alone, not the smallest sum"
    assert told == [
        ("001", "OVRLRESP", "SD", "PD", "RECIST 1.1 Table 1 row 7, 4.3.1", remark),
        ("001", "TRGRESP", "SD", "PD", "RECIST 1.1 Table 1 row 7, 4.3.1", remark),
    ]
    one = found.discrepancies[0][1]
    assert (one.sum, one.baseline, one.nadir, one.visit, one.date) == (
        80,
        100,
        65,
        "WEEK 12",
        date(2024, 3, 25),
    )
    assert (one.reported_source, one.derived_sources) == (
        ("rs.csv", "RS", 2),
        (("tr.csv", "TR", 3),),
    )


def test_the_policy_that_looks_at_baseline_agrees_with_the_package(tmp_path, domains):
    _, found = derive(write_package(tmp_path, domains), find_policy("pd_against_baseline"))

    assert responses(found, "001")[1][1] == "SD"
    assert not found.discrepancies


@pytest.mark.parametrize("how", [how for how in WRITERS if how != "csv"])
def test_every_format_gives_the_same_tables(tmp_path, domains, how):
    plain = derive(write_package(tmp_path / "csv", domains))
    other = derive(write_package(tmp_path / how, domains, how))

    assert other[1].adrs == plain[1].adrs
    assert other[1].adtte == plain[1].adtte
    assert not other[0].problems.listed


def test_the_domain_is_what_the_column_says_and_a_split_domain_is_one(tmp_path, domains):
    whole = derive(write_package(tmp_path / "whole", domains))
    split = write_package(
        tmp_path / "split", {name: found for name, found in domains.items() if name != "TR"}
    )
    write_csv(split, "first", domains["TR"][:3])
    write_parquet(split, "tr_second", domains["TR"][3:])

    assert derive(split)[1].adrs == whole[1].adrs


def test_randomization_can_be_what_the_days_count_from(tmp_path, domains):
    policy = declare_policy(
        "recist_1_1", reference_start="randomization", sources=["reported"], censoring=["EMA_2013"]
    )
    _, found = derive(write_package(tmp_path, domains), policy)

    assert {row["PARCAT1"] for row in found.adrs} == {REPORTED}
    assert {row["PARAMCD"] for row in found.adtte} == {"OS", "PFSEMA", "DOREMA"}
    assert responses(found, "001", REPORTED)[0] == ("WEEK 6", "PR", 44, "Y", "RS", 1)


def test_a_declared_schedule_censors_after_missed_visits(tmp_path, domains):
    domains["DM"][1]["DTHDTC"] = "2024-12-01"
    folder = write_package(tmp_path, domains)
    policy = declare_policy("recist_1_1", scan_interval_days=42, scan_window_days=7)

    assert time(derive(folder)[1], "002", "PFSFDAA")[:2] == (336, 0)
    assert time(derive(folder, policy)[1], "002", "PFSFDAA")[:2] == (43, 1)
    assert time(derive(folder, policy)[1], "002", "PFSEMA")[:2] == (336, 0)


def test_the_cutoff_leaves_out_what_came_after_it(tmp_path, domains):
    _, found = derive(write_package(tmp_path, domains), cutoff=date(2024, 3, 1))

    assert responses(found, "001") == [("WEEK 6", "PR", 43, "Y", "TR", 2)]
    assert time(found, "002", "OS", "")[:3] == (61, 1, "ALIVE")
    assert not found.discrepancies


def test_without_measurements_the_reported_responses_are_used_and_the_other_way_round(
    tmp_path, domains
):
    reported = {name: found for name, found in domains.items() if name not in ("TU", "TR")}
    measured = {name: found for name, found in domains.items() if name != "RS"}

    assert {row["PARCAT1"] for row in derive(write_package(tmp_path / "r", reported))[1].adrs} == {
        REPORTED
    }
    assert time(derive(tmp_path / "r")[1], "001", "PFSFDAA", REPORTED)[:2] == (85, 1)
    assert {row["PARCAT1"] for row in derive(write_package(tmp_path / "m", measured))[1].adrs} == {
        DERIVED
    }


def test_the_diameter_the_policy_names_first_counts_and_of_nodes_the_short_axis(tmp_path, domains):
    for row in list(domains["TR"]):
        domains["TR"].append(
            row | {"TRSEQ": row["TRSEQ"] + 50, "TRTESTCD": "LPERP", "TRSTRESN": 20.0}
        )
    domains["TU"][0]["TULOC"] = "LYMPH NODE"
    found = derive(write_package(tmp_path, domains))

    assert [said for _, said, *_ in responses(found[1], "001")] == ["SD", "SD"]
    assert [said for _, said, *_ in responses(found[1], "002")] == ["SD"]
    assert found[1].discrepancies[0][1].sum == 20


def test_a_diameter_that_was_taken_goes_before_one_that_was_not(tmp_path, domains):
    not_done = {
        "TRSEQ": 90,
        "TRTESTCD": "DIAMETER",
        "TRSTRESC": "",
        "TRSTRESN": None,
        "TRSTAT": "NOT DONE",
    }
    domains["TR"].append(domains["TR"][1] | not_done)
    _, found = derive(write_package(tmp_path, domains))

    assert responses(found, "001")[0][1] == "PR"


def test_who_is_lost_to_follow_up_was_not_seen_on_that_day(tmp_path, domains):
    domains["DS"][3]["DSDECOD"] = "LOST TO FOLLOW-UP"
    _, found = derive(write_package(tmp_path, domains))

    assert time(found, "001", "OS", "")[:3] == (85, 1, "ALIVE")


def test_a_death_in_ds_counts_where_dm_has_no_date(tmp_path, domains):
    domains["DM"][1]["DTHDTC"] = ""
    domains["DS"][3] |= {"USUBJID": "002", "DSSEQ": 2, "DSDECOD": "DEATH", "DSSTDTC": "2024-05-01"}
    _, found = derive(write_package(tmp_path, domains))

    assert time(found, "002", "OS", "") == (122, 0, "DEATH", "DS", "DSSTDTC", 2)


def test_two_readers_are_never_mixed(tmp_path, domains):
    for name, variable in (("TU", "TUEVAL"), ("TR", "TREVAL"), ("RS", "RSEVAL")):
        for row in list(domains[name]):
            domains[name].append(
                row | {variable: "INDEPENDENT ASSESSOR", f"{name}SEQ": row[f"{name}SEQ"] + 100}
            )
    domains["TR"][-5]["TRSTRESN"] = 60.0  # 001 at week 12, as the independent assessor measured it
    folder = write_package(tmp_path, domains)
    _, found = derive(folder)
    by_reader = [
        (row["RSEVAL"], row["AVALC"])
        for row in found.adrs
        if (row["USUBJID"], row["PARAMCD"], row["AVISIT"]) == ("001", "OVR", "WEEK 12")
    ]

    assert by_reader == [
        ("INDEPENDENT ASSESSOR", "PR"),
        ("INDEPENDENT ASSESSOR", "SD"),
        ("INVESTIGATOR", "PD"),
        ("INVESTIGATOR", "SD"),
    ]
    _, one = derive(folder, declare_policy("recist_1_1", evaluator="investigator"))
    assert {row["RSEVAL"] for row in one.adrs} == {"INVESTIGATOR"}


def test_visits_that_only_one_of_both_has_are_told(tmp_path, domains):
    domains["RS"].append(domains["RS"][3] | {"RSSEQ": 2, "VISIT": "WEEK 18", "RSDTC": "2024-03-20"})
    domains["RS"] = [
        row for row in domains["RS"] if (row["USUBJID"], row["VISIT"]) != ("001", "WEEK 6")
    ]
    _, found = derive(write_package(tmp_path, domains))

    told = {
        (one.kind, keys["USUBJID"], one.visit, one.reported, one.derived)
        for keys, one in found.discrepancies
    }
    assert ("NOT MEASURED", "002", "WEEK 18", "SD", "") in told
    assert ("NOT REPORTED", "001", "WEEK 6", "", "PR") in told


def test_the_outputs_hold_the_policy_the_files_and_their_hashes(tmp_path, domains):
    found, endpoints = derive(write_package(tmp_path, domains))
    written = render_outputs(found, endpoints, RECIST, found.lasting)
    policy = json.loads(written["policy.json"])

    assert {name.split(".")[0] for name in written} == {
        "adrs",
        "adtte",
        "discrepancies",
        "problems",
        "policy",
    }
    assert written["adrs.csv"].startswith(
        "STUDYID,USUBJID,ARM,PARCAT1,RSEVAL,RSEVALID,PARAMCD,PARAM,AVISIT,ADT,ADY,"
    )
    assert policy["policy"]["recist"]["pd_percent"] == 20
    assert policy["subjects"] == {"in DM": 4, "with a start": 3}
    assert (
        policy["censoring_applied"]["FDA_2018_A"]["missed_visits"] == "ignore"
    )  # no schedule is declared
    assert [len(one["sha256"]) for one in policy["files"]] == [64] * 6
    line = "| 001 | INVESTIGATOR | WEEK 12 | 2024-03-25 | TRGRESP | SD | PD | 80 | 100 | 65 |"
    assert line in written["discrepancies.md"]


# ------------------------------------------------------------------ what cannot be used


SPOILED = """
RS 2 RSDTC=2024-02-30      | NOT USED RSDTC 2024-02-30     | no calendar
RS 2 RSDTC=2024-03         | NOT USED RSDTC 2024-03        | a response needs its day
RS 2 RSSEQ=1               | NOT USED RSSEQ 1              | rs.csv row 1 is used
RS 2 RSSEQ=0               | NOT USED RSSEQ 0              | a whole number from 1
RS 2 RSSEQ=1.5             | NOT USED RSSEQ 1.5            | a whole number from 1
RS 2 USUBJID=9             | NOT USED USUBJID 9            | not in DM
RS 2 USUBJID=              | NOT USED USUBJID              | empty
RS 2 RSSTRESC=BETTER       | NOT USED RSSTRESC BETTER      | not a Response
RS 2 RSDTC=2024-02-12      | NOT USED RSDTC 2024-02-12     | a second OVRLRESP of 2024-02-12
TR 2 TRSTRESU=inch         | NOT USED TRSTRESU inch        | mm or cm
TR 2 TRSTRESU=             | NOT USED TRSTRESU             | mm or cm
TR 2 TRSTRESN=5000         | NOT USED TRSTRESN 5000 mm     | 0 to 1000 mm
TR 2 TRSTRESN=-3           | NOT USED TRSTRESN -3 mm       | 0 to 1000 mm
TR 2 TRSTRESN=about        | NOT USED TRSTRESN about       | expected a number; counts as not evaluated
TR 2 TRSTRESN=NaN          | NOT USED TRSTRESN NaN         | expected a number; counts as not evaluated
TR 2 TRLNKID=              | NOT USED TRLNKID              | name of the lesion
TR 2 TRDTC=2024-02         | TO ASK TRDTC 2024-02          | no day; that of the other scans of WEEK 6
TU 1 TUSTRESC=MAYBE        | NOT USED TUORRES MAYBE        | TARGET, NON-TARGET, NEW
EX 1 EXENDTC=2023-12-01    | NOT USED EXENDTC 2023-12-01   | ends before it begins
EX 1 EXDOSE=some           | NOT USED EXDOSE some          | expected a number
DM 1 RFSTDTC=2024-01       | NOT USED RFSTDTC 2024-01      | to the day
DM 1 RFSTDTC=              | NOT USED RFSTDTC              | but tumor records
DM 2 DTHDTC=2023-05-01     | NOT USED DTHDTC 2023-05-01    | before the start
DM 2 DTHDTC=               | NOT USED DTHFL Y              | dead without a date
DM 2 DTHDTC=2024-04        | TO ASK DTHDTC 2024-04         | the earliest that the dated records allow
DM 2 DTHDTC=2024-01-20     | TO ASK DTHDTC 2024-01-20      | after death
DM 3 USUBJID=001           | NOT USED USUBJID 001          | stands twice
"""  # noqa: E501


@pytest.mark.parametrize(
    "line",
    [pytest.param(line, id=line.split("|")[0].strip()) for line in SPOILED.split("\n")[1:-1]],
)
def test_a_row_that_cannot_be_used_is_listed_with_its_place(tmp_path, domains, line):
    change, listed, reason = (part.strip() for part in line.split("|"))
    domain, row, values = change.split(" ", 2)
    variable, _, value = values.partition("=")
    for one in domains[domain]:
        one[variable] = str(one[variable])
    domains[domain][int(row) - 1][variable] = value
    found, _ = derive(write_package(tmp_path, domains))

    told = [
        f"{one.kind} {one.variable} {one.found}".strip()
        for one in found.problems.listed
        if (one.file, one.row) == (f"{domain.lower()}.csv", int(row)) and reason in one.reason
    ]
    assert listed in told


def test_a_measurement_that_cannot_be_used_counts_as_not_evaluated(tmp_path, domains):
    domains["TR"][1]["TRSTRESU"] = "inch"
    _, found = derive(write_package(tmp_path, domains))

    assert responses(found, "001")[0][:2] == ("WEEK 6", "NE")


def test_centimeters_are_read(tmp_path, domains):
    for row in domains["TR"]:
        row |= {"TRSTRESN": row["TRSTRESN"] / 10, "TRSTRESU": "cm"}
    _, found = derive(write_package(tmp_path, domains))

    assert found.discrepancies[0][1].sum == 80


def test_lesions_that_recist_refuses_give_no_endpoint_instead_of_a_wrong_one(tmp_path, domains):
    domains["TR"][0]["TRLNKID"] = "T99"
    found, endpoints = derive(write_package(tmp_path, domains))

    assert not only(endpoints.adrs, USUBJID="001", PARCAT1=DERIVED)
    assert not only(endpoints.adtte, USUBJID="001", PARCAT1=DERIVED)
    assert [(one.kind, one.reason) for one in found.problems.listed] == [
        (
            "NOT USED",
            (
                "the lesions cannot be assessed: TR record 1 of tr.csv: lesion 'T99' is not"
                " identified; add its TU record"
            ),
        ),
    ]


def test_targets_that_recist_would_not_allow_are_assessed_and_asked_about(tmp_path, domains):
    for row in domains["TR"][:3]:
        row["TRSTRESN"] = row["TRSTRESN"] / 20
    found, endpoints = derive(write_package(tmp_path, domains))

    assert [said for _, said, *_ in responses(endpoints, "001")] == [
        "PR",
        "PR",
    ]  # +0.75 mm is no progression
    assert (
        "at least 10.0 mm; make it NON-TARGET (assessed as selected)"
        in found.problems.listed[0].reason
    )


def medication(category, drug_class="ANTINEOPLASTIC AGENTS"):
    return rows("CM", "CMTRT", "CMCAT", "CMCLAS", "CMSTDTC")(
        ("001", "REGORAFENIB", category, drug_class, "2024-03-01")
    )


def test_new_therapy_of_a_declared_category_ends_what_counts(tmp_path, domains):
    domains["CM"] = medication("second line")
    folder = write_package(tmp_path, domains)
    declared = declare_policy("recist_1_1", therapy_categories=["Second Line"])
    asked, as_it_is = derive(folder)
    _, found = derive(folder, declared)

    assert time(as_it_is, "001", "PFSFDAA")[:2] == (85, 0)
    assert (
        "CMCAT 'second line' is not declared as new anticancer therapy"
        in asked.problems.listed[0].reason
    )
    assert time(found, "001", "PFSFDAA")[:3] == (43, 1, "NEW ANTICANCER THERAPY FIRST")
    assert time(found, "001", "PFSEMA", REPORTED)[:2] == (85, 1)
    assert responses(found, "001")[1][:4] == ("WEEK 12", "NE", 85, "")


def test_a_reported_series_does_not_depend_on_whether_the_measured_one_is_asked_for(
    tmp_path, domains
):
    domains["TR"] = [
        row for row in domains["TR"] if (row["USUBJID"], row["VISIT"]) != ("002", "BASELINE")
    ]
    folder = write_package(tmp_path, domains)
    _, both = derive(folder)
    _, alone = derive(folder, declare_policy("recist_1_1", sources=["reported"]))

    assert time(both, "002", "PFSFDAA", REPORTED) == time(alone, "002", "PFSFDAA", REPORTED)
    assert time(both, "002", "PFSFDAA", REPORTED)[:3] == (1, 1, "NO SCAN AT BASELINE")


def test_a_death_without_a_date_gives_no_time_to_event(tmp_path, domains):
    domains["DM"][1]["DTHDTC"] = ""
    _, found = derive(write_package(tmp_path, domains))

    assert not only(found.adtte, USUBJID="002")
    assert responses(found, "002")


LONG_ROW = b'{"datasetJSONVersion": "1.1.0", "columns": [{"name": "DOMAIN"}], "rows": [[1, 2]]}'


def without(*names):
    def removed(domains, folder):
        for name in names:
            del domains[name]

    return removed


def put(name, content):
    def written(domains, folder):
        (folder / name).write_bytes(content)

    return written


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        pytest.param(
            without("DM"),
            "found DS, EX, RS, TR, TU; DM is needed. Needed are DM for the subjects",
            id="DM",
        ),
        pytest.param(
            without("RS", "TR"), "found DM, DS, EX, TU; RS, or TU and TR, is needed", id="responses"
        ),
        pytest.param(put("ae.csv", b""), "ae.csv: the file is empty", id="empty"),
        pytest.param(
            put("rs.parquet", b"not one"),
            "rs.csv and rs.parquet, the same dataset in two",
            id="twice",
        ),
        pytest.param(
            put("ae.parquet", b"not one"),
            "ae.parquet: not a readable parquet dataset",
            id="garbage",
        ),
        pytest.param(
            put("ae.xpt", b"not one"), "ae.xpt: not a readable xpt dataset", id="garbage xpt"
        ),
        pytest.param(put("ae.json", b'{"a": 1}'), "ae.json: no Dataset-JSON", id="other JSON"),
        pytest.param(
            put("ae.csv", b"DOMAIN,USUBJID\nAE,1\nCM,1\n"),
            "DOMAIN is 'AE' and 'CM'",
            id="two domains",
        ),
        pytest.param(put("ae.json", LONG_ROW), "row 1: found 2 values, expected 1", id="long row"),
    ],
)
def test_a_package_that_cannot_be_read_is_refused(tmp_path, domains, spoil, message):
    spoil(domains, tmp_path)
    with pytest.raises(DatasetError, match=message):
        derive(write_package(tmp_path, domains))


def test_responses_by_other_criteria_are_left_aside_and_counted(tmp_path, domains):
    domains["RS"][0]["RSCAT"] = "iRECIST"
    found, endpoints = derive(write_package(tmp_path / "one", domains))

    assert [visit for visit, *_ in responses(endpoints, "001", REPORTED)] == ["WEEK 12"]
    assert [(one.found, one.reason) for one in found.problems.listed] == [
        ("iRECIST", "1 rows by other criteria are left aside")
    ]
    only_these = {"DM": domains["DM"], "RS": domains["RS"][:1]}
    with pytest.raises(
        DatasetError, match=r"there are none\n  1 x RSCAT 1 rows by other criteria are left aside"
    ):
        derive(write_package(tmp_path / "none", only_these))


def test_an_unknown_evaluator_is_refused_with_those_there_are(tmp_path, domains):
    policy = declare_policy("recist_1_1", evaluator="nobody")
    with pytest.raises(
        DatasetError, match=r"no response by evaluator 'nobody' .* there are INVESTIGATOR"
    ):
        derive(write_package(tmp_path, domains), policy)
