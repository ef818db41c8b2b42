"""Reminders: a day ahead, once for each start, only for those who chose it earlier, and never of what is no more."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from tests.kit.clock import Clock, local
from tests.kit.looking import rows
from tests.kit.wishes import ALICE, booked
from truflow.integrations import mail
from truflow.services import cancelling, reminders, rescheduling
from truflow.services.views import BookedView

SLOT = local(10, "14:00")
Deliver = Callable[[], int]


@pytest.fixture
def free(practice: Engine) -> Engine:
    """Nothing is paid now, so that booking confirms at once."""
    with practice.begin() as connection:
        connection.execute(text("update service set downpayment_cents = 0"))
    return practice


@pytest.fixture
def made(free: Engine, clock: Clock) -> BookedView:
    return booked(SLOT, clock.now)


def sent(database: Engine) -> list[str]:
    found = rows(database, "select status from email_message where template = 'reminder' order by created_at")
    return [row["status"] for row in found]


def test_it_goes_out_a_day_ahead_once_and_names_time_place_and_way_out(
    free: Engine, clock: Clock, made: BookedView, deliver: Deliver
) -> None:
    clock.now = SLOT - dt.timedelta(hours=24, minutes=1)
    assert reminders.remind(now=clock.now) == 0
    clock.forward(minutes=2)
    assert reminders.remind(now=clock.now) == 1
    assert reminders.remind(now=clock.forward(minutes=5)) == 0
    deliver()
    assert reminders.remind(now=clock.forward(hours=20)) == 0
    assert sent(free) == ["SENT"]
    (reminder,) = [each for each in mail.captured() if "Reminder" in each.subject]
    assert reminder.to == "alice@example.com"
    for word in ("Wednesday, March 10, 2027, 2:00 PM – 3:00 PM (New York time, EST)", "48 Linden Street", "$95.00"):
        assert word in reminder.text


def test_who_books_less_than_a_day_ahead_is_not_reminded(free: Engine, clock: Clock) -> None:
    clock.now = SLOT - dt.timedelta(hours=23)
    booked(SLOT, clock.now)
    assert reminders.remind(now=clock.forward(hours=1)) == 0


@pytest.mark.parametrize("hours", [0, 23])
def test_a_worker_that_slept_reminds_late_but_never_of_the_past(
    free: Engine, clock: Clock, made: BookedView, hours: int
) -> None:
    clock.now = SLOT - dt.timedelta(hours=24) + dt.timedelta(hours=hours)
    assert reminders.remind(now=clock.now) == 1


def test_nobody_is_reminded_after_the_beginning(free: Engine, clock: Clock, made: BookedView) -> None:
    assert reminders.remind(now=SLOT) == 0


def test_a_hold_and_a_guest_without_an_address_are_not_reminded(
    practice: Engine, clock: Clock, made: BookedView
) -> None:
    with practice.begin() as connection:
        connection.execute(text("update customer set email = null; update service set downpayment_cents = 3000"))
    clock.now = SLOT - dt.timedelta(hours=24)
    booked(SLOT + dt.timedelta(hours=-3), clock.now, guest="Bob")
    assert reminders.remind(now=clock.now) == 0


def test_a_cancelled_visit_is_not_reminded_of_even_when_the_mail_was_promised(
    free: Engine, clock: Clock, made: BookedView, deliver: Deliver
) -> None:
    clock.now = SLOT - dt.timedelta(hours=24)
    reminders.remind(now=clock.now)
    cancelling.cancel(made.booking.id, made.manage_token, client=ALICE, now=clock.now)
    deliver()
    assert sent(free) == ["OUTDATED"]


def test_a_promised_mail_that_waits_past_the_beginning_is_not_sent(
    free: Engine, clock: Clock, made: BookedView, deliver: Deliver
) -> None:
    clock.now = SLOT - dt.timedelta(hours=1)
    reminders.remind(now=clock.now)
    clock.now = SLOT
    deliver()
    assert sent(free) == ["OUTDATED"]


def test_a_moved_visit_is_reminded_of_at_its_new_time_only(
    free: Engine, clock: Clock, made: BookedView, deliver: Deliver
) -> None:
    later = SLOT + dt.timedelta(days=2)
    clock.now = SLOT - dt.timedelta(hours=24)
    reminders.remind(now=clock.now)
    version = rows(free, "select version from booking")[0]["version"]
    rescheduling.reschedule_for_guest(
        made.booking.id, start_time=later, practitioner_id=None, version=version, actor="maya", now=clock.now
    )
    deliver()
    clock.now = later - dt.timedelta(hours=24)
    reminders.remind(now=clock.now)
    deliver()
    assert sent(free) == ["OUTDATED", "SENT"]


def test_who_was_moved_within_the_day_has_the_mail_about_that_instead(
    free: Engine, clock: Clock, made: BookedView
) -> None:
    clock.now = SLOT - dt.timedelta(hours=30)
    version = rows(free, "select version from booking")[0]["version"]
    rescheduling.reschedule_for_guest(
        made.booking.id,
        start_time=SLOT - dt.timedelta(hours=12, minutes=0) + dt.timedelta(hours=8),
        practitioner_id=None,
        version=version,
        actor="maya",
        now=SLOT - dt.timedelta(hours=26),
    )
    assert reminders.remind(now=SLOT - dt.timedelta(hours=20)) == 0
