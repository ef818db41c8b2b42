"""Giving a time back, and moving it: by the policy, in one transaction, never losing time or money."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from tests.kit.clock import Clock, local
from tests.kit.looking import one, overlaps, rows
from tests.kit.wishes import ALICE, BOB, booked
from tests.sandbox.kit import Sandbox
from truflow.errors import (
    AlreadyCancelled,
    DayFull,
    NotFound,
    PolicyRefuses,
    Refusal,
    SlotNotOffered,
    SlotTaken,
    StaleVersion,
)
from truflow.integrations import mail
from truflow.services import bookings, cancelling, payments, rescheduling
from truflow.services.views import BookedView, BookingView

SLOT, LATER = local(3, "10:00"), local(4, "14:00")
Token = Callable[..., str]


@pytest.fixture
def paid(practice: Engine, clock: Clock, token: Token) -> BookedView:
    made = booked(SLOT, clock.now)
    payments.pay(made.booking.id, made.manage_token, token(), client=ALICE, now=clock.now)
    return made


def cancel(made: BookedView, now: dt.datetime) -> cancelling.CancelledView:
    return cancelling.cancel(made.booking.id, made.manage_token, client=ALICE, now=now)


def move(made: BookedView, start: dt.datetime, now: dt.datetime) -> BookingView:
    return rescheduling.reschedule(
        made.booking.id, made.manage_token, start_time=start, practitioner_id=None, client=ALICE, now=now
    )


def test_in_good_time_everything_comes_back_once(
    practice: Engine, clock: Clock, paid: BookedView, sandbox_process: Sandbox, deliver: Callable[[], int]
) -> None:
    shown = cancelling.cancellation(paid.booking.id, paid.manage_token, client=ALICE, now=clock.now)
    assert (shown.refund_cents, shown.can_cancel, shown.can_reschedule) == (3000, True, True)
    assert cancel(paid, clock.now).refund_cents == 3000
    with pytest.raises(AlreadyCancelled):
        cancel(paid, clock.now)
    deliver()
    deliver()
    seen = bookings.get_booking(paid.booking.id, paid.manage_token, client=ALICE)
    assert (seen.status, seen.payment_status, seen.balance_cents) == ("CANCELLED", "REFUNDED", 0)
    intent = str(paid.client_secret).split("_secret_")[0]
    assert [each["amount"] for each in sandbox_process.ledger["refunds"] if each["payment_intent"] == intent] == [3000]
    (last,) = [each for each in mail.captured() if "cancelled" in each.subject]
    assert "$30.00" in last.text
    assert b"METHOD:CANCEL" in last.attachments[0].content
    booked(SLOT, clock.now, guest="Bob")


def test_too_late_the_deposit_is_kept(practice: Engine, clock: Clock, paid: BookedView) -> None:
    clock.now = SLOT - dt.timedelta(hours=23)
    assert cancel(paid, clock.now).refund_cents == 0
    assert one(practice, "select count(*) from refund") == 0


def test_after_the_beginning_it_cannot_be_cancelled_online(practice: Engine, clock: Clock, paid: BookedView) -> None:
    with pytest.raises(PolicyRefuses):
        cancel(paid, SLOT)


def test_the_policy_is_the_one_that_was_agreed(practice: Engine, clock: Clock, paid: BookedView) -> None:
    with practice.begin() as connection:
        connection.execute(text("update system_settings set cancellation_tiers = '[]'"))
    assert cancel(paid, clock.now).refund_cents == 3000


def test_a_hold_that_is_given_up_frees_its_time_and_cannot_be_paid(
    practice: Engine, clock: Clock, sandbox_process: Sandbox, deliver: Callable[[], int]
) -> None:
    made = booked(SLOT, clock.now)
    assert cancel(made, clock.now).refund_cents == 0
    deliver()
    intent = str(made.client_secret).split("_secret_")[0]
    assert sandbox_process.sdk().v1.payment_intents.retrieve(intent).status == "canceled"
    booked(SLOT, clock.now, guest="Bob")


@pytest.mark.parametrize(("back", "refund"), [("POLICY", 0), ("FULL", 3000), ("NONE", 0)])
def test_the_practice_decides_what_goes_back(
    practice: Engine, clock: Clock, paid: BookedView, back: cancelling.BackOption, refund: int
) -> None:
    clock.now = SLOT - dt.timedelta(hours=1)
    given = {"why": "The therapist is ill.", "notify": True, "actor": "admin:1", "now": clock.now}
    with pytest.raises(StaleVersion):
        cancelling.cancel_for_guest(paid.booking.id, version=1, back=back, **given)
    done = cancelling.cancel_for_guest(paid.booking.id, version=2, back=back, **given)
    assert done.refund_cents == refund
    event = rows(practice, "select actor, why from booking_event where to_status = 'CANCELLED'")
    assert event == [{"actor": "admin:1", "why": "The therapist is ill."}]


def test_a_move_takes_the_new_time_and_gives_back_the_old(
    practice: Engine, clock: Clock, paid: BookedView, deliver: Callable[[], int]
) -> None:
    moved = move(paid, LATER, clock.now)
    assert (moved.status, moved.start_time, moved.end_time) == ("CONFIRMED", LATER, LATER + dt.timedelta(hours=1))
    assert (moved.paid_cents, moved.version) == (3000, 3)
    assert one(practice, "select count(*) from diary_entry") == 1
    booked(SLOT, clock.now, guest="Bob")
    with pytest.raises(SlotTaken):
        booked(LATER, clock.now, guest="Carol")
    deliver()
    (last,) = [each for each in mail.captured() if "moved" in each.subject]
    assert b"SEQUENCE:1" in last.attachments[0].content
    assert not overlaps(practice)


def test_a_move_into_its_own_shadow_is_fine(practice: Engine, clock: Clock, paid: BookedView) -> None:
    assert move(paid, SLOT + dt.timedelta(minutes=15), clock.now).start_time == SLOT + dt.timedelta(minutes=15)


def test_a_move_does_not_count_itself_against_the_cap(practice: Engine, clock: Clock, paid: BookedView) -> None:
    with practice.begin() as connection:
        connection.execute(text("update system_settings set max_bookings_per_day = 1"))
    move(paid, SLOT + dt.timedelta(hours=4), clock.now)
    booked(LATER, clock.now, guest="Bob")
    with pytest.raises(DayFull):
        move(paid, local(4, "09:00"), clock.now)


@pytest.mark.parametrize(
    ("start", "refusal"),
    [(local(3, "10:05"), SlotNotOffered), (local(7, "10:00"), SlotNotOffered), (LATER, SlotTaken)],
)
def test_a_move_that_cannot_be_loses_nothing(
    practice: Engine, clock: Clock, paid: BookedView, start: dt.datetime, refusal: type[Refusal]
) -> None:
    booked(LATER, clock.now, guest="Bob")
    before = rows(practice, "select booking_id, during::text from diary_entry order by id")
    with pytest.raises(refusal):
        move(paid, start, clock.now)
    assert rows(practice, "select booking_id, during::text from diary_entry order by id") == before
    assert bookings.get_booking(paid.booking.id, paid.manage_token, client=ALICE).start_time == SLOT


def test_moving_ends_where_free_cancelling_ends(practice: Engine, clock: Clock, paid: BookedView) -> None:
    clock.now = SLOT - dt.timedelta(hours=24)
    assert move(paid, local(5, "10:00"), clock.now)
    clock.now = local(5, "10:00") - dt.timedelta(hours=23, minutes=59)
    with pytest.raises(PolicyRefuses):
        move(paid, local(6, "10:00"), clock.now)
    moved = rescheduling.reschedule_for_guest(
        paid.booking.id, start_time=local(6, "10:00"), practitioner_id=None, version=3, actor="admin:1", now=clock.now
    )
    assert moved.start_time == local(6, "10:00")


def test_a_stranger_can_neither_cancel_nor_move(practice: Engine, clock: Clock, paid: BookedView) -> None:
    stranger = BookedView(paid.booking, None, "", "wrong")
    for attempt in (lambda: cancel(stranger, clock.now), lambda: move(stranger, LATER, clock.now)):
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(NotFound):
        cancelling.cancellation(paid.booking.id, "wrong", client=BOB, now=clock.now)
