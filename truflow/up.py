"""`truflow up`: from an empty folder to a practice that takes bookings, and everything kept running."""

import contextlib
import errno
import http.client
import json
import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from truflow.data_lock import hold
from truflow.errors import Refusal
from truflow.pages_build import build_if_changed, is_built
from truflow.postgres import Embedded
from truflow.processes import end, spawn, tail
from truflow.screen import Screen
from truflow.settings import Settings, get_settings
from truflow.supervisor import Child, Stopped, Supervisor
from truflow.up_env import Sandbox, owner_settings, reachable, settle_data_dir, write_up_env

LONGEST_START = 120.0
TOO_MANY_DEATHS = 3


class CannotStart(Refusal):
    """TruFlow cannot start; the message says what to do."""

    code = "CANNOT_START"


def up(*, host: str | None, port: int | None, empty: bool) -> None:
    """Prepare what is missing, start everything, say where it is, and keep it running until asked to stop."""
    data = settle_data_dir()
    own = owner_settings()
    if own.get("TRUFLOW_ENV", "demo") == "production":
        raise CannotStart(
            "`up` runs the demo, and TRUFLOW_ENV is production. For production start `truflow migrate`, then"
            " `truflow web` and `truflow worker` (README), or unset TRUFLOW_ENV for the demo."
        )
    host = host or own.get("TRUFLOW_HOST") or "127.0.0.1"
    port = port or _port_of(own)
    screen = Screen()
    with hold(data, f"up {os.getpid()} http://{reachable(host)}:{port}/book"):
        refuse_a_taken_port(host, port)
        made = write_up_env(data, host=host, port=port)
        os.environ |= {"TRUFLOW_HOST": host, "TRUFLOW_PORT": str(port), "PYTHONTZPATH": ""}
        settings = get_settings()
        house = Supervisor(screen.say, None if settings.database_url else Embedded(data))
        _Start(house, screen, settings, data, made.sandbox).run(empty=empty)


class _Start:
    """One start of the house, from the database to the last word."""

    def __init__(
        self, house: Supervisor, screen: Screen, settings: Settings, data: Path, sandbox: Sandbox | None
    ) -> None:
        self.house, self.screen, self.settings, self.data, self.sandbox = house, screen, settings, data, sandbox
        self.logs = data / "logs"
        self.here = f"{reachable(settings.host)}:{settings.port}"
        self.admin: dict[str, str] = {}

    def run(self, *, empty: bool) -> None:
        """Start, stay, stop; the first password is shown whatever happens after it was made."""
        self.house.listen()
        try:
            self._prepare(empty=empty)
            self._start_children()
            self.screen.say(self._summary())
            self.admin = {}
            self.house.run()
        except Stopped:
            pass
        finally:
            if self.admin:
                self.screen.say("\n".join(["", *self._sign_in()]))
            self.screen.say("\nStopping…")
            self.house.stop()
            self.screen.say("Stopped. Nothing is lost: `scripts/up` goes on where it was.")

    def _prepare(self, *, empty: bool) -> None:
        with self.screen.step("Starting the database"):
            self.house.start_database()
        self.house.heed()
        with self.screen.step("Preparing the practice") as tick:
            self.admin = self._ask("prepare", *(["--empty"] if empty else []), tick=tick)
        if not is_built():
            with self.screen.step("Building the pages (about a minute the first time)") as tick:
                build_if_changed(self.logs / "build.log", tick=lambda: self._heed_and(tick))

    def _ask(self, *command: str, tick: Callable[[], None]) -> dict[str, str]:
        """Run a command of ours in a process of its own, so that this one stays small, and read its last line."""
        log = self.logs / "prepare.log"
        asked = spawn([sys.executable, "-m", "truflow", *command], log=log, env=os.environ, answers=True)
        assert asked.stdout is not None
        try:
            while asked.poll() is None:
                self._heed_and(tick)
                time.sleep(0.05)
            answer = asked.stdout.read().decode()
        finally:
            end([asked], patience=10)
            asked.stdout.close()
        if asked.returncode != 0:
            raise CannotStart(f"The practice could not be prepared. The last words of {log}:\n\n{tail(log)}")
        return dict(json.loads(answer.strip().rpartition("\n")[2]))

    def _heed_and(self, tick: Callable[[], None]) -> None:
        self.house.heed()
        tick()

    def _start_children(self) -> None:
        with self.screen.step("Starting the website and the worker") as tick:
            if self.sandbox is not None:
                place = ("--host", "127.0.0.1", "--port", str(self.sandbox.port), "--data", str(self.data / "sandbox"))
                self._start("sandbox", ["-m", "stripe_sandbox", *place], self.sandbox.environment)
            self._start("web", ["-m", "truflow", "web"])
            self._start("worker", ["-m", "truflow", "worker"])
            self._wait_for_the_web(tick)

    def _start(self, name: str, arguments: list[str], extra: dict[str, str] | None = None) -> None:
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", **(extra or {})}
        self.house.start(Child(name, [sys.executable, *arguments], environment, self.logs / f"{name}.log"))

    def _wait_for_the_web(self, tick: Callable[[], None]) -> None:
        began = time.monotonic()
        web = next(child for child in self.house.children if child.name == "web")
        while not self._answers("/healthz"):
            self._heed_and(tick)
            self.house.beat()
            if web.deaths >= TOO_MANY_DEATHS or time.monotonic() > began + LONGEST_START:
                raise CannotStart(f"The website does not start. The last words of {web.log}:\n\n{tail(web.log)}")

    def _answers(self, path: str) -> bool:
        """Whether the web does; behind an https address it may answer with the way there."""
        asked = http.client.HTTPConnection(self.here, timeout=2)
        with contextlib.closing(asked), contextlib.suppress(OSError, http.client.HTTPException):
            asked.request("GET", path)
            return asked.getresponse().status < 400
        return False

    def _summary(self) -> str:
        public = self.settings.public_url or f"http://{self.here}"
        lines = ["", "TruFlow is running.", "", f"  Book a massage   {public}/book"]
        if self.settings.captures_mail:
            lines.append(f"  See the mail     {public}/sandbox/mail")
        lines += [f"  The practice     {public}/admin", *self._sign_in(), ""]
        if self.sandbox is not None:
            lines.append("  Payments are a sandbox's: no real card is charged. 4242 4242 4242 4242 is a good one.")
        lines += [f"  Data and logs    {self.data}", "  Stop             Ctrl-C", ""]
        return "\n".join(lines)

    def _sign_in(self) -> list[str]:
        if not self.admin:
            return []
        password = self.admin["password"]
        shown = f"{password}   (shown only now: `truflow reset-password` makes a new one)"
        return [
            f"    email          {self.admin['email']}",
            f"    password       {shown if password else 'the one you set'}",
        ]


def refuse_a_taken_port(host: str, port: int) -> None:
    """Say it before anything starts: a port in use, an address that is not ours, a port for root only."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotStart(
                f"Port {port} is already in use: stop what uses it, or choose another one: scripts/up --port {port + 1}"
            ) from error
        raise CannotStart(f"Cannot listen on {host}, port {port}: {error.strerror or error}") from error


def _port_of(own: dict[str, str]) -> int:
    given = own.get("TRUFLOW_PORT", "8000")
    if not given.isdigit() or not 1 <= int(given) <= 65535:
        raise CannotStart(f"TRUFLOW_PORT is {given!r}; it must be a number from 1 to 65535")
    return int(given)
