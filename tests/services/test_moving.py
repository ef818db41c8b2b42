"""The times to which a booking can be moved: by its own length, its own time not in its way, and each can be taken."""

import datetime as dt

import pytest
from sqlalchemy import Engine, text

from tests.kit.clock import Clock, local
from tests.kit.wishes import ALICE, booked
from truflow.errors import NotFound, PolicyRefuses
from truflow.services import availability, cancelling, manage, moving, rescheduling
from truflow.services.manage_words import quote_words
from truflow.services.views import BookedView
from truflow.texts import speaking

SLOT = local(3, "10:00")
DAY = dt.date(2027, 3, 3)


@pytest.fixture
def made(practice: Engine, clock: Clock) -> BookedView:
    with practice.begin() as connection:
        connection.execute(text("update service set downpayment_cents = 0"))
    return booked(SLOT, clock.now)


def starts(made: BookedView, now: dt.datetime) -> list[dt.datetime]:
    slots = moving.free_slots(made.booking.reference, made.manage_token, DAY, client=ALICE, now=now)
    return [slot.start_time for slot in slots.slots]


def test_its_own_time_is_in_nobodys_way_but_is_no_other_time(clock: Clock, made: BookedView) -> None:
    for_others = [slot.start_time for slot in availability.free_slots(3, DAY, now=clock.now).slots]
    hers = starts(made, clock.now)
    assert set(for_others) < set(hers)
    assert local(3, "10:15") in hers
    assert local(3, "9:15".zfill(5)) in hers
    assert SLOT not in hers


def test_every_time_that_is_offered_can_be_taken(clock: Clock, made: BookedView) -> None:
    for start in starts(made, clock.now)[::7]:
        moved = rescheduling.reschedule(
            made.booking.id, made.manage_token, start_time=start, practitioner_id=None, client=ALICE, now=clock.now
        )
        assert moved.start_time == start


def test_the_days_count_what_the_day_then_shows(clock: Clock, made: BookedView) -> None:
    found = moving.free_days(made.booking.reference, made.manage_token, DAY, DAY, client=ALICE, now=clock.now)
    assert found.dates[0].slots == len(starts(made, clock.now)) > 0


def test_the_length_is_the_one_that_was_booked_even_when_the_service_is_sold_no_more(
    practice: Engine, clock: Clock, made: BookedView
) -> None:
    with practice.begin() as connection:
        connection.execute(text("update service set duration_min = 240, retired_at = now() where id = 3"))
    assert local(3, "17:00") in starts(made, clock.now)


def test_who_may_not_move_is_shown_no_times(clock: Clock, made: BookedView) -> None:
    with pytest.raises(PolicyRefuses):
        starts(made, SLOT)
    cancelling.cancel(made.booking.id, made.manage_token, client=ALICE, now=clock.now)
    with pytest.raises(PolicyRefuses):
        starts(made, clock.now)


def test_a_wrong_token_sees_no_times(clock: Clock, made: BookedView) -> None:
    with pytest.raises(NotFound):
        moving.free_slots(made.booking.reference, "wrong", DAY, client=ALICE, now=clock.now)


def says(practice: Engine, made: BookedView, now: dt.datetime, policy: str, paid: int) -> tuple[str, ...]:
    """The quote of a booking with this policy for which that much was paid."""
    with practice.begin() as connection:
        connection.execute(text("set session_replication_role = replica"))
        connection.execute(text("update booking set policy = cast(:policy as jsonb)"), {"policy": policy})
        connection.execute(text("delete from payment"))
        if paid:
            connection.execute(
                text(
                    "insert into payment (id, booking_id, purpose, method, status, amount_cents, currency, attempt, "
                    "created_at) select gen_random_uuid(), id, 'DEPOSIT', 'CASH', 'SUCCEEDED', :paid, 'usd', 0, now() "
                    "from booking"
                ),
                {"paid": paid},
            )
        connection.execute(text("set session_replication_role = default"))
    managed = manage.look(made.booking.reference, made.manage_token, client=ALICE, now=now)
    return quote_words(managed.booking, managed.cancellation, now=now)


FULL_THEN_HALF = (
    '[{"hours_before": 48, "refund_percent": 100}, {"hours_before": 20, "refund_percent": 50}, '
    '{"hours_before": 0, "refund_percent": 0}]'
)
BEFORE = "Cancel before Monday, March 1, 10:00 AM: $40.00 back."


@pytest.mark.parametrize(
    ("policy", "paid", "ahead", "said"),
    [
        (FULL_THEN_HALF, 4000, 49, (BEFORE, "Cancel before Tuesday, March 2, 2:00 PM: $20.00 back.",
                                    "After that: nothing back.")),
        (FULL_THEN_HALF, 4000, 30, ("Cancel before Tuesday, March 2, 2:00 PM: $20.00 back.",
                                    "After that: nothing back.")),
        (FULL_THEN_HALF, 4000, 19, ("If you cancel before it begins: nothing back.",)),
        (FULL_THEN_HALF, 4000, -1, ()),
        (FULL_THEN_HALF, 0, 49, ("You can cancel free of charge until it begins.",)),
        ('[{"hours_before": 48, "refund_percent": 100}]', 4000, 49, (BEFORE, "After that: nothing back.")),
        ('[{"hours_before": 20, "refund_percent": 100}, {"hours_before": 0, "refund_percent": 50}]', 4000, 40,
         ("Cancel before Tuesday, March 2, 2:00 PM: $40.00 back.", "After that: $20.00 back.")),
        ('[{"hours_before": 0, "refund_percent": 100}]', 4000, 49, ("If you cancel before it begins: $40.00 back.",)),
        ('[{"hours_before": 48, "refund_percent": 50}, {"hours_before": 0, "refund_percent": 50}]', 4000, 60,
         ("If you cancel before it begins: $20.00 back.",)),
        ("[]", 4000, 49, ("If you cancel before it begins: nothing back.",)),
    ],
)  # fmt: skip
def test_the_quote_names_each_sum_with_its_last_moment(
    practice: Engine, made: BookedView, policy: str, paid: int, ahead: int, said: tuple[str, ...]
) -> None:
    now = SLOT - dt.timedelta(hours=ahead)
    assert says(practice, made, now, policy, paid) == said


def test_the_quote_is_what_cancelling_then_gives(practice: Engine, clock: Clock, made: BookedView) -> None:
    for ahead, cents in ((49, 4000), (48, 4000), (47, 2000), (20, 2000), (19, 0)):
        now = SLOT - dt.timedelta(hours=ahead)
        says(practice, made, now, FULL_THEN_HALF, 4000)
        quoted = manage.look(made.booking.reference, made.manage_token, client=ALICE, now=now).cancellation
        assert quoted.refund_cents == cents


def test_the_quote_speaks_the_language_that_is_spoken(practice: Engine, made: BookedView) -> None:
    with speaking("de"):
        first = says(practice, made, SLOT - dt.timedelta(hours=49), FULL_THEN_HALF, 4000)[0]
    assert "1. März" in first
