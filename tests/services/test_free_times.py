"""What pages show of free times, and the word that the diary sends when they change."""

import datetime as dt
import threading
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Engine, text

from tests.kit.clock import Clock, local
from tests.kit.wishes import HOUR_MASSAGE, booked
from truflow.db import conninfo
from truflow.errors import RangeTooLong, SlotTaken
from truflow.services import availability, holds
from truflow.services.diary_news import listen

MONDAY, SUNDAY = dt.date(2027, 3, 1), dt.date(2027, 3, 14)


@pytest.fixture
def heard(practice: Engine) -> Iterator[psycopg.Connection]:
    """A connection that listens."""
    with psycopg.connect(conninfo(), autocommit=True) as connection:
        connection.execute("listen diary")
        yield connection


def words(connection: psycopg.Connection) -> int:
    """How many words came by now."""
    return sum(1 for _ in connection.notifies(timeout=0.3))


def test_a_range_shows_the_same_times_as_each_of_its_days(practice: Engine, clock: Clock) -> None:
    booked(local(2, "10:00"), clock.now)
    days = availability.free_times(HOUR_MASSAGE, MONDAY, SUNDAY, now=clock.now)
    assert [day.date for day in days] == [MONDAY + dt.timedelta(days=n) for n in range(14)]
    assert days == [availability.free_slots(HOUR_MASSAGE, day.date, now=clock.now) for day in days]
    assert any(day.slots for day in days)


def test_a_range_has_an_end(practice: Engine, clock: Clock) -> None:
    with pytest.raises(RangeTooLong):
        availability.free_times(HOUR_MASSAGE, MONDAY, MONDAY + dt.timedelta(days=62), now=clock.now)


def test_the_first_free_time_of_each_service_is_the_first_of_its_calendar(practice: Engine, clock: Clock) -> None:
    soonest = availability.soonest(now=clock.now)
    assert len(soonest) == 5
    for service, start in soonest.items():
        days = availability.free_times(service, MONDAY, SUNDAY, now=clock.now)
        assert start == next(day.slots[0].start_time for day in days if day.slots)


def test_a_taken_time_is_not_the_first_any_more(practice: Engine, clock: Clock) -> None:
    before = availability.soonest(now=clock.now)[HOUR_MASSAGE]
    booked(before, clock.now)
    assert availability.soonest(now=clock.now)[HOUR_MASSAGE] > before


def test_the_next_change_is_the_end_of_the_next_hold(practice: Engine, clock: Clock) -> None:
    assert availability.next_change(now=clock.now) is None
    first = booked(local(2, "10:00"), clock.now).booking.hold_expires_at
    booked(local(3, "10:00"), clock.forward(minutes=2), guest="Bob")
    assert availability.next_change(now=clock.now) == first
    assert first is not None
    assert (availability.next_change(now=first) or first) > first


def test_the_diary_says_when_a_time_is_taken_and_when_it_comes_back(
    heard: psycopg.Connection, practice: Engine, clock: Clock
) -> None:
    booked(local(2, "10:00"), clock.now)
    assert words(heard) == 1
    holds.expire_overdue(now=clock.forward(minutes=11))
    assert words(heard) == 1


def test_what_is_undone_is_not_said(heard: psycopg.Connection, practice: Engine, clock: Clock) -> None:
    booked(local(2, "10:00"), clock.now)
    words(heard)
    with pytest.raises(SlotTaken):
        booked(local(2, "10:00"), clock.now, guest="Bob")
    assert words(heard) == 0


@pytest.mark.parametrize(
    "change",
    [
        "update business_hours set closes = '17:00' where weekday = 2",
        "insert into date_override (date, hours, note) values ('2027-03-02', '[]', '')",
        "update service set retired_at = now() where id = 3",
        "delete from service_resource where service_id = 3",
        "update system_settings set buffer_minutes = 30",
    ],
)
def test_whatever_decides_what_is_free_says_so(heard: psycopg.Connection, practice: Engine, change: str) -> None:
    with practice.begin() as connection:
        connection.execute(text(change))
    assert words(heard) == 1


def test_the_ear_hears_what_came_while_it_was_cut_off(practice: Engine) -> None:
    told, stop = threading.Semaphore(0), threading.Event()
    ear = threading.Thread(target=listen, args=(told.release, stop), daemon=True)
    ear.start()
    assert told.acquire(timeout=5), "it begins with a look"
    with practice.connect() as connection:
        cut = "select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen diary' and pid <> "
        connection.execute(text(cut + "pg_backend_pid()"))
    assert told.acquire(timeout=5), "it is back, and looks again"
    with practice.begin() as connection:
        connection.execute(text("update system_settings set buffer_minutes = 30"))
    assert told.acquire(timeout=5)
    stop.set()
    ear.join(5)
    assert not ear.is_alive()
