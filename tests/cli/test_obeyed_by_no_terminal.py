"""Whatever text stands in a file: a terminal shows it, and neither it nor rich obeys it."""

import ast
import json
import re
import shutil
import subprocess
import sys
from io import StringIO

import pytest
from every_command import TIMES, TOP, start
from rich.table import Table
from rich.text import Text
from ruamel.yaml import YAML
from typer.testing import CliRunner

from equipoise.cli import speak
from equipoise.cli.app import app
from equipoise.conduct import disposition
from equipoise.ledger.entry import line_of
from equipoise.protocol.yaml_file import load, read_text
from story import Story

SOURCES = TOP / "src" / "equipoise"
CONTROLS = [*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
OBEYED = re.compile("[" + "".join(chr(one) for one in CONTROLS if chr(one) not in "\n\t") + "]")
MARKUP = "[/bold] [red]x[/] :smile: [link=file:///x]"
HOSTILE = f"{MARKUP} \x1b[2J\x07\b\r\x7f\x85\x9b31m\u202eabc\u2066"
YAML_ESCAPED = MARKUP + r" \e[2J\a"
SEEN = r"\x1b[2J\x07\x08\x0d\x7f\x85\x9b31m\u202eabc\u2066"


def ran(*words):
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code in (0, 1, 2, 3), result.exception
    assert not OBEYED.search(result.output)
    assert "\N{SMILING FACE WITH OPEN MOUTH AND SMILING EYES}" not in result.output
    return result.output


@pytest.fixture(scope="module")
def protocol(tmp_path_factory):
    """The shipped trial, with such text behind every sentence and every label."""

    def changed(node, path=()):
        if isinstance(node, dict):
            return {key: changed(value, (*path, key)) for key, value in node.items()}
        if isinstance(node, list):
            return [changed(value, path) for value in node]
        is_prose = isinstance(node, str) and (node.count(" ") > 2 or path[-1] in {"label", "short"})
        return node + HOSTILE if is_prose and not {"handled", "summary"} & set(path) else node

    path = tmp_path_factory.mktemp("hostile") / "protocol.yaml"
    told = changed(YAML(typ="safe").load(read_text("NCT04509635")))
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(told, file)
    return path


@pytest.fixture(scope="module")
def ledger(tmp_path_factory, protocol):
    """One participant of that trial, about whom such text was entered too."""
    story = Story(protocol=load(str(protocol))).begin().ready("S01-001")
    story.randomize("S01-001")
    drug = {
        "line": "3",
        "setting": "METASTATIC",
        "drug": f"{HOSTILE}\nof its own",
        "class": "OTHER",
        "outcome": "PROGRESSION",
    }
    story.form("2021-04-01", "S01-001", "PRIOR_THERAPY", "UNSCHEDULED 1", {}, {"drug": [drug]})
    story.scan("S01-001", "2021-05-05", 1, "SD", "45")
    story.scan("S01-001", "2021-06-30", 2, "PD", "60")
    died = {"died_on": "2021-08-01", "cause": HOSTILE}
    story.done("2021-08-02", "investigator", disposition.record_death, "S01-001", **died)
    path = tmp_path_factory.mktemp("ledger") / "ledger.jsonl"
    path.write_bytes(b"".join(line_of(entry) for entry in story.storage.read()))
    return path


def test_texts_of_a_protocol_are_shown_as_they_are(tmp_path, protocol):
    shown = ran("protocol", "show", protocol)
    assert shown.count(r"\x1b[2J") > 100
    assert shown.count("[/bold]") > 100
    person = tmp_path / "person.json"
    person.write_text(ran("screen", "--example", "--protocol", protocol))

    assert SEEN in ran("screen", person, "--protocol", protocol)
    ran("screen", person, "--protocol", protocol, "--json")
    ran("protocol", "check", protocol)
    ran("design", protocol, "--trials", 0, "--out", tmp_path / "design.html")
    ran("rehearse", "--protocol", protocol, "--participants", 1, "-o", tmp_path / "new.jsonl")


def test_texts_of_a_ledger_are_shown_as_they_are(tmp_path, ledger, protocol):
    endpoints = [endpoint.id for endpoint in load(str(protocol)).endpoints]
    shown = [ran("why", ledger, "S01-001", name) for name in (*endpoints, "ELIGIBILITY", "VISITS")]
    ran("verify", ledger)
    assert SEEN in ran("analyze", ledger, "--out", tmp_path) + "".join(shown)
    assert not re.search("^of its own", "".join(shown), re.MULTILINE)
    ran("redact", ledger, "4", "--reason", MARKUP, "--actor", "dm-01")


@pytest.mark.parametrize("key", ["role", "kind", "type", "[/bold]", "censor"])
def test_an_error_of_a_protocol_quotes_it_as_it_is(tmp_path, key):
    path = tmp_path / "protocol.yaml"
    wrong = f'{key}: "{YAML_ESCAPED}"'
    told = re.sub(rf"\b{re.escape(key)}: [^,}}\n]+", lambda _: wrong, read_text("NCT04509635"))
    path.write_text(told + f'"{YAML_ESCAPED}": 1\n', encoding="utf-8")

    assert "[/bold]" in ran("protocol", "check", path)
    assert "[/bold]" in ran("screen", "nobody.json", "--protocol", path)


def test_texts_of_tables_are_shown_as_they_are(tmp_path):
    docs, cell = TOP / "docs" / "examples", HOSTILE.replace("\r", "")

    def changed(name, old):
        path = tmp_path / name
        path.write_text((docs / name).read_text().replace(old, cell), encoding="utf-8", newline="")
        return path

    assert r"\x1b[2J" in ran("assess", changed("lesions.csv", "Week 16"))
    assert r"\x1b[2J" in ran("assess", changed("lesions.csv", "TARGET"))
    ran("assess", changed("lesions.csv", "diameter_mm"))
    survival = ("analyze", "survival", changed("remission.csv", "6-MP"), *TIMES.split())
    assert r"\x1b[2J" in ran(*survival, "--at", "10")
    assert json.loads(ran(*survival, "--json"))["medians"].keys() >= {cell}
    ran("derive", "response", changed("responses.csv", "PD"))
    shutil.copytree(docs / "sdtm", tmp_path / "sdtm")
    for file in (tmp_path / "sdtm").iterdir():
        file.write_text(file.read_text().replace("PD", cell).replace("Week", cell))
    ran("derive", "package", tmp_path / "sdtm", "--out", tmp_path / "derived")
    cases = tmp_path / "cases"
    cases.mkdir()
    case = {"id": HOSTILE, "clause": HOSTILE, "why": HOSTILE, "inputs": {}, "expected": {"x": 1}}
    (cases / "x.json").write_text(json.dumps({"topic": HOSTILE, "cases": [case]}))
    echo = (
        f'{sys.executable} -uc "import sys; [print(line, end={chr(39) * 2}) for line in sys.stdin]"'
    )
    assert SEEN in ran("conformance", "run", "--cases", cases, "--against", echo)


def test_a_table_for_programs_is_whole_unless_a_person_looks_at_it(capsys, monkeypatch):
    speak.pour(HOSTILE)
    assert capsys.readouterr().out == HOSTILE
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    speak.pour(HOSTILE)
    assert capsys.readouterr().out == f"{MARKUP} {SEEN}"


@pytest.mark.parametrize("stderr", [True, False])
def test_neither_words_nor_cells_nor_styles_are_obeyed(stderr):
    """On a terminal, where rich itself writes control sequences: those of styles, and no other."""
    console = speak.Spoken(stderr=stderr)
    console._force_terminal, console.file = True, StringIO()
    table = Table(title=HOSTILE, caption=HOSTILE)
    table.add_column(HOSTILE, footer=HOSTILE)
    table.add_row(HOSTILE)
    for shown in (HOSTILE, table, speak.styled((HOSTILE, "bold"), HOSTILE), Text(HOSTILE)):
        console.print(shown)

    written = re.sub("\x1b\\[[0-9;]*m", "", console.file.getvalue())
    assert not OBEYED.search(written)
    assert written.count(MARKUP[:7]) >= 7
    assert written.replace("\n", "").count(r"\x1b[2J") >= 7


@pytest.mark.parametrize(
    "words", [["verify", "a\x1b[31m"], ["nothing\u202e"], ["verify", "a", "\x9b31m"]]
)
def test_words_of_the_command_are_not_obeyed_either(words):
    with start(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        told, wrong = process.communicate()

    assert (process.returncode, told) == (2, b"")
    assert not OBEYED.search(wrong.decode())


@pytest.mark.parametrize("words", [["[/bold]"], ["verify", "a", "[/bold]"], ["verify", "[/bold]"]])
def test_markup_in_words_of_the_command_is_quoted(words):
    assert "[/bold]" in ran(*words)


def test_everything_goes_through_one_place():
    """`print`, consoles and markup stand in `speak` alone, and where the program begins."""
    found = []
    for path in SOURCES.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = ast.unparse(call.func)
            if name in {"print", "Console", "typer.echo", "typer.secho"} or re.fullmatch(
                r"(sys\.)?(__)?std(out|err)(__)?\.(buffer\.)?write|Text\.from_.*", name
            ):
                found.append((path.relative_to(SOURCES).as_posix(), name))
        assert "rich.markup" not in path.read_text(encoding="utf-8")

    assert set(found) == {("cli/speak.py", "print"), ("cli/app.py", "print")}
