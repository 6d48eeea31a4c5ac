"""What did a reader say of the tumor? Codes of RECIST 1.1 with their CDISC spellings."""

from __future__ import annotations

from enum import IntEnum
from functools import cache
from typing import Self


class _Coded(IntEnum):
    """A small integer for the compiled rules and a CDISC spelling for people and files."""

    @property
    def cdisc(self) -> str:
        """The spelling of CDISC controlled terminology."""
        return self.name.replace("NON_CR_NON_PD", "NON-CR/NON-PD")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a CDISC spelling, in any case; raises ValueError that lists the known ones."""
        spellings = _spellings(cls)
        if (code := spellings.get(text.strip().upper())) is not None:
            return cls(code)
        raise ValueError(f"{text!r} is not a {cls.__name__}; write one of: {', '.join(spellings)}")


@cache
def _spellings(codes: type[_Coded]) -> dict[str, _Coded]:
    return {member.cdisc: member for member in codes}


class Response(_Coded):
    """The overall response at one time point, or the best one (RECIST 1.1 4.4; codelist ONCRSR)."""

    NE = 0
    CR = 1
    PR = 2
    SD = 3
    NON_CR_NON_PD = 4
    PD = 5


class NonTarget(_Coded):
    """The state of all non-target lesions together (RECIST 1.1 4.3.3); NONE: there was no such
    disease at baseline.
    """

    NONE = 0
    CR = 1
    NON_CR_NON_PD = 2
    PD = 3
    NE = 4


class NewLesion(_Coded):
    """Whether a lesion appeared that was not there at baseline (RECIST 1.1 4.3.5)."""

    NONE = 0
    UNEQUIVOCAL = 1
    EQUIVOCAL = 2
