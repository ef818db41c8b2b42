"""Which day, which time: the calendar of one service, rebuilt from the page's address each time."""

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

import reflex as rx
from reflex.event import EventSpec

from truflow.clock import utc_now
from truflow.domain.formats import format_date, format_money, format_time, zone_label
from truflow.errors import NotFound, Refusal
from truflow.services import availability, catalogue
from truflow.services.views import DaySlotsView, DayView, PracticeView, ServiceView
from truflow.state import calendar as months
from truflow.state.catalogue import ServiceCard, card_of
from truflow.state.guard import public
from truflow.state.visitor import STAMP, date_from, find_slot, last_segment, query_of
from truflow.texts import t
from truflow.threads import in_thread

ZONES = frozenset(available_timezones())


class Choose(rx.State):
    """The three panes; `step` is day, time or details and follows from the address."""

    stage: str = "loading"  # loading, ready, none (nothing free at all), missing or failed
    step: str = "day"
    notice: str = ""
    service: ServiceCard = ServiceCard()
    money: str = ""
    terms: str = ""
    held_next: str = ""
    submit_label: str = ""
    none_text: str = ""

    month_label: str = ""
    weeks: rx.Field[list[months.Week]] = rx.field(default_factory=list)
    month_empty: bool = False
    previous_link: str = ""
    next_link: str = ""

    day: str = ""
    day_label: str = ""
    next_free: str = ""
    day_link: str = ""
    groups: rx.Field[list[months.TimeGroup]] = rx.field(default_factory=list)
    zone_note: str = ""
    visitor_zone: str = ""

    start: str = ""
    chosen_label: str = ""
    chosen_zone: str = ""

    @rx.event
    @public
    async def load(self) -> EventSpec | None:
        """Draw what the address says; a reload and the back button come here too."""
        return await self._read()

    @rx.event
    @public
    async def set_zone(self, zone: str) -> EventSpec | None:
        """The visitor's own time zone, to show their time beside the practice's."""
        if zone not in ZONES or zone == self.visitor_zone:
            return None
        self.visitor_zone = zone
        return await self._read() if self.stage == "ready" else None

    async def _read(self) -> EventSpec | None:
        try:
            return await self._draw()
        except NotFound:
            self.stage = "missing"
        except Refusal as refusal:
            self.stage, self.notice = ("ready" if self.weeks else "failed"), refusal.message
        return None

    async def _draw(self) -> EventSpec | None:
        slug, query = last_segment(self), query_of(self)
        service = await in_thread("db", catalogue.find_service, slug)
        if service.slug != slug:
            return rx.redirect(f"/book/{service.slug}", replace=True)
        practice = await in_thread("db", catalogue.get_practice)
        self._say_service(service, practice)
        now = utc_now()
        today = now.astimezone(ZoneInfo(practice.timezone)).date()
        horizon = today + dt.timedelta(days=practice.horizon_days)
        wanted = date_from(query.get("date", ""))
        month = await self._draw_month(service, months.month_of(query.get("month", "")) or wanted, today, horizon, now)
        day = wanted or next((day.date for day in month if day.available), None)
        await self._draw_day(service, practice, day, query.get("time", ""), now)
        if self.step != "details":
            self.step = "time" if wanted and self.day else "day"
        return None

    def _say_service(self, service: ServiceView, practice: PracticeView) -> None:
        now_text = format_money(service.downpayment_cents, service.currency)
        later = format_money(service.price_cents - service.downpayment_cents, service.currency)
        key = "money.all_later" if not service.downpayment_cents else "money.now_and_later"
        if service.downpayment_cents == service.price_cents:
            key = "money.all_now"
        if service.slug != self.service.slug:
            self.notice = ""
        self.service = card_of(service)
        self.money = t(key, now=now_text, later=later)
        self.terms = practice.cancellation_terms
        self.held_next = t("details.held_next", minutes=practice.hold_minutes) if service.downpayment_cents else ""
        self.submit_label = t("details.submit" if service.downpayment_cents else "details.submit_free")
        self.none_text = t("choose.none", days=practice.horizon_days)

    async def _draw_month(
        self, service: ServiceView, wanted: dt.date | None, today: dt.date, horizon: dt.date, now: dt.datetime
    ) -> list[DayView]:
        """The wanted month, or without a wish the first one in which something is free."""
        first = min(max(wanted or today, today), horizon).replace(day=1)
        found = await in_thread("db", availability.free_days, service.id, first, months.last_of(first), now=now)
        while not wanted and not any(day.available for day in found.dates) and months.next_month(first) <= horizon:
            first = months.next_month(first)
            found = await in_thread("db", availability.free_days, service.id, first, months.last_of(first), now=now)
        self.weeks = months.weeks_of(first, found.dates, today)
        self.month_label = months.month_label(first)
        self.month_empty = not any(day.available for day in found.dates)
        self.previous_link = f"?month={months.previous_month(first):%Y-%m}" if first > today else ""
        self.next_link = f"?month={months.next_month(first):%Y-%m}" if months.next_month(first) <= horizon else ""
        self.stage = "none" if self.month_empty and not wanted else "ready"
        return found.dates

    async def _draw_day(
        self, service: ServiceView, practice: PracticeView, day: dt.date | None, time: str, now: dt.datetime
    ) -> None:
        self.day = day.isoformat() if day else ""
        self.step, self.start, self.groups = "day", "", []
        if day is None:
            self.day_label = self.next_free = self.day_link = ""
            return
        slots = await in_thread("db", availability.free_slots, service.id, day, now=now)
        zone = practice.timezone
        noon = dt.datetime.combine(day, dt.time(12), ZoneInfo(zone))
        theirs = self._their_zone(noon)
        self.groups = months.groups_of(slots.slots, zone, theirs)
        self.day_label = months.day_label(day)
        self.day_link = f"?date={self.day}"
        self.next_free = t("choose.next_free", day=self.day_label)
        self.zone_note = t("choose.zone", zone=zone_label(zone, noon))
        if theirs:
            self.zone_note += " " + t("choose.your_zone", zone=zone_label(theirs, noon))
        if time:
            self._draw_time(slots, zone, theirs, time)

    def _draw_time(self, slots: DaySlotsView, zone: str, theirs: str, time: str) -> None:
        slot = find_slot(slots.slots, time)
        if slot is None:
            self.notice = t("choose.gone")
            return
        self.step, self.start, self.notice = "details", slot.start_time.strftime(STAMP), ""
        self.chosen_label = f"{format_time(slot.start_time, zone)} \u2013 {format_time(slot.end_time, zone)}"
        self.chosen_zone = zone_label(zone, slot.start_time)
        if theirs:
            when = f"{format_date(slot.start_time, theirs)}, {format_time(slot.start_time, theirs)}"
            self.chosen_zone = t("booking.your_time", zone=self.chosen_zone, when=when)

    def _their_zone(self, moment: dt.datetime) -> str:
        """The visitor's zone when its clock differs from the practice's at that time."""
        if not self.visitor_zone:
            return ""
        same = moment.astimezone(ZoneInfo(self.visitor_zone)).utcoffset() == moment.utcoffset()
        return "" if same else self.visitor_zone
