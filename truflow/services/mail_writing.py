"""What a mail says: drawn from the rows when it is sent, so that it tells how things stand then."""

import datetime as dt
from dataclasses import replace

from sqlmodel import Session

from truflow.domain.calendar_file import Appointment, Method, calendar_text
from truflow.errors import NotFound
from truflow.integrations import mail
from truflow.mails.rendering import render
from truflow.models import Booking, BookingStatus, Customer, EmailMessage, Service
from truflow.services import access, admin_mail, reading, rules
from truflow.services.mail_facts import facts_of
from truflow.settings import get_settings
from truflow.texts import speaking

UID_HOST = "truflow"
"""Ends the calendar UIDs; never changes, or an update would become a second event."""

CALENDAR_METHODS: dict[str, Method] = {
    "confirmation": "REQUEST",
    "moved": "REQUEST",
    "cancellation": "CANCEL",
    "practice_notice": "PUBLISH",
    "practice_moved": "PUBLISH",
    "practice_cancelled": "CANCEL",
}
"""An invitation for the guest; for the practice, which organizes it, a plain entry."""

SAY_THAT_IT_TAKES_PLACE = ("confirmation", "moved", "practice_notice", "practice_moved", "reminder")
TO_THE_PRACTICE = ("practice_notice", "practice_moved", "practice_cancelled")


def outdated(row: EmailMessage, booking: Booking, *, now: dt.datetime) -> bool:
    """Whether this mail would say that a booking takes place which does not, or not then, or tell of a past visit."""
    if row.template in SAY_THAT_IT_TAKES_PLACE and booking.status in reading.OVER:
        return True
    if "at" in row.facts and dt.datetime.fromisoformat(row.facts["at"]) != booking.starts_at:
        return True  # it was moved again, and that has a mail of its own
    return row.template == "reminder" and (booking.status != BookingStatus.CONFIRMED or now >= booking.starts_at)


def message_of(session: Session, row: EmailMessage, *, now: dt.datetime) -> mail.Message:
    """The mail that this row promises; raises NotFound without a booking."""
    if row.template in admin_mail.TEMPLATES:
        return admin_mail.message_of(session, row)
    booking = session.get(Booking, row.booking_id)
    if booking is None:
        raise NotFound("booking")
    # The practice reads English; a guest the language in which she booked.
    with speaking("en" if row.template in TO_THE_PRACTICE else booking.language):
        return _written(session, booking, row, now=now)


def _written(session: Session, booking: Booking, row: EmailMessage, *, now: dt.datetime) -> mail.Message:
    practice = rules.practice(session)
    to_practice = row.template in TO_THE_PRACTICE
    rendered = render(row.template, facts_of(session, booking, practice, row, now=now), get_settings().brand_color)
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
    if row.template in TO_THE_PRACTICE:
        appointment = replace(appointment, manage_url="")  # the guest's own link is for the guest
    kind = f"text/calendar; method={method}; charset=utf-8"
    return [mail.Attachment("appointment.ics", kind, calendar_text(appointment, method=method).encode())]


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
