"""Another time for a booking: the month and the times to which it can be moved, as the page's address has them."""

import datetime as dt
from collections.abc import AsyncGenerator
from zoneinfo import ZoneInfo

import reflex as rx
from reflex.event import EventSpec

from truflow.clock import utc_now
from truflow.domain.formats import format_when, zone_label
from truflow.errors import DayFull, NotFound, Refusal, SlotNotOffered, SlotTaken
from truflow.services import manage, moving, rescheduling
from truflow.services.manage_views import ManagedView
from truflow.services.views import DaySlotsView
from truflow.state.calendar import (
    Look,
    TimeGroup,
    Week,
    day_label,
    groups_of,
    last_of,
    month_label,
    month_of,
    next_month,
    previous_month,
    weeks_of,
)
from truflow.state.guard import public
from truflow.state.live import watchers
from truflow.state.managing import Managing
from truflow.state.readings import Readings
from truflow.state.visitor import STAMP, booking_address, client_of, date_from, find_slot, instant_from, query_of
from truflow.texts import here, t
from truflow.threads import in_thread

LOOK = Look(moving=True)


class Moving(rx.State):
    """`step` is empty while nothing is moved, then day, time and confirm; it follows from the address."""

    step: str = ""
    notice: str = ""
    busy: bool = False
    month: str = ""
    weeks: rx.Field[list[Week]] = rx.field(default_factory=list)
    previous_link: str = ""
    next_link: str = ""
    empty: bool = False
    day: str = ""
    day_label: str = ""
    groups: rx.Field[list[TimeGroup]] = rx.field(default_factory=list)
    zone_note: str = ""
    chosen: str = ""
    chosen_label: str = ""
    day_link: str = ""

    @rx.event
    @public
    async def load(self) -> AsyncGenerator[EventSpec | None, None]:
        """Draw the times of the address; nothing when it does not ask for them, or the booking cannot be moved."""
        self.busy = False
        if "move" not in query_of(self):
            self.reset()
            return
        watchers.add(self, Moving)
        try:
            if not await self._draw():
                self.reset()
                return
        except NotFound:
            self.reset()
        except Refusal as refusal:
            self.notice = refusal.message
        yield None

    @rx.event
    @public
    async def move(self) -> AsyncGenerator[EventSpec | None, None]:
        """Move the booking to the time of the address."""
        reference, token = booking_address(self)
        start = instant_from(query_of(self).get("time", ""))
        if start is None or not self.chosen:
            return
        self.busy, self.notice = True, ""
        yield None
        day = self.day
        try:
            managed = await self._booking()
            await in_thread(
                "db",
                rescheduling.reschedule,
                managed.booking.id,
                token,
                start_time=start,
                practitioner_id=None,
                client=client_of(self),
                now=utc_now(),
            )
            (await self.get_state(Managing))._say("manage.moved")
            yield rx.redirect(here(f"/booking/{managed.booking.reference}?t={token}"), replace=True)
            return
        except (SlotTaken, SlotNotOffered, DayFull):
            self.notice = t("move.gone")
            yield rx.redirect(here(f"/booking/{reference}?move=1&date={day}&t={token}"), replace=True)
        except Refusal as refusal:
            self.notice = refusal.message
        self.busy = False

    async def _follow(self, _: Readings) -> bool:
        """The diary changed: draw the same times again; False when no time is chosen here any more."""
        if not self.step or "move" not in query_of(self):
            return False
        return self.busy or await self._draw()

    async def _booking(self) -> ManagedView:
        return await in_thread("db", manage.look, *booking_address(self), client=client_of(self), now=utc_now())

    async def _draw(self) -> bool:
        """Draw what the address asks for; False when the booking cannot be moved."""
        managed = await self._booking()
        if not managed.cancellation.can_reschedule:
            return False
        query, (reference, token) = query_of(self), booking_address(self)
        now, zone = utc_now(), managed.practice.timezone
        today = now.astimezone(ZoneInfo(zone)).date()
        horizon = today + dt.timedelta(days=managed.practice.horizon_days)
        wanted = date_from(query.get("date", ""))
        wanted = wanted if wanted and today <= wanted <= horizon else None
        asked = month_of(query.get("month", "")) or wanted
        first = min(max(asked or managed.booking.start_time.astimezone(ZoneInfo(zone)).date(), today), horizon)
        first = first.replace(day=1)
        client = client_of(self)
        found = await in_thread("db", moving.free_days, reference, token, first, last_of(first), client=client, now=now)
        if not asked and not any(day.available for day in found.dates) and next_month(first) <= horizon:
            first = next_month(first)
            found = await in_thread(
                "db", moving.free_days, reference, token, first, last_of(first), client=client, now=now
            )
        self.month, self.weeks = month_label(first), weeks_of(first, found.dates, today, LOOK)
        self.empty = not any(day.available for day in found.dates)
        self.previous_link = LOOK.link(month=f"{previous_month(first):%Y-%m}") if first > today else ""
        self.next_link = LOOK.link(month=f"{next_month(first):%Y-%m}") if next_month(first) <= horizon else ""
        self.step, self.day, self.chosen, self.groups = "day", "", "", []
        if wanted:
            slots = await in_thread("db", moving.free_slots, reference, token, wanted, client=client, now=now)
            self._draw_day(slots, query.get("time", ""))
        return True

    def _draw_day(self, slots: DaySlotsView, time: str) -> None:
        zone, day = slots.timezone, slots.date
        self.step, self.day, self.day_label = "time", day.isoformat(), day_label(day)
        self.day_link = LOOK.link(date=self.day)
        self.zone_note = t("choose.zone", zone=zone_label(zone, dt.datetime.combine(day, dt.time(12), ZoneInfo(zone))))
        self.groups = groups_of(slots, "", LOOK)
        slot = find_slot(slots.slots, time) if time else None
        if time and slot is None:
            self.notice = t("move.gone")
        elif slot is not None:
            self.step, self.notice = "confirm", ""
            self.chosen = slot.start_time.astimezone(dt.UTC).strftime(STAMP)
            self.chosen_label = format_when(slot.start_time, slot.end_time, zone)
