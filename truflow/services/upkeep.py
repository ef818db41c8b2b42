"""What must happen although nobody asks: visits that are over, payments that Stripe knows better."""

import datetime as dt

import structlog
from sqlmodel import col, select

from truflow.db import lock_one, transaction
from truflow.integrations import stripe
from truflow.models import Booking, BookingStatus, Payment, PaymentStatus
from truflow.services import journal, payments

log = structlog.get_logger(__name__)

OVER_AFTER = dt.timedelta(hours=12)
FRESH = dt.timedelta(minutes=2)
OLD = dt.timedelta(days=35)


def complete_visits(*, now: dt.datetime) -> int:
    """Make CONFIRMED bookings COMPLETED twelve hours after their end; returns how many."""
    with transaction() as session:
        over = (col(Booking.status) == BookingStatus.CONFIRMED) & (col(Booking.ends_at) <= now - OVER_AFTER)
        found = session.exec(select(Booking.id).where(over).limit(500)).all()
    for booking_id in found:
        with transaction() as session:
            booking = lock_one(session, Booking, booking_id)
            if booking is not None and booking.status == BookingStatus.CONFIRMED:
                journal.move(session, booking, BookingStatus.COMPLETED, actor=journal.SYSTEM, now=now)
    return len(found)


def settle_open_payments(*, now: dt.datetime) -> int:
    """Ask Stripe about every payment that is still under way, for letters that never came; returns how many."""
    waiting = (PaymentStatus.OPEN, PaymentStatus.PROCESSING, PaymentStatus.CANCEL_REQUESTED)
    with transaction() as session:
        statement = select(Payment.stripe_intent_id).where(
            col(Payment.status).in_(waiting),
            col(Payment.stripe_intent_id).is_not(None),
            col(Payment.created_at).between(now - OLD, now - FRESH),
        )
        intents = [intent_id for intent_id in session.exec(statement) if intent_id is not None]
    for intent_id in intents:
        try:
            payments.settle(intent_id, now=now)
        except stripe.StripeUnreachable:
            log.warning("reconcile_stopped", left=len(intents))
            break
        except stripe.StripeRefused as refusal:
            log.error("reconcile_refused", intent_id=intent_id, code=refusal.code)
    return len(intents)
