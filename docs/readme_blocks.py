"""Keep the README honest: run its console blocks in order and write what they print, or say which
one differs. A line of `…` in a block leaves lines out: what stands between such lines is printed
there, in this order.

`python docs/readme_blocks.py` rewrites the blocks; the tests call `differences`.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from typer.testing import CliRunner

from equipoise.cli.app import app

TOP = Path(__file__).resolve().parents[1]
README = TOP / "README.md"
NAMES = ("other-peoples-data", "eligibility", "rows", "response", "design", "report", "importing")
PAGES = (README, *(TOP / "docs" / f"{name}.md" for name in NAMES))
"""All pages whose blocks are kept honest."""
LEFT_OUT = "…"
BLOCK = re.compile(r"(```console\n\$ equipoise (?P<command>.+?)\n)(?P<shown>.*?)(```)", re.DOTALL)


def run_blocks(text: str) -> Iterator[tuple[re.Match[str], str]]:
    """Each block with what its command prints on standard output; all run in one new folder."""
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        for name in ("docs", "tests"):
            (Path(folder) / name).symlink_to(TOP / name)
        os.chdir(folder)
        try:
            for block in BLOCK.finditer(text):
                printed = CliRunner().invoke(app, block["command"].split()).stdout
                yield (
                    block,
                    "".join(f"{line.rstrip()}\n" for line in printed.strip("\n").splitlines()),
                )
        finally:
            os.chdir(here)


def differences(page: Path = README) -> list[str]:
    """The commands whose block does not show what they print."""
    return [
        block["command"]
        for block, printed in run_blocks(page.read_text(encoding="utf-8"))
        if not shows(block["shown"], printed)
    ]


def shows(shown: str, printed: str) -> bool:
    """Whether a block shows what was printed, but for the lines it leaves out."""
    parts = [re.escape(part) for part in shown.split(f"{LEFT_OUT}\n")]
    return re.fullmatch("(?:.*\n)*".join(parts), printed) is not None


def rewrite(page: Path = README) -> None:
    """Write every block anew; one that leaves lines out is for a person to mend."""
    text = page.read_text(encoding="utf-8")
    for block, printed in reversed(list(run_blocks(text))):
        if LEFT_OUT in block["shown"]:
            if not shows(block["shown"], printed):
                print(f"{page.name}: `{block['command']}` now prints\n{printed}")
            continue
        text = text[: block.start()] + block[1] + printed + block[4] + text[block.end() :]
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for one in PAGES:
        rewrite(one)
