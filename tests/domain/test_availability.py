"""Which times can be booked: by the table, with both change-over days of New York and Berlin."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truflow.domain.availability import Hours, Rules, day_bounds, free_starts, local_to_utc, offered_starts

UTC = dt.UTC
NEW_YORK = ZoneInfo("America/New_York")
BERLIN = ZoneInfo("Europe/Berlin")
HOUR = dt.timedelta(hours=1)
ALL_DAY = [Hours.parse("00:00", "24:00")]
MONDAY = dt.date(2027, 3, 1)
LONG_BEFORE = dt.datetime(2027, 2, 20, 12, tzinfo=UTC)


def make_rules(**changes: object) -> Rules:
    base: dict = {"zone": NEW_YORK, "week": {d: [Hours.parse("09:00", "18:00")] for d in range(1, 7)}}
    return Rules(**{**base, **changes})


def at(day: dt.date, text: str, zone: ZoneInfo = NEW_YORK) -> dt.datetime:
    hours, minutes = text.split(":")
    return dt.datetime.combine(day, dt.time(int(hours), int(minutes)), tzinfo=zone).astimezone(UTC)


def wall(starts: list[dt.datetime], zone: ZoneInfo = NEW_YORK) -> list[str]:
    return [start.astimezone(zone).strftime("%H:%M") for start in starts]


def test_candidates_begin_at_the_opening_and_end_inside_the_hours() -> None:
    starts = wall(offered_starts(MONDAY, HOUR, make_rules(), LONG_BEFORE))
    assert starts[0] == "09:00"
    assert starts[1] == "09:15"
    assert starts[-1] == "17:00", "the appointment lies inside the hours, its buffer need not"


def test_several_openings_a_day_each_start_their_own_grid() -> None:
    rules = make_rules(week={1: [Hours.parse("09:10", "10:30"), Hours.parse("14:05", "15:05")]})
    assert wall(offered_starts(MONDAY, HOUR, rules, LONG_BEFORE)) == ["09:10", "09:25", "14:05"]


def test_a_closed_weekday_and_a_closed_date_offer_nothing() -> None:
    sunday = dt.date(2027, 3, 7)
    assert offered_starts(sunday, HOUR, make_rules(), LONG_BEFORE) == []
    assert offered_starts(MONDAY, HOUR, make_rules(overrides={MONDAY: []}), LONG_BEFORE) == []


def test_an_override_replaces_the_hours_of_its_date() -> None:
    rules = make_rules(overrides={MONDAY: [Hours.parse("12:00", "13:30")]})
    assert wall(offered_starts(MONDAY, HOUR, rules, LONG_BEFORE)) == ["12:00", "12:15", "12:30"]


@pytest.mark.parametrize(
    ("now", "first"),
    [("07:00", "09:00"), ("07:14", "09:15"), ("07:15", "09:15"), ("07:16", "09:30"), ("15:01", None)],
)
def test_minimum_notice_to_the_minute(now: str, first: str | None) -> None:
    starts = wall(offered_starts(MONDAY, HOUR, make_rules(), at(MONDAY, now)))
    assert (starts[0] if starts else None) == first


@pytest.mark.parametrize(("days", "offered"), [(-1, False), (0, True), (59, True), (60, True), (61, False)])
def test_horizon_counts_local_dates(days: int, offered: bool) -> None:
    rules = make_rules(week=dict.fromkeys(range(1, 8), ALL_DAY), horizon_days=60)
    now = at(MONDAY, "00:30")
    assert bool(offered_starts(MONDAY + dt.timedelta(days=days), HOUR, rules, now)) is offered


@pytest.mark.parametrize(
    ("start", "free"),
    [("08:45", False), ("09:45", True), ("10:00", False), ("11:00", False), ("12:00", False), ("12:15", True)],
)
def test_the_buffer_is_kept_on_both_sides(start: str, free: bool) -> None:
    busy = [(at(MONDAY, "11:00"), at(MONDAY, "12:15"))]  # 11:00-12:00 and its buffer
    wanted = at(MONDAY, start)
    got = free_starts(MONDAY, HOUR, make_rules(), busy=busy, booked=1, now=LONG_BEFORE)
    assert (wanted in got) is free


@pytest.mark.parametrize(("booked", "free"), [(0, True), (2, True), (3, False), (4, False)])
def test_the_cap_closes_the_day(booked: int, free: bool) -> None:
    got = free_starts(MONDAY, HOUR, make_rules(cap=3), busy=[], booked=booked, now=LONG_BEFORE)
    assert bool(got) is free


CHANGES = [
    (NEW_YORK, dt.date(2027, 3, 14), 23, "02:00", "03:00"),
    (NEW_YORK, dt.date(2027, 11, 7), 25, "01:00", "02:00"),
    (BERLIN, dt.date(2027, 3, 28), 23, "02:00", "03:00"),
    (BERLIN, dt.date(2027, 10, 31), 25, "02:00", "03:00"),
]


@pytest.mark.parametrize(("zone", "day", "hours", "frm", "to"), CHANGES)
def test_change_over_days_offer_no_time_that_does_not_exist_and_none_twice(
    zone: ZoneInfo, day: dt.date, hours: int, frm: str, to: str
) -> None:
    rules = make_rules(zone=zone, week=dict.fromkeys(range(1, 8), ALL_DAY))
    now = dt.datetime.combine(day, dt.time(), tzinfo=UTC) - dt.timedelta(days=9)
    starts = offered_starts(day, dt.timedelta(minutes=30), rules, now)
    shown = wall(starts, zone)
    begin, end = day_bounds(day, zone)
    assert (end - begin) == dt.timedelta(hours=hours)
    assert len(set(shown)) == len(shown), "a wall-clock time is offered once"
    assert starts == sorted(set(starts))
    assert all(start.astimezone(zone).date() == day for start in starts)
    inside = [t for t in shown if frm <= t < to]
    assert inside == ([] if hours == 23 else [f"{frm[:2]}:{m:02}" for m in (0, 15, 30, 45)])


@pytest.mark.parametrize(("zone", "day", "hours", "frm", "to"), CHANGES)
def test_lengths_are_real_time_across_the_change(zone: ZoneInfo, day: dt.date, hours: int, frm: str, to: str) -> None:
    rules = make_rules(zone=zone, week={d: [Hours.parse("00:00", "04:00")] for d in range(1, 8)})
    now = dt.datetime.combine(day, dt.time(), tzinfo=UTC) - dt.timedelta(days=9)
    last = offered_starts(day, HOUR, rules, now)[-1]
    closes = local_to_utc(day, 4 * 60, zone)
    assert closes is not None
    assert last + HOUR == closes
    opens, _ = day_bounds(day, zone)
    assert closes - opens == dt.timedelta(hours=3 if hours == 23 else 5)


@given(
    day=st.dates(dt.date(2026, 1, 1), dt.date(2030, 12, 31)),
    zone=st.sampled_from(
        [NEW_YORK, BERLIN, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Africa/Casablanca"), ZoneInfo("America/Santiago")]
    ),
    opens=st.integers(0, 1439),
    span=st.integers(1, 1440),
    length=st.integers(5, 300),
    busy=st.lists(st.tuples(st.integers(-200, 1700), st.integers(1, 300)), max_size=12),
)
def test_a_free_time_never_touches_what_is_taken(
    day: dt.date, zone: ZoneInfo, opens: int, span: int, length: int, busy: list[tuple[int, int]]
) -> None:
    rules = make_rules(zone=zone, week={d: [Hours(opens, min(1440, opens + span))] for d in range(1, 8)})
    midnight = dt.datetime.combine(day, dt.time(), tzinfo=UTC)
    taken = [(midnight + dt.timedelta(minutes=a), midnight + dt.timedelta(minutes=a + n)) for a, n in busy]
    size = dt.timedelta(minutes=length)
    now = midnight - dt.timedelta(days=3)
    free = free_starts(day, size, rules, busy=taken, booked=0, now=now)
    offered = offered_starts(day, size, rules, now)
    for start in offered:
        clear = all(b <= start or start + size + rules.buffer <= a for a, b in taken)
        assert (start in free) is clear
