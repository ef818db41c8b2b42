"""The whole product as processes of its own: database, sandbox, web, worker; each can be killed and started again."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from tests.sandbox.kit import PUBLISHABLE, SECRET, SIGNING, Sandbox, free_port, until

ROOT = Path(__file__).resolve().parents[2]
PATH_TOKEN = "path-token-of-the-stack"


def answers(url: str) -> bool:
    """Whether the web process there is ready."""
    try:
        return httpx.get(f"{url}/readyz", timeout=30, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


class Stack:
    """One installation in one folder, on a port of its own; `url` is where guests come in."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        letterbox = f"{self.url}/api/webhooks/stripe/{PATH_TOKEN}"
        self.sandbox = Sandbox(folder / "sandbox", letterbox)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.http = httpx.Client(base_url=self.url, timeout=30, trust_env=False)

    def up(self, **settings: str) -> "Stack":
        """Start everything and wait until it answers."""
        from truflow.postgres import Embedded

        self.settings = settings
        self.server = Embedded(self.folder / "data", durable=False)
        self.server.ensure()
        self.database = self._behind()
        self.sandbox.start()
        self._run("migrate")
        self._run("seed")
        self.start("web", **settings)
        self.start("worker", **settings)
        try:
            until(self.answers, 120)
        except AssertionError as late:
            late.add_note(f"web: {self.log('web')[-1500:]}\nworker: {self.log('worker')[-1500:]}")
            raise
        return self

    def down(self) -> None:
        for name in list(self.processes):
            self.kill(name, signal.SIGTERM)
        self.sandbox.stop()
        self.database.dispose()
        self.server.stop()

    @contextmanager
    def another_web(self) -> Iterator[str]:
        """A second web process of the same installation, as behind a balancer: its address."""
        port = free_port()
        self.start("web", called="another web", TRUFLOW_PORT=str(port))
        try:
            until(lambda: answers(f"http://127.0.0.1:{port}"), 120)
            yield f"http://127.0.0.1:{port}"
        finally:
            self.kill("another web", signal.SIGTERM)

    def start(self, name: str, *, called: str = "", **settings: str) -> None:
        """Start the web or the worker, with settings of its own beside the stack's."""
        log = (self.folder / f"{called or name}.log").open("ab")
        self.processes[called or name] = subprocess.Popen(
            [sys.executable, "-m", "truflow", name],
            cwd=ROOT,
            env=self._env({**self.settings, **settings}),
            stdout=log,
            stderr=log,
        )

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """End the web or the worker, by default as a power cut would."""
        process = self.processes.pop(name)
        children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False)
        process.send_signal(number)
        if number == signal.SIGKILL:
            for child in children.stdout.split():
                os.kill(int(child), number)
        process.wait(30)

    def answers(self) -> bool:
        return answers(self.url)

    def sql(self, statement: str, **values: Any) -> list[Any]:
        """Ask or change behind the product's back."""
        with self.database.begin() as connection:
            found = connection.execute(text(statement), values)
            return list(found.mappings()) if found.returns_rows else []

    def mails(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.http.get("/sandbox/mail.json").json()
        return found

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def until_mails(self, condition: Callable[[list[dict[str, Any]]], Any], seconds: float = 20) -> Any:
        return until(lambda: condition(self.mails()), seconds)

    def _behind(self) -> Engine:
        return create_engine(self.server.url("postgres"), poolclass=NullPool)

    def run(self, *command: str, input: str = "") -> subprocess.CompletedProcess[str]:  # noqa: A002
        """An operator's command, as `.venv/bin/truflow` would run it."""
        return subprocess.run(
            [sys.executable, "-m", "truflow", *command],
            cwd=ROOT,
            env=self._env(self.settings),
            input=input,
            capture_output=True,
            text=True,
            check=False,
        )

    def _run(self, command: str) -> None:
        done = self.run(command)
        assert done.returncode == 0, done.stderr[-2000:]

    def _env(self, settings: dict[str, str]) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("TRUFLOW_")}
        return {
            **ours,
            "PYTHONTZPATH": "",
            "TRUFLOW_ENV": "test",
            "TRUFLOW_RELAXED_LIMITS": "true",
            "TRUFLOW_PORT": str(self.port),
            "TRUFLOW_DATA_DIR": str(self.folder / "data"),
            "TRUFLOW_SECRET_KEY": "a-secret-key-of-the-stack-0123456789abcdef",
            "TRUFLOW_STRIPE_SECRET_KEY": SECRET,
            "TRUFLOW_STRIPE_PUBLISHABLE_KEY": PUBLISHABLE,
            "TRUFLOW_STRIPE_WEBHOOK_SECRET": SIGNING,
            "TRUFLOW_STRIPE_WEBHOOK_PATH_TOKEN": PATH_TOKEN,
            "TRUFLOW_STRIPE_API_BASE": self.sandbox.url,
            "TRUFLOW_STRIPE_JS_URL": "/sandbox/stripe/v3.js",
            "TRUFLOW_MAIL_URL": "capture://",
            "TRUFLOW_MAIL_FROM": "hello@stillwater.example",
            **settings,
        }
