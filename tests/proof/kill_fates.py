"""What can befall a process at a point of its story: a kill that nothing survives, a database that goes away."""

import contextlib
import json
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tests.proof.checkpoints import watched
from tests.proof.world import World
from truflow.db import APP, engine
from truflow.integrations import stripe
from truflow.services import limits

PATIENCE = 120
"""Seconds after which a child that neither lives on nor dies counts as hanging."""

Strike = Callable[[str], None]


@dataclass
class Points:
    """Notes the points that this thread passes, and strikes at one of them; the first one is 1."""

    at: int = 0
    strike: Strike = lambda _: None
    passed: list[str] = field(default_factory=list)
    lost: int = 0
    """Mails that a mailbox has and of which no row could say so."""

    _tries: int | None = None
    """Commits that were begun since a mail of which no row says yet that it went out; only the first would say so."""

    def __post_init__(self) -> None:
        self._thread = threading.get_ident()

    @property
    def where(self) -> str:
        """Where it struck; empty when the story was over before."""
        return self.passed[self.at - 1] if 0 < self.at <= len(self.passed) else ""

    def notice(self, point: str, _: int | None) -> None:
        if threading.get_ident() != self._thread:
            return
        self.passed.append(point)
        if point == "after mail":
            self.lost, self._tries = self.lost + 1, 0
        elif point == "before commit" and self._tries is not None:
            self._tries += 1
        elif point == "after commit":
            self.lost, self._tries = self.lost - (self._tries == 1), None
        if len(self.passed) == self.at:
            self.strike(point)


@dataclass(frozen=True)
class Ended:
    """How a child ended: by which signal, 0 for none, and what it could still say."""

    signal: int
    points: list[str]
    where: str
    lost: int


def forked(world: World, do: Callable[[], Any], at: int) -> Ended:
    """Do it in a process of its own, which sends itself SIGKILL at a point; 0 lets it live."""
    engine().dispose()
    world.database.dispose()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _live(do, at, writer)
    os.close(writer)
    with os.fdopen(reader) as words:
        said = words.read()
    _, status = os.waitpid(child, 0)
    told = json.loads(said) if said else {}
    assert "error" not in told, told["error"]
    by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    return Ended(by, told.get("points", []), told.get("where", ""), told.get("lost", 0))


def _live(do: Callable[[], Any], at: int, writer: int) -> None:
    """The child's life. It never returns, so that nothing of the parent is cleaned up twice."""
    told: dict[str, Any] = {}
    with contextlib.suppress(BaseException):
        signal.alarm(PATIENCE)
        stripe.client.cache_clear()  # the parent's connections are the parent's
        limits._limiter.cache_clear()
        seen = Points(at)

        def die(point: str) -> None:
            os.write(writer, json.dumps({"points": seen.passed, "where": point, "lost": seen.lost}).encode())
            os.kill(os.getpid(), signal.SIGKILL)

        seen.strike = die
        try:
            with watched(engine(), seen.notice, statements=False):
                do()
            told = {"points": seen.passed, "lost": seen.lost}
        except BaseException:
            told = {"error": traceback.format_exc()}
        os.write(writer, json.dumps(told).encode())
    os._exit(0)


class Database:
    """Ways in which the database leaves a process that goes on."""

    def __init__(self, world: World) -> None:
        self.world = world

    def cut(self, _: str) -> None:
        """Every connection of the product breaks; the next one comes about."""
        self.world.sql("select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = :app", app=APP)

    def gone(self, point: str) -> None:
        """Every connection breaks, and none comes about until `back`."""
        self.world.sql(f"alter role {APP} nologin")
        self.cut(point)

    def unheard(self, point: str) -> None:
        """The commit has happened; that it did, we never hear."""
        assert point == "after commit", point
        raise psycopg.OperationalError("the connection broke off before the server's answer")

    def back(self) -> None:
        self.world.sql(f"alter role {APP} login")


@contextmanager
def short_patience(seconds: float) -> Iterator[None]:
    """The SDK's client waits only so long, so that a test of an answer that never comes ends soon."""
    client = stripe.client()._requestor._client
    usual, client._timeout = client._timeout, seconds  # type: ignore[attr-defined]
    try:
        yield
    finally:
        client._timeout = usual  # type: ignore[attr-defined]
