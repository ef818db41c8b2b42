"""Drives use cases against each other, one point at a time: every thread waits at each point until it is let go.

A schedule is a list of (who, how many steps); then everybody goes on to the end, in order. Who waits for a lock of
the other's is left, the other goes on, and who waited is looked after as soon as the lock is free: so a schedule
always plays the same way.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, text

from tests.proof.checkpoints import watched
from tests.proof.world import outcome

Schedule = tuple[tuple[int, int], ...]
PATIENCE = 20.0
LOOK = 0.004
BLOCKED = text("select cardinality(pg_blocking_pids(:pid)) > 0")


def written(schedule: Schedule) -> str:
    """A schedule as a test's name has it: who × how many steps."""
    return ".".join(f"{who}x{steps}" for who, steps in schedule)


def parsed(words: str) -> Schedule:
    pairs = [word.split("x") for word in words.split(".") if word]
    return tuple((int(who), int(steps)) for who, steps in pairs)


@dataclass
class Actor:
    """One use case in a thread of its own."""

    number: int
    do: Callable[[], Any]
    state: str = "parked"
    at: str = "begin"
    pid: int | None = None
    steps: int = 0
    result: str = ""
    error: BaseException | None = None
    thread: threading.Thread | None = None


@dataclass
class Played:
    """How it ended: each one's outcome, how many steps each took, and the way there."""

    outcomes: tuple[str, ...]
    steps: tuple[int, ...]
    trace: list[str] = field(default_factory=list)


class Stepper:
    """Plays schedules over one engine; `watch` is a connection from which locks are seen."""

    def __init__(self, engine: Engine, watch: Connection) -> None:
        self._engine, self._watch = engine, watch
        self._turn = threading.Condition()
        self._actors: dict[int, Actor] = {}

    def play(self, cases: Sequence[Callable[[], Any]], schedule: Schedule) -> Played:
        """Run all cases to their ends in the order of this schedule."""
        actors = [Actor(number, do) for number, do in enumerate(cases)]
        trace: list[str] = []
        with watched(self._engine, self._arrive):
            for actor in actors:
                actor.thread = threading.Thread(target=self._live, args=(actor,), daemon=True)
                actor.thread.start()
            for who in _turns(schedule, actors):
                self._settle(actors, trace)
                if all(actor.state == "done" for actor in actors):
                    break
                chosen = self._free(actors, who)
                trace.append(f"{chosen.number}: {chosen.at}")
                self._let(chosen)
                self._settle(actors, trace)
            for actor in actors:
                assert actor.thread is not None, "all were started"
                actor.thread.join(PATIENCE)
        self._actors.clear()
        for actor in actors:
            if actor.error is not None:
                raise AssertionError(f"{actor.number} broke:\n" + "\n".join(trace)) from actor.error
        return Played(tuple(a.result for a in actors), tuple(a.steps for a in actors), trace)

    def _live(self, actor: Actor) -> None:
        self._actors[threading.get_ident()] = actor
        self._arrive("begin", None)
        try:
            actor.result = outcome(actor.do)
        except BaseException as error:
            actor.error = error
        with self._turn:
            actor.state, actor.pid = "done", None
            self._turn.notify_all()

    def _arrive(self, at: str, pid: int | None) -> None:
        actor = self._actors.get(threading.get_ident())
        if actor is None:
            return
        with self._turn:
            actor.state, actor.at, actor.pid = "parked", at, pid
            self._turn.notify_all()
            if not self._turn.wait_for(lambda: actor.state == "running", PATIENCE * 2):
                raise TimeoutError(at)

    def _let(self, actor: Actor) -> None:
        with self._turn:
            actor.state = "running"
            actor.steps += 1
            self._turn.notify_all()

    def _settle(self, actors: Sequence[Actor], trace: list[str]) -> None:
        """Wait until everybody is parked, done, or waits for a lock while somebody else can go on."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with self._turn:
                moving = [actor for actor in actors if actor.state == "running"]
                if not moving or not self._turn.wait_for(lambda: not self._running(actors), LOOK):
                    moving = [actor for actor in actors if actor.state == "running"]
                if not moving:
                    return
                others = any(actor.state == "parked" for actor in actors)
            if others and all(self._blocked(actor) for actor in moving):
                return
        raise TimeoutError("nobody moves:\n" + "\n".join(trace))

    def _running(self, actors: Sequence[Actor]) -> bool:
        return any(actor.state == "running" for actor in actors)

    def _blocked(self, actor: Actor) -> bool:
        pid = actor.pid
        if pid is None or actor.state != "running":
            return False
        return bool(self._watch.execute(BLOCKED, {"pid": pid}).scalar_one())

    def _free(self, actors: Sequence[Actor], wanted: int) -> Actor:
        """Whoever's turn it is, or the next one who does not wait for a lock."""
        order = [*range(wanted, len(actors)), *range(wanted)]
        return next(actors[number] for number in order if actors[number].state == "parked")


def _turns(schedule: Schedule, actors: Sequence[Actor]) -> Iterator[int]:
    for who, steps in schedule:
        for _ in range(steps):
            yield who
    while True:
        yield next((actor.number for actor in actors if actor.state != "done"), 0)
