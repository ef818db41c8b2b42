"""Mails: a row in the transaction that promises one; a worker sends it later (mail_sending.py)."""

import datetime as dt
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from sqlmodel import Session, col, select

from truflow.db import lock_one, transaction
from truflow.errors import MailOnItsWay, MailOutdated, NoAddress, NotFound
from truflow.models import Booking, Customer, EmailMessage, Payment
from truflow.models.messages import MailStatus
from truflow.services import alerts, journal, outbox, reading, rules
from truflow.services.mail_sending import PROVIDER, UNCERTAIN
from truflow.services.mail_writing import TO_THE_PRACTICE, outdated
from truflow.services.views import MailView
from truflow.settings import get_settings

ON_ITS_WAY = (MailStatus.QUEUED, MailStatus.SENDING)


def confirmed(session: Session, booking: Booking, *, now: dt.datetime) -> None:
    """Promise the guest her confirmation, and the practice its notice."""
    _to_guest(session, booking, "confirmation", now=now)
    _to_practice(session, booking, "practice_notice", now=now)


def sorry(session: Session, booking: Booking, refund_cents: int, *, now: dt.datetime) -> None:
    """Promise the guest whose time was gone an apology with the nearest free times."""
    _to_guest(session, booking, "apology", now=now, facts={"refund_cents": refund_cents})


def money_back(
    session: Session, booking: Booking, reason: str, payment: Payment, refund_cents: int, *, now: dt.datetime
) -> None:
    """Promise a note that money goes back; `reason` is LATE or CANCELLED."""
    facts = {"reason": reason, "refund_cents": refund_cents}
    _to_guest(session, booking, "refund_notice", now=now, facts=facts, once=str(payment.id))


def given_back(session: Session, booking: Booking, refund_cents: int, by_hand_cents: int, *, now: dt.datetime) -> None:
    """Promise a note that the practice gives money back; once for each version of the booking."""
    facts = {"reason": "", "refund_cents": refund_cents, "by_hand_cents": by_hand_cents}
    _to_guest(session, booking, "refund_notice", now=now, facts=facts, once=f"v{booking.version}")


def links(session: Session, booking: Booking, recipient: str, *, once: str, now: dt.datetime) -> None:
    """Promise the links of all live bookings of this address; `booking` is one of them."""
    _promise(session, booking, "links", recipient, now=now, once=once)


def moved(
    session: Session, booking: Booking, earlier: tuple[dt.datetime, dt.datetime], *, by_guest: bool, now: dt.datetime
) -> None:
    """Promise the guest her new time beside the `earlier` one, as an update of the same calendar entry.

    When she moved it herself, the practice hears of it too.
    """
    facts = {"earlier": [each.isoformat() for each in earlier], "at": booking.starts_at.isoformat()}
    _to_guest(session, booking, "moved", now=now, facts=facts)
    if by_guest:
        _to_practice(session, booking, "practice_moved", now=now, facts=facts)


def remind(session: Session, booking: Booking, *, now: dt.datetime) -> None:
    """Promise the guest a reminder of the time that is booked now; the booking is locked."""
    facts = {"at": booking.starts_at.isoformat()}
    once = reminder_key(booking).rsplit(":", 1)[1]
    _to_guest(session, booking, "reminder", now=now, facts=facts, once=once)


def reminder_key(booking: Booking) -> str:
    """What makes a reminder the only one: the booking and its start, in seconds."""
    return f"reminder:{booking.id}:at{int(booking.starts_at.timestamp())}"


def receipt(session: Session, booking: Booking, payment: Payment, *, now: dt.datetime) -> None:
    """Promise the guest a receipt for money that came after the deposit."""
    _to_guest(
        session, booking, "receipt", now=now, facts={"received_cents": payment.amount_cents}, once=str(payment.id)
    )


def confirmed_again(session: Session, booking: Booking, recipient: str, *, now: dt.datetime) -> None:
    """Promise the confirmation once more, to an address that was corrected; closes the first one's alert."""
    first = select(EmailMessage).where(EmailMessage.booking_id == booking.id, EmailMessage.template == "confirmation")
    old = session.exec(first.order_by(col(EmailMessage.created_at))).first()
    dedupe = f"corrected:{booking.id}:{booking.manage_token_version}"
    resend_of = old.id if old is not None else None
    _write(session, booking.id, "confirmation", recipient, dedupe, now=now, facts={}, resend_of=resend_of)
    if old is not None:
        alerts.close(session, "mail_failed", str(old.id), by=journal.GUEST, now=now)


