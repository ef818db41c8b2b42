"""Taking a time for one guest, and opening her booking again."""

import datetime as dt
from dataclasses import dataclass, replace
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import Range
from sqlmodel import Session, col, func, select

from truflow.db import lock, lock_day, lock_name, refuse_on, transaction
from truflow.domain.contact import Contact, parse_contact
from truflow.domain.formats import format_money
from truflow.domain.policy import agreement, from_json
from truflow.domain.references import new_reference
from truflow.errors import Invalid, KeyReused, NotFound, Refusal, SlotNotOffered, SlotTaken, TooManyHolds
from truflow.models import Booking, BookingStatus, Customer, DiaryEntry, Resource, Service, SystemSettings
from truflow.services import access, availability, holds, journal, limits, mails, payments, reading, tokens
from truflow.services import rules as practice_rules
from truflow.services.views import BookedView, BookingView
from truflow.settings import get_settings
from truflow.texts import language

HOLDS_PER_VISITOR = 2
YEARS_EITHER_WAY = 5
"""What lies further off is refused before anything is reckoned with it: the ends of time overflow."""


@dataclass(frozen=True)
class BookingWish:
    """What a guest asks for, as typed; `start_time` is aware, no practitioner means whoever has fewest that day."""

    service_id: int
    start_time: dt.datetime
    practitioner_id: int | None
    name: str
    email: str
    phone: str
    notes: str = ""


class _KeyKnown(Refusal):
    """The same request, in parallel, was faster: what it made is ours as well."""

    def __init__(self) -> None:
        super().__init__("This request was answered already.")


def book(wish: BookingWish, *, key: str | None, client: str, now: dt.datetime) -> BookedView:
    """Hold a time and prepare its deposit; the same `key` and wish give the same booking, in parallel too.

    Refuses with Invalid, NotFound, SlotNotOffered, SlotTaken, DayFull, KeyReused, TooManyHolds, RateLimited,
    and PaymentsUnavailable: then the hold stays and the same key goes on.
    """
    booking_id = _place(wish, key=key, client=client, desk=None, now=now)
    secret = payments.secret_of(booking_id, now=now)
    with transaction() as session:
        booking = session.get_one(Booking, booking_id)
        return BookedView(
            booking=reading.view_of(session, booking),
            client_secret=secret,
            publishable_key=get_settings().stripe_publishable_key,
            manage_token=tokens.token_for(booking),
        )


def book_at_desk(wish: BookingWish, *, key: str | None, actor: str, now: dt.datetime) -> BookingView:
    """Book for a guest as the practice: confirmed at once, without a deposit, at short notice too; all is due later.

    Refuses with Invalid, NotFound, SlotNotOffered, SlotTaken, DayFull and KeyReused.
    """
    key = f"desk {key}" if key is not None else None  # no guest's key has a space: hers opens no booking of ours
    booking_id = _place(wish, key=key, client="", desk=actor, now=now)
    with transaction() as session:
        return reading.view_of(session, session.get_one(Booking, booking_id))


def get_booking(booking_id: UUID, token: str, *, client: str) -> BookingView:
    """One booking for the holder of its manage token; NotFound for a wrong one as for an unknown booking."""
    with transaction() as session:
        return reading.view_of(session, access.opened(session.get(Booking, booking_id), token, client=client))


def open_by_reference(reference: str, token: str, *, client: str) -> BookingView:
    """The same by the reference, as the links in mails have it."""
    with transaction() as session:
        return reading.view_of(session, access.by_reference(session, reference, token, client=client))


def _place(wish: BookingWish, *, key: str | None, client: str, desk: str | None, now: dt.datetime) -> UUID:
    """The booking that this wish and key made before, or a new one; `desk` is the admin who books for the guest."""
    contact, notes = parse_contact(wish.name, wish.email, wish.phone, wish.notes)
    if wish.start_time.tzinfo is None:
        raise Invalid({"startTime": ["Please choose a time from the calendar."]})
    if abs(wish.start_time.year - now.year) > YEARS_EITHER_WAY:
        raise SlotNotOffered(wish.start_time)
    booking_id = _made_before(wish, key)
    if booking_id is None:
        try:
            booking_id = _hold(wish, contact, notes, key=key, client=client, desk=desk, now=now)
        except _KeyKnown:
            booking_id = _made_before(wish, key)
            assert booking_id is not None, "a key that refused an insert is in the table"
    return booking_id


def _made_before(wish: BookingWish, key: str | None) -> UUID | None:
    if key is None:
        return None
    with transaction() as session:
        known = session.exec(select(Booking).where(Booking.request_key == key)).first()
        if known is None:
            return None
        if known.request_fingerprint != _fingerprint(wish):
            raise KeyReused
        return known.id


