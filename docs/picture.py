"""Write the picture of the README: a figure of the report of the demo, as a file of its own.

`python docs/picture.py` runs the demo and writes it anew; the tests hold the file to the demo.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from typer.testing import CliRunner

from equipoise.cli.app import app
from equipoise.report.kit.page import read_template

FILE = Path(__file__).parent / "images" / "progression-free-survival.svg"
LABEL = "Kaplan-Meier curves of Progression-free survival"


def picture_of(report: str) -> str:
    """The first, wide figure of progression-free survival in a report, with the report's style
    sheet and a ground of its own. Its links lead into the report, so they are left out.
    """
    figure = next(
        svg for svg in re.findall(r"<svg .*?</svg>", report, re.DOTALL) if f'"{LABEL}' in svg
    )
    figure = re.sub(r"</?a\b[^>]*>", "", figure)
    style = f"<style>{read_template('report.css')} svg{{background:var(--paper)}}</style>"
    head, rest = figure.split(">", 1)
    return f'{head}>{style}<rect width="100%" height="100%" fill="var(--paper)"/>{rest}\n'


def main() -> None:
    """Run the demo, and write the picture."""
    with tempfile.TemporaryDirectory() as folder:
        ran = CliRunner().invoke(app, ["demo", "--out", folder])
        assert ran.exit_code == 0, ran.output
        report = (Path(folder) / "report.html").read_text(encoding="utf-8")
    FILE.write_text(picture_of(report), encoding="utf-8")


if __name__ == "__main__":
    main()
