"""How large are the rooms of the house, and what stands in them twice?

    python docs/house.py [SOURCES ...]

prints one column of figures for each folder of sources (default: src/equipoise), so that two
states of the code can be laid side by side. Nothing of the code is run: everything is read from its
syntax.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median

HERE = Path(__file__).parents[1] / "src" / "equipoise"
Function = ast.FunctionDef | ast.AsyncFunctionDef


def measure(sources: Path) -> dict[str, str]:
    """The figures of one folder of sources, by name."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(sources.rglob("*.py"))}
    trees = {path: ast.parse(text) for path, text in texts.items()}
    lines = [line for text in texts.values() for line in text.splitlines()]
    functions = [node for tree in trees.values() for node in _of(tree, Function)]
    lengths = [_length(function) for function in functions]
    files = [text.count("\n") for text in texts.values()]
    classes = Counter(_name_of(node) for tree in trees.values() for node in _of(tree, ast.ClassDef))
    words = Counter(word for tree in trees.values() for word in _names(tree))
    too_wide = sum(len(line) > 100 for line in lines)
    return {
        "files": str(len(texts)),
        "lines": str(len(lines)),
        "median lines of a file": f"{median(files):.0f}",
        "files over 300 lines": str(sum(n > 300 for n in files)),
        "functions": str(len(functions)),
        "median lines of a function": f"{median(lengths):.0f}",
        "functions over 40 lines": str(sum(n > 40 for n in lengths)),
        "functions with over 6 parameters": str(sum(_parameters(f) > 6 for f in functions)),
        "lines over 100 columns": f"{too_wide} ({100 * too_wide / len(lines):.1f} %)",
        "fmt: skip": str(sum("fmt: skip" in line for line in lines)),
        "type: ignore": str(sum("type: ignore" in line for line in lines)),
        "Any": str(words["Any"]),
        "string subscripts": str(sum(_string_subscripts(tree) for tree in trees.values())),
        "string subscripts in report": str(
            sum(_string_subscripts(t) for p, t in trees.items() if "report" in p.parts)
        ),
        "class names that stand twice": str(sum(n > 1 for n in classes.values())),
        "the name `found`": str(words["found"]),
        "the name `one`": str(words["one"]),
    }


def _of(tree: ast.AST, kind: object) -> Iterator[ast.AST]:
    return (node for node in ast.walk(tree) if isinstance(node, kind))  # type: ignore[arg-type]


def _name_of(node: ast.AST) -> str:
    assert isinstance(node, ast.ClassDef)
    return node.name


def _length(function: ast.AST) -> int:
    """Lines from `def` to the last, without its docstring."""
    assert isinstance(function, Function)
    assert function.end_lineno is not None
    whole = function.end_lineno - function.lineno + 1
    first = function.body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return whole - (first.end_lineno - first.lineno + 1 if is_docstring and first.end_lineno else 0)


def _parameters(function: ast.AST) -> int:
    assert isinstance(function, Function)
    asked = function.args
    every = [*asked.posonlyargs, *asked.args, *asked.kwonlyargs]
    return sum(argument.arg not in ("self", "cls") for argument in every)


def _names(tree: ast.AST) -> Iterator[str]:
    return (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


def _string_subscripts(tree: ast.AST) -> int:
    return sum(
        isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
    )


def show(folders: Iterable[Path]) -> str:
    """The figures of all folders as a table in Markdown."""
    columns = {str(folder): measure(folder) for folder in folders}
    names = next(iter(columns.values()))
    rows = [["", *columns], ["---"] * (len(columns) + 1)]
    rows += [[name, *(column[name] for column in columns.values())] for name in names]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    print(show([Path(folder) for folder in sys.argv[1:]] or [HERE]))
