"""What befalls the house in the chaos: processes killed without a word, Stripe failing, its letters going astray."""

import itertools
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable

import httpx

from tests.kit.stack import Stack
from tests.sandbox.kit import until
from truflow.postgres import Embedded

VICTIMS = ("web", "worker", "database", "stripe", "everything")
ROUND = ("database", "worker", "stripe", "database", "worker")
"""In ever other orders; after each round the web, then everything at once: they take long to come back, and a house
whose web is never open has guests who see nothing but closed doors.
"""

RISING = ("database", "stripe", "web", "worker")
REQUESTS = ("run_then_drop", "drop_before", "run_then_500", "save_500", "status_500", "status_429")
HANGS = ("hang", "run_then_hang")
LETTERS = ("drop", "duplicate", "delay", "reorder", "hold_webhooks")
PLACES = (*("/v1/payment_intents",) * 4, "/v1/payment_intents/*/confirm", "/v1/refunds", "/v1/events")


class House:
    """All processes of one stack, its database as durable as the product's: a kill may lose nothing committed."""

    def __init__(self, stack: Stack, **settings: str) -> None:
        self.stack, self.settings = stack, settings
        self.database = Embedded(stack.folder / "data")
        self.kills: Counter[str] = Counter()
        self.ended_by_itself: list[str] = []

    def up(self) -> None:
        self.database.ensure()  # before the stack does it in its careless way, which forgets commits
        self.stack.up(**self.settings)

    def kill(self, victim: str) -> None:
        """As a power cut would: kill -9, and nothing tidied up."""
        if victim == "database":
            os.kill(int((self.database.cluster / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        elif victim == "stripe":
            self.stack.sandbox.stop(signal.SIGKILL)
        else:
            if self.stack.processes[victim].poll() is not None:
                self.ended_by_itself.append(f"{victim}: {self.stack.log(victim)[-2000:]}")
            self.stack.kill(victim)
        self.kills[victim] += 1

    def start(self, victim: str) -> None:
        if victim == "database":
            self.database.ensure()
        elif victim == "stripe":
            self.stack.sandbox.start()
        else:
            self.stack.start(victim, **self.settings)

    def open(self) -> bool:
        """Whether guests get in."""
        try:
            return self.stack.http.get("/healthz").status_code == 200
        except httpx.HTTPError:
            return False


def strike(house: House, over: Callable[[], bool], dice: random.Random) -> None:
    """Kill one part after the other, each back after a moment, until it is over."""
    for last in itertools.cycle(("web", "everything")):
        for victim in (*dice.sample(ROUND, len(ROUND)), last):
            time.sleep(dice.uniform(0.5, 2.5))
            if over():
                return
            fallen = RISING if victim == "everything" else (victim,)
            for each in fallen:
                house.kill(each)
            time.sleep(dice.uniform(0, 1))
            for each in fallen:
                house.start(each)
            house.kills["everything"] += victim == "everything"
            if "web" in fallen:
                until(house.open, 90)
                time.sleep(dice.uniform(1, 4))


class Stripe(threading.Thread):
    """Orders one fault after the other; while the sandbox is down there is nothing to order."""

    def __init__(self, stack: Stack, dice: random.Random, over: threading.Event) -> None:
        super().__init__(daemon=True, name="stripe's troubles")
        self.stack, self.dice, self.over = stack, dice, over

    def run(self) -> None:
        while not self.over.is_set():
            try:
                self.order()
            except httpx.HTTPError:
                continue
            finally:
                time.sleep(self.dice.uniform(0.1, 0.6))

    def order(self) -> None:
        turn, order = self.dice.random(), self.stack.sandbox.order
        if turn < 0.6:
            order(self.dice.choice(REQUESTS), match={"path": self.dice.choice(PLACES)})
        elif turn < 0.65:
            seconds = self.dice.choice((1, 2, 11))  # the product gives up after ten
            order(self.dice.choice(HANGS), match={"path": "/v1/payment_intents"}, seconds=seconds)
        else:
            order(self.dice.choice(LETTERS), times=2)


def faults_used(stack: Stack) -> Counter[str]:
    """How often each fault happened, by the sandbox's own count."""
    used: Counter[str] = Counter()
    for fault in stack.sandbox.control("GET", "/faults")["faults"]:
        used[fault["fault"]] += fault["times"] - fault["left"]
    return +used
