"""Money comes in: every payment ends as a confirmed booking or as a refund."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from tests.kit.clock import Clock, local
from tests.kit.looking import one, rows
from tests.kit.wishes import ALICE, BOB, booked
from tests.sandbox.kit import Sandbox
from truflow.errors import AlreadyPaid, HoldExpired, NotFound, PaymentDeclined, RateLimited, SlotTaken
from truflow.integrations import mail
from truflow.services import bookings, holds, payments
from truflow.services.views import BookedView

SLOT = local(2, "10:00")
Token = Callable[..., str]


def pay(made: BookedView, token: str, clock: Clock, client: str = ALICE) -> payments.PaidView:
    return payments.pay(made.booking.id, made.manage_token, token, client=client, now=clock.now)


def pay_at_stripe(box: Sandbox, made: BookedView, token: str) -> str:
    """The guest pays although our server hears nothing of it; returns the intent's id."""
    intent = str(made.client_secret).split("_secret_")[0]
    box.sdk().v1.payment_intents.confirm(intent, {"confirmation_token": token})
    return intent


def mails_sent() -> list[tuple[str, str]]:
    return sorted((each.to, each.subject) for each in mail.captured())


def test_a_good_card_confirms_and_mails(
    practice: Engine, clock: Clock, token: Token, deliver: Callable[[], int]
) -> None:
    made = booked(SLOT, clock.now)
    paid = pay(made, token(), clock)
    assert paid.next_action_secret is None
    assert (paid.booking.status, paid.booking.payment_status) == ("CONFIRMED", "DEPOSIT_PAID")
    assert (paid.booking.paid_cents, paid.booking.balance_cents) == (3000, 6500)
    deliver()
    assert deliver() == 0
    assert [to for to, _ in mails_sent()] == ["alice@example.com", "hello@stillwater.example"]
    what = [(row["from_status"], row["to_status"]) for row in rows(practice, "select * from booking_event order by id")]
    assert what == [(None, None), ("PENDING", "CONFIRMED")]
    audit = [row["to_status"] for row in rows(practice, "select * from payment_audit_log order by id")]
    assert audit == ["CREATED", "OPEN", "SUCCEEDED"]


def test_a_declined_card_leaves_the_hold_and_the_next_card_pays(practice: Engine, clock: Clock, token: Token) -> None:
    made = booked(SLOT, clock.now)
    with pytest.raises(PaymentDeclined) as refused:
        pay(made, token("pm_card_visa_chargeDeclined"), clock)
    assert refused.value.decline_code == "generic_decline"
    held = bookings.get_booking(made.booking.id, made.manage_token, client=ALICE)
    assert held.status == "PENDING"
    clock.forward(minutes=1)
    assert pay(made, token(), clock).booking.status == "CONFIRMED"
    assert one(practice, "select count(*) from payment") == 1, "the same payment, a second card"


def test_a_bank_that_asks_is_answered_and_confirmed(
    practice: Engine, clock: Clock, token: Token, sandbox_process: Sandbox
) -> None:
    made = booked(SLOT, clock.now)
    waiting = pay(made, token("pm_card_authenticationRequired"), clock)
    assert waiting.booking.status == "PENDING"
    assert waiting.next_action_secret == made.client_secret
    intent = str(made.client_secret).split("_secret_")[0]
    sandbox_process.control("POST", f"/payment_intents/{intent}/authenticate", outcome="success")
    settled = payments.confirm(made.booking.id, made.manage_token, client=ALICE, now=clock.now)
    assert settled.status == "CONFIRMED"


def test_paying_extends_the_hold_but_not_beyond_thirty_minutes(practice: Engine, clock: Clock, token: Token) -> None:
    made = booked(SLOT, clock.now)
    started = clock.now
    for _ in range(4):
        clock.forward(minutes=9)
        with pytest.raises((PaymentDeclined, HoldExpired)):
            pay(made, token("pm_card_visa_chargeDeclined"), clock)
    held_until = one(practice, "select hold_expires_at from booking")
    assert (held_until - started).total_seconds() == 30 * 60


def test_an_overdue_hold_takes_no_money(practice: Engine, clock: Clock, token: Token) -> None:
    made = booked(SLOT, clock.now)
    clock.forward(minutes=10)
    with pytest.raises(HoldExpired):
        pay(made, token(), clock)
    assert one(practice, "select attempt from payment") == 0


def test_a_paid_booking_is_not_paid_twice(practice: Engine, clock: Clock, token: Token) -> None:
    made = booked(SLOT, clock.now)
    pay(made, token(), clock)
    with pytest.raises(AlreadyPaid):
        pay(made, token(), clock)


def test_five_cards_an_address_and_no_more(practice: Engine, clock: Clock, token: Token) -> None:
    made = booked(SLOT, clock.now)
    card = token("pm_card_visa_chargeDeclined")
    for _ in range(5):
        with pytest.raises(PaymentDeclined):
            pay(made, token("pm_card_visa_chargeDeclined"), clock)
    with pytest.raises(RateLimited) as refused:
        pay(made, card, clock)
    assert 0 < (refused.value.retry_after or 0) <= 900
    assert pay(made, token(), clock, client=BOB).booking.status == "CONFIRMED"


