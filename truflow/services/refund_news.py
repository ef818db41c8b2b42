"""What Stripe says of refunds, merged into our rows: upwards only, whoever asked for them.

One made in Stripe's dashboard gets a row too, so that our sums stay Stripe's; the booking stays as it is.
"""

import datetime as dt
from uuid import UUID

from sqlmodel import Session, select

from truflow.db import lock_one, transaction
from truflow.integrations import stripe, stripe_lists
from truflow.models import Booking, Payment, Refund, RefundReason, RefundStatus
from truflow.services import alerts, foreign, journal
from truflow.tracing import request_id

FROM_STRIPE = {
    "pending": RefundStatus.PENDING,
    "requires_action": RefundStatus.REQUIRES_ACTION,
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.CANCELED,
}
NEEDS_A_PERSON = (RefundStatus.FAILED, RefundStatus.CANCELED, RefundStatus.REQUIRES_ACTION)
LIVE_AT_STRIPE = ("pending", "requires_action", "succeeded")
SETTLED = (RefundStatus.SUCCEEDED, RefundStatus.FAILED, RefundStatus.CANCELED)


def settle(stripe_refund_id: str, *, now: dt.datetime) -> None:
    """Ask Stripe about one refund and merge what it says; raises StripeUnreachable."""
    take_in(stripe.retrieve_refund(stripe_refund_id), now=now)


def settle_all(intent_id: str, *, now: dt.datetime) -> list[stripe.StripeRefund]:
    """Ask Stripe about every refund of an intent, merge what it says and hand it on; raises StripeUnreachable."""
    answers = stripe_lists.refunds_of(intent_id)
    for answer in answers:
        take_in(answer, now=now)
    return answers


def take_in(answer: stripe.StripeRefund, *, now: dt.datetime) -> None:
    """Merge one refund: ours by its id or by what we wrote on it, else one from the dashboard, else foreign."""
    with transaction() as session:
        about = session.exec(select(Payment).where(Payment.stripe_intent_id == answer.intent_id)).first()
        if about is None:
            foreign.tell(session, "refund", answer.id, now=now)
            return
        payment = lock_with_booking(session, about)
        ours = _ours(session, payment, answer)
        if ours is None:
            _import(session, payment, answer, now=now)
        else:
            merge(session, ours, answer, now=now)


def lock_with_booking(session: Session, payment: Payment) -> Payment:
    """A payment, locked after its booking: alerts, notes and refunds name the booking, and that locks it too."""
    lock_one(session, Booking, payment.booking_id)
    locked = lock_one(session, Payment, payment.id)
    assert locked is not None, "payments are never deleted"
    return locked


def merge(session: Session, refund: Refund, answer: stripe.StripeRefund, *, now: dt.datetime) -> None:
    """Write down what Stripe says; the refund is locked."""
    refund.stripe_refund_id = answer.id
    session.add(refund)
    if refund.status == RefundStatus.MANUAL and answer.status != "succeeded":
        return  # a person has taken over; only the money's arrival is news
    if refund.status == RefundStatus.QUEUED:
        journal.move_refund(session, refund, RefundStatus.UNKNOWN, actor=journal.STRIPE, now=now)
    refund.last_code = (answer.failure_code or refund.last_code or "")[:100] or None
    status = FROM_STRIPE.get(answer.status, RefundStatus.PENDING)
    moved = journal.move_refund(session, refund, status, actor=journal.STRIPE, now=now, why=answer.failure_code)
    if moved:
        refund.settled_at = now if status in SETTLED else None
    _tell(session, refund, answer, moved=moved, now=now)


def failed_alert(session: Session, refund: Refund, code: str, *, now: dt.datetime, message: str = "") -> None:
    """One open alert that this refund needs a person."""
    message = message or f"A refund did not reach the guest ({code}). Try it again, or pay the money back another way."
    alerts.raise_alert(session, "refund_failed", str(refund.id), message, now=now, booking_id=refund.booking_id)


def _ours(session: Session, payment: Payment, answer: stripe.StripeRefund) -> Refund | None:
    """The row that this is about; one that has another refund at Stripe already does not count."""
    known = session.exec(select(Refund.id).where(Refund.stripe_refund_id == answer.id)).first()
    refund = lock_one(session, Refund, known or _uuid(answer.refund_id))
    if refund is None or refund.payment_id != payment.id or refund.stripe_refund_id not in (None, answer.id):
        return None
    return refund


def _import(session: Session, payment: Payment, answer: stripe.StripeRefund, *, now: dt.datetime) -> None:
    status = FROM_STRIPE.get(answer.status, RefundStatus.PENDING)
    refund = Refund(
        payment_id=payment.id,
        booking_id=payment.booking_id,
        reason=RefundReason.EXTERNAL,
        status=status,
        amount_cents=answer.amount_cents,
        currency=payment.currency,
        stripe_refund_id=answer.id,
        last_code=answer.failure_code or None,
        request_id=request_id(),
        created_at=now,
        settled_at=now if status in SETTLED else None,
    )
    session.add(refund)
    session.flush()
    journal.made(session, refund, actor=journal.STRIPE, now=now, why=RefundReason.EXTERNAL.value)
    booking = session.get_one(Booking, payment.booking_id)
    what = f"{answer.amount_cents} cents given back in Stripe's dashboard"
    journal.note(session, booking, "refund", actor=journal.STRIPE, now=now, why=what)
    _tell(session, refund, answer, moved=True, now=now)


def _tell(session: Session, refund: Refund, answer: stripe.StripeRefund, *, moved: bool, now: dt.datetime) -> None:
    if refund.status == RefundStatus.PENDING and answer.failure_code == "insufficient_funds":
        message = "A refund waits because your balance at Stripe is too low. Add money there, and it goes by itself."
        alerts.raise_alert(session, "refund_waits", str(refund.id), message, now=now, booking_id=refund.booking_id)
    elif moved:
        alerts.close(session, "refund_waits", str(refund.id), by=journal.STRIPE, now=now)
    if moved and refund.status in NEEDS_A_PERSON:
        failed_alert(session, refund, answer.failure_code or answer.status, now=now)
    elif moved and refund.status == RefundStatus.SUCCEEDED:
        alerts.close(session, "refund_failed", str(refund.id), by=journal.STRIPE, now=now)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
