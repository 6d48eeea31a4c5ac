"""Which fonts have the letters of a document? Those that come with typst where they suffice, so
that the same document gives the same bytes on every machine; else those of this machine; else it is
said what to install. No letter becomes an empty box.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

INCLUDED = "Libertinus Serif"
"""Comes with typst, as do a mathematical and a monospaced font, which are asked after it."""
OF_THE_MACHINE = (
    "Noto Serif CJK SC", "Noto Sans CJK SC", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei",
    "Droid Sans Fallback", "Noto Naskh Arabic", "Noto Sans Arabic", "Noto Serif Hebrew",
    "Noto Sans", "DejaVu Sans",
)  # fmt: skip
"""Asked first, where they are; every other font of the machine is asked after them."""

CJK = "fonts-noto-cjk (or, for Chinese alone, fonts-wqy-zenhei)"
PACKAGES = dict.fromkeys(("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"), CJK)
"""The package of Debian and Ubuntu, by the first word of a letter's name in Unicode."""
OTHERWISE = "fonts-noto-core"
SHOWN = 5
"""So many letters are named."""

_UNSHOWN = re.compile(r'the text `"((?:[^"\\]|\\.)+)"` could not be displayed')
_PROBE = "#set text(font: sys.inputs.font)\n#for it in sys.inputs.letters [#it ]"


class MissingFont(RuntimeError):
    """No font of this machine has some letters of a document."""


@dataclass(frozen=True, slots=True)
class Fonts:
    """The families to ask, in order, and whether fonts of the machine are among them."""

    families: tuple[str, ...]
    of_the_machine: bool


Probe = Callable[[Sequence[str], bool], list[str]]
"""Which of the letters no font has; the flag takes the fonts of the machine in."""


def fonts_for(text: str, probe: Probe | None = None) -> Fonts:
    """Fonts that have every letter of a text. Raises MissingFont."""
    ask = probe or unshown
    letters = sorted({letter for letter in text if ord(letter) > 0x7E and _has_a_shape(letter)})
    missing = ask(letters, False)
    if not missing:
        return Fonts((INCLUDED,), of_the_machine=False)
    if missing := ask(missing, True):
        raise MissingFont(_told(missing))
    return Fonts((INCLUDED, *OF_THE_MACHINE), of_the_machine=True)


def unshown(letters: Sequence[str], of_the_machine: bool) -> list[str]:
    """What typst would leave out: it refuses to write PDF/A with a letter that has no glyph, and
    names each.
    """
    import typst

    if not letters:
        return []
    try:
        typst.compile(
            _PROBE.encode(),
            format="pdf",
            pdf_standards=["a-2b"],
            sys_inputs={"letters": "".join(letters), "font": INCLUDED},
            ignore_system_fonts=not of_the_machine,
        )
    except typst.TypstError as error:
        found = _UNSHOWN.findall(error.diagnostic)
        if not found:
            raise
        return [letter for letter in letters if letter in "".join(found)] or list(found)
    return []


def _has_a_shape(letter: str) -> bool:
    """Controls, marks of direction and blanks have none."""
    return unicodedata.category(letter)[0] not in "CZ"


def _told(missing: Sequence[str]) -> str:
    named = ", ".join(f"{letter} (U+{ord(letter):04X})" for letter in missing[:SHOWN])
    more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
    first = [unicodedata.name(letter, "").split(" ")[0] for letter in missing]
    packages = sorted({PACKAGES.get(word, OTHERWISE) for word in first})
    return (
        f"no font of this machine shows {named}{more}; expected one for every letter of a PDF:"
        f" install {' and '.join(packages)} (the names are Debian's and Ubuntu's), or leave pdf and"
        " png out of --formats"
    )
