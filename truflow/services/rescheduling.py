"""Moving a booking: the new time, the old one and the money in one transaction; never loses either."""

import datetime as dt
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import Range
from sqlmodel import Session, select

from truflow.db import lock, lock_day, lock_one, refuse_on, transaction
from truflow.domain.availability import Rules
from truflow.errors import NotFound, PolicyRefuses, SlotNotOffered, SlotTaken, StaleVersion, WrongState
from truflow.models import Booking, BookingStatus, DiaryEntry, Resource, Service
from truflow.services import access, availability, cancelling, holds, journal, mails, reading
from truflow.services import rules as practice_rules
from truflow.services.availability import Diary
from truflow.services.bookings import YEARS_EITHER_WAY
from truflow.services.views import BookingView


def reschedule(
    booking_id: UUID,
    token: str,
    *,
    start_time: dt.datetime,
    practitioner_id: int | None,
    client: str,
    now: dt.datetime,
) -> BookingView:
    """Move as the guest, while the policy lets her.

    Refuses with NotFound, PolicyRefuses, SlotNotOffered, SlotTaken and DayFull; then everything is as it was.
    """
    with transaction() as session:
        access.opened(session.get(Booking, booking_id), token, client=client)
        return _move(session, booking_id, start_time, practitioner_id, actor=journal.GUEST, version=None, now=now)


def reschedule_for_guest(
    booking_id: UUID,
    *,
    start_time: dt.datetime,
    practitioner_id: int | None,
    version: int,
    actor: str,
    now: dt.datetime,
) -> BookingView:
    """Move as the practice, whatever the policy says; refuses with StaleVersion too."""
    with transaction() as session:
        if session.get(Booking, booking_id) is None:
            raise NotFound("booking")
        return _move(session, booking_id, start_time, practitioner_id, actor=actor, version=version, now=now)


def _move(
    session: Session,
    booking_id: UUID,
    start_time: dt.datetime,
    practitioner_id: int | None,
    *,
    actor: str,
    version: int | None,
    now: dt.datetime,
) -> BookingView:
    if abs(start_time.year - now.year) > YEARS_EITHER_WAY:
        raise SlotNotOffered(start_time)
    start = start_time.astimezone(dt.UTC)
    seen = session.get_one(Booking, booking_id)
    length = seen.ends_at - seen.starts_at
    service, rules = as_booked(session, seen), practice_rules.booking_rules(session)
    availability.refuse_unless_offered(start, service, rules, now=now)
    people = practice_rules.asked_for(session, seen.service_id, practitioner_id)
    lock(session, Resource, {*people, *([seen.resource_id] if seen.resource_id else [])})
    day = rules.local_date(start)
    if rules.cap is not None:
        lock_day(session, day)
    holds.expire_in_the_way(session, people, Range(start, start + length + rules.buffer), now=now)
    booking = lock_one(session, Booking, booking_id)
    assert booking is not None, "bookings are never deleted"
    if version is not None and version != booking.version:
        raise StaleVersion
    by_guest = actor == journal.GUEST
    if booking.status != BookingStatus.CONFIRMED or (by_guest and not cancelling.may_move(session, booking, now=now)):
        raise PolicyRefuses("move") if by_guest else WrongState(booking.status)
    diary = without(availability.read_diary(session, people, rules, day, day, now=now), booking)
    free = availability.refuse_unless_free(people, start, service, rules, diary)
    person = booking.resource_id if booking.resource_id in free else free[0]
    was = (booking.starts_at, booking.ends_at)
    _take(session, booking, start, length, person, rules)
    journal.note(
        session, booking, "moved", actor=actor, now=now, why=f"from {was[0].isoformat()} to {start.isoformat()}"
    )
    mails.moved(session, booking, was, by_guest=by_guest, now=now)
    return reading.view_of(session, booking)


def as_booked(session: Session, booking: Booking) -> Service:
    """The service with the length that was booked, whatever it is sold with today; never written."""
    sold = session.get_one(Service, booking.service_id)
    minutes = int((booking.ends_at - booking.starts_at).total_seconds()) // 60
    return Service(id=sold.id, slug=sold.slug, name=sold.name, duration_min=minutes, price_cents=booking.price_cents)


def without(diary: Diary, booking: Booking) -> Diary:
    """The diary as if this booking were not in it: nobody stands in her own way."""
    own = (booking.span.lower, booking.span.upper)
    busy = {
        person: [span for span in spans if person != booking.resource_id or span != own]
        for person, spans in diary.busy.items()
    }
    booked = dict(diary.booked)
    if booking.local_date in booked:
        booked[booking.local_date] -= 1
    return Diary(busy=busy, booked=booked)


def _take(
    session: Session, booking: Booking, start: dt.datetime, length: dt.timedelta, person: int, rules: Rules
) -> None:
    """Write the new time over the old one; the constraint has the last word."""
    entry = session.exec(select(DiaryEntry).where(DiaryEntry.booking_id == booking.id)).one()
    booking.starts_at, booking.ends_at, booking.resource_id = start, start + length, person
    booking.local_date = start.astimezone(ZoneInfo(str(rules.zone))).date()
    booking.buffer_minutes = int(rules.buffer.total_seconds() // 60)
    booking.timezone = str(rules.zone)
    booking.ics_sequence += 1
    booking.version += 1
    with refuse_on(session, "diary_no_overlap", SlotTaken(start)):
        entry.during, entry.resource_id = booking.span, person
        session.add(entry)
        session.add(booking)
