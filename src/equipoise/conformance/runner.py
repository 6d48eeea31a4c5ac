"""Does a piece of software answer the published rules as they are written? Runs the cases.

A case is plain JSON: inputs, the clause, the expected answer, why. Nothing in it belongs to this
package, so any other program can be held to it (see `other_program`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

CASES = Path(__file__).parent / "cases"
"""The cases that come along."""
Answer = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]
"""Topic and inputs of a case to the answer."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A case whose answer differs from the published one."""

    topic: str
    case: str
    clause: str
    expected: Mapping[str, Any]
    got: Mapping[str, Any]
    why: str


@dataclass(frozen=True, slots=True)
class Result:
    """How many cases of each topic passed, of how many, and those which did not."""

    passed: Mapping[str, int]
    total: Mapping[str, int]
    failures: tuple[Failure, ...]


def read_topics(directory: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each topic with its cases, named values (`"policy": "recist_1_1"`) written out in full."""
    for path in sorted(directory.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        shared = content.get("shared", {})
        try:
            cases = [
                {**case, "inputs": resolve(case["inputs"], shared)} for case in content["cases"]
            ]
            yield content["topic"], cases
        except (KeyError, TypeError) as error:
            raise ValueError(
                f"{path}: not a file of cases (see their README.md): {error!r} is missing"
            ) from None


def resolve(inputs: Mapping[str, Any], shared: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Write out the named values of a file: `key: name`, and `key_changes` on top of it."""
    full = {key: value for key, value in inputs.items() if not key.endswith("_changes")}
    for key, named in shared.items():
        if isinstance(full.get(key), str):
            full[key] = {**named[full[key]], **inputs.get(f"{key}_changes", {})}
    return full


def run(directory: Path, answer: Answer) -> Result:
    """Ask every case of every topic in the directory; only the keys that a case expects are
    compared.
    """
    passed: dict[str, int] = {}
    total: dict[str, int] = {}
    failures: list[Failure] = []
    for topic, cases in read_topics(directory):
        for case in cases:
            got = answer(topic, case["inputs"])
            total[topic] = total.get(topic, 0) + 1
            passed.setdefault(topic, 0)
            if all(key in got and got[key] == value for key, value in case["expected"].items()):
                passed[topic] += 1
            else:
                failures.append(
                    Failure(topic, case["id"], case["clause"], case["expected"], got, case["why"])
                )
    return Result(MappingProxyType(passed), MappingProxyType(total), tuple(failures))
