"""A month as a grid, a week as a list, a day's times in groups: pure drawing values, ready for the page."""

import calendar
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from truflow.domain.formats import format_day, format_month, format_short_day, format_time, weekdays
from truflow.services.views import DaySlotsView, DayView, SlotView
from truflow.state.visitor import STAMP
from truflow.texts import t

PARTS = {"morning": "choose.morning", "afternoon": "choose.afternoon", "evening": "choose.evening"}
IN_A_LIST = 6
SUGGESTED = 3


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
    """A time that can be chosen; `day` where it is not plain from the place, `yours` where the visitor's differs."""

    label: str = ""
    yours: str = ""
    link: str = ""
    day: str = ""


@dataclass(frozen=True)
class TimeGroup:
    title: str = ""
    times: list[TimeButton] = field(default_factory=list)


@dataclass(frozen=True)
class DayList:
    """A day of the week's list: its first times, and where to see all of them when there are more."""

    title: str = ""
    times: list[TimeButton] = field(default_factory=list)
    more: str = ""
    link: str = ""


@dataclass(frozen=True)
class Choice:
    """One of a few ways to look at the same times, with a word more where it needs one."""

    label: str = ""
    link: str = ""
    chosen: bool = False
    more: str = ""


@dataclass(frozen=True)
class Look:
    """How the visitor looks at the times, as the page's address has it: as a month or as a list, and at which part.

    `moving` says that the times are for a booking that stands already.
    """

    listed: bool = False
    part: str = ""
    moving: bool = False

    @classmethod
    def of(cls, query: dict[str, str]) -> "Look":
        part = query.get("part", "")
        return cls(query.get("view") == "list", part if part in PARTS else "")

    def link(self, *, listed: bool | None = None, part: str | None = None, **words: Any) -> str:
        """The address of another place of the same page that keeps the way of looking."""
        listed, part = self.listed if listed is None else listed, self.part if part is None else part
        kept = {"move": "1" if self.moving else "", "view": "list" if listed else "", "part": part}
        return "?" + "&".join(f"{name}={word}" for name, word in (kept | words).items() if word)


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


def monday_of(day: dt.date) -> dt.date:
    """The Monday of its week."""
    return day - dt.timedelta(days=day.weekday())


