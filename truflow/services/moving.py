"""The times to which a booking can be moved: as free as its own length finds them, its own time not in its way."""

import datetime as dt
from dataclasses import dataclass

from sqlmodel import Session

from truflow.db import transaction
from truflow.domain.availability import Rules
from truflow.errors import PolicyRefuses
from truflow.models import Booking, Service
from truflow.services import access, availability, cancelling, rescheduling
from truflow.services import rules as practice_rules
from truflow.services.availability import Diary
from truflow.services.views import DaySlotsView, DayView, RangeView, SlotView


@dataclass(frozen=True)
class _Question:
    service: Service
    rules: Rules
    people: list[int]
    diary: Diary


def free_days(reference: str, token: str, first: dt.date, last: dt.date, *, client: str, now: dt.datetime) -> RangeView:
    """Every date from `first` to `last` with the count of starts to which this booking can be moved.

    Refuses with NotFound, and with PolicyRefuses when its guest may not move it.
    """
    with transaction() as session:
        booking = access.by_reference(session, reference, token, client=client)
        asked = _asked(session, booking, first, last, now=now)
        days = [first + dt.timedelta(days=n) for n in range(min((last - first).days + 1, availability.LONGEST_RANGE))]
        counts = [len({slot.start_time for slot in _slots(booking, day, asked, now=now)}) for day in days]
        shown = [DayView(date=day, available=count > 0, slots=count) for day, count in zip(days, counts, strict=True)]
        return RangeView(booking.service_id, str(asked.rules.zone), shown)


def free_slots(reference: str, token: str, day: dt.date, *, client: str, now: dt.datetime) -> DaySlotsView:
    """The starts of one local date to which this booking can be moved; refuses like `free_days`."""
    with transaction() as session:
        booking = access.by_reference(session, reference, token, client=client)
        asked = _asked(session, booking, day, day, now=now)
        return DaySlotsView(booking.service_id, str(asked.rules.zone), day, _slots(booking, day, asked, now=now))


def _asked(session: Session, booking: Booking, first: dt.date, last: dt.date, *, now: dt.datetime) -> _Question:
    if not cancelling.may_move(session, booking, now=now):
        raise PolicyRefuses("move")
    rules = practice_rules.booking_rules(session)
    people = practice_rules.practitioners_for(session, booking.service_id)
    diary = availability.read_diary(session, people, rules, first, last, now=now)
    service = rescheduling.as_booked(session, booking)
    return _Question(service, rules, people, rescheduling.without(diary, booking))


def _slots(booking: Booking, day: dt.date, asked: _Question, *, now: dt.datetime) -> list[SlotView]:
    length = booking.ends_at - booking.starts_at
    found = [
        SlotView(start, start + length, person)
        for person in asked.people
        for start in availability.starts_of(person, day, asked.service, asked.rules, asked.diary, now=now)
        if start != booking.starts_at
    ]
    return sorted(found, key=lambda slot: (slot.start_time, slot.practitioner_id))
