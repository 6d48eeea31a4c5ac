"""The command that serves the pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from equipoise.cli.exit_codes import ExitCode
from equipoise.cli.options import whole
from equipoise.cli.speak import out, progress, readable_failures

DATA = Path("equipoise-data")
LOOPBACK = ("127.0.0.1", "::1", "localhost")
SHOWN = (
    "coordinator-S01",
    "investigator-S01",
    "monitor",
    "data_manager",
    "statistician",
    "safety",
    "sponsor",
)


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(serve)
    app.command()(check)
    app.command()(account)


def serve(
    demo: Annotated[
        bool, typer.Option("--demo", help="a simulated trial in the middle of its recruitment")
    ] = False,
    new: Annotated[
        str | None,
        typer.Option(metavar="PROTOCOL", help="found a trial: a protocol file or shipped id"),
    ] = None,
    data: Annotated[Path, typer.Option(help="the folder that is served")] = DATA,
    host: Annotated[str, typer.Option(help="the address to listen at")] = LOOPBACK[0],
    port: Annotated[int, whole(1, 65535, "the port to listen at")] = 8000,
    processes: Annotated[int, whole(1, 64, "how many processes show pages")] = 1,
    report: Annotated[
        Path | None, typer.Option(help="with --demo: the report of a finished trial to show")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="prepare everything, and stop before serving")
    ] = False,
) -> None:
    """Serve the pages on which the staff of the sites conduct trials, until it is stopped. Without
    --demo and --new it serves what the folder holds.
    """
    with readable_failures():
        _require_the_extra()
        if demo and new:
            raise ValueError("--demo and --new: expected one of the two")
        if report and not demo:
            raise ValueError("--report goes with --demo")
        if demo and host not in LOOPBACK:
            raise ValueError(
                f"--host {host}: the passwords of a demo are printed; it is served to this machine"
                f" alone ({LOOPBACK[0]})"
            )
        if not (demo or new or (data / "trials").exists()):
            raise ValueError(f"{data} holds no trial; begin with --demo or --new PROTOCOL")
        _prepare(data, demo=demo, new=new)
        if report:
            _take_over(report, data / "finished")
        from equipoise.web.demo import has_demo_accounts
        from equipoise.web.serve import serve as run

        if host not in LOOPBACK and has_demo_accounts():
            raise ValueError(f"{data} has accounts of a demo: it is not served at {host}")
        out.print(f"Open http://{_named(host)}:{port}    (to stop: Ctrl+C)", markup=False)
        run(data, host=host, port=port, processes=processes, only_check=check)


def check(
    data: Annotated[Path, typer.Option(help="the folder that is served")] = DATA,
    deploy: Annotated[
        bool, typer.Option("--deploy", help="what real people ask of it as well")
    ] = False,
) -> None:
    """Is what the server keeps whole, and for nobody else; with --deploy: may it serve real people?
    Everything that speaks against it. Exit 0, or 1 if anything does.
    """
    with readable_failures():
        _require_the_extra()
        _set_up(data)
        from equipoise.web.deploy_check import damage, faults

        found = list(faults() if deploy else damage())
    for each in found:
        out.print(each, markup=False)
    if found:
        raise typer.Exit(ExitCode.NO)
    if deploy:
        out.print("nothing speaks against serving real people")
        return
    out.print("files, log and ledgers are whole; may it serve real people? check --deploy")


def account(
    login: Annotated[str, typer.Argument(help="the code of the person, as the ledger knows it")],
    name: Annotated[str, typer.Option(help="the name that is printed on signed pages")] = "",
    renew: Annotated[
        bool, typer.Option("--renew", help="a new password, and the second factor set up anew")
    ] = False,
    close: Annotated[
        bool, typer.Option("--close", help="nobody signs in with it any more")
    ] = False,
    email: Annotated[
        str | None,
        typer.Option(help="name the address by which an identity provider knows the person"),
    ] = None,
    data: Annotated[Path, typer.Option(help="the folder that is served")] = DATA,
) -> None:
    """Make an account, renew one whose owner lost password or second factor, close it, or name its
    address. What a person may do stands in the ledger of each trial.
    """
    with readable_failures():
        _require_the_extra()
        if sum((renew, close, email is not None)) > 1:
            raise ValueError("--renew, --close, --email: expected one of them")
        _set_up(data)
        from equipoise.web import accounts

        if close:
            accounts.close_account(login)
            out.print(f"{login} is closed", markup=False)
            return
        if email is not None:
            accounts.name_address(login, email)
            out.print(f"{login} has the address {email}", markup=False)
            return
        made = accounts.renew_account(login) if renew else accounts.create_account(login, name)
    out.print(f"{made.login}, first password: {made.password}", markup=False)


def _set_up(data: Path) -> None:
    if not (data / "secret.key").exists():
        raise ValueError(f"{data} is no folder of a server: `equipoise serve` makes one")
    from equipoise.web.start import set_up

    set_up(data)


def _require_the_extra() -> None:
    try:
        import django  # noqa: F401
        import granian  # noqa: F401
    except ImportError as missing:
        raise ValueError(
            f"the pages need packages that are not installed ({missing.name}): install"
            " equipoise[web]"
        ) from None


def _prepare(data: Path, *, demo: bool, new: str | None) -> None:
    from equipoise.web.start import prepare

    with progress() as steps:
        steps.step("preparing the folder")
        prepare(data)
        from equipoise.surface.protocols import load_protocol
        from equipoise.web.demo import demo_accounts, make_demo
        from equipoise.web.new_trial import make_trial

        made = []
        if demo and not (data / "trials").exists():
            steps.step("rehearsing a trial up to yesterday")
            make_demo(data, load_protocol("NCT04509635"))
        if demo:
            made = [each for each in demo_accounts(data) if each.login in SHOWN]
        if new and (founder := make_trial(data, new)):
            made = [founder]
    if made:
        out.print("login, password, secret of the second factor (for an authenticator app):")
    for each in made:
        out.print(f"  {each.login:17} {each.password}  {each.totp}", markup=False)
    if new:
        out.print("The sponsor sets up the second factor when signing in, then opens sites.")


def _take_over(report: Path, folder: Path) -> None:
    """The report of a finished trial, to be shown beside one that is under way."""
    from equipoise.store.files import write_files

    write_files({folder / "report.html": report.read_text(encoding="utf-8")})


def _named(host: str) -> str:
    return "localhost" if host == LOOPBACK[0] else f"[{host}]" if ":" in host else host
