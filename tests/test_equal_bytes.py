"""Does the demo still give the bytes that it gave? A change of the house changes no answer.

`python tests/test_equal_bytes.py` prints the digests as they are now. Whoever changes an answer on
purpose writes them here, and the reason into the commit.
"""

import hashlib
import json
import sys
import tempfile
from pathlib import Path

from typer.testing import CliRunner

from equipoise.cli.app import app

DIGESTS = {
    "ledger.jsonl": "0647584ebf898807949f6f124b24d8bda6d37124437be7b311baac6290554132",
    "results.json": "3f1464bc213bcd6d9d83984320bfa7df2ad6c8d55657dc6fa9a2764f29dc6ae0",
    "report.html": "476505237a0ea466eee26d749d15ffff040d24b2e7db13298cd14f8b498d2a3a",
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


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        json.dump(digests(Path(place)), sys.stdout, indent=4)
