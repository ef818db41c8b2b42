"""Holds that nobody paid for: released at once, and their intents made unpayable."""

import datetime as dt
from collections.abc import Sequence

import structlog
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import Range
from sqlmodel import Session, col, select

from truflow.db import lock, lock_one, transaction
from truflow.models import Booking, BookingStatus, DiaryEntry, Payment, PaymentStatus, Resource
from truflow.services import journal, outbox

log = structlog.get_logger(__name__)

LIVE = (PaymentStatus.CREATED, PaymentStatus.OPEN, PaymentStatus.PROCESSING)


def expire_overdue(*, now: dt.datetime, most: int = 500) -> int:
    """Release every hold whose time is over, each in its own transaction; returns how many."""
    with transaction() as session:
        overdue = (col(Booking.status) == BookingStatus.PENDING) & (col(Booking.hold_expires_at) <= now)
        found = session.exec(
            select(Booking.id, Booking.resource_id).where(overdue).order_by(col(Booking.hold_expires_at)).limit(most)
        ).all()
    expired = 0
    for booking_id, resource_id in found:
        try:
            with transaction() as session:
                lock_one(session, Resource, resource_id)
                booking = lock_one(session, Booking, booking_id)
                if booking is not None and booking.overdue(now):
                    expire(session, booking, now=now)
                    expired += 1
        except Exception as error:  # one that cannot be released must not keep the others
            log.error("hold_not_released", booking_id=str(booking_id), error=type(error).__name__)
    return expired


def expire_in_the_way(
    session: Session, resources: Sequence[int], span: Range[dt.datetime], *, now: dt.datetime
) -> None:
    """Release overdue holds that overlap a wanted span; the resources are locked already."""
    statement = (
        select(Booking.id)
        .join(DiaryEntry, col(DiaryEntry.booking_id) == col(Booking.id))
        .where(col(DiaryEntry.resource_id).in_(resources), col(DiaryEntry.during).op("&&")(span))
        .where(col(Booking.status) == BookingStatus.PENDING, col(Booking.hold_expires_at) <= now)
    )
    for booking in lock(session, Booking, session.exec(statement).all()):
        if booking.overdue(now):
            expire(session, booking, now=now)
    session.flush()


def expire(session: Session, booking: Booking, *, now: dt.datetime) -> None:
    """One hold is over: out of the diary, its payment on the way to cancelled; booking and resource are locked."""
    journal.move(session, booking, BookingStatus.EXPIRED, actor=journal.SYSTEM, now=now, why="hold ended")
    release(session, booking)
    stop_payments(session, booking, now=now)


def release(session: Session, booking: Booking) -> None:
    """Give the booking's time back to the diary."""
    session.execute(delete(DiaryEntry).where(col(DiaryEntry.booking_id) == booking.id))


def stop_payments(session: Session, booking: Booking, *, now: dt.datetime) -> None:
    """Ask for every live payment to be cancelled at Stripe; whatever money still comes is late money."""
    live = select(Payment.id).where(Payment.booking_id == booking.id, col(Payment.status).in_(LIVE))
    for payment in lock(session, Payment, session.exec(live).all()):
        if journal.move_payment(session, payment, PaymentStatus.CANCEL_REQUESTED, actor=journal.SYSTEM, now=now):
            outbox.record(session, "cancel_intent", payment.id, dedupe=f"cancel-{payment.id}", now=now)
