"""Use cases that a death may interrupt: each makes its world and gives what is to be done in it."""

from collections.abc import Callable
from typing import Any

from tests.kit.clock import local
from tests.kit.wishes import ALICE, booked, wish
from tests.proof.scenes import confirmed, held, paid_at_stripe
from tests.proof.world import World
from truflow.db import transaction
from truflow.services import bookings, cancelling, holds, outbox, payments, rescheduling

SLOT, THERE = local(2, "10:00"), local(2, "14:00")
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
