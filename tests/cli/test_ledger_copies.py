"""A ledger goes from any store to any other, byte for byte; a redaction reaches every copy."""

import itertools
import json
from pathlib import Path

import pytest
from every_command import ledger_lines
from typer.testing import CliRunner

from databases import a_schema, server
from equipoise.cli.app import app
from equipoise.ledger.entry import entry_of, line_of
from equipoise.store.places import place_of, shown

KINDS = ("file", "sqlite", "postgres")
LINES = ledger_lines()
TARGET = next(json.loads(line)["entry"]["seq"] for line in LINES if b'"QueryOpened"' in line)
REDACTS = (
    *("--field", "/text", "--reason", "a name was typed", "--law", "GDPR 17"),
    *("--decided-by", "sponsor-01", "--actor", "data_manager-01"),
)


def ran(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def empty(kind: str, folder: Path, name: str) -> str:
    """An empty place of that kind."""
    if kind == "postgres":
        return f"{server().get_uri().replace('//postgres:', '//application:')}#{a_schema()}"
    return str(folder / f"{name}.{'sqlite' if kind == 'sqlite' else 'jsonl'}")


def filled(kind: str, folder: Path, name: str = "trial", lines: list[bytes] = LINES) -> str:
    place = empty(kind, folder, name)
    place_of(place).append_many(map(entry_of, lines))
    return place


def lines_of(place: str) -> list[bytes]:
    return place_of(place).lines()


@pytest.mark.parametrize(("one", "other"), list(itertools.product(KINDS, KINDS)))
def test_from_any_store_to_any_other_byte_for_byte(one, other, tmp_path):
    source, target = filled(one, tmp_path), empty(other, tmp_path, "copy")
    assert ran("redact", source, TARGET, *REDACTS).exit_code == 0
    before = lines_of(source)
    assert b"Smith" not in b"".join(before)

    for command, (place, to) in {
        "export": (source, target),
        "import": (target, empty(one, tmp_path, "back")),
    }.items():
        done = ran("ledger", command, place, to)
        assert done.exit_code == 0, done.output
        assert f"{len(before)} entries, {len(before)} of them new" in done.stdout
        assert lines_of(to) == before
    assert ran("verify", target).exit_code == 0


@pytest.mark.parametrize("kind", KINDS)
def test_every_command_reads_every_store(kind, tmp_path):
    place = filled(kind, tmp_path)

    out = ["analyze", "--out", tmp_path / "results"]
    for words in (["verify"], ["head"], ["status"], out, ["recover"]):
        done = ran(*words, place)
        assert done.exit_code == 0, done.output
    assert "progression" in ran("why", place, "S01-001", "PFS").stdout


def test_nothing_is_written_over_a_ledger(tmp_path):
    source, other = filled("file", tmp_path), filled("sqlite", tmp_path, "other")

    for command in ("export", "import", "restore"):
        done = ran("ledger", command, source, other)
        assert (done.exit_code, "holds a ledger already" in done.stderr) == (2, True)
    assert lines_of(other) == LINES


def test_the_folder_of_a_copy_is_made_and_a_folder_is_no_copy(tmp_path):
    source = filled("file", tmp_path)

    for name in ("new/folder/copy.jsonl", "another/copy.sqlite"):
        assert ran("ledger", "export", source, tmp_path / name).exit_code == 0
        assert lines_of(str(tmp_path / name)) == LINES
    for name in ("new", "another.sqlite"):
        (tmp_path / name).mkdir(exist_ok=True)
        for command in ("export", "backup"):
            done = ran("ledger", command, source, tmp_path / name)
            assert (done.exit_code, f"{name} is a folder" in done.stderr) == (2, True)


def test_what_does_not_verify_goes_nowhere(tmp_path):
    source, target = filled("file", tmp_path), tmp_path / "copy.sqlite"
    Path(source).write_bytes(b"".join(LINES).replace(b'"45"', b'"46"', 1))

    for command in ("export", "backup", "restore"):
        done = ran("ledger", command, source, target)
        assert done.exit_code == 1
        assert "does not match the fields" in done.stderr
    assert not target.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_a_backup_is_brought_up_to_date_and_the_redaction_reaches_it(kind, tmp_path):
    source = filled(kind, tmp_path, "trial", LINES[:-1])
    backup = empty("file", tmp_path, "backup")
    assert "entries" in ran("ledger", "backup", source, backup).stdout
    place_of(source).append(map(entry_of, LINES[-1:]))
    assert f"{len(LINES)} entries, 1 of them new" in ran("ledger", "backup", source, backup).stdout
    assert b"Smith" in Path(backup).read_bytes()
    ran("redact", source, TARGET, *REDACTS)

    done = ran("ledger", "backup", source, backup)

    assert done.exit_code == 0, done.output
    assert f"redacted there too: entries {TARGET}" in done.stdout
    assert b"Smith" not in Path(backup).read_bytes()
    assert lines_of(backup) == lines_of(source)
    assert ", 0 of them new" in ran("ledger", "backup", source, backup).stdout


def test_a_backup_of_another_ledger_is_left_alone(tmp_path):
    source = filled("file", tmp_path, "trial", LINES[:40])
    other = filled("file", tmp_path, "other", LINES)
    before = lines_of(other)

    done = ran("ledger", "backup", source, other)

    assert (done.exit_code, "is no older copy of" in done.stderr) == (2, True)
    assert lines_of(other) == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_backup_from_before_a_redaction_is_redacted_again(kind, tmp_path):
    source, backup = filled("file", tmp_path), filled("file", tmp_path, "backup")
    ran("redact", source, TARGET, *REDACTS)
    Path(source).write_bytes(Path(source).read_bytes().replace(b'"45"', b'"46"', 1))  # damaged
    again = ("--redacted-in", source, "--actor", "data_manager-01")
    target = empty(kind, tmp_path, "restored")

    done = ran("ledger", "restore", backup, target, *again)

    assert done.exit_code == 0, done.output
    assert f"redacted there too: entries {TARGET}" in done.stdout
    restored = lines_of(target)
    assert b"Smith" not in b"".join(restored)
    assert [entry_of(line).hash for line in restored[: len(LINES)]] == [
        entry_of(line).hash for line in LINES
    ]
    log = entry_of(restored[-1])
    assert log.type == "EntryRedacted"
    assert "restored from a backup of before this redaction" in (log.reason or "")
    assert ran("verify", target).exit_code == 0


def test_a_restore_that_may_not_redact_again_writes_nothing(tmp_path):
    source, backup = filled("file", tmp_path), filled("file", tmp_path, "backup")
    ran("redact", source, TARGET, *REDACTS)
    target = tmp_path / "restored.jsonl"

    for actor in ("data_manager-09", "sponsor-01"):
        done = ran("ledger", "restore", backup, target, "--redacted-in", source, "--actor", actor)
        assert (done.exit_code, "nothing was restored" in done.stderr) == (2, True)
    missing = ran("ledger", "restore", backup, target, "--redacted-in", source)
    assert (missing.exit_code, "expected --actor" in missing.stderr) == (2, True)
    assert not target.exists()


def test_a_copy_of_another_trial_tells_of_no_redaction(tmp_path):
    backup = filled("file", tmp_path, "backup")
    first = json.loads(LINES[0])
    other = tmp_path / "other.jsonl"
    other.write_bytes(line_of(entry_of(LINES[1])))
    words = ("--redacted-in", other, "--actor", "data_manager-01")

    done = ran("ledger", "restore", backup, tmp_path / "restored.jsonl", *words)

    assert first["entry"]["seq"] == 1
    assert (done.exit_code, "is no copy of the same ledger" in done.stderr) == (2, True)


def test_a_password_is_never_shown(tmp_path):
    place = filled("postgres", tmp_path)
    with_password = place.replace("//application:", "//application:secret-word")

    done = ran("verify", with_password)

    assert done.exit_code == 0, done.output
    assert "secret-word" not in done.output
    assert "***" in done.stdout
    assert shown("postgresql://me:a:b@host/x#y") == "postgresql://me:***@host/x#y"
    assert shown("a/b:c@d.jsonl") == "a/b:c@d.jsonl"


def test_a_foreign_database_is_left_alone(tmp_path):
    import sqlite3

    place = tmp_path / "photos.sqlite"
    with sqlite3.connect(place) as other:
        other.execute("CREATE TABLE photos (x)")
    before = place.read_bytes()

    for words in (["verify", place], ["ledger", "export", filled("file", tmp_path), place]):
        done = ran(*words)
        assert (done.exit_code, "an SQLite file of something else" in done.stderr) == (2, True)
    assert place.read_bytes() == before
    assert sorted(path.name for path in tmp_path.glob("photos*")) == ["photos.sqlite"]


def test_a_schema_is_set_up_by_its_owner():
    uri = server().get_uri()
    done = ran("ledger", "set-up", f"{uri}#made_here", "--role", "application")
    again = ran("ledger", "set-up", f"{uri}#made_here", "--role", "application")

    assert (done.exit_code, again.exit_code) == (0, 0), done.output
    place = f"{uri.replace('//postgres:', '//application:')}#made_here"
    assert lines_of(place) == []
    for word, said in (("trial.jsonl", "files need no set-up"), (f"{uri}#no;name", "letters")):
        refused = ran("ledger", "set-up", word, "--role", "application")
        assert (refused.exit_code, said in refused.stderr) == (2, True)
    unknown = ran("ledger", "set-up", f"{uri}#other_one", "--role", "nobody_knows")
    assert (unknown.exit_code, "refused" in unknown.stderr) == (2, True)


def test_a_server_that_is_not_there_is_told(tmp_path):
    done = ran("verify", "postgresql://me:secret@127.0.0.1:9/none#ledger")

    assert done.exit_code == 2
    assert "secret" not in done.output
    assert "refused" in done.stderr
