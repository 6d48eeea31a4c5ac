"""Which submission value is meant by what was typed? Code lists are compared blind to case and
outer blanks; nothing else is taken for the same.
"""

from __future__ import annotations


def coded(text: str) -> str:
    """A coded value as compared: without outer blanks, one blank between words, capital letters.

    Only ASCII letters are raised: `ſ` is no S, and a full-width letter stays what it is, so that
    neither can stand for a value of a list.
    """
    words = " ".join(text.split())
    return words.upper() if words.isascii() else words


def has_foreign_digit(text: str) -> bool:
    """Does it hold a digit other than 0 to 9: full-width, Arabic-Indic, raised?"""
    return not text.isascii() and any(
        character.isdigit() for character in text if not character.isascii()
    )