def _hold(
    wish: BookingWish,
    contact: Contact,
    notes: str,
    *,
    key: str | None,
    client: str,
    desk: str | None,
    now: dt.datetime,
) -> UUID:
    """Lock, release what is overdue, ask the same function that drew the calendar, insert."""
    start = wish.start_time.astimezone(dt.UTC)
    with transaction() as session:
        service = practice_rules.service_on_sale(session, wish.service_id)
        rules = practice_rules.booking_rules(session)
        if desk is not None:
            rules = replace(rules, notice=dt.timedelta())
        availability.refuse_unless_offered(start, service, rules, now=now)
        people = practice_rules.asked_for(session, wish.service_id, wish.practitioner_id)
        lock(session, Resource, people)
        if key is not None and session.exec(select(Booking.id).where(Booking.request_key == key)).first():
            raise _KeyKnown
        day = rules.local_date(start)
        if rules.cap is not None:
            lock_day(session, day)
        end = start + dt.timedelta(minutes=service.duration_min)
        holds.expire_in_the_way(session, people, Range(start, end + rules.buffer), now=now)
        diary = availability.read_diary(session, people, rules, day, day, now=now)
        free = availability.refuse_unless_free(people, start, service, rules, diary)
        person = _least_busy(session, free, day)
        settings = practice_rules.practice(session)
        visitor = tokens.fingerprint("visitor", limits.address(client)) if desk is None else None
        if desk is None:
            _refuse_hoarders(session, contact, visitor, now=now)
        customer = _customer(session, contact, now=now)
        deposit = service.downpayment_cents if desk is None else 0
        booking = _new_booking(wish, service, deposit, settings, customer, person, now=now)
        booking.notes, booking.visitor = notes or None, visitor
        booking.request_key, booking.request_fingerprint = key, _fingerprint(wish) if key else None
        _insert(session, booking, person, actor=desk or journal.GUEST)
        if booking.downpayment_cents == 0:
            journal.move(
                session,
                booking,
                BookingStatus.CONFIRMED,
                actor=desk or journal.GUEST,
                now=now,
                why="nothing to pay now",
            )
            mails.confirmed(session, booking, now=now)
        else:
            payments.prepare(session, booking, "DEPOSIT", booking.downpayment_cents, now=now)
        if desk is None:
            limits.take("book", client)  # last: what is refused above costs nobody one of her thirty
        return booking.id


def _least_busy(session: Session, people: list[int], day: dt.date) -> int:
    """Whoever has fewest appointments that day; the lowest id of equals."""
    if len(people) == 1:
        return people[0]
    counted = select(Booking.resource_id, func.count()).where(
        col(Booking.resource_id).in_(people),
        Booking.local_date == day,
        col(Booking.status).in_((BookingStatus.PENDING, *availability.COUNTED)),
    )
    counts = dict(session.exec(counted.group_by(col(Booking.resource_id))).all())
    return min(people, key=lambda person: (counts.get(person, 0), person))


def _new_booking(
    wish: BookingWish,
    service: Service,
    deposit: int,
    settings: SystemSettings,
    customer: Customer,
    person: int,
    *,
    now: dt.datetime,
) -> Booking:
    start = wish.start_time.astimezone(dt.UTC)
    later = service.price_cents - deposit
    return Booking(
        reference=new_reference(),
        service_id=wish.service_id,
        resource_id=person,
        customer_id=customer.id,
        starts_at=start,
        ends_at=start + dt.timedelta(minutes=service.duration_min),
        timezone=settings.timezone,
        local_date=start.astimezone(ZoneInfo(settings.timezone)).date(),
        buffer_minutes=settings.buffer_minutes,
        price_cents=service.price_cents,
        downpayment_cents=deposit,
        currency=settings.currency,
        hold_expires_at=now + dt.timedelta(minutes=settings.hold_minutes),
        policy=settings.cancellation_tiers,
        terms=agreement(
            format_money(deposit, settings.currency) if deposit else "",
            format_money(later, settings.currency) if later else "",
            from_json(settings.cancellation_tiers),
        ),
        language=language(),
        created_at=now,
    )


def _fingerprint(wish: BookingWish) -> str:
    start = wish.start_time.astimezone(dt.UTC).isoformat()
    asked = (wish.service_id, start, wish.practitioner_id, wish.name, wish.email, wish.phone, wish.notes)
    return tokens.fingerprint("wish", *map(str, asked))


def _refuse_hoarders(session: Session, contact: Contact, visitor: str | None, *, now: dt.datetime) -> None:
    """At most two live holds an address or mail, counted under a lock so that parallel requests count each other."""
    email = contact.email.lower()
    lock_name(session, f"holds {visitor}", f"holds {tokens.fingerprint('mail', email)}")
    live = (
        select(Booking.hold_expires_at)
        .join(Customer, col(Customer.id) == col(Booking.customer_id))
        .where(Booking.status == BookingStatus.PENDING, col(Booking.hold_expires_at) > now)
    )
    for same in (col(Booking.visitor) == visitor, func.lower(col(Customer.email)) == email):
        ends = sorted(end for end in session.exec(live.where(same)) if end is not None)
        if len(ends) >= HOLDS_PER_VISITOR and not get_settings().relaxed_limits:
            raise TooManyHolds(retry_after=max(1, int((ends[0] - now).total_seconds()) + 1))


def _customer(session: Session, contact: Contact, *, now: dt.datetime) -> Customer:
    """The contact with these very details, or a new one: nobody changes another guest's by typing her mail."""
    same = select(Customer).where(
        Customer.email == contact.email, Customer.name == contact.name, Customer.phone == contact.phone
    )
    known = session.exec(same).first()
    if known is not None:
        return known
    customer = Customer(name=contact.name, email=contact.email, phone=contact.phone, created_at=now)
    session.add(customer)
    session.flush()
    return customer


def _insert(session: Session, booking: Booking, person: int, *, actor: str) -> None:
    with (
        refuse_on(session, "booking_service_id_fk", NotFound("service")),  # deleted in this very moment
        refuse_on(session, "booking_request_key_uq", _KeyKnown()),
    ):
        session.add(booking)
        session.flush()
    with refuse_on(session, "diary_no_overlap", SlotTaken(booking.starts_at)):
        session.add(DiaryEntry(resource_id=person, during=booking.span, booking_id=booking.id))
    journal.note(session, booking, "booked", actor=actor, now=booking.created_at)
