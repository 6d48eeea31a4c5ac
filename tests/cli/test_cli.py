"""The commands at the terminal: what they answer, how they fail, and with which exit code."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from typer.testing import CliRunner

from equipoise.cli.app import app
from equipoise.cli.ledger import GROUNDS
from equipoise.conduct import data_management
from equipoise.conduct.data_management import Question
from equipoise.exchange.subject_json import example_subject
from equipoise.ledger.entry import line_of
from equipoise.ledger.events import EntryRedacted
from story import Story

RUN = CliRunner()


def ran(*words):
    return RUN.invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def ledger_lines():
    story = Story().begin().ready("S01-001")
    story.randomize("S01-001")
    story.scan("S01-001", "2021-05-05", 1, "SD", "45")
    story.scan("S01-001", "2021-06-30", 2, "PD", "60")
    asked = Question("Q1", 5, "date", "is this Mrs. Smith?")
    story.done("2021-06-30", "monitor", data_management.open_query, "S01-001", asked)
    return [line_of(entry) for entry in story.storage.read()]


@pytest.fixture
def ledger(tmp_path, ledger_lines):
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(b"".join(ledger_lines))
    return path


# ------------------------------------------------------------------ screen


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        pytest.param(lambda s: None, 0, "ELIGIBLE", id="eligible"),
        pytest.param(
            lambda s: s["records"]["QS"][0].update(QSORRES="3"), 1, "NOT ELIGIBLE", id="not met"
        ),
        pytest.param(lambda s: s["records"].pop("LB"), 3, "UNKNOWN", id="unknown"),
        pytest.param(lambda s: s.pop("index_date"), 2, "index_date", id="no index date"),
        pytest.param(
            lambda s: s["records"].update(XX=[{}]), 2, "'XX' is not a domain", id="unknown domain"
        ),
        pytest.param(
            lambda s: s["records"]["LB"][0].update(LBDTC="2021-02-30"),
            2,
            "LB.LBDTC",
            id="impossible date",
        ),
        pytest.param(
            lambda s: s["records"]["LB"][0].update(NEUT=1),
            2,
            "no variable 'NEUT'",
            id="unknown variable",
        ),
        pytest.param(
            lambda s: s["attestations"][0].update(criterion="I09"),
            2,
            "expected one of",
            id="not to be attested",
        ),
    ],
)
def test_screen_answers_by_exit_code(tmp_path, change, code, said):
    person = example_subject()
    change(person)
    file = tmp_path / "person.json"
    file.write_text(json.dumps(person))

    result = ran("screen", file)

    assert result.exit_code == code, result.output
    assert said in result.output
    assert "Traceback" not in result.output


def test_screen_prints_an_example_that_fits_its_schema_and_is_eligible(tmp_path):
    import jsonschema

    example = json.loads(ran("screen", "--example").stdout)
    jsonschema.validate(example, json.loads(ran("screen", "--schema").stdout))
    file = tmp_path / "person.json"
    file.write_text(json.dumps(example))

    told = json.loads(ran("screen", file, "--json").stdout)

    assert told["verdict"] == "met"
    assert {finding["verdict"] for finding in told["findings"]} == {"met"}


def test_screen_reports_every_problem_at_once(tmp_path):
    file = tmp_path / "person.json"
    file.write_text(
        '{"subject": "", "index_date": "soon", "records": {"LB": [{"LBDTC": "x"}], "QS": 1}}'
    )

    result = ran("screen", file)

    assert result.exit_code == 2
    assert all(place in result.output for place in ("index_date", "LB[1]", "records.QS", "subject"))


# ------------------------------------------------------------------ ledger


def test_verify_names_the_entry_of_a_flipped_byte(ledger):
    assert ran("verify", ledger).exit_code == 0
    content = bytearray(ledger.read_bytes())
    fifth = sum(len(line) for line in bytes(content).splitlines(keepends=True)[:4]) + 200
    content[fifth] ^= 1
    ledger.write_bytes(content)

    result = ran("verify", ledger)

    assert result.exit_code == 1
    assert "entry 5" in result.output
    assert "It means: bytes were changed" in " ".join(result.output.split())


def test_verify_finds_a_cut_ledger_by_its_anchor(ledger, ledger_lines):
    head = json.loads(ledger_lines[-1])["hash"]
    assert ran("verify", ledger, "--anchor", head).exit_code == 0
    ledger.write_bytes(b"".join(ledger_lines[:-1]))

    assert ran("verify", ledger).exit_code == 0
    assert ran("verify", ledger, "--anchor", head).exit_code == 1


@pytest.mark.parametrize("anchor", ["", "abc", "0" * 63, "g" * 64])
def test_an_anchor_that_is_no_head_is_no_verdict(ledger, anchor):
    result = ran("verify", ledger, "--anchor", anchor)

    assert result.exit_code == 2
    assert "expected a head" in result.stderr


@pytest.mark.parametrize(
    ("place", "said"), [("file", "file is a file, expected a folder"), ("file/x", "is a file")]
)
def test_a_demo_looks_first_whether_its_files_can_be_written(tmp_path, place, said):
    (tmp_path / "file").write_text("x")

    result = ran("demo", "--participants", "1", "--out", tmp_path / place)

    assert result.exit_code == 2
    assert said in result.stderr
    assert "randomized" not in result.output


REDACTS = ("--reason", "a name was typed", "--law", "GDPR 17", "--decided-by", "sponsor-01")
MANAGER = ("--actor", "data_manager-01")


def of_query(lines):
    return next(json.loads(line)["entry"]["seq"] for line in lines if b'"QueryOpened"' in line)


def test_a_redacted_ledger_verifies_and_its_content_is_gone(ledger, ledger_lines):
    target = of_query(ledger_lines)
    field = ("--field", "/text")

    redacted = ran("redact", ledger, target, *field, *REDACTS, *MANAGER)

    assert redacted.exit_code == 0, redacted.output
    assert ran("verify", ledger).exit_code == 0
    assert b"Smith" not in ledger.read_bytes()
    lines = ledger.read_bytes().splitlines()
    paths = {one[0]: len(one) for one in json.loads(lines[target - 1])["payload"]}
    assert (paths["/text"], paths["/query"]) == (2, 3)
    again = ran("redact", ledger, target, *field, *REDACTS, *MANAGER)
    assert (again.exit_code, "was redacted before" in again.output) == (1, True)


@pytest.mark.parametrize(
    ("field", "more", "code", "said"),
    [
        ("/query", (), 1, "rest on /query of entry"),
        ("/nothing", (), 1, "has no field /nothing; it has"),
        ("/text", ("--ground", "WISH"), 2, "--ground: found 'WISH', expected one of IDENTIFIER"),
        ("/text", ("--decided-by", "data_manager-01"), 1, "does not decide it"),
        ("/text", ("--actor", "Zhang Wei"), 1, "expected a code of 2 to 40"),
        ("/text", ("--actor", "data_manager-09"), 1, "holds no delegation as data_manager"),
        ("/text", ("--law", " "), 1, "expected the law or the rule"),
        ("/text", ("--reason", " "), 1, "expected why the content is to go"),
    ],
)
def test_a_redaction_that_may_not_be_changes_nothing(ledger, ledger_lines, field, more, code, said):
    before = ledger.read_bytes()

    result = ran(
        "redact", ledger, of_query(ledger_lines), "--field", field, *REDACTS, *MANAGER, *more
    )

    assert (result.exit_code, said in result.output) == (code, True), result.output
    assert ledger.read_bytes() == before


def test_redaction_of_what_results_or_later_entries_rest_on_is_refused(ledger, ledger_lines):
    before = ledger.read_bytes()
    scan = next(at for at, line in enumerate(ledger_lines, 1) if b'"SCAN 2"' in line)

    for target in (1, scan):
        result = ran("redact", ledger, target, *REDACTS, *MANAGER)
        assert result.exit_code == 1
        assert "correct the entry first" in result.output
    assert ledger.read_bytes() == before


def test_an_interrupted_line_is_named_and_recovered(ledger, ledger_lines):
    ledger.write_bytes(b"".join(ledger_lines) + ledger_lines[-1][:50])

    assert "incomplete" in ran("verify", ledger).output
    assert ran("recover", ledger).exit_code == 0
    assert ran("verify", ledger).exit_code == 0
    assert ledger.with_name("ledger.jsonl.incomplete").exists()


@pytest.mark.parametrize("endpoint", ["DCR", "PFS", "pfs", "OS", "ELIGIBILITY"])
def test_why_leads_back_to_entries(ledger, endpoint):
    result = ran("why", ledger, "S01-001", endpoint)

    assert result.exit_code == 0, result.output
    assert "FormSaved" in result.output or "SubjectRandomized" in result.output


def test_why_tells_what_became_of_the_visits(ledger):
    told = ran("why", ledger, "S01-001", "visits").output

    assert "SCAN 1: partly done on 2021-05-05, on the target day" in told
    assert "not there: TUMOR_MARKER" in told


@pytest.mark.parametrize(
    ("subject", "endpoint", "said"),
    [("S09-999", "DCR", "there is no subject"), ("S01-001", "JOY", "there is no endpoint")],
)
def test_why_knows_what_it_does_not_know(ledger, subject, endpoint, said):
    result = ran("why", ledger, subject, endpoint)

    assert result.exit_code == 2
    assert said in result.output


# ------------------------------------------------------------------ analyze


def test_as_of_knows_only_what_was_recorded(ledger, tmp_path):
    early, late = tmp_path / "early", tmp_path / "late"

    assert ran("analyze", ledger, "--as-of", "2021-05-31", "--out", early).exit_code == 0
    assert ran("analyze", ledger, "--out", late).exit_code == 0

    def pfs(folder):
        return json.loads((folder / "results.json").read_text())["endpoints"]["PFS"]["FDA"][
            "subjects"
        ]["S01-001"]["value"]

    assert pfs(early) == {"days": 57, "event": False}
    assert pfs(late) == {"days": 113, "event": True}


def test_a_broken_ledger_is_not_analyzed(ledger, tmp_path):
    ledger.write_bytes(ledger.read_bytes().replace(b'"SCAN 2"', b'"SCAN 3"'))

    result = ran("analyze", ledger, "--out", tmp_path / "out")

    assert result.exit_code == 2
    assert "does not verify" in result.output
    assert not (tmp_path / "out").exists()


def test_a_protocol_that_does_not_match_the_ledger_is_refused(ledger, tmp_path):
    from equipoise.protocol.yaml_file import read_text

    other = tmp_path / "other.yaml"
    other.write_text(
        read_text("NCT04509635").replace("at_most: 1, within_days: 7", "at_most: 2, within_days: 7")
    )

    assert (
        ran("analyze", ledger, "--protocol", "NCT04509635", "--out", tmp_path / "a").exit_code == 0
    )
    result = ran("analyze", ledger, "--protocol", other, "--out", tmp_path / "b")
    assert result.exit_code == 2
    assert "does not hold the protocol" in result.output


# ------------------------------------------------------------------ protocol, assess, failures


def test_protocol_check_says_line_column_found_and_expected(tmp_path):
    from equipoise.protocol.yaml_file import read_text

    file = tmp_path / "mine.yaml"
    text = (
        read_text("NCT04509635")
        .replace("alpha: 0.05", "alpha: five")
        .replace("method: strat", "method: grat")
    )
    file.write_text(text)
    line = text.splitlines().index("  alpha: five") + 1

    result = ran("protocol", "check", file)

    assert result.exit_code == 2
    assert f"line {line}, column 3" in result.output
    assert "'five'" in result.output
    assert "2 errors" in result.output


def test_assess_shows_sum_changes_response_and_clause():
    result = ran("assess", Path(__file__).parents[2] / "docs/examples/lesions.csv")

    assert result.exit_code == 0, result.output
    assert "PD" in result.output
    assert "RECIST 1.1 Table 1" in result.output


@pytest.mark.parametrize(
    "words",
    [
        ("verify", "nowhere.jsonl"),
        ("analyze", "nowhere.jsonl", "--out", "x"),
        ("screen", "nowhere.json"),
        ("assess", "nowhere.csv"),
        ("protocol", "check", "nowhere.yaml"),
        ("protocol", "show", "nowhere"),
        ("protocol", "import", "nowhere.txt", "-o", "x.yaml"),
        ("design", "nowhere"),
        ("why", "nowhere", "S1", "DCR"),
    ],
)
def test_what_is_not_there_is_one_readable_message(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    result = ran(*words)

    assert result.exit_code == 2
    assert "there is no" in result.output
    assert list(tmp_path.iterdir()) == []


def test_bytes_that_are_no_text_are_refused(tmp_path):
    file = tmp_path / "photo.json"
    file.write_bytes(b"\xff\xd8\xff\xe0")

    for command in ("screen", "assess"):
        result = ran(command, file)
        assert result.exit_code == 2
        assert "not a text file" in result.output


def test_a_full_disk_leaves_the_old_results(ledger, tmp_path):
    """RLIMIT_FSIZE stands for a disk that is full."""
    out = tmp_path / "out"
    assert ran("analyze", ledger, "--out", out).exit_code == 0
    before = (out / "results.json").read_bytes()
    script = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000));"
        "from equipoise.cli.app import main; main()"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, "analyze", str(ledger), "--out", str(out)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert (out / "results.json").read_bytes() == before
    assert sorted(path.name for path in out.iterdir()) == ["report.html", "results.json"]


@pytest.mark.parametrize(
    "words",
    [
        ["verify", "{ledger}"],
        ["screen", "--example"],
        ["protocol", "check", "NCT04509635"],
        ["protocol", "show", "NCT04509635"],
        ["demo", "--participants", "20", "--out", "{folder}"],
    ],
)
def test_one_trial_is_done_without_the_compiler(words, ledger, tmp_path):
    person = tmp_path / "person.json"
    person.write_text(json.dumps(example_subject()))
    script = (
        "import sys; from equipoise.cli.app import app; app(sys.argv[1:], standalone_mode=False); "
        "print('numba' in sys.modules)"
    )

    given = [word.format(ledger=ledger, person=person, folder=tmp_path) for word in words]
    done = subprocess.run(
        [sys.executable, "-c", script, *given], capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "False"


# ------------------------------------------------------------------ what a hostile or clumsy hand
# does


def test_a_demo_never_takes_the_place_of_a_real_ledger(ledger, tmp_path):
    declared = rb'(\["/simulated","[0-9a-f]+",)true'
    real = re.sub(declared, rb"\1false", ledger.read_bytes(), count=1)
    assert real != ledger.read_bytes()
    (tmp_path / "ledger.jsonl").write_bytes(real)

    result = ran("demo", "--participants", "1", "--out", tmp_path)

    assert result.exit_code == 2
    assert "is not a rehearsal" in result.output
    assert (tmp_path / "ledger.jsonl").read_bytes() == real


def test_results_say_what_was_redacted_by_whom_and_why_and_the_cutoff_stays(
    ledger, ledger_lines, tmp_path
):
    target = of_query(ledger_lines)
    field = ("--field", "/text")
    assert ran("redact", ledger, target, *field, *REDACTS, *MANAGER).exit_code == 0

    told = ran("analyze", ledger, "--out", tmp_path / "out")

    results = json.loads((tmp_path / "out/results.json").read_text())
    (gone,) = results["redacted"]
    assert (gone["entry"], gone["fields"], gone["by"]) == (target, ["/text"], "data_manager-01")
    assert (gone["decided_by"], gone["ground"]) == ("sponsor-01", "IDENTIFIER, GDPR 17")
    assert results["cutoff"] == "2021-06-30"
    words = f"/text of entry {target}, taken out by data_manager-01, decided by sponsor-01"
    assert words in " ".join(told.output.split())
    assert "a name was typed" in (tmp_path / "out/report.html").read_text()


def test_a_trial_that_is_not_locked_says_so_first(ledger, tmp_path):
    told = ran("analyze", ledger, "--out", tmp_path / "out")

    assert told.stdout.splitlines()[0].startswith("NOT LOCKED: the trial is recruiting")


def test_a_head_is_shown_signed_and_witnessed(ledger, tmp_path):
    key, witness = tmp_path / "keys" / "head.pem", tmp_path / "keys" / "witness"
    key.parent.mkdir()
    assert "no key" not in ran("head", ledger).output
    refused = ran("head", ledger, "--create-key", key, "--actor", "monitor-01")
    assert (refused.exit_code, key.exists()) == (1, False)
    assert ran("head", ledger, "--create-key", key, "--actor", "sponsor-01").exit_code == 0
    assert ran("head", ledger, "--sign", key, "--witness", witness).exit_code == 0
    whole = ledger.read_bytes()

    assert "Every witnessed head is there" in ran("verify", ledger, "--witness", witness).output
    ledger.write_bytes(b"".join(whole.splitlines(keepends=True)[:-2]))
    assert ran("verify", ledger).exit_code == 0
    rolled = ran("verify", ledger, "--witness", witness)
    assert (rolled.exit_code, "was signed at" in rolled.output) == (1, True)
    beside = ran("head", ledger, "--create-key", ledger.parent / "x.pem", "--actor", "sponsor-01")
    assert (beside.exit_code, "lies in the folder of the ledger" in beside.output) == (2, True)


def test_the_grounds_are_those_of_the_ledger():
    hint = get_type_hints(EntryRedacted)["ground"]

    assert set(GROUNDS) == set(get_args(hint))


def test_a_whole_last_entry_without_its_line_end_is_not_taken_out(ledger, ledger_lines):
    ledger.write_bytes(b"".join(ledger_lines)[:-1])

    assert ran("recover", ledger).exit_code == 0
    assert ledger.read_bytes() == b"".join(ledger_lines)


def test_recovery_leaves_a_file_alone_that_is_no_ledger(tmp_path):
    file = tmp_path / "photo.bin"
    file.write_bytes(b"no ledger\nat all")

    assert ran("recover", file).exit_code == 2
    assert file.read_bytes() == b"no ledger\nat all"


def test_reading_leaves_no_file_behind(ledger):
    for command in (("verify", ledger), ("why", ledger, "S01-001", "DCR")):
        ran(*command)
    assert [path.name for path in ledger.parent.iterdir()] == ["ledger.jsonl"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--cutoff", "9999-12-31"), "is after"),
        (("--as-of", "1900-01-01"), "nothing was recorded by"),
        (("--as-of", "20210301"), "YYYY-MM-DD"),
        (("--as-of", "2021-04-01", "--cutoff", "2021-05-01"), "is after"),
    ],
)
def test_days_that_nobody_observed_are_refused(ledger, tmp_path, options, said):
    result = ran("analyze", ledger, "--out", tmp_path / "out", *options)

    assert result.exit_code == 2
    assert said in result.output


@pytest.mark.parametrize("value", ["-1", "1e999", "1_000", "3.1e300", "3,1", "900"])
def test_a_value_that_is_no_measurement_is_unknown(tmp_path, value):
    person = example_subject()
    person["records"]["LB"][0]["LBORRES"] = value
    file = tmp_path / "person.json"
    file.write_text(json.dumps(person))

    assert ran("screen", file).exit_code == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"subject": "[/red]", "index_date": "2021-03-10", "records": {}}', "never a name"),
        ('{"subject": "Maria Huber", "index_date": "2021-03-10", "records": {}}', "never a name"),
        ('{"subject": "A-1", "index_date": "0001-01-01", "records": {}}', "index_date"),
        (
            '{"subject": "A-1", "subject": "A-2", "index_date": "2021-03-10", "records": {}}',
            "stands twice",
        ),
        ('{"subject": "A-1", "index_date": "2021-03-10", "records": {"LB": [null]}}', "LB[1]"),
        (
            (
                '{"subject": "A-1", "index_date": "2021-03-10", "records": {"CM": [{"CMSTDTC":'
                ' "2021", "CMENDTC": "2020"}]}}'
            ),
            "before it starts",
        ),
        (
            (
                '{"subject": "A-1", "index_date": "2021-03-10", "records": {}, "attestations":'
                ' [{"criterion": [], "answer": true, "by": "x", "date": "2021-03-09"}]}'
            ),
            "expected one of",
        ),
    ],
)
def test_screen_refuses_what_cannot_be(tmp_path, text, said):
    file = tmp_path / "person.json"
    file.write_text(text)

    result = ran("screen", file)

    assert result.exit_code == 2, result.output
    assert said in result.output


@pytest.mark.parametrize(
    ("lesion", "size", "said"),
    [("T1/T2", "50", "rename it"), ("T1", "300000000", "check the unit")],
)
def test_assess_refuses_what_cannot_be(tmp_path, lesion, size, said):
    file = tmp_path / "lesions.csv"
    file.write_text(
        f"visit,date,lesion,role,organ,node,diameter_mm,state\nBL,2021-01-01,{lesion},TARGET,LIVER,N,{size},\n"
    )

    result = ran("assess", file)

    assert result.exit_code == 2
    assert said in result.output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: b\x07", "found the character"),
        ("forms: {include: 5}", "forms.include"),
        ("forms: {include: ['../trials/NCT04509635']}", "expected one of"),
        ("forms: {adjust: x}", "forms.adjust"),
        (
            "\n".join(
                ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
                + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
            ),
            "more than",
        ),
    ],
)
def test_protocol_check_refuses_what_cannot_be(tmp_path, text, said):
    file = tmp_path / "mine.yaml"
    file.write_text(text)

    result = ran("protocol", "check", file)

    assert result.exit_code == 2, result.output
    assert said in result.output


@pytest.mark.parametrize(
    "words",
    [
        ("--cases", "nowhere"),
        ("--against", " "),
        ("--against", "true"),
        ("--against", "no-such-program"),
    ],
)
def test_a_conformance_run_that_asked_nothing_is_no_success(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert ran("conformance", "run", *words).exit_code == 2


def test_an_endless_record_is_refused_at_once(tmp_path):
    file = tmp_path / "record.txt"
    file.write_text("Inclusion Criteria: " + "a " * 50_000)

    result = ran("protocol", "import", file, "-o", tmp_path / "draft.yaml")

    assert result.exit_code == 2
    assert "a registry record is shorter" in result.output


def test_protocol_check_names_an_analysis_that_nobody_can_do(tmp_path):
    from equipoise.protocol.yaml_file import read_text

    file = tmp_path / "mine.yaml"
    text = read_text("NCT04509635")
    file.write_text(text.replace("rules: [FDA, EMA]", "rules: [FDA, FDAA]"), encoding="utf-8")

    result = ran("protocol", "check", file)

    assert result.exit_code == 2
    assert "endpoints.PFS.analysis.rules: found 'FDAA', expected one of" in result.output
