"""What does a database refuse, and what is there to do?"""

from __future__ import annotations


class CannotWrite(OSError):
    """Nothing was added: the database refused, and what was begun was undone."""

    def __init__(self, place: object, why: str) -> None:
        self.why = why
        super().__init__(f"nothing was added to {place}: {why}. {_what_to_do(why)}")


_TO_DO = {
    "full": "Make room and repeat",
    "readonly": "Give this program the right to write to the file and to its folder",
    "locked": "Another program holds it: end that one, or repeat later",
    "malformed": "Keep it as it is, restore the last backup that verifies, and compare the two",
    "not a database": "Name a ledger, or a file that is not there yet",
}


def _what_to_do(why: str) -> str:
    known = (advice for word, advice in _TO_DO.items() if word in why)
    return next(known, "Repeat; the same key is carried out only once")
