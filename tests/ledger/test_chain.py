"""Whatever is done to a ledger after it was written is found, and a logged redaction is not taken
for damage.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from ledger_story import BY_SITE, form, salt, story, write

from equipoise.ledger.chain import CannotRedact, redact, verify, verify_lines
from equipoise.ledger.entry import GENESIS, BadEntry, Entry, Header, hash_of, line_of, members_of
from equipoise.ledger.events import EntryRedacted
from equipoise.ledger.verified import Broken, Verified


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
        ("reason", "other"),
        ("key", "k0"),
    ],
)
def test_an_edit_is_found_even_when_its_own_hash_is_mended(member: str, value: str) -> None:
    entries = story()
    edited = replace(entries[4], **{member: value})
    mended = replace(edited, hash=hash_of(members_of(edited)))

    assert verify([*entries[:4], edited, *entries[5:]]) == Broken(
        5, "hash does not match the members"
    )
    assert verify([*entries[:4], mended, *entries[5:]]) == Broken(
        6, "prev is not the hash of the entry before it"
    )


def test_an_edited_value_is_found_at_its_entry() -> None:
    entries = story()
    entries[3] = replace(entries[3], payload={**(entries[3].payload or {}), "visit": "C1D1"})

    assert verify(entries) == Broken(4, "payload_digest does not match salt and payload")


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
        4, "the line is not in canonical form: it was edited after it was written"
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
    """ICH E6(R3) 4.2: rarely, and logged."""

    def test_takes_salt_and_content_and_leaves_the_chain_whole(self) -> None:
        entries = story()

        done = redacted(entries, 4)

        assert verify(done, anchor=entries[-1].hash) == Verified(
            entries=8, head=done[-1].hash, redacted=(4,)
        )
        assert (done[3].salt, done[3].payload, done[3].hash) == (None, None, entries[3].hash)
        assert (done[-1].reason, done[-1].subject) == ("a name was typed into a field", "S01-001")
        assert b'"salt"' not in line_of(done[3])
        assert b'"payload":' not in line_of(done[3])
        assert verify_lines(map(line_of, done)) == verify(done)

    def test_without_a_log_is_damage(self) -> None:
        entries = story()
        entries[3] = replace(entries[3], salt=None, payload=None)

        assert verify(entries) == Broken(
            4, "the content is missing and no later entry logs a redaction"
        )

    def test_logged_but_not_carried_out_is_found(self) -> None:
        before, after = story(), redacted(story(), 4)

        found = verify([*after[:3], before[3], *after[4:]])

        assert found == Broken(
            4, "entry 8 says that its content was redacted, but the content is here"
        )

    def test_log_written_before_the_entry_does_not_cover_it(self) -> None:
        entries = story()
        write(entries, EntryRedacted(redacted=9), reason="in advance")
        write(entries, form("2.0"))
        entries[8] = replace(entries[8], salt=None, payload=None)

        assert verify(entries) == Broken(
            9, "the content is missing and no later entry logs a redaction"
        )

    @pytest.mark.parametrize(
        ("seq", "reason", "why"),
        [
            (
                1,
                "privacy",
                (
                    "entry 1, ProtocolAdopted, must stay: every later entry is read under the"
                    " protocol it carries"
                ),
            ),
            (
                6,
                "privacy",
                (
                    "entry 6, Signed, must stay: a signature cannot be excised from what was signed"
                    " (21 CFR 11.70)"
                ),
            ),
            (9, "privacy", "there is no entry 9; the ledger has 7"),
            (4, "", "a redaction needs a reason"),
        ],
    )
    def test_is_refused_where_the_rest_could_not_be_read(
        self, seq: int, reason: str, why: str
    ) -> None:
        assert redact(story(), seq, by_manager(reason), salt(99)) == CannotRedact(seq, why)

    def test_is_refused_twice_and_on_its_own_log(self) -> None:
        done = redacted(story(), 4)

        again, log = (redact(done, seq, by_manager("privacy"), salt(99)) for seq in (4, 8))

        assert again == CannotRedact(4, "the content of entry 4 was redacted before")
        assert log == CannotRedact(
            8, "entry 8, EntryRedacted, must stay: it is the log of another redaction"
        )


def redacted(entries: list[Entry], seq: int) -> list[Entry]:
    done = redact(entries, seq, by_manager("a name was typed into a field"), salt(99))
    assert isinstance(done, list)
    return done


def by_manager(reason: str) -> Header:
    told = {**BY_SITE, "role": "data manager", "key": "redaction", "subject": None}
    return Header(**told, reason=reason)
