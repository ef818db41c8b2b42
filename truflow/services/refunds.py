"""Money on its way back: the row first, then Stripe, then what it said.

Never "done" at `succeeded`: a refund may still fail days later, when the card was closed meanwhile.
"""

import datetime as dt
from uuid import UUID

import structlog
from sqlmodel import Session, select

from truflow.db import lock_one, transaction
from truflow.integrations import stripe
from truflow.models import Payment, Refund, RefundReason, RefundStatus
from truflow.services import alerts, journal, outbox
from truflow.services.outbox import GiveUp, Later, Lease

log = structlog.get_logger(__name__)

KEY_LIVES = dt.timedelta(hours=23)
"""Stripe forgets keys after a day, and until then repeats a saved 500: an older row asks with a new key."""

BACK_ALREADY = (
    "Stripe says that this payment was refunded already, probably in its dashboard. Look there before paying anything "
    "back: nothing may be left to do."
)

FROM_STRIPE = {
    "pending": RefundStatus.PENDING,
    "requires_action": RefundStatus.REQUIRES_ACTION,
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.CANCELED,
}


def start(
    session: Session,
    payment: Payment,
    amount_cents: int,
    reason: RefundReason,
    *,
    now: dt.datetime,
    actor: str = journal.SYSTEM,
) -> Refund:
    """Promise money back; the payment is locked by the caller."""
    refund = Refund(
        payment_id=payment.id,
        booking_id=payment.booking_id,
        reason=reason,
        amount_cents=amount_cents,
        currency=payment.currency,
        created_at=now,
    )
    session.add(refund)
    session.flush()
    journal.made(session, refund, actor=actor, now=now, why=reason.value)
    outbox.record(session, "refund", refund.id, dedupe=f"refund-{refund.id}", now=now)
    return refund


def send(lease: Lease, now: dt.datetime) -> None:
    """Outbox effect: ask Stripe for the refund, after looking whether an earlier try has arrived there."""
    with transaction() as session:
        refund = _locked(session, UUID(lease.ref))
        payment = session.get_one(Payment, refund.payment_id)
        if refund.status not in (RefundStatus.QUEUED, RefundStatus.UNKNOWN):
            lease.done(session, now=now)
            return
        journal.move_refund(session, refund, RefundStatus.UNKNOWN, actor=journal.SYSTEM, now=now)
        refund.attempt += 1
        session.add(refund)
    try:
        answer = _existing(payment, refund) if refund.attempt > 1 else None
        if answer is None:
            if now - refund.created_at > KEY_LIVES:
                refund.key_generation = 2
            answer = stripe.create_refund(
                intent_id=payment.stripe_intent_id or "",
                amount_cents=refund.amount_cents,
                refund_id=str(refund.id),
                key=f"refund-{refund.id}-{refund.key_generation}",
            )
    except stripe.StripeUnreachable as trouble:
        if lease.last:
            _hand_over(refund.id, str(trouble), now=now)
            raise GiveUp(str(trouble)) from None
        raise Later(str(trouble)) from None
    except stripe.StripeRefused as refusal:
        back_already = refusal.code == "charge_already_refunded"
        _hand_over(refund.id, refusal.code, now=now, message=BACK_ALREADY if back_already else "")
        raise GiveUp(refusal.code) from None
    with transaction() as session:
        _merge(session, _locked(session, refund.id), answer, now=now)
        lease.done(session, now=now)


def settle(stripe_refund_id: str, *, now: dt.datetime) -> None:
    """Ask Stripe about one refund and merge what it says; one of ours only. Raises StripeUnreachable."""
    answer = stripe.retrieve_refund(stripe_refund_id)
    with transaction() as session:
        known = session.exec(select(Refund).where(Refund.stripe_refund_id == answer.id)).first()
        ours = known.id if known is not None else _uuid(answer.refund_id)
        refund = lock_one(session, Refund, ours) if ours is not None else None
        if refund is None:
            message = "A refund was made in Stripe's dashboard. TruFlow did not ask for it."
            alerts.raise_alert(session, "foreign_refund", answer.id, message, now=now)
            return
        _merge(session, refund, answer, now=now)


def _existing(payment: Payment, refund: Refund) -> stripe.StripeRefund | None:
    """Keys are forgotten after 24 hours, so look before asking twice for the same money."""
    found = [each for each in stripe.refunds_of(payment.stripe_intent_id or "") if each.refund_id == str(refund.id)]
    return found[0] if found else None


def _merge(session: Session, refund: Refund, answer: stripe.StripeRefund, *, now: dt.datetime) -> None:
    if refund.status == RefundStatus.MANUAL and answer.status != "succeeded":
        return  # a person has taken over; only the money's arrival is news
    if refund.status == RefundStatus.QUEUED:
        journal.move_refund(session, refund, RefundStatus.UNKNOWN, actor=journal.STRIPE, now=now)
    refund.stripe_refund_id = answer.id
    refund.last_code = answer.failure_code or refund.last_code
    session.add(refund)
    status = FROM_STRIPE.get(answer.status, RefundStatus.PENDING)
    if journal.move_refund(session, refund, status, actor=journal.STRIPE, now=now, why=answer.failure_code):
        refund.settled_at = now if status in (RefundStatus.SUCCEEDED, RefundStatus.FAILED) else None
        if status in (RefundStatus.FAILED, RefundStatus.CANCELED, RefundStatus.REQUIRES_ACTION):
            _alert(session, refund, answer.failure_code or answer.status, now=now)


def _hand_over(refund_id: UUID, code: str, *, now: dt.datetime, message: str = "") -> None:
    with transaction() as session:
        refund = _locked(session, refund_id)
        refund.last_code = code[:100]
        journal.move_refund(session, refund, RefundStatus.MANUAL, actor=journal.SYSTEM, now=now, why=code[:100])
        _alert(session, refund, code, now=now, message=message)


def _alert(session: Session, refund: Refund, code: str, *, now: dt.datetime, message: str = "") -> None:
    message = message or f"A refund did not reach the guest ({code}). Try it again, or pay the money back another way."
    alerts.raise_alert(session, "refund_failed", str(refund.id), message, now=now, booking_id=refund.booking_id)


def _locked(session: Session, refund_id: UUID) -> Refund:
    refund = lock_one(session, Refund, refund_id)
    assert refund is not None, "refunds are never deleted"
    return refund


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
