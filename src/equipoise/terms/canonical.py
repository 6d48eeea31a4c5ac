"""Which bytes does everybody hash for a value? RFC 8785 without floats and with ASCII keys."""

from __future__ import annotations

import json

import orjson

from equipoise.terms.unicode_text import halves_in

LARGEST = 2**53 - 1  # beyond it RFC 8785 readers in other languages lose digits


class NotCanonical(ValueError):
    """A value that would not have the same bytes in every language, and so cannot be hashed."""


def canonical(value: object) -> bytes:
    """The RFC 8785 bytes of a value without floats and with ASCII keys; `NotCanonical` names what
    is in the way.
    """
    try:
        if not is_plain(value):
            _refuse_ambiguous(value, "$")
    except RecursionError:
        raise _nested() from None
    return canonical_again(value)


def canonical_again(value: object) -> bytes:
    """As `canonical`, of what was found canonical before."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # half of a surrogate pair, or too deep for it
        return _slowly(value)


def _slowly(value: object) -> bytes:
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise NotCanonical("; ".join(halves_in(value, "$", 0))) from None
    except (RecursionError, ValueError):
        raise _nested() from None


def _nested() -> NotCanonical:
    return NotCanonical("the value holds itself, or is nested too deeply to be read back")


def is_plain(value: object) -> bool:
    """Is it canonical? Without the path that an error needs: five times faster on a saved form."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is dict:
        for key, item in value.items():  # type: ignore[attr-defined]
            if type(key) is not str or not key.isascii():
                return False
            if type(item) is not str and not is_plain(item):
                return False
        return True
    if kind is list:
        return all(type(item) is str or is_plain(item) for item in value)  # type: ignore[attr-defined]
    return isinstance(value, int) and -LARGEST <= value <= LARGEST


def _refuse_ambiguous(value: object, where: str) -> None:
    match value:
        case None | bool() | str():
            return
        case int():
            if not -LARGEST <= value <= LARGEST:
                raise NotCanonical(
                    f"{where} is {value}: whole numbers beyond 2^53-1 are written as text"
                )
        case dict():
            for key, item in value.items():
                _refuse_key(key, where)
                _refuse_ambiguous(item, f"{where}.{key}")
        case list():
            for index, item in enumerate(value):
                _refuse_ambiguous(item, f"{where}[{index}]")
        case float():
            raise NotCanonical(
                f"{where} is the float {value!r}: write measured values as decimal text"
            )
        case _:
            raise NotCanonical(
                f"{where} is a {type(value).__name__}: only text, whole numbers, true, false, null,"
                " lists and objects can be kept"
            )


def _refuse_key(key: object, where: str) -> None:
    if not isinstance(key, str) or not key.isascii():
        raise NotCanonical(f"{where} has the key {key!r}: keys must be ASCII text")
