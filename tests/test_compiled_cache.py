"""Machine code is kept for as long as the rule, and all it calls and reads, stays what it was."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import equipoise

LOOP = """
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
from equipoise.compiled import cache_directory, compiled
from equipoise.simulation.loop import responders, RECIST_1_1
print(compiled(responders)(np.array([690, 710]), RECIST_1_1))
print(cache_directory())
"""
RULE = "reaches((baseline - total) * 100, policy.pr_percent * baseline, policy)"


def ask(root: Path, code: str, **environment: str) -> str:
    told = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    for name in {"NUMBA_CACHE_DIR", "NUMBA_DISABLE_JIT"} - environment.keys():
        told.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-c", code], env=told, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def root(tmp_path):
    """A copy of the package, with a loop that calls a rule of another file."""
    package = tmp_path / "src" / "equipoise"
    shutil.copytree(
        Path(equipoise.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__")
    )
    (package / "simulation" / "loop.py").write_text(LOOP)
    return package.parent


def responders(root):
    return ask(root, ASK, XDG_CACHE_HOME=str(root.parent / "cache")).splitlines()[0]


def kept(root):
    """Name and time of every file of the cache."""
    return {path.name: path.stat().st_mtime_ns for path in (root.parent / "cache").rglob("*.nb?")}


def rewrite(root, old, new, file="target_rules.py"):
    rules = root / "equipoise" / "assessments" / "recist" / file
    assert old in rules.read_text()
    rules.write_text(rules.read_text().replace(old, new))


def test_a_loop_in_another_file_sees_a_changed_rule(root):
    assert responders(root) == "1"
    before = kept(root)

    rewrite(root, RULE, "total < baseline")

    assert responders(root) == "2"
    new = kept(root).keys() - before.keys()
    assert {name.partition("-")[0] for name in new} == {"has_shrunk", "responders"}
    assert before.items() <= kept(root).items()


def test_a_comment_and_a_docstring_in_another_file_discard_nothing(root):
    assert responders(root) == "1"
    before = kept(root)
    assert before

    rewrite(root, f"    return {RULE}", f"    # by 30 %\n    return {RULE}")
    rewrite(root, "4.3.1 PR: -30 % of the baseline sum.", "Other words.")
    loop = root / "equipoise" / "simulation" / "loop.py"
    loop.write_text("# One more line.\n" + loop.read_text())

    assert responders(root) == "1"
    assert kept(root) == before


def test_a_changed_rule_the_kernel_does_not_call_discards_nothing(root):
    assert responders(root) == "1"
    before = kept(root)

    told = "return response in (PR, SD, NON_CR_NON_PD)"
    rewrite(root, told, "return response in (PR, SD)", "overall_rules.py")

    assert responders(root) == "1"
    assert kept(root) == before


def test_the_digest_follows_code_and_constants(root):
    code = """
from equipoise.compiled import digest
from equipoise.assessments.recist.target_rules import has_shrunk
from equipoise.assessments.recist.overall_rules import overall_response
print(digest(has_shrunk), digest(overall_response))
"""
    shrunk, overall = ask(root, code).split()
    clauses = root / "equipoise" / "assessments" / "recist" / "clauses.py"
    clauses.write_text(clauses.read_text().replace("PD_NON_TARGET = 8", "PD_NON_TARGET = 108"))

    now = ask(root, code).split()

    assert now[0] == shrunk
    assert now[1] != overall


def test_the_digest_follows_the_fields_of_what_is_taken(root):
    """Machine code reads a field by its place."""
    code = """
from equipoise.compiled import digest
from equipoise.assessments.recist.target_rules import add_up, any_disease
from equipoise.assessments.recist.overall_rules import with_targets
from equipoise.simulation.full_trial_rules import write_look
print(digest(with_targets), digest(add_up), digest(any_disease), digest(write_look))
"""
    before = ask(root, code).split()
    policy = root / "equipoise" / "assessments" / "recist" / "policy.py"
    first, second = "    pd_percent: int", "    pd_um: int"
    told = policy.read_text().replace(first, "?").replace(second, first).replace("?", second)
    policy.write_text(told)

    after = ask(root, code).split()

    assert [one == other for one, other in zip(before, after, strict=True)] == [
        True,
        False,
        False,
        False,
    ]


def test_a_cache_that_cannot_be_written_is_replaced_for_this_run(root):
    blocked = root.parent / "file"
    blocked.write_text("")

    count, place = ask(root, ASK, XDG_CACHE_HOME=str(blocked)).splitlines()

    assert count == "1"
    assert list(Path(place).parent.rglob("*.nbi"))
    shutil.rmtree(Path(place).parent)


def test_workers_use_the_directory_of_their_parent(root):
    code = f"""
import os, subprocess, sys
from equipoise.compiled import cache_directory
print(cache_directory())
print(subprocess.run([sys.executable, "-c", {ASK!r}], capture_output=True, text=True).stdout)
"""
    given = root.parent / "given"
    blocked = root.parent / "file"
    blocked.write_text("")

    for place, environment in (
        (given, {"NUMBA_CACHE_DIR": str(given)}),
        (None, {"XDG_CACHE_HOME": str(blocked)}),
    ):
        parent, count, worker = ask(root, code, **environment).split()

        assert (parent, count) == (worker, "1")
        assert place is None or Path(parent).parent == place
        shutil.rmtree(place or Path(parent).parent)


@pytest.mark.parametrize(
    "words",
    [
        "equipoise.terms.response",
        "equipoise.assessments.recist.rules",
        "equipoise.simulation.full_trial",
    ],
)
def test_rules_do_not_start_the_compiler(words):
    code = f"import sys, {words}; print('numba' in sys.modules)"

    assert ask(Path(equipoise.__file__).parents[1], code) == "False"


def test_a_compilation_is_told_of_before_it_begins(tmp_path):
    """Once for who watches, and only of a kernel that is not kept from before."""
    script = """
import sys
from equipoise import compiled
from equipoise.assessments.recist import target_rules as rules
from equipoise.assessments.recist.policy import RECIST_1_1
def told():
    print("told", "numba" in sys.modules)
with compiled.watched(told):
    for kernel in (rules.has_shrunk, rules.has_grown):
        compiled.compiled(kernel)(690, 1000, RECIST_1_1)
        print("built")
"""
    for expected in (["told False", "built", "built"], ["built", "built"]):
        done = subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.splitlines() == expected
