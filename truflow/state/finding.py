"""What one look at the calendar needs: which days the address asks for, read once, and what lies beside them."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from truflow.domain.formats import format_short_day
from truflow.services import availability
from truflow.services.views import DaySlotsView, PracticeView
from truflow.state import calendar as months
from truflow.state.calendar import Choice, Look
from truflow.state.readings import Readings
from truflow.state.visitor import date_from
from truflow.texts import t

AHEAD = dt.timedelta(days=13)
WEEK = dt.timedelta(days=7)


@dataclass(frozen=True)
class Found:
    """The free times around the place that the address names, and how the visitor looks at them.

    `wished` tells whether the visitor chose the shown `day`; `first_days` are those in which something is free soonest,
    `near_days` those around a chosen day that is full.
    """

    look: Look
    zone: str
    today: dt.date
    horizon: dt.date
    month: dt.date
    week: dt.date
    days: list[DaySlotsView]
    week_days: list[DaySlotsView]
    first_days: list[DaySlotsView]
    near_days: list[DaySlotsView]
    day: DaySlotsView | None
    wished: bool

    @property
    def nothing_at_all(self) -> bool:
        """Whether no time is free as far ahead as the practice books."""
        return not self.wished and not self.first_days and not any(day.slots for day in self.days)

    @property
    def month_word(self) -> str:
        return f"{self.month:%Y-%m}"

    @property
    def week_word(self) -> str:
        return self.week.isoformat()

    @property
    def title(self) -> str:
        """The month's name, or the first and last day of the week."""
        if not self.look.listed:
            return months.month_label(self.month)
        first, last = format_short_day(max(self.week, self.today)), format_short_day(self._sunday)
        return t("choose.week", first=first, last=last)

    @property
    def _sunday(self) -> dt.date:
        return self.week + WEEK - dt.timedelta(days=1)

    def neighbours(self) -> tuple[str, str]:
        """The addresses of the month, or week, before and after; empty where nothing can be booked."""
        if self.look.listed:
            before, after = self.week - WEEK, self.week + WEEK
            earlier = self.look.link(week=before.isoformat()) if before + WEEK > self.today else ""
            return earlier, self.look.link(week=after.isoformat()) if after <= self.horizon else ""
        before, after = months.previous_month(self.month), months.next_month(self.month)
        earlier = self.look.link(month=f"{before:%Y-%m}") if self.month > self.today else ""
        return earlier, self.look.link(month=f"{after:%Y-%m}") if after <= self.horizon else ""

    def days_beside(self) -> tuple[str, str]:
        """The addresses of the nearest days before and after the shown one on which something is free."""
        if self.day is None:
            return "", ""
        free = [day.date for day in self.days if months.once_each(day, self.look.part)]
        before = [day for day in free if day < self.day.date][-1:]
        after = [day for day in free if day > self.day.date][:1]
        return tuple(self.look.link(date=days[0].isoformat()) if days else "" for days in (before, after))  # type: ignore[return-value]

    def empty_day(self) -> str:
        """What to say when nothing is free on the shown day."""
        return t("choose.part_empty" if self.day and self.day.slots else "choose.day_empty")

    def nearest(self) -> list[Choice]:
        """Where to go from a chosen day that is full."""
        return months.nearest(self.near_days, self.day.date, self.look) if self.day else []

    def days_link(self) -> str:
        """Back from a day's times to where it was chosen."""
        return self.look.link(week=self.week_word) if self.look.listed else self.look.link(month=self.month_word)

    def any_day(self) -> Choice:
        """This week's times, or next week's, as one list; nothing when both are full."""
        if not self.first_days:
            return Choice()
        first, monday = self.first_days[0].date, months.monday_of(self.today)
        if first >= monday + WEEK + WEEK:
            return Choice()
        key = "choose.any_day_this_week" if first < monday + WEEK else "choose.any_day_next_week"
        return Choice(t(key), Look(listed=True).link(week=months.monday_of(first).isoformat()))

    def nothing(self) -> str:
        """What to say when nothing is free in what is shown."""
        shown = self.week_days if self.look.listed else self.days
        if any(months.once_each(day, self.look.part) for day in shown):
            return ""
        if self.look.part:
            return t("choose.part_empty")
        return t("choose.week_empty" if self.look.listed else "choose.month_empty")


async def find(readings: Readings, service_id: int, practice: PracticeView, query: dict[str, str]) -> Found:
    """Read what the address asks for; without a wish, the first month in which something is free."""
    look, now = Look.of(query), readings.now
    today = now.astimezone(ZoneInfo(practice.timezone)).date()
    horizon = today + dt.timedelta(days=practice.horizon_days)

    async def read(first: dt.date, last: dt.date) -> list[DaySlotsView]:
        return await readings.ask(availability.free_times, service_id, first, last, now=now)

    def free(days: list[DaySlotsView]) -> list[DaySlotsView]:
        return [day for day in days if day.slots]

    wish = date_from(query.get("date", ""))
    week_wish = date_from(query.get("week", ""))
    month_wish = months.month_of(query.get("month", "")) or wish or week_wish
    first_days = free(await read(today, today + AHEAD))
    month = min(max(month_wish or today, today), horizon).replace(day=1)
    days = await read(month, months.last_of(month))
    while not month_wish and not free(days) and months.next_month(month) <= horizon:
        month = months.next_month(month)
        days = await read(month, months.last_of(month))
    week = months.monday_of(min(max(week_wish or wish or today, today), horizon))
    if not week_wish and not wish and first_days:
        week = months.monday_of(first_days[0].date)
    week_days: list[DaySlotsView] = []
    if look.listed:
        week_days = await read(max(week, today), min(week + WEEK - dt.timedelta(days=1), horizon))
    shown = next((day for day in days if day.date == wish), None)
    if wish and shown is None and today <= wish <= horizon:
        (shown,) = await read(wish, wish)
    wished = shown is not None
    near_days: list[DaySlotsView] = []
    if shown is not None and not months.once_each(shown, look.part):
        around = await read(max(shown.date - WEEK, today), min(shown.date + AHEAD, horizon))
        near_days = free(around) or first_days
    if shown is None:
        shown = next((day for day in days if months.once_each(day, look.part)), None)
    return Found(
        look=look,
        zone=practice.timezone,
        today=today,
        horizon=horizon,
        month=month,
        week=week,
        days=days,
        week_days=week_days,
        first_days=first_days or free(days),
        near_days=near_days,
        day=shown,
        wished=wished,
    )
