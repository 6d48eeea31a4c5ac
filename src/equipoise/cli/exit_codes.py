"""With which codes does a command end, and what does each say?"""

from __future__ import annotations

from enum import IntEnum
from typing import Self


class ExitCode(IntEnum):
    """The codes of all commands. A verdict (0, 1, 3) is given only with the whole answer; whatever
    keeps the answer from being told has a code of its own. 70 and 74 are those of sysexits.h.
    """

    DONE = 0, "done, and the answer is yes where a yes or no was asked"
    NO = 1, "the answer is no, or not wholly: not eligible, changed, refused, rows not used"
    BAD_INPUT = 2, "what was given cannot be used; nothing was answered, nothing was written"
    OPEN = 3, "the answer is unknown: something needed for it is not recorded"
    OUR_MISTAKE = 70, "a mistake of this program; `EQUIPOISE_DEBUG=1` shows where"
    OUTPUT_LOST = 74, "what was to be printed could not be: a closed pipe, a full disk"
    INTERRUPTED = 130, "interrupted (Ctrl-C)"
    TERMINATED = 143, "ended from outside (SIGTERM); what was begun is cleaned up"

    meaning: str

    def __new__(cls, code: int, meaning: str) -> Self:
        """A code with its meaning, as the documentation shows it."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member
