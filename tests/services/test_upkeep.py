"""Chores: what letters did not tell, and what must not stand in the way of the rest."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from tests.kit.clock import Clock, local
from tests.kit.looking import one, rows
from tests.kit.wishes import ALICE, booked
from tests.sandbox.kit import Sandbox
from truflow.errors import AlreadyPaid, PaymentsUnavailable, Refusal
from truflow.integrations import stripe
from truflow.services import bookings, holds, limits, payments, upkeep
from truflow.services.views import BookedView

SLOT = local(2, "10:00")
Token = Callable[..., str]


def intent_of(made: BookedView) -> str:
    return str(made.client_secret).split("_secret_")[0]


def conflict(practice: Engine, clock: Clock, token: Token, box: Sandbox, card: str = "pm_card_visa") -> str:
    """A booking whose money came late to a time that was gone; returns its intent."""
    made = booked(SLOT, clock.now)
    box.sdk().v1.payment_intents.confirm(intent_of(made), {"confirmation_token": token(card)})
    booked(SLOT, clock.forward(minutes=10), guest="Bob")
    payments.settle(intent_of(made), now=clock.now)
    return intent_of(made)


def test_a_payment_whose_letter_never_came_is_found(
    practice: Engine, clock: Clock, token: Token, sandbox_process: Sandbox
) -> None:
    made = booked(SLOT, clock.now)
    sandbox_process.sdk().v1.payment_intents.confirm(intent_of(made), {"confirmation_token": token()})
    assert upkeep.settle_open_payments(now=clock.forward(minutes=1)) == 0, "the letter may still be on its way"
    assert upkeep.settle_open_payments(now=clock.forward(minutes=2)) == 1
    assert one(practice, "select status from booking") == "CONFIRMED"


def test_a_refund_that_failed_later_is_found_and_told_once(
    practice: Engine, clock: Clock, token: Token, sandbox_process: Sandbox, deliver: Callable[[], int]
) -> None:
    conflict(practice, clock, token, sandbox_process)
    deliver()
    refund = one(practice, "select stripe_refund_id from refund")
    sandbox_process.control("POST", f"/refunds/{refund}", status="failed")
    upkeep.settle_open_refunds(now=clock.forward(hours=1))
    assert one(practice, "select status from refund") == "SUCCEEDED", "only the wide run asks about those"
    for _ in range(2):
        upkeep.settle_open_refunds(now=clock.forward(hours=1), wide=True)
    assert one(practice, "select status from refund") == "FAILED"
    assert rows(practice, "select rule from admin_alert") == [{"rule": "refund_failed"}]


def test_a_wrong_key_destroys_nothing(
    practice: Engine,
    clock: Clock,
    token: Token,
    sandbox_process: Sandbox,
    deliver: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from truflow.settings import get_settings

    conflict(practice, clock, token, sandbox_process)
    monkeypatch.setenv("TRUFLOW_STRIPE_SECRET_KEY", "sk_test_rolled")
    get_settings.cache_clear()
    stripe.client.cache_clear()
    deliver()
    assert one(practice, "select status from refund") == "UNKNOWN"
    monkeypatch.undo()
    get_settings.cache_clear()
    stripe.client.cache_clear()
    clock.forward(minutes=1)
    deliver()
    assert one(practice, "select status from refund") == "SUCCEEDED"


def test_an_intent_cancelled_in_the_dashboard_makes_room_for_a_new_one(
    practice: Engine, clock: Clock, token: Token, sandbox_process: Sandbox
) -> None:
    made = booked(SLOT, clock.now)
    sandbox_process.sdk().v1.payment_intents.cancel(intent_of(made))
    with pytest.raises(PaymentsUnavailable):
        payments.pay(made.booking.id, made.manage_token, token(), client=ALICE, now=clock.now)
    paid = payments.pay(made.booking.id, made.manage_token, token(), client=ALICE, now=clock.now)
    assert paid.booking.status == "CONFIRMED"
    with pytest.raises(AlreadyPaid):
        payments.pay(made.booking.id, made.manage_token, token(), client=ALICE, now=clock.now)


def test_one_bad_row_does_not_stop_the_chore(practice: Engine, clock: Clock) -> None:
    def do(item: int) -> None:
        if item == 2:
            raise ValueError

    assert upkeep.each_by_itself("test", [1, 2, 3], do) == 2


def test_visits_are_completed_twelve_hours_after_their_end(practice: Engine, clock: Clock) -> None:
    with practice.begin() as connection:
        connection.execute(text("update service set downpayment_cents = 0"))
    booked(SLOT, clock.now)
    clock.now = local(2, "22:59")
    assert upkeep.complete_visits(now=clock.now) == 0
    assert upkeep.complete_visits(now=clock.forward(minutes=1)) == 1
    assert one(practice, "select status from booking") == "COMPLETED"


def test_neighbours_of_two_houses_are_two_visitors(practice: Engine, clock: Clock) -> None:
    """The edge hands an IPv6 visitor on as the /64 of her household."""
    assert limits.address("2001:db8:1:2:3::4") == limits.address("2001:db8:1:2::/64") == "2001:db8:1:2::/64"
    assert limits.address("2001:db8:1:3::/64") != limits.address("2001:db8:1:2::/64")
    assert limits.address("::ffff:198.51.100.7") == limits.address("198.51.100.7") == "198.51.100.7"
    assert limits.address("nonsense") == "unknown"


def test_a_nul_in_a_text_is_refused_not_broken(practice: Engine) -> None:
    with pytest.raises(Refusal):
        bookings.open_by_reference("A\x00", "t", client=ALICE)


def test_a_hold_that_cannot_be_released_does_not_keep_the_others(practice: Engine, clock: Clock) -> None:
    first = booked(SLOT, clock.now)
    booked(local(3, "10:00"), clock.now, guest="Bob")
    with practice.connect() as other, other.begin():
        other.execute(text("select 1 from booking where id = :id for update"), {"id": first.booking.id})
        assert holds.expire_overdue(now=clock.forward(minutes=10)) == 1
    assert holds.expire_overdue(now=clock.now) == 1
