"""How does a process that serves people start without folding a long ledger anew? From a snapshot
of the state that it kept itself.

A forged snapshot would bend the state without touching the ledger, so each is authenticated by a
key of the server (HMAC-SHA256, RFC 2104), belongs to one head and one version of the code, and is
left aside for any doubt. It holds what the ledger holds: it is as confidential, and a redaction
takes it away.
"""

from __future__ import annotations

import hmac
import os
from functools import cache
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from equipoise.store.files import sync_directory
from equipoise.subject.shared_map import SharedMap
from equipoise.subject.state import Subject, Trial
from equipoise.subject.state_text import NoState, text_of_subject, text_of_trial, trial_of_text
from equipoise.terms.collector import uncollected

FORMAT = "equipoise-snapshot/1"
_KEY_BYTES = 32


class _Told(NamedTuple):
    """A participant, and her text."""

    subject: Subject
    text: bytes


class Snapshots:
    """The snapshot of one ledger, in a file for its owner alone (`carry_out.Kept`)."""

    def __init__(self, path: Path | str, key: bytes) -> None:
        if len(key) != _KEY_BYTES:
            raise ValueError(f"a snapshot is authenticated by a key of {_KEY_BYTES} bytes")
        self.path = Path(path)
        self._key = key
        self._told: dict[str, _Told] = {}

    def load(self) -> Trial | None:
        """The trial as it was kept; None where nothing is there, or anything is in doubt: another
        version of the code, another key, a byte that was changed.
        """
        try:
            content = self.path.read_bytes()
        except OSError:
            return None
        with uncollected():
            return self._trial(content)

    def save(self, trial: Trial) -> None:
        """Keep the trial in the place of what was kept before. Who has not changed since is not
        written anew.
        """
        subjects = {code: self._text(trial, code) for code in trial.subjects}
        body = b"".join([text_of_trial(trial), *subjects.values()])
        lengths = [[code, len(text)] for code, text in subjects.items()]
        head = {"code": code_digest(), "format": FORMAT, "subjects": lengths}
        told = orjson.dumps(head, option=orjson.OPT_SORT_KEYS) + b"\n" + body
        fresh = self.path.with_name(f"{self.path.name}.writing")
        fresh.unlink(missing_ok=True)  # left by a crash
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(self._code_of(told) + b"\n")
            file.write(told)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
        sync_directory(self.path.absolute().parent)

    def forget(self) -> None:
        """Take it away, with what was remembered of it: what it holds was redacted."""
        self._told.clear()
        self.path.unlink(missing_ok=True)

    def _code_of(self, told: bytes) -> bytes:
        return hmac.new(self._key, told, sha256).hexdigest().encode()

    def _trial(self, content: bytes) -> Trial | None:
        code, _, told = content.partition(b"\n")
        if not hmac.compare_digest(code, self._code_of(told)):
            return None
        told_head, _, body = told.partition(b"\n")
        head: Any = orjson.loads(told_head)
        if (head["format"], head["code"]) != (FORMAT, code_digest()):
            return None
        lengths = [length for _, length in head["subjects"]]
        start = len(body) - sum(lengths)
        ends = list(accumulate(lengths, initial=start))
        subjects = {
            subject: body[begin:end]
            for (subject, _), begin, end in zip(head["subjects"], ends, ends[1:], strict=False)
        }
        try:
            return trial_of_text(body[:start], subjects)
        except NoState:
            return None

    def _text(self, trial: Trial, code: str) -> bytes:
        subjects = trial.subjects
        if isinstance(subjects, SharedMap) and (unread := subjects.unread(code)) is not None:
            return unread
        subject, known = subjects[code], self._told.get(code)
        if known is None or known.subject is not subject:
            known = self._told[code] = _Told(subject, text_of_subject(subject))
        return known.text


@cache
def code_digest() -> str:
    """SHA-256 over the sources of this program: another version may fold otherwise."""
    told = sha256()
    folder = Path(__file__).parents[1]
    for place in sorted(folder.rglob("*.py")):
        told.update(f"{place.relative_to(folder).as_posix()}\n".encode())
        told.update(sha256(place.read_bytes()).digest())
    return told.hexdigest()