def clock_of(zone: str, today: dt.date, days: int) -> list[list[int]]:
    """How the practice's clock goes, week by week: a moment in milliseconds, and its minutes ahead of UTC."""
    noons = (
        dt.datetime.combine(today + dt.timedelta(days=ahead), dt.time(12), ZoneInfo(zone))
        for ahead in range(0, days + 1, 7)
    )
    return [
        [int(noon.timestamp() * 1000), int((noon.utcoffset() or dt.timedelta()).total_seconds() // 60)]
        for noon in noons
    ]


def month_label(first: dt.date) -> str:
    """ "December 2026"."""
    return format_month(first)


def day_label(day: dt.date) -> str:
    """ "Tuesday, December 1"."""
    return format_day(day)


def near_label(day: dt.date, today: dt.date) -> str:
    """ "Today", "Tomorrow", "Friday", and from a week on "Fri, Dec 4"."""
    ahead = (day - today).days
    if ahead in (0, 1):
        return t("choose.tomorrow" if ahead else "choose.today")
    return weekdays()[day.weekday()] if ahead < 7 else format_short_day(day)


def part_of(start: dt.datetime, zone: str) -> str:
    """Morning until noon, afternoon until five, then evening, by the practice's clock."""
    hour = start.astimezone(ZoneInfo(zone)).hour
    return "morning" if hour < 12 else "afternoon" if hour < 17 else "evening"


def once_each(day: DaySlotsView, part: str = "") -> list[SlotView]:
    """The starts of a day, each once, whoever gives it; only those of one part of the day when one is named."""
    found = {slot.start_time: slot for slot in reversed(day.slots)}
    return [found[start] for start in sorted(found) if not part or part_of(start, day.timezone) == part]


def counted(days: Iterable[DaySlotsView], part: str = "") -> list[DayView]:
    """How many starts each day has in that part of it."""
    counts = [(day.date, len(once_each(day, part))) for day in days]
    return [DayView(date, count > 0, count) for date, count in counts]


def weeks_of(first: dt.date, days: Sequence[DayView], today: dt.date, look: Look = Look()) -> list[Week]:
    """The month as weeks that begin on Monday; weeks that are over are left out."""
    known = {day.date: day for day in days}
    return [
        Week([_cell(day, known.get(day), today, look) if day.month == first.month else DayCell() for day in week])
        for week in calendar.Calendar(firstweekday=0).monthdatescalendar(first.year, first.month)
        if week[-1] >= today
    ]


def groups_of(day: DaySlotsView, visitor_zone: str, look: Look = Look()) -> list[TimeGroup]:
    """Morning, afternoon and evening; each start once, whoever gives it."""
    groups: dict[str, list[TimeButton]] = {part: [] for part in PARTS}
    for slot in once_each(day, look.part):
        groups[part_of(slot.start_time, day.timezone)].append(button(slot, day.timezone, visitor_zone, look))
    return [TimeGroup(t(PARTS[part]), times) for part, times in groups.items() if times]


def list_of(days: Iterable[DaySlotsView], visitor_zone: str, look: Look) -> list[DayList]:
    """Days one below the other, each with its first times."""
    return [_listed(day, visitor_zone, look) for day in days]


def soonest(days: Iterable[DaySlotsView], today: dt.date, visitor_zone: str) -> list[TimeButton]:
    """The first free time, and the first of each later part of a day: a choice, and not three times the same."""
    found: dict[tuple[dt.date, str], TimeButton] = {}
    for day in days:
        for slot in once_each(day):
            place = (day.date, part_of(slot.start_time, day.timezone))
            if place not in found:
                made = button(slot, day.timezone, visitor_zone, Look(), day=near_label(day.date, today))
                found[place] = made
            if len(found) == SUGGESTED:
                return list(found.values())
    return list(found.values())


def nearest(days: Sequence[DaySlotsView], wished: dt.date, look: Look) -> list[Choice]:
    """The free days nearest to a full one, in their order; by the whole day where no other has that part of it free."""
    for way in (look, replace(look, part="")):
        free = [day for day in days if once_each(day, way.part)]
        if free:
            near = sorted(free, key=lambda day: abs(day.date - wished))[:SUGGESTED]
            return [_near(day, way) for day in sorted(near, key=lambda day: day.date)]
    return []


def button(slot: SlotView, zone: str, visitor_zone: str, look: Look, *, day: str = "") -> TimeButton:
    """A time as the practice's clock and, where it differs, the visitor's say it."""
    start = slot.start_time.astimezone(dt.UTC)
    date = slot.start_time.astimezone(ZoneInfo(zone)).date()
    return TimeButton(
        label=format_time(start, zone),
        yours=_their_time(start, date, visitor_zone) if visitor_zone else "",
        link=look.link(date=date.isoformat(), time=start.strftime(STAMP)),
        day=day,
    )


def _cell(day: dt.date, known: DayView | None, today: dt.date, look: Look) -> DayCell:
    count = known.slots if known and known.available else 0
    key = "choose.free_none" if not count else "choose.free_one" if count == 1 else "choose.free_many"
    return DayCell(
        number=str(day.day),
        date=day.isoformat(),
        available=count > 0,
        today=day == today,
        label=t(key, day=day_label(day), count=count),
        link=look.link(date=day.isoformat()),
    )


def _near(day: DaySlotsView, look: Look) -> Choice:
    count = len(once_each(day, look.part))
    more = t("move.free_one") if count == 1 else t("move.free_many", count=count)
    return Choice(day_label(day.date), look.link(date=day.date.isoformat()), more=more)


def _listed(day: DaySlotsView, visitor_zone: str, look: Look) -> DayList:
    slots = once_each(day, look.part)
    more = len(slots) > IN_A_LIST + 1
    return DayList(
        title=day_label(day.date),
        times=[button(slot, day.timezone, visitor_zone, look) for slot in slots[: IN_A_LIST if more else None]],
        more=t("choose.all_times", count=len(slots)) if more else "",
        link=look.link(date=day.date.isoformat()),
    )


def _their_time(start: dt.datetime, day: dt.date, zone: str) -> str:
    """The visitor's own time, with the weekday when it is another day there."""
    theirs = start.astimezone(ZoneInfo(zone)).date()
    weekday = "" if theirs == day else weekdays("short")[theirs.weekday()] + " "
    return weekday + format_time(start, zone)
