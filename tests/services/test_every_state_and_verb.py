"""The test is the table: every status of a booking, and every verb that anybody can say to it."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from tests.kit.clock import Clock, local
from tests.kit.looking import one, overlaps, rows
from tests.kit.wishes import ALICE, booked
from tests.sandbox.kit import Sandbox
from truflow.errors import Refusal
from truflow.services import balances, bookings, cancelling, holds, payments, rescheduling, upkeep, visits
from truflow.services.views import BookedView

SLOT, LATER = local(3, "10:00"), local(9, "10:00")
STATES = ("PENDING", "CONFIRMED", "EXPIRED", "CANCELLED", "CONFLICT", "COMPLETED", "NO_SHOW")
VERBS = (
    "pay",
    "cancel",
    "cancel_for_guest",
    "move",
    "mark_paid",
    "balance",
    "expire",
    "money",
    "over",
    "no_show",
    "came",
)

# For each status, what each verb ends in: a status, or the code of a refusal (then nothing has changed).
TABLE = {
    "PENDING": "CONFIRMED CANCELLED CANCELLED POLICY_REFUSES CONFIRMED POLICY_REFUSES EXPIRED CONFIRMED PENDING "
    "POLICY_REFUSES POLICY_REFUSES",
    "CONFIRMED": "ALREADY_PAID CANCELLED CANCELLED CONFIRMED CONFIRMED CONFIRMED CONFIRMED CONFIRMED COMPLETED NO_SHOW "
    "COMPLETED",
    "EXPIRED": "HOLD_EXPIRED POLICY_REFUSES POLICY_REFUSES POLICY_REFUSES HOLD_EXPIRED POLICY_REFUSES EXPIRED "
    "CONFIRMED EXPIRED POLICY_REFUSES POLICY_REFUSES",
    "CANCELLED": "ALREADY_CANCELLED ALREADY_CANCELLED ALREADY_CANCELLED POLICY_REFUSES POLICY_REFUSES POLICY_REFUSES "
    "CANCELLED CANCELLED CANCELLED POLICY_REFUSES POLICY_REFUSES",
    "CONFLICT": "HOLD_EXPIRED POLICY_REFUSES POLICY_REFUSES POLICY_REFUSES POLICY_REFUSES POLICY_REFUSES CONFLICT "
    "CONFLICT CONFLICT POLICY_REFUSES POLICY_REFUSES",
    "COMPLETED": "ALREADY_PAID POLICY_REFUSES POLICY_REFUSES POLICY_REFUSES COMPLETED COMPLETED COMPLETED COMPLETED "
    "COMPLETED NO_SHOW POLICY_REFUSES",
    "NO_SHOW": "ALREADY_PAID POLICY_REFUSES POLICY_REFUSES POLICY_REFUSES NO_SHOW NO_SHOW NO_SHOW NO_SHOW NO_SHOW "
    "POLICY_REFUSES COMPLETED",
}
CASES = [(state, verb, outcome) for state in STATES for verb, outcome in zip(VERBS, TABLE[state].split(), strict=True)]


class House:
    """One booking on its way into a status, by the verbs that really lead there."""

    def __init__(self, clock: Clock, token: Callable[..., str], box: Sandbox) -> None:
        self.clock, self.token, self.box = clock, token, box
        self.made: BookedView = booked(SLOT, clock.now)
        self.id, self.key = self.made.booking.id, self.made.manage_token
        self.intent = str(self.made.client_secret).split("_secret_")[0]

    def into(self, state: str) -> None:
        if state in ("CONFIRMED", "CANCELLED", "COMPLETED", "NO_SHOW"):
            self.pay()
        if state == "CANCELLED":
            self.cancel()
        if state == "CONFLICT":
            self.pay_at_stripe()
            booked(SLOT, self.clock.forward(minutes=10), guest="Bob")
            self.money()
        if state == "EXPIRED":
            self.expire()
        if state in ("COMPLETED", "NO_SHOW"):
            self.clock.now = SLOT
            (self.came if state == "COMPLETED" else self.no_show)()

    @property
    def version(self) -> int:
        return bookings.get_booking(self.id, self.key, client=ALICE).version

    def pay(self) -> None:
        payments.pay(self.id, self.key, self.token(), client=ALICE, now=self.clock.now)

    def cancel(self) -> None:
        cancelling.cancel(self.id, self.key, client=ALICE, now=self.clock.now)

    def cancel_for_guest(self) -> None:
        cancelling.cancel_for_guest(
            self.id, version=self.version, back="FULL", why="ill", notify=False, actor="admin:1", now=self.clock.now
        )

    def move(self) -> None:
        rescheduling.reschedule(
            self.id, self.key, start_time=LATER, practitioner_id=None, client=ALICE, now=self.clock.now
        )

    def mark_paid(self) -> None:
        balances.mark_paid(
            self.id, method="CASH", amount_cents=None, version=self.version, actor="admin:1", now=self.clock.now
        )

    def balance(self) -> None:
        balances.prepare_balance(self.id, self.key, client=ALICE, now=self.clock.now)

    def expire(self) -> None:
        holds.expire_overdue(now=self.clock.forward(minutes=10))

    def pay_at_stripe(self) -> None:
        self.box.sdk().v1.payment_intents.confirm(self.intent, {"confirmation_token": self.token()})

    def money(self) -> None:
        if self.box.sdk().v1.payment_intents.retrieve(self.intent).status != "succeeded":
            self.pay_at_stripe()
        payments.settle(self.intent, now=self.clock.now)

    def over(self) -> None:
        self.clock.now = max(self.clock.now, local(4, "10:00"))
        upkeep.complete_visits(now=self.clock.now)

    def no_show(self) -> None:
        self.clock.now = max(self.clock.now, SLOT)
        visits.mark_no_show(self.id, version=self.version, why="mixed up", actor="admin:1", now=self.clock.now)

    def came(self) -> None:
        self.clock.now = max(self.clock.now, SLOT)
        visits.mark_completed(self.id, version=self.version, why="mixed up", actor="admin:1", now=self.clock.now)


@pytest.mark.parametrize(("state", "verb", "outcome"), CASES, ids=[f"{s}-{v}" for s, v, _ in CASES])
def test_every_status_and_every_verb(
    practice: Engine,
    clock: Clock,
    token: Callable[..., str],
    sandbox_process: Sandbox,
    state: str,
    verb: str,
    outcome: str,
) -> None:
    house = House(clock, token, sandbox_process)
    house.into(state)
    read = "select status from booking where id = :id"
    assert one(practice, read, id=house.id) == state
    before = rows(practice, "select * from booking_event where booking_id = :id order by id", id=house.id)
    try:
        getattr(house, verb)()
        ended = one(practice, read, id=house.id)
    except Refusal as refusal:
        ended = refusal.code
        assert one(practice, read, id=house.id) == state, "a refusal changes nothing"
    assert ended == outcome
    after = rows(practice, "select * from booking_event where booking_id = :id order by id", id=house.id)
    moves = [event for event in after[len(before) :] if event["what"] == "status"]
    now = one(practice, read, id=house.id)
    assert [(move["from_status"], move["to_status"]) for move in moves] == ([(state, now)] if now != state else [])
    assert all(move["actor"] and move["at"] for move in moves)
    live = one(practice, "select count(*) from diary_entry where booking_id = :id", id=house.id)
    assert live == (now in ("PENDING", "CONFIRMED", "COMPLETED", "NO_SHOW"))
    assert not overlaps(practice)
