"""The guest's details: handed to one service call and forgotten; only complaints about them stay here."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from truflow.clock import utc_now
from truflow.errors import DayFull, Invalid, Refusal, SlotNotOffered, SlotTaken
from truflow.services import bookings, catalogue
from truflow.state.calendar import Look
from truflow.state.choose import Choose
from truflow.state.guard import public
from truflow.state.visitor import client_of, instant_from, last_segment, query_of
from truflow.texts import here, t
from truflow.threads import in_thread

FIELDS = {"customer.name": "name", "customer.email": "email", "customer.phone": "phone", "notes": "notes"}
LONGEST = 10_000


@dataclass(frozen=True)
class Complaint:
    """What is wrong, and the field at which it is mended."""

    field: str = ""
    text: str = ""


class Details(rx.State):
    """What is wrong with which field, and whether the booking is being made."""

    busy: bool = False
    notice: str = ""
    name_error: str = ""
    email_error: str = ""
    phone_error: str = ""
    notes_error: str = ""
    wrong: rx.Field[list[Complaint]] = rx.field(default_factory=list)

    @rx.event
    @public
    async def book(self, form: dict[str, Any]) -> AsyncGenerator[EventSpec | None, None]:
        """Book the chosen time and lead on to payment."""
        self._forget_complaints()
        self.busy = True
        yield None
        try:
            service = await in_thread("db", catalogue.find_service, last_segment(self))
            wish = _wish(service.id, form)
            booked = await in_thread(
                "stripe", bookings.book, wish, key=_text(form, "key") or None, client=client_of(self), now=utc_now()
            )
        except Invalid as refusal:
            self._complain(refusal)
            yield rx.set_focus(next((place for place in FIELDS.values() if getattr(self, f"{place}_error")), "name"))
        except (SlotTaken, SlotNotOffered, DayFull) as refusal:
            yield await self._back_to_times(refusal)
        except Refusal as refusal:
            self.notice = refusal.message
        else:
            (await self.get_state(Choose))._held = _text(form, "start")
            yield rx.redirect(here(f"/booking/{booked.booking.reference}?t={booked.manage_token}"))
        finally:
            self.busy = False

    @rx.event
    @public
    async def begin(self) -> None:
        """A page that opens has no complaints yet."""
        if not query_of(self).get("time"):
            self._forget_complaints()

    def _forget_complaints(self) -> None:
        self.notice = self.name_error = self.email_error = self.phone_error = self.notes_error = ""
        self.wrong = []

    def _complain(self, refusal: Invalid) -> None:
        others = []
        for name, sentences in refusal.fields.items():
            place = FIELDS.get(name)
            if place:
                setattr(self, f"{place}_error", " ".join(sentences))
            else:
                others.extend(sentences)
        told = {place: getattr(self, f"{place}_error") for place in FIELDS.values()}
        self.wrong = [Complaint(place, text) for place, text in told.items() if text]
        count = len(self.wrong)
        words = t("details.fields_one") if count == 1 else t("details.fields_many", count=count)
        self.notice = " ".join([t("details.summary", count=words), *others]) if count else " ".join(others)

    async def _back_to_times(self, refusal: Refusal) -> EventSpec:
        choose = await self.get_state(Choose)
        choose.notice = t("choose.gone") if isinstance(refusal, SlotTaken) else refusal.message
        day = Look.of(query_of(self)).link(date=choose.day)
        return rx.redirect(here(f"/book/{last_segment(self)}{day}"), replace=True)


def _wish(service_id: int, form: dict[str, Any]) -> bookings.BookingWish:
    start = instant_from(_text(form, "start"))
    if start is None:
        raise SlotNotOffered(utc_now())
    return bookings.BookingWish(
        service_id=service_id,
        start_time=start,
        practitioner_id=None,
        name=_text(form, "name"),
        email=_text(form, "email"),
        phone=_text(form, "phone"),
        notes=_text(form, "notes"),
    )


def _text(form: dict[str, Any], name: str) -> str:
    value = form.get(name, "")
    return value[:LONGEST] if isinstance(value, str) else ""
