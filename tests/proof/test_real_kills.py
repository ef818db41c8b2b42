"""The real web and the real worker end themselves with SIGKILL at a point, the database is killed under them.

Guests come in over HTTP meanwhile and never give up. Then a restart, two reconciliations, and the oracle.
"""

import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import pytest

from tests.kit.redis import WANTED, queue_settings
from tests.proof.amounts import LONG, ONLY, SEED, amount, part, share
from tests.proof.kill_stack import Guest, MortalStack
from tests.proof.oracle import Findings
from tests.proof.test_same_time import apart
from tests.sandbox.kit import until

pytestmark = pytest.mark.races
ROUNDS = amount("real_kills", 1, 24)
"""Deaths of each of the three."""

VICTIMS = ("web", "worker", "database")
MOST_POINTS = {"web": 40, "worker": 30}
GUESTS = 3
WORKERS = 4
THIS = "tests/proof/test_real_kills.py"


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MortalStack]:
    with queue_settings(tmp_path_factory.mktemp("redis")) as settings:
        stack = MortalStack(tmp_path_factory.mktemp("mortal") / "stack")
        try:
            yield stack.up(**settings)
        finally:
            stack.down()


@contextmanager
def guests(stack: MortalStack, name: str, times: list[str], seen: Counter[str]) -> Iterator[None]:
    """So many guests while the block lasts; each has an answer to everything in the end."""
    stop = threading.Event()
    come = [Guest(stack, f"{name}g{number}", times, seen, stop) for number in range(GUESTS)]
    for guest in come:
        guest.start()
    try:
        yield
    finally:
        stop.set()
        for guest in come:
            guest.join(90)
    assert not [guest.trouble for guest in come if guest.trouble or guest.is_alive()], [g.trouble for g in come]


def strike(stack: MortalStack, victim: str, dice: random.Random, *, last: bool) -> str:
    """End one of them in the middle of its work, start it again; where that was."""
    stack.plain = False
    if victim == "database":
        time.sleep(dice.uniform(0.2, 1.5))
        stack.kill_database(pause=dice.choice((0, 0.5)))
        until(stack.answers, 60)
        time.sleep(0.5)
        stack.two_minutes_pass()
        return "database"
    stack.arm(victim, dice.randint(1, MOST_POINTS[victim]))
    where = " ".join(stack.death(victim).split()[:2])
    stack.plain = last
    if victim == "worker":
        stack.two_minutes_pass()
    stack.start(victim)
    if victim == "web":
        until(stack.answers, 60)
    time.sleep(0.5)
    return f"{victim} {where}"


@pytest.mark.parametrize("victim", VICTIMS if LONG else ["all"])
def test_real_processes(mortal: MortalStack, victim: str) -> None:
    """The oracle looks after each death in the long form; in the short one all three die, and then it looks once.

    What is started after the last death is the product alone.
    """
    seen: Counter[str] = Counter()
    where: Counter[str] = Counter()
    looked = Findings()
    times = list(islice(apart(mortal), 400))
    with part(f"real kills of {victim}", f"'{THIS}::test_real_processes[{victim}]'") as told:
        numbers = [int(ONLY)] if ONLY else share(range(ROUNDS))
        for number in numbers:
            dice = random.Random(f"{SEED} {victim} {number}")
            for each in VICTIMS if victim == "all" else [victim]:
                with guests(mortal, f"{each}{number}", times, seen):
                    where[strike(mortal, each, dice, last=number == numbers[-1])] += 1
                mortal.quiet()
            findings = at_rest(mortal, most_lost=WORKERS * where.total())
            looked.add(findings)
            assert not findings.breaches, f"{dict(where)}: {told.replay(str(number))}\n{findings.table()}"
        told.counts = {"kills": where.total(), "queue": "redis" if WANTED else "postgres", **where, **seen}
        told.oracle = looked.looked
        assert seen["bookings 201"], "nobody got in"


def at_rest(stack: MortalStack, most_lost: int) -> Findings:
    """What the oracle says while the worker stands still, so that nobody but the reconciliation works."""
    worker = stack.processes["worker"]
    worker.send_signal(signal.SIGSTOP)
    try:
        return stack.examine(most_lost)
    finally:
        worker.send_signal(signal.SIGCONT)
