"""Which times can be booked: hours, less what is taken, by the rules of the practice.

Pure: the same functions draw the calendar and guard the booking. Hours are wall-clock in the
practice's zone; everything that is compared is UTC, so that a day of 23 or 25 hours is right.
"""

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

Span = tuple[dt.datetime, dt.datetime]
"""A half-open stretch of time [from, to), both aware UTC."""


@dataclass(frozen=True)
class Hours:
    """One opening of a day, in minutes after local midnight; 1440 is the end of the day."""

    opens: int
    closes: int

    @classmethod
    def parse(cls, opens: str, closes: str) -> "Hours":
        """From `HH:MM` texts; 24:00 is allowed as a close."""
        return cls(_minutes(opens), _minutes(closes))


@dataclass(frozen=True)
class Rules:
    """What the practice has decided. `week` is keyed by ISO weekday, an empty override means closed."""

    zone: ZoneInfo
    week: Mapping[int, Sequence[Hours]] = field(default_factory=dict)
    overrides: Mapping[dt.date, Sequence[Hours]] = field(default_factory=dict)
    buffer: dt.timedelta = dt.timedelta(minutes=15)
    step: dt.timedelta = dt.timedelta(minutes=15)
    notice: dt.timedelta = dt.timedelta(minutes=120)
    horizon_days: int = 60
    cap: int | None = None

    def hours_on(self, day: dt.date) -> Sequence[Hours]:
        return self.overrides[day] if day in self.overrides else self.week.get(day.isoweekday(), ())

    def local_date(self, moment: dt.datetime) -> dt.date:
        return moment.astimezone(self.zone).date()


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def local_to_utc(day: dt.date, minute: int, zone: ZoneInfo) -> dt.datetime | None:
    """The instant of a wall-clock minute; None when the clocks jump over it, the first when it comes twice."""
    wall = dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minute)
    utc = wall.replace(tzinfo=zone, fold=0).astimezone(dt.UTC)
    return utc if utc.astimezone(zone).replace(tzinfo=None) == wall else None


def day_bounds(day: dt.date, zone: ZoneInfo) -> Span:
    """From local midnight to the next one, in UTC: 23, 24 or 25 hours."""
    start = dt.datetime.combine(day, dt.time(), tzinfo=zone).astimezone(dt.UTC)
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=zone).astimezone(dt.UTC)
    return start, end


def offered_starts(day: dt.date, length: dt.timedelta, rules: Rules, now: dt.datetime) -> list[dt.datetime]:
    """Every start of a local date that the rules allow, whoever has booked what; sorted, UTC.

    Candidates begin at each opening and go by the step; the appointment lies inside the hours, its
    buffer need not.
    """
    today = rules.local_date(now)
    if not today <= day <= today + dt.timedelta(days=rules.horizon_days):
        return []
    earliest = now + rules.notice
    step = int(rules.step.total_seconds() // 60)
    starts: set[dt.datetime] = set()
    for hours in rules.hours_on(day):
        closes = _closing(day, hours.closes, rules.zone)
        for minute in range(hours.opens, hours.closes, step):
            start = local_to_utc(day, minute, rules.zone)
            if start is not None and start >= earliest and start + length <= closes:
                starts.add(start)
    return sorted(starts)


def _closing(day: dt.date, minute: int, zone: ZoneInfo) -> dt.datetime:
    wall = dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minute)
    return wall.replace(tzinfo=zone, fold=0).astimezone(dt.UTC)


def free_starts(
    day: dt.date, length: dt.timedelta, rules: Rules, *, busy: Iterable[Span], booked: int, now: dt.datetime
) -> list[dt.datetime]:
    """The offered starts of one practitioner that nothing in `busy` touches.

    `busy` spans hold their buffers already; `booked` counts the day's appointments against the cap.
    """
    if rules.cap is not None and booked >= rules.cap:
        return []
    begins, ends = _merged(busy)
    return [
        start
        for start in offered_starts(day, length, rules, now)
        if not _touches(start, start + length + rules.buffer, begins, ends)
    ]


def _merged(spans: Iterable[Span]) -> tuple[list[dt.datetime], list[dt.datetime]]:
    """Begins and ends of the same time, sorted and without overlaps, ready for bisection."""
    begins: list[dt.datetime] = []
    ends: list[dt.datetime] = []
    for begin, end in sorted(spans):
        if ends and begin <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            begins.append(begin)
            ends.append(end)
    return begins, ends


def _touches(start: dt.datetime, end: dt.datetime, begins: list[dt.datetime], ends: list[dt.datetime]) -> bool:
    last = bisect_left(begins, end) - 1
    return last >= 0 and ends[last] > start
