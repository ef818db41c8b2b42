"""The rest of the price: by card, or at the desk, and never more than is due."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.kit.clock import Clock, local
from tests.kit.looking import one, rows
from tests.kit.wishes import ALICE, booked
from tests.sandbox.kit import Sandbox
from truflow.errors import AlreadyPaid, Busy, HoldExpired, Invalid, PolicyRefuses, Refusal, StaleVersion
from truflow.services import balances, bookings, holds, payments
from truflow.services.views import BookedView, BookingView

SLOT = local(3, "10:00")
Token = Callable[..., str]


@pytest.fixture
def paid(practice: Engine, clock: Clock, token: Token) -> BookedView:
    made = booked(SLOT, clock.now)
    payments.pay(made.booking.id, made.manage_token, token(), client=ALICE, now=clock.now)
    return made


def prepare(made: BookedView, clock: Clock) -> balances.BalanceView:
    return balances.prepare_balance(made.booking.id, made.manage_token, client="203.0.113.5", now=clock.now)


def mark(made: BookedView, clock: Clock, **changes: Any) -> BookingView:
    given: dict[str, Any] = {"method": "CASH", "amount_cents": None, "version": 2, "actor": "admin:1", "now": clock.now}
    return balances.mark_paid(made.booking.id, **{**given, **changes})


def test_the_rest_is_paid_by_card_once(practice: Engine, clock: Clock, paid: BookedView, token: Token) -> None:
    first, again = prepare(paid, clock), prepare(paid, clock)
    assert first.client_secret == again.client_secret != paid.client_secret
    done = payments.pay(paid.booking.id, paid.manage_token, token(), client=ALICE, now=clock.now)
    assert (done.booking.payment_status, done.booking.balance_cents) == ("PAID", 0)
    with pytest.raises(AlreadyPaid):
        prepare(paid, clock)
    with pytest.raises(AlreadyPaid):
        payments.pay(paid.booking.id, paid.manage_token, token(), client=ALICE, now=clock.now)
    assert rows(practice, "select purpose, amount_cents from payment order by created_at, purpose desc") == [
        {"purpose": "DEPOSIT", "amount_cents": 3000},
        {"purpose": "BALANCE", "amount_cents": 6500},
    ]


def test_a_hold_has_no_balance_yet(practice: Engine, clock: Clock) -> None:
    with pytest.raises(PolicyRefuses):
        prepare(booked(SLOT, clock.now), clock)


def test_cash_at_the_desk_in_parts(practice: Engine, clock: Clock, paid: BookedView) -> None:
    assert mark(paid, clock, amount_cents=1500).balance_cents == 5000
    with pytest.raises(StaleVersion):
        mark(paid, clock)
    done = mark(paid, clock, version=3, method="DESK_CARD")
    assert (done.payment_status, done.balance_cents, done.paid_cents) == ("PAID", 0, 9500)
    with pytest.raises(AlreadyPaid):
        mark(paid, clock, version=4)
    audited = rows(
        practice, "select actor, amount_cents, why from payment_audit_log where actor = 'admin:1' order by id"
    )
    assert audited == [
        {"actor": "admin:1", "amount_cents": 1500, "why": "cash"},
        {"actor": "admin:1", "amount_cents": 5000, "why": "desk_card"},
    ]


def test_a_balance_that_is_still_being_cancelled_asks_for_patience(
    practice: Engine, clock: Clock, paid: BookedView, deliver: Callable[[], int]
) -> None:
    prepare(paid, clock)
    mark(paid, clock, amount_cents=1500)
    with pytest.raises(Busy):
        prepare(paid, clock)
    deliver()
    assert prepare(paid, clock).booking.balance_cents == 5000


@pytest.mark.parametrize("amount", [0, -1, 6501])
def test_never_more_than_is_due(practice: Engine, clock: Clock, paid: BookedView, amount: int) -> None:
    with pytest.raises(Invalid):
        mark(paid, clock, amount_cents=amount)


def test_the_desk_can_confirm_a_hold(
    practice: Engine, clock: Clock, sandbox_process: Sandbox, deliver: Callable[[], int]
) -> None:
    made = booked(SLOT, clock.now)
    with pytest.raises(Invalid):
        mark(made, clock, version=1, amount_cents=100)
    done = mark(made, clock, version=1)
    assert (done.status, done.payment_status) == ("CONFIRMED", "PAID")
    deliver()
    intent = str(made.client_secret).split("_secret_")[0]
    assert sandbox_process.sdk().v1.payment_intents.retrieve(intent).status == "canceled"


def test_a_hold_that_is_over_is_not_confirmed_by_cash(practice: Engine, clock: Clock) -> None:
    made = booked(SLOT, clock.now)
    clock.forward(minutes=10)
    with pytest.raises(HoldExpired):
        mark(made, clock, version=1)
    holds.expire_overdue(now=clock.now)
    with pytest.raises(HoldExpired):
        mark(made, clock, version=2)


def test_who_pays_by_card_and_at_the_desk_gets_the_card_money_back(
    practice: Engine, clock: Clock, paid: BookedView, token: Token, sandbox_process: Sandbox, deliver: Callable[[], int]
) -> None:
    secret = prepare(paid, clock).client_secret
    intent = secret.split("_secret_")[0]
    sandbox_process.sdk().v1.payment_intents.confirm(intent, {"confirmation_token": token()})
    mark(paid, clock)
    for _ in range(2):
        payments.settle(intent, now=clock.now)
        deliver()
    seen = bookings.get_booking(paid.booking.id, paid.manage_token, client=ALICE)
    assert (seen.status, seen.refunded_cents, seen.balance_cents) == ("CONFIRMED", 6500, 0)
    back = [each["amount"] for each in sandbox_process.ledger["refunds"] if each["payment_intent"] == intent]
    assert back == [6500]
    assert one(practice, "select count(*) from refund") == 1


def test_the_balance_counts_as_a_payment_attempt(practice: Engine, clock: Clock, paid: BookedView) -> None:
    codes = []
    for _ in range(6):
        try:
            prepare(paid, clock)
            codes.append("OK")
        except Refusal as refusal:
            codes.append(refusal.code)
    assert codes == ["OK"] * 5 + ["RATE_LIMITED"]