def cancelled(
    session: Session,
    booking: Booking,
    *,
    refund_cents: int,
    by_hand_cents: int,
    by_practice: bool,
    was_confirmed: bool,
    why: str,
    now: dt.datetime,
) -> None:
    """Promise the guest a note that her appointment is off, what goes back to the card and what over the desk.

    When she cancelled herself, the practice hears of it too; of a hold that was given up it does not.
    """
    facts = {
        "refund_cents": refund_cents,
        "by_hand_cents": by_hand_cents,
        "by_practice": by_practice,
        "note": why if by_practice else "",
    }
    _to_guest(session, booking, "cancellation", now=now, facts=facts)
    if not by_practice and was_confirmed:
        _to_practice(session, booking, "practice_cancelled", now=now, facts=facts)


def to_admin(session: Session, template: str, recipient: str, token_id: str, *, now: dt.datetime) -> None:
    """Promise an admin the mail with the link of this token."""
    _write(session, None, template, recipient, f"{template}:{token_id}", now=now, facts={"token": token_id})


def resend(mail_id: UUID, *, actor: str, now: dt.datetime) -> MailView:
    """Promise a mail once more, as a mail of its own, to the address that is known now; closes the old one's alert.

    Refuses with NotFound, with MailOutdated when the booking it speaks of is off, with MailOnItsWay while it or its
    last repetition has not arrived yet, and with NoAddress.
    """
    with transaction() as session:
        old = lock_one(session, EmailMessage, mail_id)
        booking = session.get(Booking, old.booking_id) if old is not None and old.booking_id else None
        if old is None or booking is None:
            raise NotFound("mail")
        if outdated(old, booking, now=now):
            raise MailOutdated(booking.status)
        again = session.exec(select(EmailMessage).where(EmailMessage.resend_of == old.id)).all()
        if any(row.status in ON_ITS_WAY for row in (old, *again)):
            raise MailOnItsWay
        recipient = _recipient_now(session, old, booking)
        if not recipient:
            raise NoAddress
        facts = {name: value for name, value in old.facts.items() if name not in (PROVIDER, UNCERTAIN)}
        dedupe = f"again-{len(again) + 1}:{old.id}"
        row = _write(session, booking.id, old.template, recipient, dedupe, now=now, facts=facts, resend_of=old.id)
        journal.note(session, booking, "mail_resent", actor=actor, now=now, why=old.template)
        alerts.close(session, "mail_failed", str(old.id), by=actor, now=now)
        return reading.mail_view(row)


def _recipient_now(session: Session, row: EmailMessage, booking: Booking) -> str:
    """Where the mail goes today: the practice or the guest may have another address by now."""
    if row.template in TO_THE_PRACTICE:
        return rules.practice(session).email
    customer = session.get(Customer, booking.customer_id)
    return (customer.email if customer else "") or ""


def _to_practice(
    session: Session, booking: Booking, template: str, *, now: dt.datetime, facts: dict[str, Any] | None = None
) -> None:
    practice = rules.practice(session)
    if practice.email:
        _promise(session, booking, template, practice.email, now=now, facts=facts)


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
    dedupe = f"{template}:{booking.id}:{once or booking.ics_sequence}"
    _write(session, booking.id, template, recipient, dedupe, now=now, facts=facts or {})


def _write(
    session: Session,
    booking_id: UUID | None,
    template: str,
    recipient: str,
    dedupe: str,
    *,
    now: dt.datetime,
    facts: dict[str, Any],
    resend_of: UUID | None = None,
) -> EmailMessage:
    mail_id = uuid4()
    row = EmailMessage(
        id=mail_id,
        dedupe_key=dedupe,
        booking_id=booking_id,
        template=template,
        recipient=recipient,
        message_id=f"<{mail_id}@{urlsplit(get_settings().origin).hostname}>",
        facts=facts,
        resend_of=resend_of,
        created_at=now,
    )
    session.add(row)
    session.flush()
    outbox.record(session, "mail", mail_id, dedupe=f"mail-{mail_id}", now=now)
    return row
