"""What a mail says: drawn from the rows when it is sent, so that it tells how things stand then."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from sqlmodel import Session

from truflow.domain import formats
from truflow.domain.calendar_file import Appointment, Method, calendar_text
from truflow.errors import NotFound
from truflow.integrations import mail
from truflow.mails.facts import FreeTime, MailFacts
from truflow.mails.rendering import render
from truflow.models import Booking, BookingStatus, Customer, EmailMessage, Service, SystemSettings
from truflow.services import access, admin_mail, availability, reading, rules
from truflow.services.live_bookings import live_of
from truflow.settings import get_settings

UID_HOST = "truflow"
"""Ends the calendar UIDs; never changes, or an update would become a second event."""

CALENDAR_METHODS: dict[str, Method] = {
    "confirmation": "REQUEST",
    "moved": "REQUEST",
    "cancellation": "CANCEL",
    "practice_notice": "PUBLISH",
}
"""An invitation for the guest; for the practice, which organizes it, a plain entry."""

SAY_THAT_IT_TAKES_PLACE = ("confirmation", "moved", "practice_notice")


def outdated(template: str, booking: Booking) -> bool:
    """Whether this mail would say that a booking takes place which does not."""
    return template in SAY_THAT_IT_TAKES_PLACE and booking.status in reading.OVER


def message_of(session: Session, row: EmailMessage, *, now: dt.datetime) -> mail.Message:
    """The mail that this row promises; raises NotFound without a booking."""
    if row.template in admin_mail.TEMPLATES:
        return admin_mail.message_of(session, row)
    booking = session.get(Booking, row.booking_id)
    if booking is None:
        raise NotFound("booking")
    practice = rules.practice(session)
    to_practice = row.template == "practice_notice"
    rendered = render(row.template, _facts(session, booking, practice, row, now=now))
    sender = get_settings().mail_from or practice.email
    guest = session.get(Customer, booking.customer_id)
    return mail.Message(
        message_id=row.message_id,
        sender=mail.mailbox(practice.name, sender),
        to=row.recipient,
        reply_to=(guest.email if to_practice and guest and guest.email else practice.email) or sender,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        attachments=_calendar_file(session, booking, row, now=now),
    )


def _calendar_file(session: Session, booking: Booking, row: EmailMessage, *, now: dt.datetime) -> list[mail.Attachment]:
    method = CALENDAR_METHODS.get(row.template)
    if method is None:
        return []
    appointment = appointment_of(session, booking, now=now)
    if row.template == "practice_notice":
        appointment = replace(appointment, manage_url="")  # the guest's own link is for the guest
    kind = f"text/calendar; method={method}; charset=utf-8"
    return [mail.Attachment("appointment.ics", kind, calendar_text(appointment, method=method).encode())]


def _facts(
    session: Session, booking: Booking, practice: SystemSettings, row: EmailMessage, *, now: dt.datetime
) -> MailFacts:
    service = session.get_one(Service, booking.service_id)
    view = reading.view_of(session, booking)
    money = _money(booking.currency)
    guest = view.customer
    refunded = int(row.facts.get("refund_cents", 0))
    free: tuple[FreeTime, ...] = ()
    if row.template == "apology":
        free = _nearest(session, booking, service, now=now)
    if row.template == "links":
        free = _links(session, row.recipient, now=now)
    origin = get_settings().origin
    return MailFacts(
        practice_name=practice.name,
        practice_address=practice.address,
        practice_phone=practice.phone,
        practice_email=practice.email,
        imprint=practice.tax_line,
        guest_name=guest.name if guest else "",
        guest_email=guest.email if guest else "",
        guest_phone=guest.phone if guest else "",
        notes=view.notes or "",
        service=service.name,
        length=formats.duration(int((booking.ends_at - booking.starts_at).total_seconds()) // 60),
        when=formats.format_when(booking.starts_at, booking.ends_at, booking.timezone),
        reference=booking.reference,
        price=money(booking.price_cents),
        paid=money(view.paid_cents),
        due=money(view.balance_cents),
        refunded=money(refunded),
        by_hand=money(int(row.facts.get("by_hand_cents", 0))),
        reason=str(row.facts.get("reason", "")),
        by_practice=bool(row.facts.get("by_practice", False)),
        note=str(row.facts.get("note", "")),
        manage_url=access.manage_url(booking),
        calendar_url=origin + access.calendar_path(booking),
        book_url=f"{origin}/book/{service.slug}",
        admin_url=f"{origin}/admin/bookings/{booking.id}",
        policy=booking.terms,
        free_times=free,
    )


def _money(currency: str) -> Callable[[int], str]:
    return lambda cents: formats.format_money(cents, currency) if cents else ""


def _nearest(session: Session, booking: Booking, service: Service, *, now: dt.datetime) -> tuple[FreeTime, ...]:
    slots = availability.next_free(session, service, booking.starts_at, now=now, most=3)
    base = f"{get_settings().origin}/book/{service.slug}"
    return tuple(
        FreeTime(
            label=formats.format_when(slot.start_time, slot.end_time, booking.timezone),
            url=f"{base}?date={slot.start_time.astimezone(rules.zone_of(booking)).date()}"
            f"&time={slot.start_time.astimezone(dt.UTC).strftime('%Y-%m-%dT%H:%M:%SZ')}",
        )
        for slot in slots
    )


def _links(session: Session, address: str, *, now: dt.datetime) -> tuple[FreeTime, ...]:
    """Each live booking of this address, with the link that opens it."""
    found = live_of(session, address, now=now)
    return tuple(
        FreeTime(
            label=f"{session.get_one(Service, each.service_id).name}, "
            f"{formats.format_when(each.starts_at, each.ends_at, each.timezone)}",
            url=access.manage_url(each),
        )
        for each in found
    )


def appointment_of(session: Session, booking: Booking, *, now: dt.datetime) -> Appointment:
    """A booking as its calendar file tells it; a step inside a transaction that is open."""
    practice = rules.practice(session)
    service = session.get_one(Service, booking.service_id)
    customer = session.get(Customer, booking.customer_id)
    return Appointment(
        booking_id=booking.id,
        host=UID_HOST,
        sequence=booking.ics_sequence,
        stamped_at=now,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        service_name=service.name,
        reference=booking.reference,
        practice_name=practice.name,
        practice_address=practice.address,
        practice_email=practice.email,
        practice_phone=practice.phone,
        guest_name=(customer.name if customer else "") or "",
        guest_email=(customer.email if customer else "") or "",
        manage_url=access.manage_url(booking),
        tentative=booking.status == BookingStatus.PENDING,
    )
