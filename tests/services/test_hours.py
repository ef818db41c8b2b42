"""When the practice is open; who has booked keeps her time."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from tests.kit.clock import Clock, local
from tests.kit.looking import one
from tests.kit.wishes import ALICE, HOUR_MASSAGE, booked
from truflow.errors import Invalid, NotFound, SlotNotOffered
from truflow.services import availability, bookings, hours
from truflow.services.desk_views import OpeningView, SpanView

ANNA = "admin:1"
WEDNESDAY = dt.date(2027, 3, 3)
SLOT = local(3, "10:00")


def put(*openings: tuple[int, str, str]) -> list[OpeningView]:
    return hours.replace_week([OpeningView(*each) for each in openings], actor=ANNA)


AFTERNOON = ("14:00", "14:15", "14:30", "14:45", "15:00")


def starts(clock: Clock, day: dt.date = WEDNESDAY) -> list[dt.datetime]:
    return [slot.start_time for slot in availability.free_slots(HOUR_MASSAGE, day, now=clock.now).slots]


def test_the_week_is_read_monday_first(practice: Engine) -> None:
    week = hours.week(page=1, limit=100)
    assert week.total == 6
    assert week.items[0] == OpeningView(1, "09:00", "18:00")
    assert week.items[-1] == OpeningView(6, "09:00", "14:00")
    assert [each.weekday for each in hours.week(page=2, limit=4).items] == [5, 6]


def test_a_new_week_replaces_the_old_one_and_bookings_stay(practice: Engine, clock: Clock) -> None:
    made = booked(SLOT, clock.now)
    assert put((3, "14:00", "16:00"), (3, "09:00", "10:00")) == [
        OpeningView(3, "09:00", "10:00"),
        OpeningView(3, "14:00", "16:00"),
    ]
    assert starts(clock) == [local(3, time) for time in AFTERNOON]  # nine is too close to ten, with its buffer
    with pytest.raises(SlotNotOffered):
        booked(local(2, "10:00"), clock.now, guest="Bob")
    seen = bookings.get_booking(made.booking.id, made.manage_token, client=ALICE)
    assert (seen.status, seen.start_time) == ("PENDING", SLOT)


def test_a_week_may_be_empty_and_a_day_may_end_at_midnight(practice: Engine, clock: Clock) -> None:
    assert put() == []
    assert starts(clock) == []
    put((3, "22:00", "24:00"))
    assert len(starts(clock)) == 5


@pytest.mark.parametrize(
    ("openings", "wrong"),
    [
        ([(1, "9:00", "18:00")], ["items.0.opens"]),
        ([(1, "09:00", "25:00")], ["items.0.closes"]),
        ([(1, "", "x\x00")], ["items.0.closes", "items.0.opens"]),
        ([(1, "18:00", "09:00")], ["items.0.closes"]),
        ([(1, "09:00", "09:00")], ["items.0.closes"]),
        ([(1, "24:00", "24:00")], ["items.0.closes"]),
        ([(1, "09:00", "12:00"), (1, "11:59", "18:00")], ["items.1.opens"]),
        ([(1, "11:00", "18:00"), (2, "09:00", "12:00"), (1, "09:00", "12:00")], ["items.0.opens"]),
    ],
)
def test_times_that_make_no_week_are_refused_at_their_place(
    practice: Engine, openings: list[tuple[int, str, str]], wrong: list[str]
) -> None:
    with pytest.raises(Invalid) as refusal:
        put(*openings)
    assert sorted(refusal.value.fields) == wrong
    assert hours.week(page=1, limit=100).total == 6


def test_two_weeks_at_once_leave_one_of_them(practice: Engine) -> None:
    first = [(day, "08:00", "12:00") for day in range(1, 6)]
    second = [(day, "13:00", "19:00") for day in range(1, 5)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda openings: put(*openings), [first, second] * 4))
    assert hours.week(page=1, limit=100).total in (len(first), len(second))
    assert one(practice, "select count(distinct opens) from business_hours") == 1


# --- dates of their own ---


def add(clock: Clock, day: dt.date = WEDNESDAY, *spans: tuple[str, str], note: str = "") -> int:
    return hours.add_override(day, [SpanView(*each) for each in spans], note, actor=ANNA, now=clock.now).id


def test_a_closed_date_offers_nothing_and_bookings_stay(practice: Engine, clock: Clock) -> None:
    made = booked(SLOT, clock.now)
    add(clock, note="  Inventory ")
    assert starts(clock) == []
    assert bookings.get_booking(made.booking.id, made.manage_token, client=ALICE).status == "PENDING"
    (seen, *_) = hours.list_overrides(page=1, limit=25).items
    assert (seen.date, seen.closed, seen.hours, seen.note) == (WEDNESDAY, True, [], "Inventory")


def test_a_date_may_have_hours_of_its_own_until_it_loses_them(practice: Engine, clock: Clock) -> None:
    sunday = dt.date(2027, 3, 7)
    made = add(clock, sunday, ("15:00", "17:00"), ("10:00", "11:00"))
    assert starts(clock, sunday)[:2] == [local(7, "10:00"), local(7, "15:00")]
    assert hours.delete_override(made, actor=ANNA).hours == [SpanView("10:00", "11:00"), SpanView("15:00", "17:00")]
    assert starts(clock, sunday) == []
    with pytest.raises(NotFound):
        hours.delete_override(made, actor=ANNA)


def test_a_date_loses_its_hours_by_the_date_as_well(practice: Engine, clock: Clock) -> None:
    add(clock)
    assert hours.delete_override_of(WEDNESDAY, actor=ANNA).date == WEDNESDAY
    with pytest.raises(NotFound):
        hours.delete_override_of(WEDNESDAY, actor=ANNA)


@pytest.mark.parametrize(
    ("day", "spans", "note", "wrong"),
    [
        (dt.date(2027, 2, 28), [], "", ["date"]),
        (dt.date(2033, 1, 1), [], "", ["date"]),
        (dt.date.max, [], "", ["date"]),
        (dt.date(2027, 12, 25), [], "", ["date"]),
        (WEDNESDAY, [("12:00", "11:00")], "", ["hours.0.closes"]),
        (WEDNESDAY, [("10:00", "12:00"), ("11:00", "13:00")], "", ["hours.1.opens"]),
        (WEDNESDAY, [], "x" * 201, ["note"]),
        (WEDNESDAY, [], "a\x00b", ["note"]),
    ],
)
def test_what_makes_no_date_is_refused(
    practice: Engine, clock: Clock, day: dt.date, spans: list[tuple[str, str]], note: str, wrong: list[str]
) -> None:
    before = hours.list_overrides(page=1, limit=25).total
    with pytest.raises(Invalid) as refusal:
        add(clock, day, *spans, note=note)
    assert sorted(refusal.value.fields) == wrong
    assert hours.list_overrides(page=1, limit=25).total == before


def test_today_still_counts_late_in_the_evening(practice: Engine, clock: Clock) -> None:
    clock.now = local(2, "23:30")  # Wednesday already in UTC
    assert add(clock, dt.date(2027, 3, 2))


def test_dates_come_in_pages_the_earliest_first(practice: Engine, clock: Clock) -> None:
    add(clock)
    pages = [hours.list_overrides(page=page, limit=3) for page in (1, 2)]
    dates = [each.date for page in pages for each in page.items]
    assert (pages[0].total, dates[0], dates) == (4, WEDNESDAY, sorted(dates))
