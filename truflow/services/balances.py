"""The rest of the price: by card before the visit, or at the desk; never more than is still due."""

import datetime as dt
from typing import Literal
from uuid import UUID

from sqlmodel import Session, col, select

from truflow.db import lock, lock_one, transaction
from truflow.errors import AlreadyPaid, HoldExpired, Invalid, NotFound, PolicyRefuses, StaleVersion
from truflow.models import Booking, BookingStatus, Payment, PaymentStatus
from truflow.services import access, holds, journal, limits, mails, payments, reading, receipts
from truflow.services.cancelling import locked_with_its_time
from truflow.services.views import BalanceView, BookingView
from truflow.tracing import request_id

DeskMethod = Literal["CASH", "DESK_CARD", "TRANSFER"]
VISITS = (BookingStatus.CONFIRMED, BookingStatus.COMPLETED, BookingStatus.NO_SHOW)


def prepare_balance(booking_id: UUID, token: str, *, client: str, now: dt.datetime) -> BalanceView:
    """Prepare the card payment of what is still due; asking again gives the same one.

    Refuses with NotFound, RateLimited, AlreadyPaid, PolicyRefuses (not confirmed) and PaymentsUnavailable.
    """
    with transaction() as session:
        access.opened(session.get(Booking, booking_id), token, client=client)
    limits.take("pay", client)
    with transaction() as session:
        booking = lock_one(session, Booking, booking_id)
        assert booking is not None, "bookings are never deleted"
        if booking.status not in VISITS:
            raise PolicyRefuses("pay")
        payment = payments.open_payment(session, booking_id)
        if payment is None:
            due = _due(session, booking)
            if due <= 0:
                raise AlreadyPaid
            payment = payments.prepare(session, booking, "BALANCE", due, now=now)
        payment_id = payment.id
    secret = payments.secret_of_payment(payment_id, now=now)
    with transaction() as session:
        return BalanceView(reading.view_of(session, session.get_one(Booking, booking_id)), secret)


def mark_paid(
    booking_id: UUID,
    *,
    method: DeskMethod,
    amount_cents: int | None,
    version: int,
    actor: str,
    now: dt.datetime,
) -> BookingView:
    """Write down money that came at the desk: all that is due, or a part of it; confirms a hold that it pays for.

    A card payment that is prepared meanwhile is cancelled at Stripe; should its money come all the same, it goes
    back. Refuses with NotFound, StaleVersion, AlreadyPaid, HoldExpired, PolicyRefuses and Invalid.
    """
    with transaction() as session:
        if session.get(Booking, booking_id) is None:
            raise NotFound("booking")
        booking = locked_with_its_time(session, booking_id)
        if version != booking.version:
            raise StaleVersion
        if booking.overdue(now) or booking.status == BookingStatus.EXPIRED:
            raise HoldExpired
        if booking.status not in (BookingStatus.PENDING, *VISITS):
            raise PolicyRefuses("pay")
        due = _due(session, booking)
        if due <= 0:
            raise AlreadyPaid
        amount = due if amount_cents is None else amount_cents
        if not 0 < amount <= due:
            raise Invalid({"amountCents": ["Please enter at least one cent and at most what is still due."]})
        holding = booking.status == BookingStatus.PENDING
        if holding and amount < booking.downpayment_cents:
            raise Invalid({"amountCents": ["This does not cover the deposit, so the time cannot be confirmed."]})
        holds.stop_payments(session, booking, now=now)
        purpose = "FULL" if amount == booking.price_cents else "DEPOSIT" if holding else "BALANCE"
        payment = _write(session, booking, purpose, method, amount, actor=actor, now=now)
        if holding:
            journal.move(session, booking, BookingStatus.CONFIRMED, actor=actor, now=now, why=f"paid: {method.lower()}")
            mails.confirmed(session, booking, now=now)
        else:
            booking.version += 1
            session.add(booking)
            journal.note(session, booking, "paid", actor=actor, now=now, why=method.lower())
            mails.receipt(session, booking, payment, now=now)
        session.flush()
        return reading.view_of(session, booking)


def _write(
    session: Session, booking: Booking, purpose: str, method: DeskMethod, amount: int, *, actor: str, now: dt.datetime
) -> Payment:
    payment = Payment(
        booking_id=booking.id,
        purpose=purpose,
        method=method,
        status=PaymentStatus.SUCCEEDED,
        amount_cents=amount,
        currency=booking.currency,
        request_id=request_id(),
        created_at=now,
        settled_at=now,
    )
    session.add(payment)
    session.flush()
    journal.made(session, payment, actor=actor, now=now, why=method.lower())
    receipts.issue(session, booking, now=now)
    return payment


def _due(session: Session, booking: Booking) -> int:
    """What nobody has paid yet; the booking is locked, so nobody pays meanwhile."""
    rows = lock(
        session,
        Payment,
        session.exec(select(Payment.id).where(Payment.booking_id == booking.id).order_by(col(Payment.id))).all(),
    )
    paid = sum(row.amount_cents for row in rows if row.status == PaymentStatus.SUCCEEDED)
    return booking.price_cents - paid
