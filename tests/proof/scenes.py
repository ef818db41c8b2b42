"""Two use cases that want the same thing at the same time, and which ends are right."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.kit.clock import local
from tests.kit.wishes import ALICE, BOB, booked, wish
from tests.proof.world import World, intent_of
from truflow.db import transaction
from truflow.services import bookings, cancelling, effects, holds, outbox, payments, rescheduling
from truflow.services.views import BookedView

SLOT = local(2, "10:00")
Case = Callable[[], Any]
Ends = set[tuple[str, ...]]


@dataclass(frozen=True)
class Scene:
    """`set_up` makes the world and gives the use cases; `ends` are the outcomes that may come out."""

    set_up: Callable[[World], list[Case]]
    ends: Ends
    lost_answers: int = 0


def buys(world: World, guest: str, now: dt.datetime, **changes: Any) -> Case:
    client = {"Alice": ALICE, "Bob": BOB}[guest]
    return lambda: bookings.book(wish(SLOT, guest=guest, **changes), key=None, client=client, now=now)


def pays(world: World, made: BookedView, now: dt.datetime, card: str = "pm_card_visa") -> Case:
    token = world.card(card)
    return lambda: payments.pay(made.booking.id, made.manage_token, token, client=ALICE, now=now)


def cancels(made: BookedView, now: dt.datetime) -> Case:
    return lambda: cancelling.cancel(made.booking.id, made.manage_token, client=ALICE, now=now)


def moves(made: BookedView, start: dt.datetime, now: dt.datetime) -> Case:
    return lambda: rescheduling.reschedule(
        made.booking.id, made.manage_token, start_time=start, practitioner_id=None, client=ALICE, now=now
    )


def held(world: World) -> BookedView:
    return booked(SLOT, world.clock.now)


def paid_at_stripe(world: World, made: BookedView) -> str:
    world.box.sdk().v1.payment_intents.confirm(intent_of(made), {"confirmation_token": world.card()})
    return intent_of(made)


def book_book(world: World) -> list[Case]:
    return [buys(world, "Alice", world.clock.now), buys(world, "Bob", world.clock.now)]


def book_book_overlapping(world: World) -> list[Case]:
    """A two-hour rest and an hour's massage that begins within it."""
    later = wish(SLOT + dt.timedelta(minutes=75), guest="Bob")
    now = world.clock.now
    return [
        buys(world, "Alice", now, service_id=5),
        lambda: bookings.book(later, key=None, client=BOB, now=now),
    ]


def book_book_two_people(world: World) -> list[Case]:
    world.second_practitioner()
    return book_book(world)


def book_book_last_of_the_day(world: World) -> list[Case]:
    """Two free times, one place left under the daily cap, two practitioners: no lock of a row is shared."""
    world.second_practitioner()
    world.sql("update system_settings set max_bookings_per_day = 1")
    now = world.clock.now
    people = [row["id"] for row in world.sql("select id from resource order by id")]
    later = wish(SLOT + dt.timedelta(hours=3), guest="Bob", practitioner_id=people[1])
    return [
        buys(world, "Alice", now, practitioner_id=people[0]),
        lambda: bookings.book(later, key=None, client=BOB, now=now),
    ]


def book_expire(world: World) -> list[Case]:
    held(world)
    now = world.clock.forward(minutes=10)
    return [buys(world, "Bob", now), lambda: holds.expire_overdue(now=now)]


def pay_expire(world: World) -> list[Case]:
    made = held(world)
    just_in_time, over = world.clock.forward(minutes=9, seconds=59), world.clock.forward(seconds=1)
    return [pays(world, made, just_in_time), lambda: holds.expire_overdue(now=over)]


def pay_book(world: World) -> list[Case]:
    made = held(world)
    just_in_time, over = world.clock.forward(minutes=9, seconds=59), world.clock.forward(seconds=1)
    return [pays(world, made, just_in_time), buys(world, "Bob", over)]


def pay_pay(world: World) -> list[Case]:
    made = held(world)
    return [pays(world, made, world.clock.now), pays(world, made, world.clock.now, "pm_card_mastercard")]


def cancel_pay(world: World) -> list[Case]:
    made = held(world)
    return [cancels(made, world.clock.now), pays(world, made, world.clock.now)]


def confirmed(world: World) -> BookedView:
    made = held(world)
    payments.settle(paid_at_stripe(world, made), now=world.clock.now)
    return made


def cancel_cancel(world: World) -> list[Case]:
    made = confirmed(world)
    return [cancels(made, world.clock.now), cancels(made, world.clock.now)]


def reschedule_book(world: World) -> list[Case]:
    made = confirmed(world)
    there = SLOT + dt.timedelta(hours=3)
    return [
        moves(made, there, world.clock.now),
        lambda: bookings.book(wish(there, guest="Bob"), key=None, client=BOB, now=world.clock.now),
    ]


def reschedule_reschedule(world: World) -> list[Case]:
    """Two bookings want each other's place, more or less: an hour to and fro."""
    first = confirmed(world)
    second = booked(SLOT + dt.timedelta(hours=3), world.clock.now, guest="Bob")
    payments.settle(paid_at_stripe(world, second), now=world.clock.now)
    now = world.clock.now
    return [moves(first, SLOT + dt.timedelta(hours=3), now), moves(second, SLOT, now)]


