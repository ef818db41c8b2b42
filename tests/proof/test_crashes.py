"""A process dies before and after every commit, every request to Stripe and every mail; another goes on after it.

Here a death is an exception that no `except Exception` catches and that comes again at every later point of the same
thread, so that nothing is cleaned up through the database, Stripe or the mailer: what `kill -9` leaves behind.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.kit.clock import local
from tests.kit.wishes import ALICE, booked, wish
from tests.proof.amounts import ONLY, SEED, amount, part
from tests.proof.checkpoints import watched
from tests.proof.scenes import confirmed, held, paid_at_stripe
from tests.proof.world import World
from truflow.db import engine, transaction
from truflow.services import bookings, cancelling, holds, outbox, payments, rescheduling

SLOT, THERE = local(2, "10:00"), local(2, "14:00")
MOST = amount("crashes", 3, 1000)
"""Deaths of each story; a story has as many points as it has."""

THIS = "tests/proof/test_crashes.py"


class Died(BaseException):
    """The process is gone."""


@dataclass
class Fate:
    """Counts the points that the watched thread passes, and ends it at one of them."""

    at: int = 0
    passed: int = 0
    where: str = ""

    def __post_init__(self) -> None:
        self._thread = threading.get_ident()

    def notice(self, point: str, _: int | None) -> None:
        if threading.get_ident() != self._thread:
            return
        self.passed += 1
        if self.where or self.passed == self.at:
            self.where = self.where or point
            raise Died(point)


Story = Callable[[World], Callable[[], Any]]


def books(world: World) -> Callable[[], Any]:
    return lambda: bookings.book(wish(SLOT), key="once", client=ALICE, now=world.clock.now)


def pays(world: World) -> Callable[[], Any]:
    made, card = held(world), world.card()
    return lambda: payments.pay(made.booking.id, made.manage_token, card, client=ALICE, now=world.clock.now)


def works_off_a_confirmation(world: World) -> Callable[[], Any]:
    confirmed(world)
    return world.deliver


def works_off_a_conflict(world: World) -> Callable[[], Any]:
    intent = paid_at_stripe(world, held(world))
    booked(SLOT, world.clock.forward(minutes=10), guest="Bob")
    payments.settle(intent, now=world.clock.now)
    return world.deliver


def settles_late_money(world: World) -> Callable[[], Any]:
    intent = paid_at_stripe(world, held(world))
    holds.expire_overdue(now=world.clock.forward(minutes=10))
    return lambda: payments.settle(intent, now=world.clock.now)


def expires(world: World) -> Callable[[], Any]:
    held(world)
    world.clock.forward(minutes=10)
    return world.chores


def cancels(world: World) -> Callable[[], Any]:
    made = confirmed(world)

    def cancel_and_work() -> None:
        cancelling.cancel(made.booking.id, made.manage_token, client=ALICE, now=world.clock.now)
        world.deliver()

    return cancel_and_work


def moves(world: World) -> Callable[[], Any]:
    made = confirmed(world)

    def move_and_work() -> None:
        rescheduling.reschedule(
            made.booking.id,
            made.manage_token,
            start_time=THERE,
            practitioner_id=None,
            client=ALICE,
            now=world.clock.now,
        )
        world.deliver()

    return move_and_work


def opens_a_letter(world: World) -> Callable[[], Any]:
    intent = paid_at_stripe(world, held(world))
    with transaction() as session:
        id_ = world.letter("payment_intent.succeeded", intent)
        outbox.record(session, "letter", id_, dedupe="letter-1", now=world.clock.now)
    return world.deliver


STORIES: dict[str, Story] = {
    "books": books,
    "pays": pays,
    "settles-late-money": settles_late_money,
    "expires": expires,
    "opens-a-letter": opens_a_letter,
    "works-off-a-confirmation": works_off_a_confirmation,
    "works-off-a-conflict": works_off_a_conflict,
    "cancels": cancels,
    "moves": moves,
}


def live(world: World, story: Story, at: int) -> Fate:
    """Tell the story until it dies at this point, then let others go on: the same guest, another one, the worker."""
    world.fresh()
    do = story(world)
    fate = Fate(at)
    with watched(engine(), fate.notice, statements=False):
        try:
            do()
        except Died:
            engine().dispose()  # its connections went with it
        except Exception as error:
            if not fate.where:
                raise error
    world.clock.forward(seconds=121)  # what it had leased is free again
    world.rest()
    return fate


@pytest.mark.races
@pytest.mark.parametrize("name", STORIES)
def test_a_death_at_any_point_loses_nothing(world: World, name: str) -> None:
    story = STORIES[name]
    whole = live(world, story, 0)
    world.stands(f"{name}, nobody died")
    assert whole.passed > 1
    points = list(range(1, whole.passed + 1))
    random.Random(f"{SEED} {name}").shuffle(points)
    if ONLY:
        points = [int(ONLY)]
    with part(f"deaths while it {name}", f"'{THIS}::test_a_death_at_any_point_loses_nothing[{name}]'") as told:
        where: Counter[str] = Counter()
        for at in points[:MOST]:
            fate = live(world, story, at)
            assert fate.where, f"point {at} was not reached"
            sent_but_unsaid = int(fate.where == "after mail" or fate.where == "before commit")
            world.stands(f"{name} died at point {at}, {fate.where}: PROOF_ONLY={at}", lost_answers=sent_but_unsaid)
            where[fate.where.split()[0] + " " + fate.where.split()[1].lower()] += 1
        told.counts = {"points": whole.passed, "deaths": sum(where.values()), **where}
        told.oracle = world.seen.looked
