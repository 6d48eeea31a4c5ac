"""Whatever is done to a ledger after it was written is found, and a logged redaction is not taken
for damage.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from ledger_story import form, story, write

from equipoise.ledger.chain import redact, verify, verify_lines, without_fields
from equipoise.ledger.entry import (
    GENESIS,
    BadEntry,
    Entry,
    entry_of,
    hash_of,
    line_of,
    members_of,
)
from equipoise.ledger.events import ContentGone, event_of
from equipoise.ledger.salted import Kept
from equipoise.ledger.verified import Broken, Meaning, Verified
from happened import redacted as log_of

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_a_story_as_written_verifies_and_gives_the_head_to_keep_elsewhere() -> None:
    entries = story()

    assert verify(entries) == Verified(entries=7, head=entries[-1].hash, redacted=())
    assert verify_lines(map(line_of, entries)) == verify(entries)


def test_an_empty_ledger_verifies() -> None:
    assert verify([]) == verify_lines([]) == Verified(entries=0, head=GENESIS, redacted=())


def test_a_correction_without_a_reason_is_refused() -> None:
    with pytest.raises(
        BadEntry, match="entry 8 supersedes 4 without a reason; a correction says why"
    ):
        write(story(), form("1.5"), supersedes=4)


def test_a_correction_of_something_that_has_not_happened_is_refused() -> None:
    with pytest.raises(
        BadEntry, match="supersedes must be the seq of an earlier entry than 8, found 8"
    ):
        write(story(), form("1.5"), supersedes=8, reason="typo")


@pytest.mark.parametrize(
    ("member", "value", "message"),
    [
        ("at", "2026-03-01 08:30", "at must be UTC like 2026-03-01T08:30:00Z"),
        ("at", "2026-03-01T08:30:00+08:00", "at must be UTC"),
        ("at", "2026-03-01T08:30:00.5Z", "at must be UTC"),
        ("at", "2026-02-30T08:30:00Z", "not a time that exists"),
        ("actor", "", "actor must be a non-empty text"),
        ("subject", "", "subject must be a non-empty text or null"),
        ("salt", "ab", "at least 32 lower-case hexadecimal digits"),
        ("salt", "AB" * 16, "at least 32 lower-case hexadecimal digits"),
    ],
)
def test_an_entry_nobody_could_rely_on_is_refused(member: str, value: str, message: str) -> None:
    with pytest.raises(BadEntry, match=message):
        write(story(), form("1.5"), **{member: value})


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("actor", "u-18"),
        ("at", "2026-02-01T08:30:00Z"),
        ("role", "monitor"),
        ("key", "k0"),
    ],
)
def test_an_edit_is_found_even_when_its_own_hash_is_mended(member: str, value: str) -> None:
    entries = story()
    edited = replace(entries[4], **{member: value})
    mended = replace(edited, hash=hash_of(members_of(edited)))

    assert verify([*entries[:4], edited, *entries[5:]]) == Broken(
        5, "hash does not match the members", Meaning.CHANGED
    )
    assert verify([*entries[:4], mended, *entries[5:]]) == Broken(
        6, "prev is not the hash of the entry before it", Meaning.MOVED
    )


def test_an_edited_value_is_found_at_its_entry() -> None:
    entries = story()
    fields = tuple(
        Kept(field.path, field.salt, "C1D1")
        if field.path == "/visit" and isinstance(field, Kept)
        else field
        for field in entries[3].fields
    )
    entries[3] = replace(entries[3], fields=fields)

    assert verify(entries) == Broken(
        4, "payload_digest does not match the fields of the payload", Meaning.CHANGED
    )


def test_a_ledger_cut_short_is_found_by_a_head_kept_elsewhere_and_by_nothing_else() -> None:
    entries = story()
    kept_elsewhere = entries[-1].hash

    assert isinstance(verify(entries[:-2]), Verified)
    found = verify(entries[:-2], anchor=kept_elsewhere)
    assert isinstance(found, Broken)
    assert found.seq == 6
    assert "entries after 5 are missing, or all was rewritten" in found.why


@pytest.mark.parametrize(
    ("written", "rewritten"),
    [
        pytest.param(b'"role":"coordinator"', b'"role": "coordinator"', id="a space"),
        pytest.param(
            b'"role":"coordinator"',
            b'"role":"monitor","role":"coordinator"',
            id="a member said twice",
        ),
        pytest.param(
            b'"role":"coordinator"', b'"role":"\\u0063oordinator"', id="a letter spelled out"
        ),
        pytest.param(b'"LB"', b'"\\u004cB"', id="a letter of the content spelled out"),
        pytest.param(b"}\n", b"} \n", id="another line end"),
    ],
)
def test_the_same_content_in_other_bytes_is_found(written: bytes, rewritten: bytes) -> None:
    lines = [line_of(entry) for entry in story()]
    lines[3] = lines[3].replace(written, rewritten)

    assert verify_lines(lines) == Broken(
        4, "the line is not in canonical form: it was edited after it was written", Meaning.CHANGED
    )


@pytest.mark.parametrize(
    ("at", "rewritten", "why"),
    [
        (3, lambda line: line[:-1] + b"\r\n", "the line ends are CRLF"),
        (0, lambda line: b"\xef\xbb\xbf" + line, "a byte order mark"),
        (3, lambda line: b"\xef\xbb\xbf" + line[:-1] + b"\r\n", "not in canonical form"),
        (4, lambda _: b"\n", "the line is empty"),
        (4, lambda _: b" \r\n", "the line is empty"),
    ],
)
def test_what_a_transfer_or_an_editor_does_to_lines_is_named(at, rewritten, why) -> None:
    lines = [line_of(entry) for entry in story()]
    lines[at] = rewritten(lines[at])

    broken = verify_lines(lines)

    assert isinstance(broken, Broken)
    assert broken.seq == at + 1
    assert why in broken.why


def test_an_older_head_is_still_an_anchor_after_the_ledger_has_grown() -> None:
    entries = story()

    assert isinstance(verify(entries, anchor=entries[2].hash), Verified)


class TestRedaction:
    """ICH E6(R3) 4.2: rarely, field by field, and logged."""

    def test_takes_salt_and_content_of_a_field_and_leaves_the_chain_whole(self) -> None:
        entries = story()

        done = redacted(entries, 4, "/values/NEUT")

        assert verify(done, anchor=entries[-1].hash) == Verified(
            entries=8, head=done[-1].hash, redacted=(4,)
        )
        assert (done[3].gone, done[3].hash) == (("/values/NEUT",), entries[3].hash)
        assert done[3].payload["values"] == {
            "NEUT": {"missing": "REDACTED"},
            "PLAT": {"missing": "NOT_DONE"},
        }
        assert not done[3].redacted
        (field,) = (field for field in entries[3].fields if field.path == "/values/NEUT")
        line = line_of(done[3])
        assert field.salt.encode() not in line
        assert b'"15"' not in line
        assert field.digest.hex().encode() in line
        assert verify_lines(map(line_of, done)) == verify(done)

    def test_may_take_the_reason_which_is_free_text(self) -> None:
        done = redacted(story(), 5, "reason")

        assert (done[4].reason, done[4].supersedes) == ("REDACTED", 4)
        assert isinstance(verify(done), Verified)

    def test_of_all_fields_leaves_number_type_and_person(self) -> None:
        entries = story()

        done = redacted(entries, 4, *(field.path for field in entries[3].fields))

        assert done[3].redacted
        assert (done[3].type, done[3].subject, done[3].payload) == (
            "FormSaved",
            "S01-001",
            {
                "values": {"NEUT": {"missing": "REDACTED"}, "PLAT": {"missing": "REDACTED"}},
                "groups": {
                    "OTHER": [{"TEST": {"missing": "REDACTED"}, "VALUE": {"missing": "REDACTED"}}]
                },
            },
        )
        with pytest.raises(ContentGone, match="was redacted"):
            event_of(done[3])

    def test_without_a_log_is_damage(self) -> None:
        entries = story()
        entries[3] = without_fields(entries[3], ["/visit"])

        assert verify(entries) == Broken(
            4,
            "the content of /visit is missing and no later entry logs a redaction",
            Meaning.ERASED,
        )

    def test_logged_but_not_carried_out_is_found(self) -> None:
        before, after = story(), redacted(story(), 4, "/visit")

        found = verify([*after[:3], before[3], *after[4:]])

        assert found == Broken(
            4, "entry 8 says that /visit was redacted, but the content is here", Meaning.ERASED
        )

    def test_of_more_than_was_logged_is_found(self) -> None:
        done = redacted(story(), 4, "/visit")
        done[3] = without_fields(done[3], ["/form"])

        assert verify(done) == Broken(
            4, "the content of /form is missing and no later entry logs a redaction", Meaning.ERASED
        )

    def test_log_written_before_the_entry_does_not_cover_it(self) -> None:
        entries = story()
        write(entries, log_of(9, "/visit"), reason="in advance")
        write(entries, form("2.0"))
        entries[8] = without_fields(entries[8], ["/visit"])

        assert verify(entries) == Broken(
            9,
            "the content of /visit is missing and no later entry logs a redaction",
            Meaning.ERASED,
        )

    def test_the_log_itself_cannot_go(self) -> None:
        done = redacted(story(), 4, "/visit")
        done[7] = without_fields(done[7], ["/fields"])

        found = verify(done)

        assert isinstance(found, Broken)
        assert "fields was redacted" in found.why


@pytest.mark.parametrize(
    ("stored", "message"),
    [
        ([["/form", "5a" * 16]], r"\[path, digest\] when it was taken out"),
        ([["/form", "5a", "LB"]], r"a field must be \[path, salt, value\]"),
        ([["form", "5a" * 16, "LB"]], "a path like /values/date, found 'form'"),
        ([["/b", "5a" * 16, 1], ["/a", "5a" * 16, 1]], "'/a' stands after '/b'"),
        ([["/a", "5a" * 16, 1], ["/a", "5a" * 16, 2]], "'/a' stands after '/a'"),
        ([["/a", "5a" * 16, {}], ["/a/b", "5a" * 16, 2]], "'/a/b' stands after '/a'"),
        ({}, "payload must be a list of fields, found dict"),
    ],
)
def test_a_payload_of_other_fields_is_no_entry(stored: object, message: str) -> None:
    line = json.loads(line_of(story()[1]))

    with pytest.raises(BadEntry, match=message):
        entry_of(json.dumps({**line, "payload": stored}).encode())


@pytest.mark.parametrize("number", [0, 2, "1", True])
def test_a_format_that_this_release_does_not_read_is_told(number: object) -> None:
    line = json.loads(line_of(story()[1]))
    line["entry"]["format"] = number

    with pytest.raises(BadEntry, match=r"reads format 1: install the release that wrote it"):
        entry_of(json.dumps(line).encode())


def test_every_entry_says_by_which_release_it_was_written() -> None:
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]

    assert {entry.software for entry in story()} == {f"equipoise {project['version']}"}


def redacted(entries: list[Entry], seq: int, *fields: str) -> list[Entry]:
    log = write(list(entries), log_of(seq, *fields), role="data_manager", reason="a name was typed")
    return redact(entries, log)
