"""What `truflow up` writes for its children and for `truflow COMMAND` in another terminal: `<data>/up.env`.

Random values are made at the first start and kept. Whatever the owner set, in the environment or in
`.env`, is never replaced: both win over this file when the settings are read.
"""

import contextlib
import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from truflow.settings import ROOT

SANDBOX_PATH = "/sandbox/stripe"
HEADING = "# Written by `truflow up`. Your own settings belong in .env, which wins.\n"


@dataclass(frozen=True)
class Sandbox:
    """How to start the sandbox so that it and the settings agree."""

    port: int
    environment: dict[str, str]


@dataclass(frozen=True)
class UpEnv:
    """The file's values, and the sandbox unless the owner has a Stripe account configured."""

    values: dict[str, str]
    sandbox: Sandbox | None


def owner_settings() -> dict[str, str]:
    """The TRUFLOW_ settings the owner made: `.env`, then the environment, which wins; empty ones do not count."""
    own = {name: value or "" for name, value in dotenv_values(ROOT / ".env").items()} | dict(os.environ)
    return {name: value for name, value in own.items() if name.startswith("TRUFLOW_") and value}


def settle_data_dir() -> Path:
    """Where the state lives, the same for every process however and wherever it was started."""
    given = owner_settings().get("TRUFLOW_DATA_DIR", ".truflow")
    data = (ROOT / Path(given).expanduser()).resolve()
    os.environ["TRUFLOW_DATA_DIR"] = str(data)
    return data


def write_up_env(data: Path, *, host: str, port: int) -> UpEnv:
    """Complete `<data>/up.env` for a start on this address and return what it says."""
    file = data / "up.env"
    kept = {name: value for name, value in dotenv_values(file).items() if value} if file.exists() else {}
    made = _values(kept, owner_settings(), host, port)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_suffix(".env.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as lines:
        lines.write(HEADING + "".join(f"{name}='{value}'\n" for name, value in made.values.items()))
        lines.flush()
        os.fsync(lines.fileno())
    fresh.replace(file)
    return made


def _values(kept: dict[str, str], own: dict[str, str], host: str, port: int) -> UpEnv:
    values = {
        "TRUFLOW_ENV": "demo",
        "TRUFLOW_HOST": host,
        "TRUFLOW_PORT": str(port),
        "TRUFLOW_SECRET_KEY": kept.get("TRUFLOW_SECRET_KEY") or secrets.token_hex(32),
        "TRUFLOW_MAIL_URL": "capture://",
        "TRUFLOW_MAIL_FROM": "bookings@example.com",
        "TRUFLOW_STRIPE_WEBHOOK_PATH_TOKEN": kept.get("TRUFLOW_STRIPE_WEBHOOK_PATH_TOKEN") or secrets.token_urlsafe(24),
    }
    sandbox = None
    if "TRUFLOW_STRIPE_SECRET_KEY" not in own:
        made = {
            "TRUFLOW_STRIPE_SECRET_KEY": f"sk_test_sandbox_{secrets.token_hex(16)}",
            "TRUFLOW_STRIPE_PUBLISHABLE_KEY": f"pk_test_sandbox_{secrets.token_hex(16)}",
            "TRUFLOW_STRIPE_WEBHOOK_SECRET": f"whsec_{secrets.token_hex(24)}",
        }
        values |= {name: kept.get(name) or value for name, value in made.items()}
        sandbox_port = _sandbox_port(kept.get("TRUFLOW_STRIPE_API_BASE", ""), taken=port)
        values["TRUFLOW_STRIPE_API_BASE"] = f"http://127.0.0.1:{sandbox_port}{SANDBOX_PATH}"
        values["TRUFLOW_STRIPE_JS_URL"] = f"{SANDBOX_PATH}/v3.js"
        sandbox = Sandbox(sandbox_port, _sandbox_environment(values | own, host, port))
    return UpEnv({name: value for name, value in values.items() if name not in own}, sandbox)


def _sandbox_environment(effective: dict[str, str], host: str, port: int) -> dict[str, str]:
    here = reachable(host)
    token = effective["TRUFLOW_STRIPE_WEBHOOK_PATH_TOKEN"]
    return {
        "SANDBOX_SECRET_KEY": effective["TRUFLOW_STRIPE_SECRET_KEY"],
        "SANDBOX_PUBLISHABLE_KEY": effective["TRUFLOW_STRIPE_PUBLISHABLE_KEY"],
        "SANDBOX_WEBHOOK_SECRET": effective["TRUFLOW_STRIPE_WEBHOOK_SECRET"],
        "SANDBOX_WEBHOOK_URL": f"http://{here}:{port}/api/webhooks/stripe/{token}",
    }


def _sandbox_port(api_base: str, taken: int) -> int:
    """The port of the last start if it is still free, else one that is."""
    for wanted in (urlsplit(api_base).port or 0, 0):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", wanted))
            port = int(probe.getsockname()[1])
            if port != taken:
                return port
    raise OSError("no free port for the payment sandbox")


def reachable(host: str) -> str:
    """The address under which this machine itself reaches a server that listens on `host`."""
    loopback = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104
    return loopback.get(host) or (f"[{host}]" if ":" in host else host)
