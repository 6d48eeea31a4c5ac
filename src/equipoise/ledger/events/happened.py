"""What do all events have in common?"""

from __future__ import annotations


class Happened:
    """What all events have in common."""

    __slots__ = ()

    @classmethod
    def by_field(cls) -> tuple[str, ...]:
        """The members whose single answers can be taken out one by one."""
        return ()

    @classmethod
    def computed(cls) -> tuple[str, ...]:
        """The members that a command works out, and nobody asks for."""
        return ()

    @classmethod
    def free_text(cls) -> tuple[str, ...]:
        """The members that no rule reads: an event without them is still told."""
        return ()
