"""Does the demo still give the bytes that it gave? A change of the house changes no answer.

`python tests/test_equal_bytes.py` prints the digests as they are now. Whoever changes an answer on
purpose writes them here, the picture of the README anew (`python docs/picture.py`), and the reason
into the commit.
"""

import hashlib
import json
import sys
import tempfile
from pathlib import Path

from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1] / "docs"))

import picture

from equipoise.cli.app import app

DIGESTS = {
    "ledger.jsonl": "49c28207280b810a114deb431b968e1544ce962ce85caecca68fdeb1f2d118d2",
    "results.json": "b90e6529ef6ade96f8aea03f5cf358747c78cab37a0b6a49512348a2c51aaec6",
    "report.html": "9472d1ed36fe2d3b172369771f8f3763bb87f839d34d02a46f3dcce6ef458a4a",
}
"""SHA-256 of `equipoise demo` with 50 participants and seed 7; of the results with all numbers to
twelve digits, since the last bits of an exponential depend on the processor."""


def digests(folder: Path) -> dict[str, str]:
    """The digests of a demo that is written into the folder."""
    ran = CliRunner().invoke(app, ["demo", "--out", str(folder)])
    assert ran.exit_code == 0, ran.output
    content = {name: (folder / name).read_bytes() for name in DIGESTS}
    results = json.loads(content["results.json"], parse_float=lambda text: f"{float(text):.12g}")
    content["results.json"] = json.dumps(results, sort_keys=True).encode()
    return {name: hashlib.sha256(written).hexdigest() for name, written in content.items()}


def test_the_demo_gives_the_bytes_that_it_gave(tmp_path: Path) -> None:
    assert digests(tmp_path) == DIGESTS
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert picture.FILE.read_text(encoding="utf-8") == picture.picture_of(report)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        json.dump(digests(Path(place)), sys.stdout, indent=4)
