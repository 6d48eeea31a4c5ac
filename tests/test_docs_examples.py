"""The pages on statistics, simulation and Python show what their examples print."""

import contextlib
import io
import os
import re
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
PAGES = [*sorted(DOCS.glob("statistics-*.md")), DOCS / "simulation.md", DOCS / "python.md"]
BLOCK = re.compile(
    r"^```python\n(?P<code>.*?)^```\n(?:\s*^```text\n(?P<shown>.*?)^```$)?",
    re.DOTALL | re.MULTILINE,
)


def run_page(text, name="page"):
    """Each example in order, all in one namespace: (line, shown or None, printed)."""
    space = {"__name__": name}
    for block in BLOCK.finditer(text):
        line = text[: block.start()].count("\n") + 2
        # Empty lines before the code give an error the line of the page.
        code = compile("\n" * (line - 1) + block["code"], f"{name}.md", "exec")
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(code, space)  # noqa: S102  (the page's own example)
        yield (
            line,
            block["shown"],
            "".join(f"{row.rstrip()}\n" for row in printed.getvalue().splitlines()),
        )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_example_prints_what_the_page_shows(page, monkeypatch):
    """After a change that is meant: `python tests/test_docs_examples.py` writes the outputs
    anew.
    """
    monkeypatch.chdir(DOCS.parent)
    examples = list(run_page(page.read_text(encoding="utf-8"), page.stem))

    assert examples
    for line, shown, printed in examples:
        assert printed == (shown or ""), f"{page.name}, line {line}"


def test_an_example_that_prints_something_else_is_found():
    text = "```python\nx = 1\n```\n\nThen:\n\n```python\nprint(x + 1)\n```\n\n```text\n3\n```\n"

    assert list(run_page(text)) == [(2, None, ""), (8, "3\n", "2\n")]


def rewrite():
    os.chdir(DOCS.parent)
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        found = list(zip(BLOCK.finditer(text), run_page(text, page.stem), strict=True))
        for block, (_, shown, printed) in reversed(found):
            if shown is not None:
                text = text[: block.start("shown")] + printed + text[block.end("shown") :]
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(rewrite())
