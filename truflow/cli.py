"""The operator's door: `.venv/bin/truflow COMMAND`. It parses, calls one thing, and shows what it says."""

import itertools
import json
import os
import sys
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr, ValidationError

from truflow.errors import Refusal
from truflow.pages_build import BuildFailed, build_if_changed
from truflow.postgres import ServerTrouble
from truflow.services.views import VerificationView
from truflow.settings import ROOT, Settings, get_settings
from truflow.up_env import owner_settings, settle_data_dir, write_up_env

app = typer.Typer(
    help="TruFlow: booking and payment for one small business.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
Email = Annotated[str, typer.Argument(help="The admin's email address.")]
Port = Annotated[
    int | None, typer.Option(help="Where guests reach it; else TRUFLOW_PORT, else 8000.", min=1, max=65535)
]
Host = Annotated[str | None, typer.Option(help="The address to listen on; else TRUFLOW_HOST, else 127.0.0.1.")]
Empty = Annotated[bool, typer.Option("--empty", help="Start with an empty practice instead of the demo's.")]


NAMES = {
    "diaryEntries": "diary entries",
    "events": "lines of the bookings' histories",
    "auditLines": "lines of the payments' histories",
    "effects": "promised effects",
    "letters": "letters from Stripe",
    "stripeIntents": "payments at Stripe",
    "stripeRefunds": "refunds at Stripe",
}
"""How `verify` calls what it counted, where the name alone would not do."""


@app.command()
def up(host: Host = None, port: Port = None, empty: Empty = False) -> None:
    """Start everything and keep it running until Ctrl-C."""
    from truflow.up import up as start

    start(host=host, port=port, empty=empty)


@app.command()
def init() -> None:
    """Make an empty practice instead of the demo, before the first `up`."""
    from truflow.operations import database
    from truflow.preparing import prepare

    if owner_settings().get("TRUFLOW_ENV") != "production":
        write_up_env(settle_data_dir(), host="127.0.0.1", port=8000)  # `up` writes its own address over it
    with database():
        admin = prepare(empty=True)
    typer.echo("The practice is ready and empty. Start it with scripts/up.")
    if admin:
        typer.echo(f"Sign in at /admin as {admin['email']}, password {admin['password'] or 'the one you set'}")


@app.command(hidden=True)
def prepare(empty: Empty = False) -> None:
    """What `up` does before it starts its children; the last line is for `up`."""
    from truflow.operations import database
    from truflow.preparing import prepare as bring_up_to_date

    with database():
        admin = bring_up_to_date(empty=empty)
    typer.echo(json.dumps(admin))


@app.command()
def web() -> None:
    """Run the website and the API in this process."""
    settings = get_settings()
    os.environ |= {
        "REFLEX_ENV_MODE": "prod",
        "__REFLEX_SKIP_COMPILE": "true",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "REFLEX_USE_GRANIAN": "1",
        "PYTHONTZPATH": "",
    }
    os.chdir(ROOT)
    where = ["--host", settings.host, "--port", str(settings.port)]
    how = ["--interface", "asgi", "--factory", "--workers", "1", "--no-access-log", "--workers-kill-timeout", "10"]
    os.execv(sys.executable, [sys.executable, "-m", "granian", *how, *where, "truflow.truflow:app"])  # noqa: S606


@app.command()
def worker() -> None:
    """Run the worker: letters, mails, refunds, expiring holds."""
    from truflow.worker import run

    run()


@app.command()
def migrate() -> None:
    """Bring the database's tables up to date."""
    from truflow.migrations import migrate as run
    from truflow.operations import database

    with database():
        run()
    typer.echo("The tables are up to date.")


@app.command()
def build() -> None:
    """Build the pages if anything they are made of has changed."""
    built = build_if_changed(settle_data_dir() / "logs" / "build.log")
    typer.echo("The pages are built." if built else "The pages are up to date.")


@app.command()
def seed() -> None:
    """Fill an empty database with the demo practice."""
    from truflow.clock import utc_now
    from truflow.operations import database
    from truflow.services.seed import seed_demo

    with database():
        seed_demo(utc_now())
    typer.echo("The demo practice is there.")


@app.command()
def create_admin(
    email: Annotated[str, typer.Argument(help="The admin's email address; else TRUFLOW_ADMIN_EMAIL.")] = "",
    name: Annotated[str, typer.Option(help="The name shown.")] = "",
) -> None:
    """Add an admin; the password is shown once, unless it is the one set for TRUFLOW_ADMIN_EMAIL."""
    from truflow.operations import database
    from truflow.services import admins

    first = get_settings()
    address = email or first.admin_email
    if not address:
        raise typer.BadParameter("name the admin's email address, or set TRUFLOW_ADMIN_EMAIL")
    is_first = address.lower() == first.admin_email.lower()
    chosen = first.admin_password.get_secret_value() if first.admin_password and is_first else ""
    password = chosen or admins.new_password()
    with database():
        admins.create_admin(address, name or address.partition("@")[0], password)
    shown = "the password you set" if chosen else f"this password, shown only now: {password}"
    typer.echo(f"{address} may sign in with {shown}")


@app.command()
def reset_password(email: Email) -> None:
    """Give an admin a new password, shown once."""
    from truflow.operations import database
    from truflow.services import admins

    with database():
        password = admins.reset_password(email)
    typer.echo(f"{email} may sign in with this password, shown only now: {password}")


@app.command()
def settings(
    show_secrets: Annotated[bool, typer.Option("--show-secrets", help="Show secrets as they are.")] = False,
) -> None:
    """Show every setting as it is in force."""
    in_force = get_settings()
    for name in Settings.model_fields:
        value = getattr(in_force, name)
        if isinstance(value, SecretStr):
            value = value.get_secret_value() if show_secrets else "********" if value.get_secret_value() else ""
        typer.echo(f"TRUFLOW_{name.upper()}={'' if value is None else value}")


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The file to write.")]) -> None:
    """Write all data into one file."""
    from truflow import operations

    with operations.database():
        operations.backup(file)
    typer.echo(f"{file} holds all data, guests' names and addresses too. Keep it safe, and TRUFLOW_SECRET_KEY with it:")
    typer.echo("the links in sent mails open only with the same key.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `truflow backup` made.", exists=True, dir_okay=False)],
    yes: Annotated[bool, typer.Option("--yes", help="Replace the data that are there.")] = False,
) -> None:
    """Replace all data by those of a backup."""
    from truflow import operations

    with operations.database():
        operations.restore(file, replace=yes)
    typer.echo(f"All data are those of {file} now.")


