"""A changed rule must be seen by a loop in another file, although numba's own cache does not look
there.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import equipoise

LOOP = """
import numpy as np
from equipoise.compiled import njit
from equipoise.assessments.recist.target_rules import has_shrunk
from equipoise.assessments.recist.policy import RECIST_1_1

@njit(cache=True)
def responders(totals, policy):
    count = 0
    for total in totals:
        if has_shrunk(total, 1000, policy):
            count += 1
    return count
"""
ASK = """
import numpy as np
from equipoise.simulation.loop import responders, RECIST_1_1
print(responders(np.array([690, 710]), RECIST_1_1))
"""


def ask(root: Path, cache: Path) -> str:
    environment = {
        **os.environ,
        "PYTHONPATH": str(root),
        "XDG_CACHE_HOME": str(cache),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    environment.pop("NUMBA_CACHE_DIR", None)
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_loop_in_another_file_sees_a_changed_rule(tmp_path):
    package = tmp_path / "src" / "equipoise"
    shutil.copytree(
        Path(equipoise.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__")
    )
    (package / "simulation" / "loop.py").write_text(LOOP)
    assert ask(tmp_path / "src", tmp_path / "cache") == "1"

    rules = package / "assessments" / "recist" / "rules.py"
    rule = "reaches((baseline - total) * 100, policy.pr_percent * baseline, policy)"
    assert rule in rules.read_text()
    rules.write_text(rules.read_text().replace(rule, "total < baseline"))

    assert ask(tmp_path / "src", tmp_path / "cache") == "2"
    assert len(list((tmp_path / "cache" / "equipoise").iterdir())) == 2


def test_words_and_policies_do_not_start_the_compiler():
    code = (
        "import sys, equipoise.terms.response, equipoise.assessments.recist.policy,"
        " equipoise.assessments.recist.clauses;print('numba' in sys.modules)"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
        == "False\n"
    )
