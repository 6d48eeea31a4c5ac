"""Where a file system keeps no two writers apart, or the system lacks what others have, as Windows:
reading goes on, and no ledger is written without a lock.
"""

import pytest
from every_command import WORDS, ledger_lines, words_for

from ready_process import start_ready

HIDDEN = """
import os
import portalocker
def refused(*_):
    raise portalocker.LockException("Function not implemented")
portalocker.lock = refused
for name in ("O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "geteuid"):
    delattr(os, name)
"""
KEPT = {"list.sealed", "list.key", "list.log"}
WRITES_A_LEDGER = {"demo", "rehearse", "redact", "recover", "simulate"} | {
    f"ledger {word}" for word in ("backup", "export", "import", "restore")
}
"""`simulate` keeps finished blocks."""
SLOW = {"rechallenge", "design", "conformance run", "derive package", "serve"}
SERVER = {"account", "check"}
"""Commands about a server, which is not prepared without a lock."""


@pytest.fixture(scope="module")
def lines():
    return ledger_lines()


@pytest.mark.parametrize("name", sorted(set(WORDS) - SLOW - SERVER))
def test_a_command_without_a_lock_reads_or_refuses(name, lines, tmp_path):
    words = words_for(name, lines, tmp_path)

    done = start_ready(words, begin=HIDDEN)
    told = done.communicate(timeout=600)[1].decode()

    assert "should not happen" not in told
    if name in WRITES_A_LEDGER:
        assert done.returncode == 2, told
        assert "keeps no two writers apart" in told
        assert (tmp_path / "ledger.jsonl").read_bytes() == b"".join(lines)
        assert {path.name for path in tmp_path.iterdir()} - KEPT == {"docs", "ledger.jsonl"}
    else:
        assert done.returncode == (3 if name == "screen" else 0), told
