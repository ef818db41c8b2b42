"""What must happen although nobody asks: visits that are over, and money of which Stripe knows better."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TypeVar

import structlog
from sqlalchemy import String, cast, exists
from sqlmodel import col, select

from truflow.db import lock_one, transaction
from truflow.integrations import stripe
from truflow.models import Booking, BookingStatus, Outbox, Payment, PaymentStatus, Refund, RefundStatus
from truflow.models.messages import OutboxStatus
from truflow.services import alerts, journal, payments, refund_news, refunds

log = structlog.get_logger(__name__)
Item = TypeVar("Item")

OVER_AFTER = dt.timedelta(hours=12)
FRESH = dt.timedelta(minutes=2)
OLD = dt.timedelta(days=35)
SLOW_REFUND = dt.timedelta(days=10)
"""Cards get money back within 5 to 10 days; what takes longer needs a person."""


def each_by_itself(chore: str, items: Iterable[Item], do: Callable[[Item], None]) -> int:
    """Do one thing for each item; what fails is logged and skipped, so that one bad row never stops a chore.

    Returns how many were done. When Stripe cannot be reached, the rest is left to the next time.
    """
    done = 0
    for item in items:
        try:
            do(item)
            done += 1
        except stripe.StripeUnreachable as trouble:
            log.warning("chore_stopped", chore=chore, why=str(trouble))
            break
        except Exception as error:
            log.error("chore_skipped", chore=chore, error=type(error).__name__)
    return done


def complete_visits(*, now: dt.datetime) -> int:
    """Make CONFIRMED bookings COMPLETED twelve hours after their end; returns how many it looked at."""
    with transaction() as session:
        over = (col(Booking.status) == BookingStatus.CONFIRMED) & (col(Booking.ends_at) <= now - OVER_AFTER)
        found = session.exec(select(Booking.id).where(over).limit(500)).all()

    def complete(booking_id: object) -> None:
        with transaction() as session:
            booking = lock_one(session, Booking, booking_id)
            if booking is not None and booking.status == BookingStatus.CONFIRMED:
                journal.move(session, booking, BookingStatus.COMPLETED, actor=journal.SYSTEM, now=now)

    return each_by_itself("complete_visits", found, complete)


def settle_open_payments(*, now: dt.datetime) -> int:
    """Ask Stripe about every payment that is still under way, for letters that never came; returns how many."""
    waiting = (PaymentStatus.OPEN, PaymentStatus.PROCESSING, PaymentStatus.CANCEL_REQUESTED)
    with transaction() as session:
        statement = select(Payment.stripe_intent_id, Payment.booking_id).where(
            col(Payment.status).in_(waiting),
            col(Payment.stripe_intent_id).is_not(None),
            col(Payment.created_at).between(now - OLD, now - FRESH),
        )
        found = session.exec(statement).all()

    def settle(item: tuple[object, object]) -> None:
        intent_id = str(item[0])
        try:
            payments.settle(intent_id, now=now)
        except stripe.StripeRefused as refusal:
            message = f"Stripe does not know a payment that we wait for ({refusal.code}). Look at both accounts."
            _alert("payment_unknown", intent_id, message, now=now)

    return each_by_itself("settle_payments", found, settle)


def settle_open_refunds(*, now: dt.datetime, wide: bool = False) -> int:
    """Ask Stripe about every refund that is under way, and when `wide` about those of 35 days that seemed done.

    A refund may fail after it succeeded, when the card was closed. Returns how many were asked about.
    """
    asked = [RefundStatus.PENDING, RefundStatus.REQUIRES_ACTION] + ([RefundStatus.SUCCEEDED] if wide else [])
    with transaction() as session:
        statement = select(Refund).where(
            col(Refund.status).in_(asked),
            col(Refund.stripe_refund_id).is_not(None),
            col(Refund.created_at).between(now - OLD, now - FRESH),
        )
        found = session.exec(statement).all()

    def settle(refund: Refund) -> None:
        refund_news.settle(str(refund.stripe_refund_id), now=now)
        if refund.status == RefundStatus.PENDING and refund.created_at < now - SLOW_REFUND:
            message = "A refund has been on its way for more than ten days. Ask Stripe where it is."
            _alert("refund_slow", str(refund.id), message, now=now)

    return each_by_itself("settle_refunds", found, settle)


def take_up_refunds(*, now: dt.datetime) -> int:
    """Move on the refunds that no effect moves any more: the last try died of something else than Stripe's silence."""
    of_refund = col(Outbox.dedupe_key) == "refund-" + cast(col(Refund.id), String)
    moves = exists().where(of_refund, col(Outbox.status).in_((OutboxStatus.READY, OutboxStatus.LEASED)))
    with transaction() as session:
        stuck = col(Refund.status).in_((RefundStatus.QUEUED, RefundStatus.UNKNOWN))
        found = session.exec(select(Refund.id).where(stuck, ~moves)).all()
    return each_by_itself("take_up_refunds", found, lambda refund_id: refunds.take_up(refund_id, now=now))


def _alert(rule: str, ref: str, message: str, *, now: dt.datetime) -> None:
    with transaction() as session:
        alerts.raise_alert(session, rule, ref, message, now=now)
