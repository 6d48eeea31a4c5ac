"""In which other ways may the file of a participant be written? None may admit anybody."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

File = dict[str, Any]

CODED = ("TESTCD", "CAT", "SPEC", "STAT", "OCCUR", "GENSR", "OUTCOME", "CLAS", "DECOD", "LOC")
DATES = ("DTC", "STDTC", "ENDTC", "PDDTC")
WORDS = ("Yes", "OTHER THING", "VARIANT", "POSITIVE", "n/a", "?", "NOT DONE", "ND")
UNREADABLE = (
    ("LB", {"LBTESTCD": "NEUTRO", "LBORRES": "0.5", "LBORRESU": "10*9/L", "LBDTC": "2021-03-09"}),
    ("LB", {"LBTESTCD": "", "LBORRES": "9", "LBORRESU": "10*9/L"}),
    ("LB", {"LBTESTCD": "NEUT", "LBORRES": "900", "LBORRESU": "10*9/L", "LBDTC": "2021-03-09"}),
    ("LB", {"LBTESTCD": "BILI", "LBORRES": "clotted", "LBDTC": "2021-03-10"}),
    ("QS", {"QSTESTCD": "ECOG", "QSORRES": "0", "QSDTC": "2021-03-09"}),
    ("MH", {"MHCAT": "SOMETHING", "MHOCCUR": "Y"}),
    ("MH", {"MHCAT": "GENERAL MEDICAL HISTORY", "MHOCCUR": "Y", "MHDECOD": "C50.9"}),
    ("MH", {"MHCAT": "HYPERSENSITIVITY", "MHOCCUR": "Perhaps", "MHTERM": "rash"}),
    ("CM", {"CMCAT": "CHEMO", "CMTRT": "AB-123"}),
    ("CM", {"CMCAT": "PRIOR ANTICANCER THERAPY", "CMTRT": "VECTIBIX"}),
    ("GF", {"GFSPEC": "BLOOD", "GFTESTCD": "CODON", "GFGENSR": "KRAS", "GFORRES": "DETECTED"}),
    ("GF", {"GFSPEC": "PLASMA", "GFREFID": "P-1", "GFTESTCD": "VARIANT", "GFORRES": "POSITIVE"}),
    ("TR", {"TRTESTCD": "LDIAM", "TRORRES": "5", "TRORRESU": "mm", "TRDTC": "2021-03-09"}),
    ("DS", {"DSDECOD": "LEFT", "DSSTDTC": "2021-03-09"}),
    ("DM", {"SEX": "female"}),
)


def rows(file: File) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """(domain, place, row) of all rows."""
    for domain, of_domain in file["records"].items():
        for place, row in enumerate(of_domain):
            yield domain, place, row


def _one(file: File, random: Random) -> tuple[str, int, dict[str, Any]]:
    return random.choice(list(rows(file)))


def shuffled(file: File, random: Random) -> File:
    """The same rows in another order."""
    for of_domain in file["records"].values():
        random.shuffle(of_domain)
    random.shuffle(file.get("attestations", []))
    return file


def doubled(file: File, random: Random) -> File:
    """One row twice."""
    domain, _, row = _one(file, random)
    file["records"][domain].append(dict(row))
    return file


def respelled(file: File, random: Random) -> File:
    """Coded values in other letters, and with blanks around them."""
    for _, _, row in rows(file):
        for name, value in row.items():
            if name.endswith(CODED) and isinstance(value, str) and random.random() < 0.3:
                row[name] = random.choice([value.lower(), value.title(), f"  {value} "])
    return file


def undated(file: File, random: Random) -> File:
    """One row without its date."""
    names = [(row, name) for _, _, row in rows(file) for name in row if name.endswith(DATES)]
    dated = [(row, name) for row, name in names if name != "BRTHDTC"]  # that is a value
    if dated:
        row, name = random.choice(dated)
        del row[name]
    return file


def unreadable(file: File, random: Random) -> File:
    """One more row, which cannot be read."""
    domain, row = random.choice(UNREADABLE)
    of_domain = file["records"].setdefault(domain, [])
    of_domain.insert(random.randint(0, len(of_domain)), dict(row))
    return file


def outside_its_list(file: File, random: Random) -> File:
    """One coded value that is in no list."""
    coded = [(row, name) for _, _, row in rows(file) for name in row if name.endswith(CODED)]
    if coded:
        row, name = random.choice(coded)
        row[name] = random.choice(WORDS)
    return file


EQUAL: dict[str, Callable[[File, Random], File]] = {
    "shuffled": shuffled,
    "doubled": doubled,
    "respelled": respelled,
}
"""Changes that leave every verdict as it is."""
WORSE: dict[str, Callable[[File, Random], File]] = {
    "undated": undated,
    "unreadable": unreadable,
    "outside its list": outside_its_list,
}
"""Changes that may only take knowledge away."""


def changed(file: File, kind: str, random: Random) -> File:
    """A copy of the file with one change."""
    return {**EQUAL, **WORSE}[kind](copy.deepcopy(file), random)
