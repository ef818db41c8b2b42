"""A month as a grid, and a day's times in groups: pure drawing values, ready for the page."""

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from truflow.domain.formats import ENGLISH, format_date, format_time
from truflow.services.views import DayView, SlotView
from truflow.state.visitor import STAMP
from truflow.texts import t


@dataclass(frozen=True)
class DayCell:
    """One cell of the month; `number` is empty outside of it."""

    number: str = ""
    date: str = ""
    available: bool = False
    today: bool = False
    label: str = ""
    link: str = ""


@dataclass(frozen=True)
class Week:
    days: list[DayCell] = field(default_factory=list)


@dataclass(frozen=True)
class TimeButton:
    """A time that can be chosen; `yours` is the visitor's own time when it differs."""

    label: str = ""
    yours: str = ""
    link: str = ""


@dataclass(frozen=True)
class TimeGroup:
    title: str = ""
    times: list[TimeButton] = field(default_factory=list)


def month_of(text: str) -> dt.date | None:
    """The first day of a month written as YYYY-MM."""
    try:
        return dt.date.fromisoformat(f"{text}-01") if len(text) == 7 else None
    except ValueError:
        return None


def next_month(first: dt.date) -> dt.date:
    """The first day of the month after."""
    return (first + dt.timedelta(days=32)).replace(day=1)


def previous_month(first: dt.date) -> dt.date:
    """The first day of the month before."""
    return (first - dt.timedelta(days=1)).replace(day=1)


def last_of(first: dt.date) -> dt.date:
    """The last day of the month."""
    return next_month(first) - dt.timedelta(days=1)


def month_label(first: dt.date) -> str:
    """ "December 2026"."""
    return f"{ENGLISH.months[first.month - 1]} {first.year}"


def day_label(day: dt.date) -> str:
    """ "Tuesday, December 1"."""
    return format_date(day).rsplit(",", 1)[0]


def weeks_of(first: dt.date, days: Sequence[DayView], today: dt.date) -> list[Week]:
    """The month as weeks that begin on Monday."""
    known = {day.date: day for day in days}
    return [
        Week([_cell(day, known.get(day), today) if day.month == first.month else DayCell() for day in week])
        for week in calendar.Calendar(firstweekday=0).monthdatescalendar(first.year, first.month)
    ]


def _cell(day: dt.date, known: DayView | None, today: dt.date) -> DayCell:
    count = known.slots if known and known.available else 0
    key = "choose.free_none" if not count else "choose.free_one" if count == 1 else "choose.free_many"
    return DayCell(
        number=str(day.day),
        date=day.isoformat(),
        available=count > 0,
        today=day == today,
        label=t(key, day=day_label(day), count=count),
        link=f"?date={day.isoformat()}",
    )


def groups_of(slots: Sequence[SlotView], zone: str, visitor_zone: str) -> list[TimeGroup]:
    """Morning, afternoon and evening; each start once, whoever gives it."""
    groups: dict[str, list[TimeButton]] = {"choose.morning": [], "choose.afternoon": [], "choose.evening": []}
    seen: set[dt.datetime] = set()
    for slot in slots:
        if slot.start_time in seen:
            continue
        seen.add(slot.start_time)
        local = slot.start_time.astimezone(ZoneInfo(zone))
        part = "choose.morning" if local.hour < 12 else "choose.afternoon" if local.hour < 17 else "choose.evening"
        groups[part].append(_button(slot, zone, visitor_zone))
    return [TimeGroup(t(title), times) for title, times in groups.items() if times]


def _their_time(start: dt.datetime, day: dt.date, zone: str) -> str:
    """The visitor's own time, with the weekday when it is another day there."""
    theirs = start.astimezone(ZoneInfo(zone)).date()
    weekday = "" if theirs == day else ENGLISH.weekdays[theirs.weekday()][:3] + " "
    return weekday + format_time(start, zone)


def _button(slot: SlotView, zone: str, visitor_zone: str) -> TimeButton:
    start = slot.start_time.astimezone(dt.UTC)
    day = slot.start_time.astimezone(ZoneInfo(zone)).date()
    return TimeButton(
        label=format_time(start, zone),
        yours=_their_time(start, day, visitor_zone) if visitor_zone else "",
        link=f"?date={day.isoformat()}&time={start.strftime(STAMP)}",
    )