@app.command()
def verify(
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")] = False,
    no_stripe: Annotated[bool, typer.Option("--no-stripe", help="Leave out the comparison with Stripe.")] = False,
) -> None:
    """Prove on the live data that every time is sold once and that money and bookings agree."""
    from truflow.clock import utc_now
    from truflow.operations import database
    from truflow.services.verify import verify as look

    with database():
        result = look(now=utc_now(), with_stripe=not no_stripe)
    typer.echo(_as_json(result) if as_json else _in_sentences(result))
    if not result.ok:
        raise typer.Exit(1)


@app.command()
def openapi(
    check: Annotated[bool, typer.Option("--check", help="Only say whether docs/openapi.json is up to date.")] = False,
) -> None:
    """Write the API's description to docs/openapi.json."""
    from truflow.api.written import is_written, write

    if not check:
        typer.echo(f"Written to {write()}.")
    elif not is_written():
        typer.echo("docs/openapi.json is not what the API says. To mend it: .venv/bin/truflow openapi", err=True)
        raise typer.Exit(1)


@app.command()
def version() -> None:
    """Show which TruFlow this is."""
    typer.echo(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


def main() -> None:
    """Run one command: a refusal is exit code 1, settings that do not hold are 2, both without a traceback."""
    data = settle_data_dir()
    try:
        app()
    except ValidationError as error:
        if error.title != Settings.__name__:
            raise
        typer.echo(_in_words(error), err=True)
        if not (data / "up.env").exists():
            typer.echo("\nFor the demo, start scripts/up: it makes what is needed.", err=True)
        sys.exit(2)
    except Refusal as refusal:
        typer.echo("\n".join([refusal.message, *_marked_fields(refusal)]), err=True)
        sys.exit(1)
    except (BuildFailed, ServerTrouble) as trouble:
        typer.echo(str(trouble), err=True)
        sys.exit(1)
    except Exception as error:
        from sqlalchemy.exc import OperationalError

        if not isinstance(error, OperationalError):
            raise
        typer.echo(f"The database does not answer: {error.orig}", err=True)
        sys.exit(1)


def _in_words(error: ValidationError) -> str:
    """A line a problem, with the setting's name as the owner writes it."""
    lines = []
    for problem in error.errors():
        name = "_".join(str(part) for part in problem["loc"]).upper()
        words = problem["msg"].removeprefix("Value error, ")
        lines.append(f"TRUFLOW_{name}: {words}" if name else words)
    return "\n".join(lines)


def _marked_fields(refusal: Refusal) -> list[str]:
    return [f"  {name}: {text}" for name, texts in refusal.fields.items() for text in texts]


def _as_json(result: VerificationView) -> str:
    answer = {
        "ok": result.ok,
        "at": result.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "tookMs": result.took_ms,
        "checked": result.checked,
        "findings": [asdict(finding) for finding in result.findings],
    }
    return json.dumps(answer, ensure_ascii=False, indent=2)


def _in_sentences(result: VerificationView) -> str:
    """What was looked at, then the findings, those of one rule together with what to do about them."""
    lines = [f"Looked at everything in {result.took_ms / 1000:.1f} s:"]
    lines += [f"  {count:>9,}  {NAMES.get(name, name)}" for name, count in result.checked.items()]
    lines.append("")
    if result.ok:
        return "\n".join([*lines, "Everything agrees."])
    count = len(result.findings)
    lines.append("One thing does not agree:" if count == 1 else f"{count} things do not agree:")
    for rule, findings in itertools.groupby(result.findings, key=lambda finding: (finding.rule, finding.todo)):
        lines += ["", f"  {rule[0]}", *(f"    {each.row}: {each.what}" for each in findings), f"    To do: {rule[1]}"]
    return "\n".join(lines)
