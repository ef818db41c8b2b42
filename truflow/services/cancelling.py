"""Giving a time back: by the policy as it was when booked, quoted and carried out by the same function."""

import datetime as dt
from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from sqlmodel import Session, select

from truflow.db import lock, lock_one, transaction
from truflow.domain.policy import Quote, from_json, quote
from truflow.errors import AlreadyCancelled, NotFound, PolicyRefuses, QuoteChanged, StaleVersion, WrongState
from truflow.models import Booking, BookingStatus, Payment, RefundReason, Resource
from truflow.models.payment import AT_THE_DESK
from truflow.services import access, holds, journal, mails, reading, refunds
from truflow.services.views import CancellationView, CancelledView, TierView

ALIVE = (BookingStatus.PENDING, BookingStatus.CONFIRMED)
BackOption = Literal["POLICY", "FULL", "NONE"]


def cancellation(booking_id: UUID, token: str, *, client: str, now: dt.datetime) -> CancellationView:
    """What cancelling would give back; for the token's holder. Refuses with NotFound."""
    with transaction() as session:
        booking = access.opened(session.get(Booking, booking_id), token, client=client)
        return quoted(session, booking, now=now)


def quoted(session: Session, booking: Booking, *, now: dt.datetime) -> CancellationView:
    """The same as a step inside a transaction that is open."""
    made = _quote(session, booking, now=now)
    alive = booking.status in ALIVE
    return CancellationView(
        tiers=[TierView(tier.until, tier.refund_cents) for tier in made.tiers],
        refund_cents=made.refund_cents if alive else 0,
        can_cancel=alive and made.can_cancel,
        can_reschedule=booking.status == BookingStatus.CONFIRMED and made.can_reschedule,
    )


def cancel(
    booking_id: UUID, token: str, *, client: str, now: dt.datetime, agreed_cents: int | None = None
) -> CancelledView:
    """Cancel as the guest, within the policy; `agreed_cents` is what she was told she gets back.

    Refuses with NotFound, AlreadyCancelled and PolicyRefuses, and with QuoteChanged when it is another sum by now.
    """
    with transaction() as session:
        access.opened(session.get(Booking, booking_id), token, client=client)
        return _cancel(
            session,
            booking_id,
            back="POLICY",
            actor=journal.GUEST,
            why="",
            notify=True,
            now=now,
            agreed_cents=agreed_cents,
        )


def cancel_for_guest(
    booking_id: UUID, *, version: int, back: BackOption, why: str, notify: bool, actor: str, now: dt.datetime
) -> CancelledView:
    """Cancel as the practice, whatever the policy says; refuses with NotFound, AlreadyCancelled and StaleVersion."""
    with transaction() as session:
        booking = session.get(Booking, booking_id)
        if booking is None:
            raise NotFound("booking")
        return _cancel(session, booking_id, back=back, actor=actor, why=why, notify=notify, now=now, version=version)


def _cancel(
    session: Session,
    booking_id: UUID,
    *,
    back: BackOption,
    actor: str,
    why: str,
    notify: bool,
    now: dt.datetime,
    version: int | None = None,
    agreed_cents: int | None = None,
) -> CancelledView:
    booking = locked_with_its_time(session, booking_id)
    if booking.status == BookingStatus.CANCELLED:
        raise AlreadyCancelled
    if version is not None and version != booking.version:
        raise StaleVersion
    made = _quote(session, booking, now=now)
    by_guest = actor == journal.GUEST
    if booking.status not in ALIVE or (by_guest and not made.can_cancel):
        raise PolicyRefuses("cancel") if by_guest else WrongState(booking.status)
    if agreed_cents is not None and agreed_cents != made.refund_cents:
        raise QuoteChanged
    payments = lock(session, Payment, session.exec(select(Payment.id).where(Payment.booking_id == booking_id)).all())
    sums = {payment.id: refunds.left_of(session, payment) for payment in payments}
    wanted = {"POLICY": made.refund_cents, "FULL": sum(sums.values()), "NONE": 0}[back]
    was_confirmed = booking.status == BookingStatus.CONFIRMED
    journal.move(session, booking, BookingStatus.CANCELLED, actor=actor, now=now, why=why)
    booking.ics_sequence += 1
    holds.release(session, booking)
    holds.stop_payments(session, booking, now=now)
    given = give_back(session, payments, wanted, RefundReason.CANCELLATION, actor=actor, now=now)
    session.flush()
    if notify:
        by_hand = reading.money_of(session, booking).by_hand
        mails.cancelled(
            session,
            booking,
            refund_cents=given - by_hand,
            by_hand_cents=by_hand,
            by_practice=not by_guest,
            was_confirmed=was_confirmed,
            why=why,
            now=now,
        )
    return CancelledView(booking=reading.view_of(session, booking), refund_cents=given)


def locked_with_its_time(session: Session, booking_id: UUID) -> Booking:
    """A booking, locked after its practitioner, as the lock order has it."""
    seen = session.get_one(Booking, booking_id)
    if seen.resource_id is not None:
        lock_one(session, Resource, seen.resource_id)
    booking = lock_one(session, Booking, booking_id)
    assert booking is not None, "bookings are never deleted"
    return booking


def give_back(
    session: Session, payments: Sequence[Payment], cents: int, reason: RefundReason, *, actor: str, now: dt.datetime
) -> int:
    """Promise `cents` back over these locked payments, cards before cash; returns what was promised."""
    left = cents
    for payment in sorted(payments, key=lambda each: (each.method in AT_THE_DESK, -each.created_at.timestamp())):
        refund = refunds.start(session, payment, left, reason, now=now, actor=actor) if left > 0 else None
        left -= refund.amount_cents if refund is not None else 0
    return cents - left


def _quote(session: Session, booking: Booking, *, now: dt.datetime) -> Quote:
    payments = session.exec(select(Payment).where(Payment.booking_id == booking.id)).all()
    paid = sum(refunds.left_of(session, payment) for payment in payments)
    return quote(from_json(booking.policy), starts_at=booking.starts_at, refundable_cents=paid, now=now)


def may_move(session: Session, booking: Booking, *, now: dt.datetime) -> bool:
    """Whether the guest may still move the booking by herself."""
    return booking.status == BookingStatus.CONFIRMED and _quote(session, booking, now=now).can_reschedule
