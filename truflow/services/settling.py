"""What Stripe says of an intent, merged into our books: upwards only, under the locks, once.

A pure function of rows and snapshot: the same snapshot ten times, late or out of order, ends the same.
"""

import datetime as dt
from uuid import UUID

import structlog
from sqlmodel import Session, select

from truflow.db import lock_day, lock_one, refuse_on, transaction
from truflow.errors import SlotTaken
from truflow.integrations.stripe import Intent
from truflow.models import (
    Booking,
    BookingStatus,
    DiaryEntry,
    Payment,
    PaymentStatus,
    Refund,
    RefundReason,
    Resource,
)
from truflow.services import alerts, availability, foreign, holds, journal, mails, reading, receipts, refunds, rules

log = structlog.get_logger(__name__)


def apply(intent: Intent, *, now: dt.datetime) -> None:
    """Merge one snapshot; what is not ours, or does not match our row, is told and changes nothing."""
    with transaction() as session:
        found = _find(session, intent)
        if found is None:
            foreign.tell(session, "lost" if intent.payment_id else "payment", intent.id, now=now)
            return
        seen, about = found
        if seen.resource_id is not None:
            lock_one(session, Resource, seen.resource_id)
            session.refresh(seen)  # whoever expires a hold has this lock, so its status stands still from here
        if rules.practice(session).max_bookings_per_day is not None:
            lock_day(session, seen.local_date)
        if seen.status == BookingStatus.EXPIRED and seen.resource_id is not None:
            holds.expire_in_the_way(session, [seen.resource_id], seen.span, now=now)  # other bookings before payments
        booking = lock_one(session, Booking, seen.id)
        payment = lock_one(session, Payment, about.id)
        assert booking is not None, "bookings are never deleted"
        assert payment is not None, "payments are never deleted"
        if not _matches(session, payment, intent, now=now):
            return
        _merge(session, booking, payment, intent, now=now)


def _find(session: Session, intent: Intent) -> tuple[Booking, Payment] | None:
    """Which rows to lock; by the intent's id, else by what we wrote on it (made, but we died before noting it)."""
    statement = select(Booking, Payment).join(Payment)
    by_id = session.exec(statement.where(Payment.stripe_intent_id == intent.id)).first()
    if by_id is not None:
        return by_id
    try:
        noted = UUID(intent.payment_id)
    except ValueError:
        return None
    return session.exec(statement.where(Payment.id == noted)).first()


def _matches(session: Session, payment: Payment, intent: Intent, *, now: dt.datetime) -> bool:
    same = (
        payment.amount_cents == intent.amount_cents
        and payment.currency == intent.currency
        and (intent.status != "succeeded" or intent.received_cents == intent.amount_cents)
        and payment.stripe_intent_id in (None, intent.id)
        and intent.payment_id == str(payment.id)
    )
    if not same:
        log.error("payment_mismatch", payment_id=str(payment.id))
        message = "Stripe's payment differs from ours in amount, currency or owner. Compare both before acting."
        alerts.raise_alert(
            session, "payment_mismatch", str(payment.id), message, now=now, booking_id=payment.booking_id
        )
    return same


def _merge(session: Session, booking: Booking, payment: Payment, intent: Intent, *, now: dt.datetime) -> None:
    payment.stripe_intent_id = intent.id
    if intent.last_code:
        payment.last_code = intent.last_code[:100]
    session.add(payment)
    match intent.status:
        case "succeeded":
            if journal.move_payment(session, payment, PaymentStatus.SUCCEEDED, actor=journal.STRIPE, now=now):
                payment.settled_at = now
                receipts.issue(session, booking, now=now)
                _money_came(session, booking, payment, now=now)
        case "processing":
            journal.move_payment(session, payment, PaymentStatus.PROCESSING, actor=journal.STRIPE, now=now)
        case "canceled":
            if journal.move_payment(session, payment, PaymentStatus.CANCELED, actor=journal.STRIPE, now=now):
                payment.settled_at = now
        case _:
            journal.move_payment(session, payment, PaymentStatus.OPEN, actor=journal.STRIPE, now=now)


def _money_came(session: Session, booking: Booking, payment: Payment, *, now: dt.datetime) -> None:
    """A payment ends as a confirmed booking or as a refund; there is no third way."""
    match booking.status:
        case BookingStatus.PENDING:
            journal.move(session, booking, BookingStatus.CONFIRMED, actor=journal.STRIPE, now=now, why="paid")
            mails.confirmed(session, booking, now=now)
        case BookingStatus.EXPIRED:
            _late_money(session, booking, payment, now=now)
        case BookingStatus.CANCELLED | BookingStatus.CONFLICT:
            back = refunds.start(session, payment, payment.amount_cents, RefundReason.LATE_AFTER_CANCEL, now=now)
            mails.money_back(session, booking, "LATE", payment, _told(back, payment), now=now)
        case _:
            journal.note(session, booking, "paid", actor=journal.STRIPE, now=now, why=payment.purpose.lower())
            if not _return_what_is_too_much(session, booking, payment, now=now):
                mails.receipt(session, booking, payment, now=now)


def _late_money(session: Session, booking: Booking, payment: Payment, *, now: dt.datetime) -> None:
    """The hold had ended: take the time again if nobody has it, else give the money back and say sorry."""
    assert booking.resource_id is not None, "an appointment has a practitioner"
    try:
        if booking.starts_at <= now or _day_is_full(session, booking, now=now):
            raise SlotTaken(booking.starts_at)
        with refuse_on(session, "diary_no_overlap", SlotTaken(booking.starts_at)):
            session.add(DiaryEntry(resource_id=booking.resource_id, during=booking.span, booking_id=booking.id))
    except SlotTaken:
        journal.move(
            session, booking, BookingStatus.CONFLICT, actor=journal.STRIPE, now=now, why="paid late, the time was gone"
        )
        back = refunds.start(session, payment, payment.amount_cents, RefundReason.SLOT_LOST, now=now)
        mails.sorry(session, booking, _told(back, payment), now=now)
    else:
        journal.move(
            session, booking, BookingStatus.CONFIRMED, actor=journal.STRIPE, now=now, why="paid late, still free"
        )
        mails.confirmed(session, booking, now=now)


def _day_is_full(session: Session, booking: Booking, *, now: dt.datetime) -> bool:
    """Whether others have used up the daily cap meanwhile; the day is locked."""
    cap = rules.practice(session).max_bookings_per_day
    day = booking.local_date
    return cap is not None and availability.count_days(session, day, day, now=now).get(day, 0) >= cap


def _return_what_is_too_much(session: Session, booking: Booking, payment: Payment, *, now: dt.datetime) -> bool:
    """Somebody paid at the desk while this card payment was under way: nobody pays more than the price."""
    session.flush()
    too_much = reading.money_of(session, booking).paid - booking.price_cents
    if too_much > 0:
        too_much = min(too_much, payment.amount_cents)
        back = refunds.start(session, payment, too_much, RefundReason.LATE_AFTER_CANCEL, now=now)
        mails.money_back(session, booking, "LATE", payment, _told(back, payment), now=now)
    return too_much > 0


def _told(refund: Refund | None, payment: Payment) -> int:
    """What the guest reads that she gets back: ours, or all of it when the dashboard was faster."""
    return refund.amount_cents if refund is not None else payment.amount_cents
