"""Which day, which time: the calendar of one service, rebuilt from the page's address each time."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import reflex as rx
from reflex.event import EventSpec

from truflow.clock import utc_now
from truflow.domain.formats import format_date, format_money, format_time, zone_label
from truflow.errors import NotFound, Refusal
from truflow.services import catalogue
from truflow.services.views import PracticeView, ServiceView
from truflow.state import calendar as months
from truflow.state.catalogue import ServiceCard, card_of
from truflow.state.finding import Found, find
from truflow.state.guard import public
from truflow.state.live import watchers
from truflow.state.readings import Readings
from truflow.state.visitor import STAMP, find_slot, instant_from, last_segment, query_of
from truflow.texts import here, t

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

    soonest: rx.Field[list[months.TimeButton]] = rx.field(default_factory=list)
    any_day: months.Choice = months.Choice()
    looks: rx.Field[list[months.Choice]] = rx.field(default_factory=list)
    parts: rx.Field[list[months.Choice]] = rx.field(default_factory=list)
    listed: bool = False

    title: str = ""
    weeks: rx.Field[list[months.Week]] = rx.field(default_factory=list)
    days: rx.Field[list[months.DayList]] = rx.field(default_factory=list)
    nothing: str = ""
    previous_link: str = ""
    next_link: str = ""

    day: str = ""
    day_label: str = ""
    day_link: str = ""
    days_link: str = ""
    day_before: str = ""
    day_after: str = ""
    day_nothing: str = ""
    near: rx.Field[list[months.Choice]] = rx.field(default_factory=list)
    groups: rx.Field[list[months.TimeGroup]] = rx.field(default_factory=list)
    zone_note: str = ""
    visitor_zone: str = ""
    clock: rx.Field[list[list[int]]] = rx.field(default_factory=list)

    start: str = ""
    chosen_label: str = ""
    chosen_zone: str = ""

    _held: str = ""

    @rx.event
    @public
    async def load(self) -> EventSpec | None:
        """Draw what the address says; a reload and the back button come here too."""
        watchers.add(self, Choose)
        return await self._read(Readings(utc_now()))

    @rx.event
    @public
    async def set_zone(self, zone: str) -> EventSpec | None:
        """The visitor's own time zone, to show their time beside the practice's."""
        if zone not in ZONES or zone == self.visitor_zone:
            return None
        self.visitor_zone = zone
        return await self._read(Readings(utc_now())) if self.stage == "ready" else None

    async def _follow(self, readings: Readings) -> bool:
        """The diary changed: draw the same place of the calendar again; False when the visitor is elsewhere."""
        if self.service.slug != last_segment(self):
            return False
        await self._draw(readings)
        return True

    async def _read(self, readings: Readings) -> EventSpec | None:
        try:
            return await self._draw(readings)
        except NotFound:
            self.stage = "missing"
        except Refusal as refusal:
            self.stage, self.notice = ("ready" if self.weeks else "failed"), refusal.message
        return None

    async def _draw(self, readings: Readings) -> EventSpec | None:
        slug, query = last_segment(self), query_of(self)
        service = await readings.ask(catalogue.find_service, slug)
        if service.slug != slug:
            return rx.redirect(here(f"/book/{service.slug}"), replace=True)
        practice = await readings.ask(catalogue.get_practice)
        found = await find(readings, service.id, practice, query)
        self._say_service(service, practice)
        self._say_ways(found, query)
        self._say_days(found, practice)
        self._say_times(found, practice)
        self._say_chosen(found, practice, query.get("time", ""))
        self._set(stage="none" if found.nothing_at_all else "ready")
        return None

    def _set(self, **values: Any) -> None:
        """Change only what is different, so that a page hears nothing when nothing changed."""
        for name, value in values.items():
            if getattr(self, name) != value:
                setattr(self, name, value)

    def _say_service(self, service: ServiceView, practice: PracticeView) -> None:
        now_text = format_money(service.downpayment_cents, service.currency)
        later = format_money(service.price_cents - service.downpayment_cents, service.currency)
        key = "money.all_later" if not service.downpayment_cents else "money.now_and_later"
        if service.downpayment_cents == service.price_cents:
            key = "money.all_now"
        if service.slug != self.service.slug:
            self._set(notice="")
        self._set(
            service=card_of(service),
            money=t(key, now=now_text, later=later),
            terms=practice.cancellation_terms,
            held_next=t("details.held_next", minutes=practice.hold_minutes) if service.downpayment_cents else "",
            submit_label=t("details.submit" if service.downpayment_cents else "details.submit_free"),
            none_text=t("choose.none", days=practice.horizon_days),
        )

    def _say_ways(self, found: Found, query: dict[str, str]) -> None:
        """The first free times, and the ways to look at all of them."""
        look = found.look
        place: dict[str, Any] = {name: query[name] for name in ("month", "week", "date") if name in query}
        parts = [("", "choose.any_time"), *months.PARTS.items()]
        self._set(
            listed=look.listed,
            soonest=months.soonest(found.first_days, found.today, self._their_zone(found)),
            any_day=found.any_day(),
            looks=[
                months.Choice(t("choose.as_month"), look.link(listed=False, month=found.month_word), not look.listed),
                months.Choice(t("choose.as_list"), look.link(listed=True, week=found.week_word), look.listed),
            ],
            parts=[months.Choice(t(key), look.link(part=part, **place), part == look.part) for part, key in parts],
        )

    def _say_days(self, found: Found, practice: PracticeView) -> None:
        """The month as a grid, or the week as a list."""
        look, zone = found.look, self._their_zone(found)
        before, after = found.neighbours()
        self._set(
            clock=months.clock_of(found.zone, found.today, practice.horizon_days),
            title=found.title,
            weeks=months.weeks_of(found.month, months.counted(found.days, look.part), found.today, look),
            days=months.list_of(found.week_days, zone, look) if look.listed else [],
            nothing=found.nothing(),
            previous_link=before,
            next_link=after,
            days_link=found.days_link(),
        )

    def _say_times(self, found: Found, practice: PracticeView) -> None:
        """The times of the day that is shown."""
        day = found.day
        self._set(step="time" if found.wished else "day", start="", day=day.date.isoformat() if day else "")
        self._set(day_nothing=found.empty_day(), near=found.nearest())
        if day is None:
            self._set(day_label="", day_link="", day_before="", day_after="", groups=[])
            return
        noon = dt.datetime.combine(day.date, dt.time(12), ZoneInfo(practice.timezone))
        theirs = self._their_zone(found)
        note = t("choose.zone", zone=zone_label(practice.timezone, noon))
        if theirs:
            note += " " + t("choose.your_zone", zone=zone_label(theirs, noon))
        before, after = found.days_beside()
        self._set(
            groups=months.groups_of(day, theirs, found.look),
            day_label=months.day_label(day.date),
            day_link=found.look.link(date=day.date.isoformat()),
            day_before=before,
            day_after=after,
            zone_note=note,
        )

    def _say_chosen(self, found: Found, practice: PracticeView, time: str) -> None:
        """The time that the address names, while it is free; what was typed stays in the page either way."""
        moment = instant_from(time)
        if moment is None or found.day is None:
            return
        slot, zone = find_slot(found.day.slots, time), practice.timezone
        stamp = moment.astimezone(dt.UTC).strftime(STAMP)
        if slot is None:
            self._set(notice=t("choose.yours" if stamp == self._held else "choose.gone"))
            return
        theirs = self._their_zone(found)
        label = zone_label(zone, slot.start_time)
        if theirs:
            when = f"{format_date(slot.start_time, theirs)}, {format_time(slot.start_time, theirs)}"
            label = t("booking.your_time", zone=label, when=when)
        self._set(
            step="details",
            start=stamp,
            notice="",
            chosen_label=f"{format_time(slot.start_time, zone)} \u2013 {format_time(slot.end_time, zone)}",
            chosen_zone=label,
        )

    def _their_zone(self, found: Found) -> str:
        """The visitor's zone when its clock differs from the practice's on the day that is shown."""
        if not self.visitor_zone:
            return ""
        noon = dt.datetime.combine(found.day.date if found.day else found.today, dt.time(12), ZoneInfo(found.zone))
        same = noon.astimezone(ZoneInfo(self.visitor_zone)).utcoffset() == noon.utcoffset()
        return "" if same else self.visitor_zone