def reschedule_cancel(world: World) -> list[Case]:
    made = confirmed(world)
    return [moves(made, SLOT + dt.timedelta(hours=3), world.clock.now), cancels(made, world.clock.now)]


def late_money_book(world: World) -> list[Case]:
    """The guest paid at her bank, her hold ended, and somebody else wants the time."""
    made = held(world)
    intent = paid_at_stripe(world, made)
    now = world.clock.forward(minutes=10)
    holds.expire_overdue(now=now)
    return [lambda: payments.settle(intent, now=now), buys(world, "Bob", now)]


def expire_settle(world: World) -> list[Case]:
    intent = paid_at_stripe(world, held(world))
    now = world.clock.forward(minutes=10)
    return [lambda: holds.expire_overdue(now=now), lambda: payments.settle(intent, now=now)]


def refund_refund(world: World) -> list[Case]:
    """Two workers find the same refund; the second one long after the first one's lease."""
    made = held(world)
    intent = paid_at_stripe(world, made)
    now = world.clock.forward(minutes=10)
    booked(SLOT, now, guest="Bob")
    payments.settle(intent, now=now)
    others = {name: kind for name, kind in effects.KINDS.items() if name != "refund"}
    outbox.deliver_due(others, lambda: now)
    much_later = world.clock.forward(seconds=121)
    return [
        lambda: effects.deliver_due(lambda: now),
        lambda: effects.deliver_due(lambda: much_later),
    ]


def worker_worker(world: World) -> list[Case]:
    """The same over everything that a paid booking promises: a mail may go twice, whose answer was late."""
    made = held(world)
    payments.settle(paid_at_stripe(world, made), now=world.clock.now)
    now = world.clock.now
    much_later = world.clock.forward(seconds=121)
    return [lambda: effects.deliver_due(lambda: now), lambda: effects.deliver_due(lambda: much_later)]


def recon_webhook(world: World) -> list[Case]:
    intent = paid_at_stripe(world, held(world))
    now = world.clock.now
    with transaction() as session:
        outbox.record(session, "letter", world.letter("payment_intent.succeeded", intent), dedupe="letter-1", now=now)
    return [lambda: payments.settle(intent, now=now), lambda: effects.deliver_due(lambda: now)]


def sold_once(taken: str = "SLOT_TAKEN") -> Ends:
    return {("BOOKED", taken), (taken, "BOOKED")}


SCENES: dict[str, Scene] = {
    "book-book": Scene(book_book, sold_once()),
    "book-book-lengths": Scene(book_book_overlapping, sold_once()),
    "book-book-two-people": Scene(book_book_two_people, {("BOOKED", "BOOKED")}),
    "book-book-cap-of-one": Scene(book_book_last_of_the_day, sold_once("DAY_FULL")),
    "book-expire": Scene(book_expire, {("BOOKED", "DONE")}),
    "pay-expire": Scene(pay_expire, {("CONFIRMED", "DONE"), ("HOLD_EXPIRED", "DONE")}),
    "pay-book": Scene(pay_book, {("CONFIRMED", "SLOT_TAKEN"), ("HOLD_EXPIRED", "BOOKED")}),
    "pay-pay": Scene(
        pay_pay,
        {("CONFIRMED", "CONFIRMED"), ("CONFIRMED", "ALREADY_PAID"), ("ALREADY_PAID", "CONFIRMED")},
    ),
    "cancel-pay": Scene(
        cancel_pay,
        {
            ("CANCELLED", "ALREADY_CANCELLED"),
            ("CANCELLED", "CANCELLED"),
            ("CANCELLED", "CONFIRMED"),
            ("CANCELLED", "PAYMENTS_UNAVAILABLE"),
            ("PAYMENTS_UNAVAILABLE", "CONFIRMED"),
        },
    ),
    "cancel-cancel": Scene(cancel_cancel, {("CANCELLED", "ALREADY_CANCELLED"), ("ALREADY_CANCELLED", "CANCELLED")}),
    "reschedule-book": Scene(reschedule_book, {("CONFIRMED", "SLOT_TAKEN"), ("SLOT_TAKEN", "BOOKED")}),
    "reschedule-reschedule": Scene(reschedule_reschedule, {("SLOT_TAKEN", "SLOT_TAKEN")}),
    "reschedule-cancel": Scene(
        reschedule_cancel,
        {("CONFIRMED", "CANCELLED"), ("ALREADY_CANCELLED", "CANCELLED"), ("POLICY_REFUSES", "CANCELLED")},
    ),
    "late-money-book": Scene(late_money_book, {("DONE", "BOOKED"), ("DONE", "SLOT_TAKEN")}),
    "expire-settle": Scene(expire_settle, {("DONE", "DONE")}),
    "refund-refund": Scene(refund_refund, {("DONE", "DONE")}),
    "worker-worker": Scene(worker_worker, {("DONE", "DONE")}, lost_answers=2),
    "recon-webhook": Scene(recon_webhook, {("DONE", "DONE")}),
}
