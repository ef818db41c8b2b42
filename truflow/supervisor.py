"""Keeps the parts of a running TruFlow alive: the database and the child processes, each started again when it dies."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from truflow.postgres import Embedded, ServerTrouble
from truflow.processes import end, spawn, sweep

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
STEADY = 60.0  # seconds after which a child counts as well again
PATIENCE = 15.0  # seconds a child has to finish what it does
BEAT = 0.1


class Stopped(Exception):
    """Somebody asked TruFlow to stop while it was still starting."""


@dataclass
class Child:
    """One process that shall always run."""

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    _pause: float = FIRST_PAUSE
    _started: float = 0.0
    _due: float = 0.0

    def start(self) -> None:
        self.process = spawn(self.command, log=self.log, env=self.environment)
        self._started = time.monotonic()

    def watch(self, say: Callable[[str], None]) -> None:
        """Notice a death, and start again when the pause after it is over."""
        now = time.monotonic()
        if self.process is None:
            if now >= self._due:
                self.start()
        elif self.process.poll() is not None:
            how = _how(self.process.returncode)
            sweep(self.process)  # what it started itself may still hold its port
            self.process = None
            self.deaths += 1
            if now - self._started > STEADY:
                self._pause = FIRST_PAUSE
            say(f"{self.name} ended ({how}); it starts again in {self._pause:g} s. Its log: {self.log}")
            self._due = now + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE)


@dataclass
class Supervisor:
    """The database, the children, and the wish to stop."""

    say: Callable[[str], None]
    database: Embedded | None = None
    children: list[Child] = field(default_factory=list)
    check_database: float = 2.5  # seconds between two looks
    _wishes: int = 0
    _database_due: float = 0.0

    def listen(self) -> None:
        """From now on Ctrl-C, SIGTERM and a closed terminal are wishes to stop; a second one is impatience."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._wish)

    def _wish(self, number: int, frame: object) -> None:  # noqa: ARG002
        self._wishes += 1

    @property
    def stopping(self) -> bool:
        return self._wishes > 0

    def heed(self) -> None:
        """Leave what is being done if somebody asked to stop."""
        if self.stopping:
            raise Stopped

    def start_database(self) -> None:
        if self.database is not None:
            self.database.ensure()
            self._database_due = time.monotonic() + self.check_database

    def start(self, child: Child) -> None:
        self.children.append(child)
        child.start()

    def beat(self) -> None:
        """One look at everything."""
        self._look_after_database()
        for child in self.children:
            child.watch(self.say)
        if os.getpid() == 1:
            self._bury_orphans()
        time.sleep(BEAT)

    def run(self) -> None:
        """Look after everything until somebody asks to stop."""
        while not self.stopping:
            self.beat()

    def stop(self) -> None:
        """The children first, those that call before those that are called, then the database."""
        for names in (("web", "worker"), ("sandbox",)):
            going = [child.process for child in self.children if child.name in names and child.process is not None]
            end(going, PATIENCE, impatient=lambda: self._wishes > 1)
        self.children.clear()
        if self.database is not None:
            self.database.stop()

    def _look_after_database(self) -> None:
        if self.database is None or time.monotonic() < self._database_due:
            return
        try:
            if not self.database.answers():
                self.say("The database does not answer; it starts again.")
                self.database.ensure()
                self.say("The database answers again.")
        except ServerTrouble as trouble:
            self.say(f"The database does not start: {trouble}\nIts log: {self.database.log}")
        self._database_due = time.monotonic() + self.check_database

    def _bury_orphans(self) -> None:
        """As PID 1, in a container, collect the dead that others left; our own children are collected by `watch`."""
        own = {child.process.pid for child in self.children if child.process is not None}
        while True:
            try:
                dead = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if dead is None or dead.si_pid in own:
                return
            os.waitpid(dead.si_pid, os.WNOHANG)


def _how(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
