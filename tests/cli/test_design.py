"""`design` and `simulate` at the terminal."""

import contextlib
import fcntl
import json
import signal
import subprocess
import time

import pytest
from every_command import start
from typer.testing import CliRunner

from changed import PFS_PRIMARY
from equipoise.cli.app import app
from equipoise.protocol.yaml_file import read_text

RUN = CliRunner()
FEW = "found '0', expected a whole number, 2 to 1000000"


def test_design_without_simulation_writes_a_page(tmp_path):
    done = RUN.invoke(app, ["design", "--trials", "0", "--out", str(tmp_path / "design.html")])

    assert done.exit_code == 0, done.output
    assert "Participants needed for a power of 0.8" in done.stdout
    assert "<svg" in (tmp_path / "design.html").read_text()


def test_simulate_writes_the_same_file_for_the_same_seed_and_leaves_no_blocks(tmp_path):
    for name, workers in (("a.json", "1"), ("b.json", "2")):
        done = RUN.invoke(
            app,
            [
                "simulate",
                "NCT04509635",
                "--trials",
                "300",
                "--seed",
                "5",
                "--workers",
                workers,
                "--out",
                str(tmp_path / name),
            ],
        )
        assert done.exit_code == 0, done.output
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "b.json"]
    found = json.loads((tmp_path / "a.json").read_text())
    assert (found["trials"], found["seed"], set(found["scenarios"])) == (
        300,
        5,
        {"effect", "no effect"},
    )
    assert "Monte-Carlo standard error" in done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["design", "--trials", "-1"], "found '-1', expected a whole number, 0 to 1000000"),
        (["design", "NOWHERE"], "NOWHERE"),
        (["design", "--trials", "1"], "0 (no simulation) or 2 or more"),
        (
            ["simulate", "NCT04509635", "--trials", "0", "--seed", "1"],
            FEW,
        ),
        (
            ["simulate", "NCT04509635", "--trials", "1", "--seed", "1"],
            "found '1', expected a whole number, 2 to 1000000",
        ),
        (
            ["simulate", "NCT04509635", "--trials", "10", "--seed", "-4"],
            "found '-4', expected a whole number, 0 to 9",
        ),
        (
            ["simulate", "NCT04509635", "--trials", "10", "--seed", "1", "--workers", "0"],
            "found '0', expected a whole number, 1 to 1024, or -1 for all processors",
        ),
    ],
)
def test_nonsense_is_refused_before_anything_is_written(words, message, tmp_path):
    place = ["--out", str(tmp_path / "x.json")] if words[0] == "simulate" else []
    done = RUN.invoke(app, [*words, *place])

    assert done.exit_code == 2
    assert message in " ".join(done.stderr.replace("│", " ").split())
    assert not list(tmp_path.glob("x.json*"))


def written(tmp_path, *changes):
    """The shipped protocol with something declared otherwise, as a file."""
    text = read_text("NCT04509635")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_trial_of_ones_own_is_designed_and_says_that_it_is_not_simulated(tmp_path):
    mine = written(tmp_path, ("id: NCT04509635", "id: NCT00000000"))
    done = RUN.invoke(app, ["design", mine, "--trials", "20"])

    assert done.exit_code == 0, done.output
    assert "NCT00000000: 50 participants, 25 v 25" in done.stdout
    assert (
        "Not simulated: registration.id: found NCT00000000, expected a trial that has"
        in done.stdout
    )
    assert "Boschloo, simulated" in done.stdout  # the shares alone need nobody
    assert "What an early look costs" not in done.stdout
    place = ["--out", str(tmp_path / "x.json")]
    refused = RUN.invoke(app, ["simulate", mine, "--trials", "20", "--seed", "1", *place])
    assert refused.exit_code == 2
    assert "registration.id: found NCT00000000" in refused.stderr
    assert not list(tmp_path.glob("x.json*"))
    checked = RUN.invoke(app, ["protocol", "check", mine])
    assert checked.exit_code == 1
    assert "cannot be simulated" in checked.stderr


def test_a_time_to_event_is_simulated_and_not_designed(tmp_path):
    mine = written(tmp_path, *PFS_PRIMARY)
    done = RUN.invoke(app, ["design", mine, "--trials", "0"])

    assert done.exit_code == 2
    assert "endpoints.PFS.analysis: found time_to_event" in done.stderr
    assert "cannot be designed" in RUN.invoke(app, ["protocol", "check", mine]).stderr
    place = ["--out", str(tmp_path / "x.json")]
    simulated = RUN.invoke(app, ["simulate", mine, "--trials", "20", "--seed", "1", *place])
    assert simulated.exit_code == 0, simulated.output
    told = json.loads((tmp_path / "x.json").read_text())["scenarios"]["effect"]
    assert told["primary"]["endpoint"] == "PFS"
    assert "stratified log-rank test, FDA rules" in simulated.stdout


def test_blocks_of_other_assumptions_are_refused(tmp_path):
    folder = tmp_path / "x.json.blocks" / "effect"
    folder.mkdir(parents=True)
    (folder / "blocks.json").write_text('{"digest": "another", "seed": 5, "trials_per_block": 256}')
    done = RUN.invoke(
        app,
        [
            "simulate",
            "NCT04509635",
            "--trials",
            "10",
            "--seed",
            "5",
            "--out",
            str(tmp_path / "x.json"),
        ],
    )

    assert done.exit_code == 2
    assert "blocks of another simulation" in done.stderr


def test_two_runs_never_share_a_result(tmp_path):
    folder = tmp_path / "x.json.blocks"
    folder.mkdir()
    with (folder / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = RUN.invoke(
            app,
            [
                "simulate",
                "NCT04509635",
                "--trials",
                "9",
                "--seed",
                "5",
                "--out",
                str(tmp_path / "x.json"),
            ],
        )

    assert done.exit_code == 2
    assert "another run is computing this result" in done.stderr


def test_a_folder_is_no_file_to_write(tmp_path):
    done = RUN.invoke(app, ["design", "--trials", "0", "--out", str(tmp_path)])

    assert done.exit_code == 2
    assert "is a folder; name a file" in done.stderr


def test_a_run_that_was_interrupted_goes_on_in_another_process(tmp_path):
    """The blocks of the first are those of the second, whatever lies where in its memory."""

    def words(name):
        place = ["--out", str(tmp_path / name)]
        return ["simulate", "NCT04509635", "--trials", "300", "--seed", "5", *place]

    first = start(words("a.json"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    blocks = tmp_path / "a.json.blocks"
    while first.poll() is None and not list(blocks.glob("*/block-*.npy")):
        time.sleep(0.01)
    first.send_signal(signal.SIGINT)
    told = first.communicate(timeout=600)[1].decode()
    assert first.returncode == 130, told
    assert f"finished blocks are in {blocks}: the same command goes on" in told
    kept = {path: path.stat().st_mtime_ns for path in blocks.glob("*/block-*.npy")}

    again = start(words("a.json"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while again.poll() is None and not (tmp_path / "a.json").exists():
        for path, written in kept.items():
            with contextlib.suppress(FileNotFoundError):
                assert path.stat().st_mtime_ns == written
        time.sleep(0.05)
    told = again.communicate(timeout=600)[1].decode()

    assert again.returncode == 0, told
    assert RUN.invoke(app, words("b.json")).exit_code == 0
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert kept
