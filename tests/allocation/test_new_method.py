"""A method of allocation is added by four files at most: shown on a copy of the house."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

import equipoise
from equipoise.allocation.declared import METHODS
from equipoise.protocol.randomization import Randomization

HOUSE = Path(equipoise.__file__).parent

ALTERNATION = '''"""In which order do the arms follow within a stratum? In turn."""

from __future__ import annotations

import numpy as np

from equipoise.allocation.method import Method, Numbers
from equipoise.arrays import Codes, Ints
from equipoise.protocol.randomization import Randomization


def draw_turn(rng: np.random.Generator, ratio: Ints, numbers: Ints, run: Codes) -> int:
    """Fill `run` with each arm so often in turn."""
    filled = 0
    for _ in range(numbers[0]):
        for arm in range(len(ratio)):
            run[filled] = arm
            filled += 1
    return filled


def _turns(declared: Randomization, ratio: Numbers) -> tuple[int, ...]:
    return (declared.turns, 2)


def _longest(numbers: Numbers) -> int:
    return numbers[0] * numbers[1]


def _check(ratio: Numbers, numbers: Numbers) -> None:
    if set(ratio) != {1}:
        raise ValueError("alternation knows no ratio but 1 to 1")


ALTERNATION = Method(
    name="alternation", draw_run=draw_turn, numbers=_turns, longest=_longest, check=_check
)
'''
CHANGES = {
    "protocol/randomization.py": [
        (
            'method: Literal["stratified permuted blocks"] =',
            ('turns: int = 1\n    method: Literal["stratified permuted blocks", "alternation"] ='),
        ),
        (
            '        """The method and its numbers, where they are public."""\n',
            (
                '        """The method and its numbers, where they are public."""\n'
                '        if self.method == "alternation":\n'
                '            return f"arms in turn, {self.turns} times each"\n'
            ),
        ),
    ],
    "allocation/declared.py": [
        (
            "from equipoise.allocation.blocks import PERMUTED_BLOCKS\n",
            (
                "from equipoise.allocation.alternation import ALTERNATION\n"
                "from equipoise.allocation.blocks import PERMUTED_BLOCKS\n"
            ),
        ),
        ("for method in (PERMUTED_BLOCKS,)", "for method in (PERMUTED_BLOCKS, ALTERNATION)"),
    ],
    "simulation/trial_rules.py": [
        (
            "from equipoise.allocation import blocks\n",
            "from equipoise.allocation import alternation, blocks\n",
        ),
        (
            "draw_block = njit(cache=True)(blocks.draw_block)\n",
            (
                "draw_block = njit(cache=True)(blocks.draw_block)\n"
                "ALTERNATION = list(METHODS).index(alternation.ALTERNATION.name)\n"
                "draw_turn = njit(cache=True)(alternation.draw_turn)\n"
            ),
        ),
        (
            '    raise ValueError("a method of allocation that is not compiled")\n',
            (
                "    if scheme.method == ALTERNATION:\n"
                "        return draw_turn(rng, scheme.ratio, scheme.numbers, run)\n"
                '    raise ValueError("a method of allocation that is not compiled")\n'
            ),
        ),
    ],
}
USE = """
import json
import numpy as np
from equipoise.allocation.declared import allocation_of
from equipoise.conduct.randomization import draw_allocation
from equipoise.protocol.yaml_file import parse, read_text
from equipoise.report.protocol.page import show_protocol
from equipoise.simulation.trial_rules import allocate_all, scheme_of

text = read_text("NCT04509635").replace(
    "method: stratified permuted blocks", "method: alternation\\n  turns: 3"
)
trial = parse(text)
sealed = draw_allocation(trial, np.random.default_rng(1), "ab" * 16)
first = [sealed.position(stratum, place).arm for stratum in sealed.strata for place in (1, 2, 3)]
arm, stratum = np.zeros(8, np.int8), np.zeros(8, np.int8)
scheme = scheme_of(allocation_of(trial, (trial.control, trial.experimental)))
allocate_all(np.random.default_rng(1), scheme, np.ones(1), arm, stratum)
print(json.dumps({
    "arms": sorted(set(first)),
    "in turn": first == first[:3] * len(sealed.strata) and first[0] == first[2] != first[1],
    "simulated": arm.tolist(),
    "page": "arms in turn, 3 times each" in show_protocol(trial),
}))
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the house with one more method."""
    copy = tmp_path / "equipoise"
    shutil.copytree(HOUSE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "allocation" / "alternation.py").write_text(ALTERNATION)
    for name, changes in CHANGES.items():
        text = (copy / name).read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, f"{name} no longer holds {old!r}"
            text = text.replace(old, new, 1)
        (copy / name).write_text(text, encoding="utf-8")
    return copy


def test_four_files_are_a_method_everywhere(house):
    changed = {p.relative_to(house) for p in house.rglob("*.py") if _differs(house, p)}
    surroundings = {**os.environ, "PYTHONPATH": str(house.parent), "NUMBA_DISABLE_JIT": "1"}

    used = subprocess.run(
        [sys.executable, "-c", USE], capture_output=True, text=True, env=surroundings, check=False
    )

    assert len(changed) <= 4
    assert json.loads(used.stdout or "null") == {
        "arms": ["CETUXIMAB_CHEMOTHERAPY", "CHEMOTHERAPY"],
        "in turn": True,
        "simulated": [0, 1, 0, 1, 0, 1, 0, 1],
        "page": True,
    }, used.stderr


def _differs(house: Path, path: Path) -> bool:
    own = HOUSE / path.relative_to(house)
    return not own.exists() or own.read_bytes() != path.read_bytes()


def test_every_method_that_a_protocol_may_name_is_there_and_no_other():
    assert set(METHODS) == set(get_args(Randomization.model_fields["method"].annotation))
