"""Disputes: the card's owner asks her bank for the money back. We note it, tell the practice once, and hold refunds."""

import datetime as dt

from sqlmodel import select

from truflow.db import transaction
from truflow.integrations import stripe, stripe_lists
from truflow.models import Booking, Payment
from truflow.models.payment import DisputeStatus
from truflow.services import alerts, foreign, journal
from truflow.services.refund_news import lock_with_booking

FROM_STRIPE = {
    "won": DisputeStatus.WON,
    "lost": DisputeStatus.LOST,
    "warning_closed": DisputeStatus.WON,
    "prevented": DisputeStatus.WON,
}
"""Every other word of Stripe's means that it is not decided yet."""

OPEN = (
    "The card's owner asks her bank for a payment back. Answer the dispute in Stripe's dashboard in time; until it is "
    "decided, TruFlow refunds nothing of this payment."
)


def settle(dispute_id: str, *, now: dt.datetime) -> None:
    """Ask Stripe about one dispute and merge what it says; raises StripeUnreachable."""
    take_in(stripe.retrieve_dispute(dispute_id), now=now)


def settle_all(intent_id: str, *, now: dt.datetime) -> None:
    """Ask Stripe about every dispute of an intent and merge what it says; raises StripeUnreachable."""
    for answer in stripe_lists.disputes_of(intent_id):
        take_in(answer, now=now)


def take_in(answer: stripe.Dispute, *, now: dt.datetime) -> None:
    """Merge one dispute, upwards only: NONE, OPEN, then WON or LOST."""
    to = FROM_STRIPE.get(answer.status, DisputeStatus.OPEN)
    with transaction() as session:
        about = session.exec(select(Payment).where(Payment.stripe_intent_id == answer.intent_id)).first()
        if about is None:
            foreign.tell(session, "dispute", answer.id, now=now)
            return
        payment = lock_with_booking(session, about)
        if not journal.move_dispute(session, payment, to, now=now, why=answer.id):
            return
        booking = session.get_one(Booking, payment.booking_id)
        journal.note(session, booking, "dispute", actor=journal.STRIPE, now=now, why=to.lower())
        if to == DisputeStatus.OPEN:
            alerts.raise_alert(session, "dispute_open", str(payment.id), OPEN, now=now, booking_id=booking.id)
        else:
            alerts.close(session, "dispute_open", str(payment.id), by=journal.STRIPE, now=now)
