"""Mails: a row in the transaction that promises one, the facts and the sending later, by a worker."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import structlog
from sqlmodel import Session

from truflow.db import lock_one, transaction
from truflow.domain import formats
from truflow.domain.calendar_file import Appointment, Method, calendar_text
from truflow.errors import NotFound
from truflow.integrations import mail
from truflow.mails.facts import FreeTime, MailFacts
from truflow.mails.rendering import render
from truflow.models import Booking, BookingStatus, Customer, EmailMessage, Payment, Service, SystemSettings
from truflow.models.messages import MailStatus
from truflow.services import access, alerts, availability, outbox, reading, rules
from truflow.services.outbox import GiveUp, Later, Lease
from truflow.settings import get_settings

log = structlog.get_logger(__name__)

WAITS = (0, 1, 5, 15)
"""Minutes before each attempt; after the fourth an admin is told and may send it again."""

UID_HOST = "truflow"
"""Ends the calendar UIDs; never changes, or an update would become a second event."""

CALENDAR_METHODS: dict[str, Method] = {"confirmation": "REQUEST", "practice_notice": "PUBLISH"}
"""An invitation for the guest; for the practice, which organizes it, a plain entry."""


def confirmed(session: Session, booking: Booking, *, now: dt.datetime) -> None:
    """Promise the guest her confirmation, and the practice its notice."""
    _to_guest(session, booking, "confirmation", now=now)
    practice = rules.practice(session)
    if practice.email:
        _promise(session, booking, "practice_notice", practice.email, now=now)


def sorry(session: Session, booking: Booking, payment: Payment, *, now: dt.datetime) -> None:
    """Promise the guest whose time was gone an apology with the nearest free times."""
    _to_guest(session, booking, "apology", now=now, facts={"refund_cents": payment.amount_cents})


def money_back(session: Session, booking: Booking, reason: str, payment: Payment, *, now: dt.datetime) -> None:
    """Promise a note that money goes back; `reason` is LATE or CANCELLED."""
    facts = {"reason": reason, "refund_cents": payment.amount_cents}
    _to_guest(session, booking, "refund_notice", now=now, facts=facts, once=str(payment.id))


def send(lease: Lease, now: dt.datetime) -> None:
    """Outbox effect: one attempt at one mail, with the same Message-ID each time."""
    with transaction() as session:
        row = lock_one(session, EmailMessage, UUID(lease.ref))
        if row is None or row.status in (MailStatus.SENT, MailStatus.FAILED):
            lease.done(session, now=now)
            return
        row.go(MailStatus.SENDING)
        row.attempts += 1
        session.add(row)
    try:
        with transaction() as session:
            message = _message(session, row, now=now)
        mail.deliver(message)
    except Exception as trouble:  # whatever it was, the row must say so: no mail stays SENDING for ever
        failure = trouble if isinstance(trouble, mail.MailFailed) else mail.MailFailed("silent", type(trouble).__name__)
        _failed(lease, failure, now=now)
        code = f"{failure.kind} {failure.code}"
        raise (GiveUp(code) if lease.last or failure.permanent else Later(code)) from None
    with transaction() as session:
        sent = lock_one(session, EmailMessage, row.id)
        assert sent is not None, "mails are never deleted"
        sent.go(MailStatus.SENT)
        sent.sent_at = now
        session.add(sent)
        lease.done(session, now=now)


def _to_guest(
    session: Session,
    booking: Booking,
    template: str,
    *,
    now: dt.datetime,
    facts: dict[str, Any] | None = None,
    once: str = "",
) -> None:
    customer = session.get(Customer, booking.customer_id)
    if customer is not None and customer.email:
        _promise(session, booking, template, customer.email, now=now, facts=facts, once=once)


def _promise(
    session: Session,
    booking: Booking,
    template: str,
    recipient: str,
    *,
    now: dt.datetime,
    facts: dict[str, Any] | None = None,
    once: str = "",
) -> None:
    """One mail a booking, template and calendar sequence; the transaction that calls is done once."""
    mail_id = uuid4()
    dedupe = f"{template}:{booking.id}:{once or booking.ics_sequence}"
    row = EmailMessage(
        id=mail_id,
        dedupe_key=dedupe,
        booking_id=booking.id,
        template=template,
        recipient=recipient,
        message_id=f"<{mail_id}@{urlsplit(get_settings().origin).hostname}>",
        facts=facts or {},
        created_at=now,
    )
    session.add(row)
    session.flush()
    outbox.record(session, "mail", mail_id, dedupe=f"mail-{mail_id}", now=now)


def _message(session: Session, row: EmailMessage, *, now: dt.datetime) -> mail.Message:
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
        length=formats.duration(service.duration_min),
        when=formats.format_when(booking.starts_at, booking.ends_at, booking.timezone),
        reference=booking.reference,
        price=money(booking.price_cents),
        paid=money(view.paid_cents),
        due=money(view.balance_cents),
        refunded=money(refunded),
        reason=str(row.facts.get("reason", "")),
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


def _failed(lease: Lease, failure: mail.MailFailed, *, now: dt.datetime) -> None:
    with transaction() as session:
        row = lock_one(session, EmailMessage, UUID(lease.ref))
        assert row is not None, "mails are never deleted"
        final = lease.last or failure.permanent
        row.last_code = f"{failure.kind} {failure.code}"[:100]
        row.go(MailStatus.FAILED if final else MailStatus.QUEUED)
        session.add(row)
        if final:
            message = f"A mail could not be sent ({row.last_code}). Check the address, then send it again."
            alerts.raise_alert(session, "mail_failed", str(row.id), message, now=now, booking_id=row.booking_id)
