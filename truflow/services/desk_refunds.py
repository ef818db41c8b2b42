"""Giving money back from the desk, beside any policy: never more than was paid and has not gone back."""

import datetime as dt
from uuid import UUID

from sqlmodel import Session, select

from truflow.db import lock, transaction
from truflow.errors import Invalid, NotFound, NotRetryable, StaleVersion
from truflow.models import Booking, Payment, RefundReason
from truflow.services import cancelling, journal, mails, reading, refunds
from truflow.services.views import CancelledView

DISPUTED = "The card's owner asked her bank for this money. While that lasts, nothing is refunded."


def refund_part(
    booking_id: UUID, *, amount_cents: int, why: str, version: int, actor: str, now: dt.datetime
) -> CancelledView:
    """Promise a part of what was paid back, to cards first; the booking stays, the guest gets a note.

    What was paid at the desk is handed over there, and an alert says so.
    Refuses with NotFound, StaleVersion, NotRetryable (the bank has the money) and Invalid (more than is left).
    """
    with transaction() as session:
        if session.get(Booking, booking_id) is None:
            raise NotFound("booking")
        booking = cancelling.locked_with_its_time(session, booking_id)
        if version != booking.version:
            raise StaleVersion
        payments = _refundable(session, booking_id)
        by_hand = -reading.money_of(session, booking).by_hand
        given = cancelling.give_back(session, payments, amount_cents, RefundReason.ADMIN, actor=actor, now=now)
        if given != amount_cents or given <= 0:
            raise Invalid({"amountCents": [_at_most(given)]})  # and the transaction takes back what was promised
        booking.version += 1
        session.add(booking)
        journal.note(session, booking, "refund", actor=actor, now=now, why=f"{given} cents. {why}".strip())
        session.flush()
        by_hand += reading.money_of(session, booking).by_hand
        if given > by_hand:
            mails.given_back(session, booking, given - by_hand, by_hand, now=now)
        return CancelledView(booking=reading.view_of(session, booking), refund_cents=given)


def _refundable(session: Session, booking_id: UUID) -> list[Payment]:
    """The booking's payments, locked, without those that the bank has taken into its hands."""
    ids = session.exec(select(Payment.id).where(Payment.booking_id == booking_id)).all()
    locked = lock(session, Payment, ids)
    free = [payment for payment in locked if payment.dispute not in refunds.BY_THE_BANK]
    if len(free) < len(locked) and not any(refunds.left_of(session, payment) for payment in free):
        raise NotRetryable(DISPUTED)
    return free


def _at_most(cents: int) -> str:
    if cents <= 0:
        return "Nothing can go back: nothing was paid, or all of it has gone back already."
    return f"Please enter at most {cents}: this many cents were paid and have not gone back."
