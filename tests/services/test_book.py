"""Taking a time: once, by the rules, and the same for the same key."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests.kit.clock import Clock, local
from tests.kit.looking import one, overlaps, rows
from tests.kit.wishes import ALICE, booked, wish
from truflow.errors import (
    DayFull,
    Invalid,
    KeyReused,
    NotFound,
    Refusal,
    SlotNotOffered,
    SlotTaken,
    TooManyHolds,
)
from truflow.services import availability, bookings, holds

SLOT = local(2, "10:00")
KEY = "a-key-of-this-test"


def set_practice(database: Engine, **values: Any) -> None:
    with database.begin() as connection:
        changes = ", ".join(f"{name} = :{name}" for name in values)
        connection.execute(text(f"update system_settings set {changes}"), values)


def test_a_booking_holds_its_time_and_prepares_the_deposit(practice: Engine, clock: Clock) -> None:
    made = booked(SLOT, clock.now)
    booking = made.booking
    assert (booking.status, booking.payment_status) == ("PENDING", "UNPAID")
    assert (booking.price_cents, booking.downpayment_cents, booking.balance_cents) == (9500, 3000, 9500)
    assert booking.end_time - booking.start_time == dt.timedelta(hours=1)
    assert booking.hold_expires_at == clock.now + dt.timedelta(minutes=10)
    assert booking.terms == (
        "You pay $30.00 now and $65.00 at your visit. You can cancel up to 24 hours before and what you paid "
        "comes back whole; after that it is kept."
    )
    assert made.client_secret
    assert made.client_secret.startswith("pi_")
    during = one(practice, "select during::text from diary_entry")
    assert during == '["2027-03-02 15:00:00+00","2027-03-02 16:15:00+00")', "the buffer is inside"


def test_a_taken_time_is_refused_and_gone_from_the_calendar(practice: Engine, clock: Clock) -> None:
    booked(SLOT, clock.now)
    with pytest.raises(SlotTaken):
        booked(local(2, "10:30"), clock.now, guest="Bob")
    free = [slot.start_time for slot in availability.free_slots(3, dt.date(2027, 3, 2), now=clock.now).slots]
    assert local(2, "09:00") not in free, "an hour and its buffer would run into it"
    assert local(2, "11:00") not in free
    assert local(2, "11:15") in free
    assert not overlaps(practice)


def test_a_shorter_service_shares_the_same_diary(practice: Engine, clock: Clock) -> None:
    booked(SLOT, clock.now)
    with pytest.raises(SlotTaken):
        booked(local(2, "10:45"), clock.now, guest="Bob", service_id=1)


@pytest.mark.parametrize(
    ("start", "why"),
    [
        (local(2, "10:05"), "off the grid"),
        (SLOT + dt.timedelta(seconds=1), "off the grid by a second"),
        (local(1, "07:00"), "in the past"),
        (local(1, "09:45"), "within the notice"),
        (local(7, "10:00"), "closed on Sunday"),
        (local(2, "17:15"), "would end after closing"),
        (local(3, "10:00", month=5), "beyond the horizon"),
        (local(4, "10:00", month=7), "a holiday"),
    ],
)
def test_a_time_that_is_not_offered_is_refused(practice: Engine, clock: Clock, start: dt.datetime, why: str) -> None:
    with pytest.raises(SlotNotOffered):
        booked(start, clock.now)
    assert one(practice, "select count(*) from booking") == 0, why


def test_the_cap_counts_the_day(practice: Engine, clock: Clock) -> None:
    set_practice(practice, max_bookings_per_day=1)
    booked(SLOT, clock.now)
    with pytest.raises(DayFull):
        booked(local(2, "15:00"), clock.now, guest="Bob")
    days = availability.free_days(3, dt.date(2027, 3, 2), dt.date(2027, 3, 3), now=clock.now).dates
    assert [day.available for day in days] == [False, True]
    booked(local(3, "15:00"), clock.now, guest="Bob")


def test_the_same_key_and_wish_give_the_same_booking(practice: Engine, clock: Clock) -> None:
    first = booked(SLOT, clock.now, key=KEY)
    again = booked(SLOT, clock.forward(minutes=1), key=KEY)
    assert again == first
    assert one(practice, "select count(*) from booking") == 1


def test_the_same_key_with_another_wish_is_refused(practice: Engine, clock: Clock) -> None:
    booked(SLOT, clock.now, key=KEY)
    with pytest.raises(KeyReused):
        booked(local(3, "10:00"), clock.now, key=KEY)


def test_an_overdue_hold_is_released_by_the_next_guest(practice: Engine, clock: Clock) -> None:
    booked(SLOT, clock.now)
    clock.forward(minutes=9, seconds=59)
    with pytest.raises(SlotTaken):
        booked(SLOT, clock.now, guest="Bob")
    made = booked(SLOT, clock.forward(seconds=1), guest="Bob")
    assert made.booking.status == "PENDING"
    assert [row["status"] for row in rows(practice, "select status from booking order by created_at")] == [
        "EXPIRED",
        "PENDING",
    ]
    assert rows(practice, "select kind, status from outbox") == [{"kind": "cancel_intent", "status": "READY"}]
    assert not overlaps(practice)


def test_the_timer_releases_what_is_overdue_and_nothing_else(practice: Engine, clock: Clock) -> None:
    booked(SLOT, clock.now)
    booked(local(3, "10:00"), clock.forward(minutes=5), guest="Bob")
    assert holds.expire_overdue(now=clock.forward(minutes=5)) == 1
    assert holds.expire_overdue(now=clock.now) == 0
    assert one(practice, "select count(*) from diary_entry") == 1


def test_two_live_holds_an_address_or_mail_are_enough(practice: Engine, clock: Clock) -> None:
    booked(SLOT, clock.now)
    booked(local(3, "10:00"), clock.now)
    with pytest.raises(TooManyHolds) as refused:
        booked(local(4, "10:00"), clock.now)
    assert refused.value.retry_after == 601
    same_mail = wish(local(4, "10:00"), guest="Bob", email="ALICE@example.com")
    with pytest.raises(TooManyHolds):
        bookings.book(same_mail, key=None, client="203.0.113.77", now=clock.now)
    booked(local(4, "10:00"), clock.forward(minutes=10))


def test_nothing_to_pay_now_confirms_at_once(practice: Engine, clock: Clock) -> None:
    with practice.begin() as connection:
        connection.execute(text("update service set downpayment_cents = 0 where id = 1"))
    made = booked(SLOT, clock.now, service_id=1)
    assert made.booking.status == "CONFIRMED"
    assert made.client_secret is None
    assert rows(practice, "select template from email_message order by template") == [
        {"template": "confirmation"},
        {"template": "practice_notice"},
    ]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("customer.name", {"name": "  "}),
        ("customer.name", {"name": "x" * 10_000}),
        ("customer.email", {"email": ""}),
        ("customer.email", {"email": "alice@"}),
        ("customer.email", {"email": "a@b.co, evil@example.com"}),
        ("customer.email", {"email": "x" * 10_000}),
        ("customer.phone", {"phone": ""}),
        ("customer.phone", {"phone": "call me"}),
        ("customer.phone", {"phone": "1" * 10_000}),
        ("notes", {"notes": "x" * 10_000}),
        ("startTime", {"start_time": SLOT.replace(tzinfo=None)}),
        ("customer.email", {"email": "jürgen@example.com"}),
    ],
)
def test_bad_input_is_refused_at_its_field_and_nothing_is_stored(
    practice: Engine, clock: Clock, field: str, changes: dict[str, Any]
) -> None:
    changes = dict(changes)
    asked = wish(changes.pop("start_time", SLOT), **changes)
    with pytest.raises(Invalid) as refused:
        bookings.book(asked, key=None, client=ALICE, now=clock.now)
    assert list(refused.value.fields) == [field]
    assert one(practice, "select count(*) from booking") + one(practice, "select count(*) from customer") == 0


@pytest.mark.parametrize("changes", [{"service_id": 99}, {"practitioner_id": 99}])
def test_an_unknown_service_or_practitioner_is_not_found(
    practice: Engine, clock: Clock, changes: dict[str, Any]
) -> None:
    with pytest.raises(NotFound):
        booked(SLOT, clock.now, **changes)


def test_a_wrong_token_opens_nothing_and_is_counted(practice: Engine, clock: Clock) -> None:
    made = booked(SLOT, clock.now)
    codes = []
    for _ in range(21):
        with pytest.raises(Refusal) as refused:
            bookings.get_booking(made.booking.id, "wrong", client=ALICE)
        codes.append(refused.value.code)
    assert codes == ["NOT_FOUND"] * 20 + ["RATE_LIMITED"]
    assert bookings.get_booking(made.booking.id, made.manage_token, client=ALICE).reference == made.booking.reference
