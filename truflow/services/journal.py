"""What happened is a row: steps inside somebody else's transaction that move a thing and write it down."""

import datetime as dt

from sqlmodel import Session

from truflow.models import (
    Booking,
    BookingEvent,
    BookingStatus,
    DisputeStatus,
    Payment,
    PaymentAuditLog,
    PaymentStatus,
    Refund,
    RefundStatus,
)

SEVEN_YEARS = dt.timedelta(days=7 * 365 + 2)
GUEST, SYSTEM, STRIPE = "guest", "system", "stripe"


def move(session: Session, booking: Booking, to: BookingStatus, *, actor: str, now: dt.datetime, why: str = "") -> None:
    """Take a booking to another status and write who, when, from, to, why; raises IllegalTransition."""
    before = booking.status
    booking.go(to)
    session.add(booking)
    session.add(
        BookingEvent(
            booking_id=booking.id, at=now, actor=actor, what="status", from_status=before, to_status=to, why=why
        )
    )


def note(session: Session, booking: Booking, what: str, *, actor: str, now: dt.datetime, why: str = "") -> None:
    """Write down something that changed no status."""
    session.add(BookingEvent(booking_id=booking.id, at=now, actor=actor, what=what, why=why))


def move_payment(
    session: Session, payment: Payment, to: PaymentStatus, *, actor: str, now: dt.datetime, why: str = ""
) -> bool:
    """Take a payment up to a status and audit it; False when it is there already or beyond."""
    before = payment.status
    if not payment.go(to):
        return False
    session.add(payment)
    _audit(session, "payment", payment, None, before, actor=actor, now=now, why=why)
    return True


def move_refund(
    session: Session, refund: Refund, to: RefundStatus, *, actor: str, now: dt.datetime, why: str = ""
) -> bool:
    """Take a refund up to a status and audit it; False when it is there already or beyond."""
    before = refund.status
    if not refund.go(to):
        return False
    session.add(refund)
    _audit(session, "refund", None, refund, before, actor=actor, now=now, why=why)
    return True


def move_dispute(session: Session, payment: Payment, to: DisputeStatus, *, now: dt.datetime, why: str = "") -> bool:
    """Take a payment's dispute up to a status and audit it as `dispute`; the payment's own status stays as it is."""
    before = payment.dispute
    if not payment.dispute_goes(to):
        return False
    session.add(payment)
    _audit(session, "dispute", payment, None, before, actor=STRIPE, now=now, why=why, to_status=to)
    return True


def made(session: Session, row: Payment | Refund, *, actor: str, now: dt.datetime, why: str = "") -> None:
    """Audit a payment or a refund that is new."""
    payment, refund = (row, None) if isinstance(row, Payment) else (None, row)
    _audit(session, "made", payment, refund, None, actor=actor, now=now, why=why)


def _audit(
    session: Session,
    action: str,
    payment: Payment | None,
    refund: Refund | None,
    before: str | None,
    *,
    actor: str,
    now: dt.datetime,
    why: str,
    to_status: str | None = None,
) -> None:
    row = payment or refund
    if row is None:
        raise ValueError("an audit line is about a payment or a refund")
    session.add(
        PaymentAuditLog(
            at=now,
            actor=actor,
            action=action,
            booking_id=row.booking_id,
            payment_id=payment.id if payment else refund.payment_id if refund else None,
            refund_id=refund.id if refund else None,
            from_status=before,
            to_status=to_status or row.status,
            amount_cents=row.amount_cents,
            currency=row.currency,
            stripe_id=payment.stripe_intent_id if payment else refund.stripe_refund_id if refund else None,
            why=why,
            retain_until=(now + SEVEN_YEARS).date(),
        )
    )
