"""`kill -9` at every point of every story, Stripe's answers lost, the database gone; then others go on.

Each time a restart, two reconciliations, and the oracle. The real web and the real worker are in test_real_kills.py.
"""

import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from tests.proof.amounts import LONG, ONLY, SEED, Part, amount, part, share
from tests.proof.checkpoints import watched
from tests.proof.kill_fates import Database, Points, forked, short_patience
from tests.proof.stories import STORIES
from tests.proof.world import World
from truflow.db import engine
from truflow.errors import Refusal
from truflow.integrations.stripe import StripeUnreachable

pytestmark = pytest.mark.races
MOST = amount("kills", 1, 10_000)
"""Runs of each kind in each story; the long form has one for every fate at every point."""

SOME = list(STORIES) if LONG or ONLY else ["pays", "opens-a-letter", "works-off-a-conflict"]
"""Stories in which the database and Stripe fail; the short form has three of them."""

ASKING = [name for name in SOME if name not in ("moves", "works-off-a-confirmation")]
"""Those in which Stripe is asked for something."""

THIS = "tests/proof/test_kills.py"
LOST = ("run_then_drop", "drop_before", "run_then_500", "save_500", "status_500", "status_429", "run_then_hang")
GONE = ("cut", "gone", "unheard")
Do = Callable[[], Any]


WHOLE: dict[str, list[str]] = {}
"""The points of each story, as they were when nothing befell it."""


def points_of(world: World, name: str) -> list[str]:
    """Tell a story without any harm, once."""
    if name not in WHOLE:
        world.fresh()
        do = STORIES[name](world)
        seen = Points()
        with watched(engine(), seen.notice, statements=False):
            do()
        world.rest()
        world.stands(f"{name}, nothing befell it")
        assert len(seen.passed) > 1
        WHOLE[name] = seen.passed
    return WHOLE[name]


def chosen(name: str, fates: Sequence[str], points: Sequence[str]) -> Sequence[tuple[str, int]]:
    """Which fate strikes at which point: all in the long form, one when a failure is played again."""
    every = [(fate, at) for fate in fates for at in range(1, len(points) + 1)]
    every = [(fate, at) for fate, at in every if fate != "unheard" or points[at - 1] == "after commit"]
    if ONLY:
        return [(fate, at) for fate, at in every if f"{fate}:{at}" == ONLY]
    random.Random(f"{SEED} {name} {fates}").shuffle(every)
    return share(every[:MOST])


def came_of(do: Do) -> str:
    """What it came to: its end, or the word with which it gave up in good order."""
    try:
        do()
    except (Refusal, StripeUnreachable) as trouble:
        return type(trouble).__name__
    return "done"


def goes_on(world: World, about: str, lost: int) -> None:
    """Time passes, everybody else goes on, and the oracle looks."""
    world.clock.forward(seconds=121)  # what was leased is free again
    world.rest()
    for hours in (1, 4, 12, 24, 24):  # Stripe repeats an error that it saved for a day
        if not world.sql("select 1 from outbox where status in ('READY', 'LEASED') limit 1"):
            break
        world.clock.forward(hours=hours)
        world.chores()
        world.chores()
    world.stands(about, lost_answers=lost)


@contextmanager
def told(kind: str, name: str, world: World, points: list[str]) -> Iterator[tuple[Part, Counter[str], Counter[str]]]:
    """What is told of one kind in one story: how many runs, each kind of fate, and what the story came to."""
    assert points
    struck: Counter[str] = Counter()
    came: Counter[str] = Counter()
    with part(f"{kind} while it {name}", f"'{THIS}::test_{kind}[{name}]'") as made:
        yield made, struck, came
        ends = {f"came to {end}": times for end, times in came.items()}
        made.counts = {"points": len(points), "runs": struck.total(), **struck, **ends}
        made.oracle = world.seen.looked


@pytest.mark.parametrize("name", STORIES)
def test_kill9(world: World, name: str) -> None:
    """Each point once with nobody coming back, and once with the same guest or worker trying again at once."""
    points = points_of(world, name)
    with told("kill9", name, world, points) as (made, struck, _):
        for fate, at in chosen(name, ("killed", "killed-and-again"), points):
            world.fresh()
            do = STORIES[name](world)
            ended = forked(world, do, at)
            assert (ended.signal, ended.where) == (signal.SIGKILL, points[at - 1]), f"{fate}:{at}: {ended}"
            if fate == "killed-and-again":
                came_of(do)
            goes_on(world, f"{ended.where}: {made.replay(f'{fate}:{at}')}", ended.lost)
            struck[" ".join(ended.where.split()[:2])] += 1


@pytest.mark.parametrize("name", ASKING)
def test_lost_answers(world: World, name: str) -> None:
    asked = [point for point in points_of(world, name) if point.split()[:2] in (["before", "POST"], ["before", "GET"])]
    with told("lost_answers", name, world, asked) as (made, struck, came):
        for fate, at in chosen(name, LOST, asked):
            world.fresh()
            do = STORIES[name](world)
            seen = Points()
            world.box.order(fate, skip=at - 1, seconds=0.8)
            with short_patience(0.4 if "hang" in fate else 10), watched(engine(), seen.notice, statements=False):
                ended = came_of(do)
            (fault,) = world.box.control("GET", "/faults")["faults"]
            world.box.control("DELETE", "/faults")
            assert not fault["left"], f"{fate}:{at}: Stripe was not asked that often"
            if at % 2 == 0:
                came_of(do)
            goes_on(world, f"{asked[at - 1]}, {ended}: {made.replay(f'{fate}:{at}')}", seen.lost)
            struck[fate] += 1
            came[ended] += 1


@pytest.mark.parametrize("name", SOME)
def test_database_gone(world: World, name: str) -> None:
    points = points_of(world, name)
    database = Database(world)
    with told("database_gone", name, world, points) as (made, struck, came):
        for fate, at in chosen(name, GONE, points):
            world.fresh()
            do = STORIES[name](world)
            seen = Points(at, getattr(database, fate))
            try:
                with watched(engine(), seen.notice, statements=False):
                    ended = came_of(do)
            finally:
                database.back()
            assert seen.where == points[at - 1], f"{fate}:{at}: {seen}"
            if at % 2 == 0:
                came_of(do)
            goes_on(world, f"{seen.where}, {ended}: {made.replay(f'{fate}:{at}')}", seen.lost)
            struck[fate] += 1
            came[ended] += 1
