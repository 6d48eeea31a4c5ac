"""What keeps a server from serving real people, and what takes it away again."""

from __future__ import annotations

import os
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from trial_unit import Unit


def told() -> str:
    from equipoise.web.deploy_check import faults

    return "\n".join(faults())


def test_a_simulated_trial_and_a_key_beside_its_list_are_told(unit: Unit) -> None:
    assert f"{unit.id} is simulated" in told()
    assert "the key of the randomization list lies beside the list" not in told()

    key = unit.folder / "sealed.key"
    key.write_text(secrets.token_hex(32))
    key.chmod(0o600)

    assert "the key of the randomization list lies beside the list" in told()


def test_an_assumption_that_nobody_confirmed_is_told(unit: Unit) -> None:
    open_ = unit.trial.unconfirmed(unit.trial.protocol)
    assert open_
    assert f"{unit.id}: nobody has confirmed {', '.join(sorted(open_))}" in told()

    unit.story.confirm_assumptions("2021-02-01")

    assert f"{unit.id}: nobody has confirmed" not in told()


def test_a_file_that_everybody_can_read_is_told(data: Path) -> None:
    for path in data.rglob("*"):
        if path.is_file():
            path.chmod(0o600)
    assert "can be read by everybody" not in told()

    (data / "secret.key").chmod(0o644)

    assert "secret.key can be read by everybody" in told()
    (data / "secret.key").chmod(0o600)


def test_a_backup_is_named_and_can_be_written(data: Path, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.delenv("EQUIPOISE_BACKUP", raising=False)
    assert "no backup is named" in told()
    monkeypatch.setenv("EQUIPOISE_BACKUP", str(tmp_path / "nowhere"))
    assert "nothing can be written there" in told()
    monkeypatch.setenv("EQUIPOISE_BACKUP", str(tmp_path))
    assert "backup" not in told()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda on: setattr(on, "DEBUG", True), "DEBUG is on"),
        (lambda on: setattr(on, "SECRET_KEY", "short"), "secret.key is short"),
        (lambda on: setattr(on, "ALLOWED_HOSTS", ["trial.example.org"]), "served without HTTPS"),
        (lambda on: setattr(on, "ALLOWED_HOSTS", ["*"]), "EQUIPOISE_HOSTS holds *"),
    ],
)
def test_a_setting_that_lets_others_in_is_told(data: Path, change: Callable, why: str) -> None:
    from django.conf import settings

    held = {name: getattr(settings, name) for name in ("DEBUG", "SECRET_KEY", "ALLOWED_HOSTS")}
    settings.ALLOWED_HOSTS = ["localhost"]
    assert why not in told()
    change(settings)
    try:
        assert why in told()
    finally:
        for name, value in held.items():
            setattr(settings, name, value)


def test_accounts_of_a_demo_and_a_changed_log_are_told(data: Path) -> None:
    from equipoise.web import access_log
    from equipoise.web.models import User

    assert "accounts of a demo" not in told()
    user = User.objects.create(username="demo-01", is_demo=True)
    access_log.tell("EXPORTED", "monitor-01")
    log = data / access_log.NAME
    whole = log.read_bytes()
    log.write_bytes(b"x" + whole[1:])

    assert "there are accounts of a demo" in told()
    assert "the log of who signed in was changed" in told()
    log.write_bytes(whole)
    user.delete()


def test_an_account_that_is_renewed_or_closed(data: Path) -> None:
    from django.test import Client

    from equipoise.web import accounts

    first = accounts.create_account("nurse-77", "Nora Ames").password
    second = accounts.renew_account("nurse-77").password
    form = {"login": "nurse-77", "password": first}
    assert Client().post("/accounts/login/", form).status_code == 200
    assert Client().post("/accounts/login/", form | {"password": second}).status_code == 302
    accounts.close_account("nurse-77")
    assert Client().post("/accounts/login/", form | {"password": second}).status_code == 200
    with pytest.raises(LookupError, match="there is no account nobody-1"):
        accounts.renew_account("nobody-1")
    with pytest.raises(ValueError, match="letters, digits"):
        accounts.create_account("Jane Doe", "")


def test_a_trial_is_founded_with_its_list(data: Path) -> None:
    from equipoise.web.new_trial import make_trial
    from equipoise.web.trials import SEALED, storage_of

    made = make_trial(data, "NCT04509635")

    folder = data / "trials" / "NCT04509635"
    assert made is None or made.login == "sponsor"
    assert (folder / SEALED).stat().st_mode & 0o077 == 0
    (adopted,) = storage_of(folder).read()
    assert adopted.type == "ProtocolAdopted"
    assert not adopted.payload["simulated"]
    with pytest.raises(FileExistsError, match="holds a trial already"):
        make_trial(data, "NCT04509635")


def test_a_socket_has_a_name_that_the_system_takes(data: Path, tmp_path: Path, monkeypatch) -> None:
    from equipoise.web import trials

    assert trials.socket_of(data / "trials" / "T") == data / "trials" / "T" / "allocator.sock"
    monkeypatch.setattr(trials.tempfile, "gettempdir", lambda: str(tmp_path))
    deep = data / ("very" * 30)

    place = trials.socket_of(deep)

    assert place.parent.parent == tmp_path
    assert place == trials.socket_of(deep)
    assert place != trials.socket_of(deep / "other")
    place.parent.chmod(0o777)
    with pytest.raises(OSError, match="was made by somebody else"):
        trials.socket_of(deep)


def test_without_deploy_it_asks_whether_all_is_whole_and_no_more(unit: Unit) -> None:
    from equipoise.web.deploy_check import damage

    assert f"{unit.id} is simulated" in told()
    before = [line for line in damage() if line.startswith(unit.id)]
    assert before == []  # a demo may be whole
    assert not any("backup" in line or "simulated" in line for line in damage())

    unit.browser("monitor-01").get()
    _change_an_entry(unit.folder / "ledger.sqlite")

    (line,) = [each for each in damage() if each.startswith(unit.id)]
    assert "entry 3 does not hold" in line
    assert line in told()


def _change_an_entry(place: Path) -> None:
    """As somebody does who has the file, and takes away what is in the way."""
    with closing(sqlite3.connect(place)) as ledger:
        triggers = ledger.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            ledger.execute(f"DROP TRIGGER {name}")
        ledger.execute(
            "UPDATE entries SET entry = replace(entry, 'sponsor-01', 'sponsor-02') WHERE seq = 3"
        )
        ledger.commit()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "check --deploy"),
        (("--deploy",), "no backup is named"),
    ],
)
def test_the_command_obeys_its_option(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    folder = tmp_path / "served"
    run = [sys.executable, "-m", "equipoise.cli"]
    env = {k: v for k, v in os.environ.items() if k not in {"EQUIPOISE_DATA", "EQUIPOISE_BACKUP"}}
    new = ["serve", "--new", "NCT04509635", "--check", "--data", str(folder)]
    subprocess.run([*run, *new], check=True, capture_output=True, env=env)

    done = subprocess.run(
        [*run, "check", *words, "--data", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        env=env,
    )

    assert said in done.stdout
    assert ("no backup is named" in done.stdout) == bool(words)
    assert done.returncode == (1 if words else 0)