def test_a_stranger_cannot_pay_or_confirm(practice: Engine, clock: Clock, token: Token) -> None:
    made = booked(SLOT, clock.now)
    for call in (
        lambda: payments.pay(made.booking.id, "wrong", token(), client=BOB, now=clock.now),
        lambda: payments.confirm(made.booking.id, "wrong", client=BOB, now=clock.now),
    ):
        with pytest.raises(NotFound):
            call()


def test_an_expired_hold_makes_its_intent_unpayable(
    practice: Engine, clock: Clock, sandbox_process: Sandbox, deliver: Callable[[], int]
) -> None:
    made = booked(SLOT, clock.now)
    holds.expire_overdue(now=clock.forward(minutes=10))
    deliver()
    assert one(practice, "select status from payment") == "CANCELED"
    intent = str(made.client_secret).split("_secret_")[0]
    assert sandbox_process.sdk().v1.payment_intents.retrieve(intent).status == "canceled"


def test_late_money_for_a_time_that_is_still_free_confirms(
    practice: Engine, clock: Clock, token: Token, sandbox_process: Sandbox, deliver: Callable[[], int]
) -> None:
    made = booked(SLOT, clock.now)
    pay_at_stripe(sandbox_process, made, token())
    holds.expire_overdue(now=clock.forward(minutes=10))
    for _ in range(2):
        payments.settle(str(made.client_secret).split("_secret_")[0], now=clock.now)
    deliver()
    booking = bookings.get_booking(made.booking.id, made.manage_token, client=ALICE)
    assert (booking.status, booking.payment_status) == ("CONFIRMED", "DEPOSIT_PAID")
    assert one(practice, "select count(*) from diary_entry") == 1
    assert len(mails_sent()) == 2


def test_late_money_for_a_time_that_is_gone_comes_back_once_with_one_apology(
    practice: Engine, clock: Clock, token: Token, sandbox_process: Sandbox, deliver: Callable[[], int]
) -> None:
    made = booked(SLOT, clock.now)
    intent = pay_at_stripe(sandbox_process, made, token())
    other = booked(SLOT, clock.forward(minutes=10), guest="Bob")
    assert pay(other, token(), clock, client=BOB).booking.status == "CONFIRMED"
    for _ in range(3):
        payments.settle(intent, now=clock.now)
        deliver()
    booking = bookings.get_booking(made.booking.id, made.manage_token, client=ALICE)
    assert (booking.status, booking.payment_status) == ("CONFLICT", "REFUNDED")
    back = [each for each in sandbox_process.ledger["refunds"] if each["payment_intent"] == intent]
    assert [(each["amount"], each["status"]) for each in back] == [(3000, "succeeded")]
    assert len([1 for to, _ in mails_sent() if to == "alice@example.com"]) == 1
    with pytest.raises(SlotTaken):
        booked(SLOT, clock.now, guest="Carol")


def test_late_money_after_the_daily_cap_is_used_up_comes_back(
    practice: Engine, clock: Clock, token: Token, sandbox_process: Sandbox
) -> None:
    from sqlalchemy import text

    with practice.begin() as connection:
        connection.execute(text("update system_settings set max_bookings_per_day = 1"))
    made = booked(SLOT, clock.now)
    intent = pay_at_stripe(sandbox_process, made, token())
    booked(local(2, "15:00"), clock.forward(minutes=10), guest="Bob")
    holds.expire_overdue(now=clock.now)
    payments.settle(intent, now=clock.now)
    assert bookings.get_booking(made.booking.id, made.manage_token, client=ALICE).status == "CONFLICT"


def test_money_on_a_cancelled_booking_goes_back_whole(
    practice: Engine, clock: Clock, token: Token, sandbox_process: Sandbox, deliver: Callable[[], int]
) -> None:
    from truflow.db import lock_one, transaction
    from truflow.models import Booking, BookingStatus
    from truflow.services import journal

    made = booked(SLOT, clock.now)
    intent = pay_at_stripe(sandbox_process, made, token())
    with transaction() as session:
        booking = lock_one(session, Booking, made.booking.id)
        assert booking is not None
        journal.move(session, booking, BookingStatus.CANCELLED, actor="guest", now=clock.now)
        holds.release(session, booking)
    for _ in range(2):
        payments.settle(intent, now=clock.now)
        deliver()
    seen = bookings.get_booking(made.booking.id, made.manage_token, client=ALICE)
    assert (seen.status, seen.payment_status, seen.refunded_cents) == ("CANCELLED", "REFUNDED", 3000)
    assert len([to for to, _ in mails_sent() if to == "alice@example.com"]) == 1


def test_a_payment_that_is_not_ours_opens_one_alert(practice: Engine, clock: Clock, sandbox_process: Sandbox) -> None:
    made = sandbox_process.sdk().v1.payment_intents.create({"amount": 5000, "currency": "usd"})
    for _ in range(3):
        payments.settle(made.id, now=clock.now)
    (alert,) = rows(practice, "select rule, message from admin_alert")
    assert (alert["rule"], made.id in alert["message"]) == ("foreign_payment", True)
