"""What a command is given may be no ledger, or lie where nothing can be read or written."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from every_command import TOP, ledger_lines
from typer.testing import CliRunner

from equipoise.cli.app import app
from equipoise.ledger.chain import append
from equipoise.ledger.entry import Header, entry_of, line_of
from equipoise.ledger.events import ProtocolAdopted

sys.path.insert(0, str(TOP / "tests" / "store"))

from foreign import FOREIGN, changed_on_the_way, through_other_hands

READERS = {
    "verify": ("verify", "{ledger}"),
    "why": ("why", "{ledger}", "S01-001", "DCR"),
    "analyze": ("analyze", "{ledger}", "--out", "{out}"),
    "redact": (
        *("redact", "{ledger}", "2", "--reason", "name", "--actor", "data_manager-01"),
        *("--law", "GDPR 17", "--decided-by", "sponsor-01"),
    ),
    "recover": ("recover", "{ledger}"),
}


def ran(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def whole():
    return b"".join(ledger_lines())


def given(name, ledger):
    out = ledger.parent / "out"
    return ran(*(word.format(ledger=ledger, out=out) for word in READERS[name]))


@pytest.mark.parametrize("kind", FOREIGN)
@pytest.mark.parametrize("command", READERS)
def test_no_ledger_is_no_ledger_for_any_command(tmp_path, command, kind):
    ledger = tmp_path / "file"
    ledger.write_bytes(FOREIGN[kind])

    result = given(command, ledger)

    assert result.exit_code == 2, result.output
    assert f"{ledger} is no ledger: " in result.stderr
    assert result.stdout == ""
    assert ledger.read_bytes() == FOREIGN[kind]
    assert list(tmp_path.iterdir()) == [ledger]


@pytest.mark.parametrize("command", READERS)
def test_a_ledger_in_another_form_is_told_so(tmp_path, whole, command):
    for content in through_other_hands(whole).values():
        ledger = tmp_path / "file"
        ledger.write_bytes(content)

        assert given(command, ledger).exit_code == 2
        assert ledger.read_bytes() == content


@pytest.mark.parametrize("kind", ["CRLF", "a byte order mark", "blank lines at its end"])
def test_verify_names_what_an_editor_did(tmp_path, whole, kind):
    content, entry, why = changed_on_the_way(whole)[kind]
    ledger = tmp_path / "ledger.jsonl"
    ledger.write_bytes(content)

    result = given("verify", ledger)

    assert result.exit_code == 1
    assert f"entry {entry}: {why}" in result.stderr
    assert "edited" not in result.stderr
    for command in ("why", "analyze"):
        refused = given(command, ledger)
        assert refused.exit_code == 2
        assert why in refused.stderr


def test_a_ledger_that_does_not_begin_with_its_protocol_is_refused(tmp_path):
    from stored_entries import follow, form

    ledger = tmp_path / "ledger.jsonl"
    ledger.write_bytes(line_of(follow(None, form("1.5"))))

    assert given("verify", ledger).exit_code == 1
    for command in ("why", "analyze", "redact"):
        result = given(command, ledger)
        assert result.exit_code == (1 if command == "redact" else 2)
        assert "a ledger begins with its protocol" in result.stderr


def test_a_protocol_of_another_version_of_the_software_is_told_in_a_sentence(tmp_path, whole):
    """The hashes hold; what they say cannot be read."""
    first = entry_of(whole.splitlines(keepends=True)[0])
    del first.payload["protocol"]["design"]["masking"]
    event = ProtocolAdopted(**first.payload)
    names = ("at", "actor", "role", "site", "subject", "protocol", "key")
    header = Header(**{name: getattr(first, name) for name in names})
    ledger = tmp_path / "ledger.jsonl"
    ledger.write_bytes(line_of(append(None, event, header, "ab" * 16)))

    for command, code in {"verify": 1, "why": 2, "analyze": 2, "redact": 1}.items():
        result = given(command, ledger)
        assert result.exit_code == code
        assert "design.masking: Field required): it was adopted under another" in result.stderr
        assert result.stderr.count("\n") == (2 if command == "verify" else 1)
        assert ("verify the ledger with the one that recorded it" in result.stderr) == (
            command == "verify"
        )


# ------------------------------------------------------------------ what the system refuses

LONG = "a" * 300


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["verify", "{here}"], "is a folder, expected a ledger file"),
        (["screen", "{here}"], "is a folder, expected a file"),
        (["assess", "{here}"], "is a folder, expected a file"),
        (["protocol", "show", "{here}"], "is a folder, expected a protocol file"),
        (["verify", LONG], f"{LONG}: file name too long"),
        (["screen", LONG], f"{LONG}: file name too long"),
        (["screen", "{here}/file/below"], "file/below: not a directory"),
        (["derive", "response", "{table}", "-o", "/dev/full"], "(no space left on device)"),
        (["derive", "response", "{table}", "-o", "{here}/file/x.csv"], "file is no folder"),
        (["derive", "response", "{table}", "-o", "{here}/file/y/x.csv"], "file/y is no folder"),
        (["derive", "response", "{table}", "-o", "{here}"], "is a folder; name a file"),
    ],
)
def test_the_system_is_quoted_once_and_with_the_file(tmp_path, words, said):
    (tmp_path / "file").write_text("x")
    table = TOP / "docs" / "examples" / "responses.csv"

    result = ran(*(word.format(here=tmp_path, table=table) for word in words))

    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert "Errno" not in result.stderr
    for phrase in re.findall(r"[a-z]+ [a-z]+ [a-z]+ on device|not a directory", result.stderr):
        assert result.stderr.lower().count(phrase) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_what_may_not_be_read_is_told_with_its_name(tmp_path, whole):
    ledger = tmp_path / "ledger.jsonl"
    ledger.write_bytes(whole)
    ledger.chmod(0)

    for command in READERS:
        result = given(command, ledger)
        assert result.exit_code == 2
        assert f"{ledger}: permission denied" in result.stderr


def test_a_link_stays_a_link_and_a_device_a_device(tmp_path):
    table, link = TOP / "docs" / "examples" / "responses.csv", tmp_path / "link.csv"
    link.symlink_to("real.csv")
    nowhere = tmp_path / "null"
    nowhere.symlink_to(os.devnull)

    assert ran("derive", "response", table, "-o", link).exit_code == 0
    assert ran("derive", "response", table, "-o", nowhere).exit_code == 0

    assert link.is_symlink()
    assert (tmp_path / "real.csv").read_text().startswith("USUBJID")
    assert nowhere.is_symlink()
    assert Path(os.devnull).is_char_device()


def test_a_disk_that_is_full_is_told_once_with_the_ledger_that_was_asked_for(tmp_path):
    """RLIMIT_FSIZE stands for a disk that is full."""
    script = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000));"
        "from equipoise.cli import main; main()"
    )
    ledger = tmp_path / "new.jsonl"
    done = subprocess.run(
        [sys.executable, "-c", script, "rehearse", "--participants", "1", "-o", str(ledger)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == f"error: {ledger} cannot be written (file too large)"
    assert list(tmp_path.iterdir()) == []
