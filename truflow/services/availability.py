"""What is free: two queries, then the pure function that also guards the booking."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Date, cast, func, select
from sqlalchemy.dialects.postgresql import Range
from sqlmodel import Session, col

from truflow.db import transaction
from truflow.domain.availability import Rules, Span, day_bounds, free_starts, offered_starts
from truflow.errors import DayFull, Invalid, RangeTooLong, SlotNotOffered, SlotTaken
from truflow.models import Booking, BookingStatus, DiaryEntry, Service
from truflow.services import rules as practice_rules
from truflow.services.views import DaySlotsView, DayView, RangeView, SlotView

LONGEST_RANGE = 62
SOON = dt.timedelta(days=14)
COUNTED = (BookingStatus.CONFIRMED, BookingStatus.COMPLETED, BookingStatus.NO_SHOW)


@dataclass(frozen=True)
class Diary:
    """What is taken: spans of each practitioner, and how many appointments each local date has."""

    busy: dict[int, list[Span]] = field(default_factory=dict)
    booked: dict[dt.date, int] = field(default_factory=dict)


def free_days(service_id: int, first: dt.date, last: dt.date, *, now: dt.datetime) -> RangeView:
    """Every date from `first` to `last`, both ends, with the count of its free starts.

    Refuses with Invalid, RangeTooLong (over 62 days) or NotFound.
    """
    days = (last - first).days + 1
    if days < 1:
        raise Invalid({"endDate": ["The last day must not lie before the first."]})
    if days > LONGEST_RANGE:
        raise RangeTooLong(LONGEST_RANGE)
    with transaction() as session:
        service, rules, people = _asked_for(session, service_id)
        dates = [first + dt.timedelta(days=n) for n in range(days)]
        diary = read_diary(session, people, rules, first, last, now=now)
        counts = [
            sum(len(starts_of(person, day, service, rules, diary, now=now)) for person in people) for day in dates
        ]
        shown = [DayView(date=day, available=count > 0, slots=count) for day, count in zip(dates, counts, strict=True)]
        return RangeView(service_id=service_id, timezone=str(rules.zone), dates=shown)


def free_slots(service_id: int, day: dt.date, *, now: dt.datetime) -> DaySlotsView:
    """The free starts of one local date, sorted, one a start and practitioner; refuses with NotFound."""
    with transaction() as session:
        service, rules, people = _asked_for(session, service_id)
        diary = read_diary(session, people, rules, day, day, now=now)
        found = _slots_of(people, day, service, rules, diary, now=now)
        return DaySlotsView(service_id=service_id, timezone=str(rules.zone), date=day, slots=found)


def free_times(service_id: int, first: dt.date, last: dt.date, *, now: dt.datetime) -> list[DaySlotsView]:
    """Every date from `first` to `last`, both ends, with its free starts; refuses with RangeTooLong or NotFound."""
    if (last - first).days + 1 > LONGEST_RANGE:
        raise RangeTooLong(LONGEST_RANGE)
    with transaction() as session:
        service, rules, people = _asked_for(session, service_id)
        diary = read_diary(session, people, rules, first, last, now=now)
        return [
            DaySlotsView(service_id, str(rules.zone), day, _slots_of(people, day, service, rules, diary, now=now))
            for day in (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
        ]


def soonest(*, now: dt.datetime) -> dict[int, dt.datetime]:
    """The first free start of each service on sale, by its id, as far as two weeks ahead; one read for all of them."""
    with transaction() as session:
        rules = practice_rules.booking_rules(session)
        services = session.execute(select(Service).where(col(Service.retired_at).is_(None))).scalars().all()
        people = {service.id or 0: practice_rules.practitioners_for(session, service.id or 0) for service in services}
        today = rules.local_date(now)
        everybody = sorted({person for each in people.values() for person in each})
        diary = read_diary(session, everybody, rules, today, today + SOON, now=now)
    found: dict[int, dt.datetime] = {}
    for service in services:
        for n in range(SOON.days + 1):
            day = today + dt.timedelta(days=n)
            starts = [s for p in people[service.id or 0] for s in starts_of(p, day, service, rules, diary, now=now)]
            if starts:
                found[service.id or 0] = min(starts)
                break
    return found


def next_change(*, now: dt.datetime) -> dt.datetime | None:
    """When the next hold ends, and its time is free again although nobody touched the diary."""
    with transaction() as session:
        ends = select(func.min(Booking.hold_expires_at)).where(
            col(Booking.status) == BookingStatus.PENDING, col(Booking.hold_expires_at) > now
        )
        return session.execute(ends).scalar_one()


def next_free(session: Session, service: Service, after: dt.datetime, *, now: dt.datetime, most: int) -> list[SlotView]:
    """The first few free starts from a local date on, for an apology; at most one week ahead of it."""
    rules = practice_rules.booking_rules(session)
    people = practice_rules.practitioners_for(session, service.id or 0)
    first = max(rules.local_date(after), rules.local_date(now))
    diary = read_diary(session, people, rules, first, first + dt.timedelta(days=7), now=now)
    found: dict[dt.datetime, SlotView] = {}
    for n in range(8):
        for person in people:
            for start in starts_of(person, first + dt.timedelta(days=n), service, rules, diary, now=now):
                found.setdefault(start, SlotView(start, start + _length(service), person))
    nearest = sorted(found, key=lambda start: abs(start - after))[:most]
    return [found[start] for start in sorted(nearest)]


def starts_of(
    person: int, day: dt.date, service: Service, rules: Rules, diary: Diary, *, now: dt.datetime
) -> list[dt.datetime]:
    """The free starts of one practitioner on one local date."""
    return free_starts(
        day, _length(service), rules, busy=diary.busy.get(person, []), booked=diary.booked.get(day, 0), now=now
    )


def refuse_unless_offered(start: dt.datetime, service: Service, rules: Rules, *, now: dt.datetime) -> None:
    """Refuse with SlotNotOffered what no calendar ever showed: off the grid, past, too soon, too far, closed."""
    if start not in offered_starts(rules.local_date(start), _length(service), rules, now):
        raise SlotNotOffered(start)


def refuse_unless_free(
    people: Sequence[int], start: dt.datetime, service: Service, rules: Rules, diary: Diary
) -> list[int]:
    """Those of `people` who are free at an offered `start`; refuses with SlotTaken or DayFull, in that order."""
    day = rules.local_date(start)
    span = (start, start + _length(service) + rules.buffer)
    free = [p for p in people if not any(a < span[1] and span[0] < b for a, b in diary.busy.get(p, []))]
    if not free:
        raise SlotTaken(start)
    if rules.cap is not None and diary.booked.get(day, 0) >= rules.cap:
        raise DayFull(day)
    return free


def read_diary(
    session: Session, people: Sequence[int], rules: Rules, first: dt.date, last: dt.date, *, now: dt.datetime
) -> Diary:
    """What is taken between two local dates that can be booked; a hold that is overdue takes nothing."""
    today = rules.local_date(now)
    first, last = max(first, today), min(last, today + dt.timedelta(days=rules.horizon_days))
    if not people or last < first:
        return Diary()
    begin, _ = day_bounds(first, rules.zone)
    _, end = day_bounds(last, rules.zone)
    during, entry = col(DiaryEntry.during), DiaryEntry
    alive = (col(Booking.status) != BookingStatus.PENDING) | (col(Booking.hold_expires_at) > now)
    key = func.int8range(entry.resource_id, entry.resource_id, "[]")  # as the index has it
    taken = (
        select(col(entry.resource_id), func.lower(during), func.upper(during))
        .join(Booking, col(Booking.id) == col(entry.booking_id), isouter=True)
        .where(key.op("&&")(func.int8range(min(people), max(people), "[]")), col(entry.resource_id).in_(people))
        .where(during.op("&&")(Range(begin, end + dt.timedelta(days=1))), alive | col(entry.booking_id).is_(None))
    )
    busy: dict[int, list[Span]] = {}
    for person, a, b in session.execute(taken):
        busy.setdefault(person, []).append((a, b))
    booked: dict[dt.date, int] = {}
    if rules.cap is not None:
        booked = count_days(session, first, last, now=now)
    return Diary(busy=busy, booked=booked)


def count_days(session: Session, first: dt.date, last: dt.date, *, now: dt.datetime) -> dict[dt.date, int]:
    """Appointments by local start date over the whole business, as the daily cap counts them."""
    counted = col(Booking.status).in_(COUNTED) | (
        (col(Booking.status) == BookingStatus.PENDING) & (col(Booking.hold_expires_at) > now)
    )
    day = cast(col(Booking.local_date), Date)
    statement = select(day, func.count()).where(day.between(first, last), counted, col(Booking.kind) == "APPOINTMENT")
    return {row[0]: row[1] for row in session.execute(statement.group_by(day))}


def _slots_of(
    people: Sequence[int], day: dt.date, service: Service, rules: Rules, diary: Diary, *, now: dt.datetime
) -> list[SlotView]:
    """The free starts of everybody on one local date, sorted, one a start and practitioner."""
    found = [
        SlotView(start, start + _length(service), person)
        for person in people
        for start in starts_of(person, day, service, rules, diary, now=now)
    ]
    return sorted(found, key=lambda slot: (slot.start_time, slot.practitioner_id))


def _asked_for(session: Session, service_id: int) -> tuple[Service, Rules, list[int]]:
    service = practice_rules.service_on_sale(session, service_id)
    return service, practice_rules.booking_rules(session), practice_rules.practitioners_for(session, service_id)


def _length(service: Service) -> dt.timedelta:
    return dt.timedelta(minutes=service.duration_min)
