"""What is every part of the protocol? Frozen, and without a key that nothing reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

Answer = TypeVar("Answer")
_MOST = 10_000


class Model(BaseModel):
    """A frozen part of the protocol; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class found_once(Generic[Answer]):  # noqa: N801  (a decorator)
    """A function of one frozen part, found out once for each. The part itself keeps nothing: a
    changed copy of it would keep the old answer.
    """

    def __init__(self, function: Callable[[Any], Answer]) -> None:
        self._function = function
        self._known: dict[int, tuple[object, Answer]] = {}

    def __call__(self, part: object) -> Answer:
        """The answer."""
        held = self._known.get(id(part))
        if held is not None and held[0] is part:
            return held[1]
        if len(self._known) >= _MOST:
            self._known.clear()
        answer = self._function(part)
        self._known[id(part)] = part, answer
        return answer
