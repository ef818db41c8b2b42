"""Money on its way in: our row first, then Stripe with a key made from that row, then what Stripe said.

Webhook, return page, button and reconciliation all end in `settle`, which asks Stripe and merges upwards;
so order, repetition and loss of messages stop mattering.
"""

import datetime as dt
import time
from uuid import UUID

import structlog
from sqlmodel import Session, col, select

from truflow.db import lock_one, refuse_on, transaction
from truflow.errors import AlreadyCancelled, AlreadyPaid, Busy, HoldExpired, PaymentDeclined, PaymentsUnavailable
from truflow.integrations import stripe
from truflow.models import Booking, BookingStatus, Payment, PaymentStatus
from truflow.models.payment import LIVE_OR_PAID
from truflow.services import access, journal, limits, reading, settling
from truflow.services.outbox import Later, Lease
from truflow.services.views import BookingView, PaidView
from truflow.tracing import request_id

log = structlog.get_logger(__name__)

CAN_STILL_PAY = (PaymentStatus.CREATED, PaymentStatus.OPEN, PaymentStatus.PROCESSING)
HOLD_AGAIN = dt.timedelta(minutes=10)
LONGEST_HOLD = dt.timedelta(minutes=30)
PATIENCE = (0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds between looks while another request of the same key is on its way to Stripe."""


def prepare(session: Session, booking: Booking, purpose: str, amount_cents: int, *, now: dt.datetime) -> Payment:
    """Write down that a sum may be paid by card; the booking is locked or new."""
    payment = Payment(
        booking_id=booking.id,
        purpose=purpose,
        amount_cents=amount_cents,
        currency=booking.currency,
        request_id=request_id(),
        created_at=now,
    )
    with refuse_on(session, "payment_one_live", Busy()):  # one of the same purpose is still being cancelled
        session.add(payment)
    journal.made(session, payment, actor=journal.GUEST, now=now)
    return payment


def secret_of(booking_id: UUID, *, now: dt.datetime) -> str | None:
    """The client secret for the booking's card payment, None when nothing is paid by card.

    Makes the intent if it is not there yet; refuses with PaymentsUnavailable.
    """
    with transaction() as session:
        payment = live_payment(session, booking_id)
    if payment is None:
        return None
    return secret_of_payment(payment.id, now=now)


def secret_of_payment(payment_id: UUID, *, now: dt.datetime) -> str:
    """The client secret of one payment row; makes its intent if it is not there. Refuses with PaymentsUnavailable."""
    with transaction() as session:
        payment = session.get_one(Payment, payment_id)
    if payment.stripe_intent_id is not None:
        return _ask(payment.stripe_intent_id).client_secret
    return _opened(payment_id, now=now).client_secret


def open_payment(session: Session, booking_id: UUID) -> Payment | None:
    """The card payment that is under way now, if there is one: the deposit's, later the rest's."""
    statement = select(Payment).where(
        Payment.booking_id == booking_id, Payment.method == "CARD", col(Payment.status).in_(CAN_STILL_PAY)
    )
    return session.exec(statement.order_by(col(Payment.created_at).desc())).first()


def live_payment(session: Session, booking_id: UUID) -> Payment | None:
    """The card payment of a booking's deposit, under way or succeeded."""
    statement = select(Payment).where(
        Payment.booking_id == booking_id,
        Payment.method == "CARD",
        Payment.purpose != "BALANCE",
        col(Payment.status).in_(LIVE_OR_PAID),
    )
    return session.exec(statement.order_by(col(Payment.created_at))).first()


def pay(booking_id: UUID, token: str, confirmation_token: str, *, client: str, now: dt.datetime) -> PaidView:
    """Charge the card behind a confirmation token, after checking and extending the hold under its lock.

    Refuses with NotFound, RateLimited (5 cards an address in 15 minutes), HoldExpired, AlreadyPaid, AlreadyCancelled,
    PaymentDeclined and PaymentsUnavailable. `next_action_secret` is set when the bank asks the guest.
    """
    with transaction() as session:
        access.opened(session.get(Booking, booking_id), token, client=client)
    limits.take("pay", client)
    payment, return_url = _begin_attempt(booking_id, now=now)
    intent = _charge(payment, confirmation_token, return_url, now=now)
    settling.apply(intent, now=now)
    with transaction() as session:
        view = reading.view_of(session, session.get_one(Booking, booking_id))
    waiting = intent.status == "requires_action"
    return PaidView(booking=view, next_action_secret=intent.client_secret if waiting else None)


def confirm(booking_id: UUID, token: str, *, client: str, now: dt.datetime) -> BookingView:
    """Ask Stripe how the payment stands and settle it; safe to repeat. Refuses with NotFound."""
    with transaction() as session:
        access.opened(session.get(Booking, booking_id), token, client=client)
        payment = open_payment(session, booking_id) or live_payment(session, booking_id)
    if payment is not None and payment.status != PaymentStatus.SUCCEEDED and payment.stripe_intent_id is not None:
        settling.apply(_ask(payment.stripe_intent_id), now=now)
    with transaction() as session:
        return reading.view_of(session, session.get_one(Booking, booking_id))


def settle(intent_id: str, *, now: dt.datetime) -> None:
    """Ask Stripe about one intent and merge what it says; raises StripeUnreachable."""
    settling.apply(stripe.retrieve_intent(intent_id), now=now)


def cancel_at_stripe(lease: Lease, now: dt.datetime) -> None:
    """Outbox effect: make an intent unpayable, or settle it if somebody was faster."""
    with transaction() as session:
        payment = session.get_one(Payment, UUID(lease.ref))
    try:
        # One that died between our row and Stripe's answer may exist there all the same: the key finds it.
        intent_id = payment.stripe_intent_id or _open(payment.id, now=now).id
        try:
            intent = stripe.cancel_intent(intent_id, key=f"cancel-{payment.id}-{lease.attempt}")
        except stripe.StripeRefused:
            intent = stripe.retrieve_intent(intent_id)
    except stripe.StripeUnreachable as trouble:
        raise Later(str(trouble)) from None
    settling.apply(intent, now=now)
    if intent.status not in ("canceled", "succeeded"):
        raise Later(intent.status)
    with transaction() as session:
        lease.done(session, now=now)


def _opened(payment_id: UUID, *, now: dt.datetime) -> stripe.Intent:
    try:
        return _open(payment_id, now=now)
    except stripe.StripeUnreachable as trouble:
        log.warning("stripe_unreachable", payment_id=str(payment_id), why=str(trouble))
    except stripe.StripeRefused as refusal:
        log.error("stripe_refused", payment_id=str(payment_id), code=refusal.code)
    raise PaymentsUnavailable


def _open(payment_id: UUID, *, now: dt.datetime) -> stripe.Intent:
    """Make the intent of a payment row, or find it: the key is made from the row."""
    with transaction() as session:
        payment = session.get_one(Payment, payment_id)
        booking = session.get_one(Booking, payment.booking_id)
    for wait in (*PATIENCE, None):
        try:
            intent = stripe.create_intent(
                payment_id=str(payment.id),
                booking_id=str(booking.id),
                reference=booking.reference,
                amount_cents=payment.amount_cents,
                currency=payment.currency,
                request_id=payment.request_id,
            )
            break
        except stripe.StripeBusy:
            if wait is None:
                raise
            time.sleep(wait)
    with transaction() as session:
        locked = lock_one(session, Payment, payment_id)
        assert locked is not None, "payments are never deleted"
        locked.stripe_intent_id = intent.id
        session.add(locked)
        if locked.status == PaymentStatus.CREATED:
            journal.move_payment(session, locked, PaymentStatus.OPEN, actor=journal.STRIPE, now=now)
    return intent


def _begin_attempt(booking_id: UUID, *, now: dt.datetime) -> tuple[Payment, str]:
    """Under the booking's lock: still good? then hold it longer and number this card."""
    with transaction() as session:
        booking = lock_one(session, Booking, booking_id)
        assert booking is not None, "bookings are never deleted"
        if booking.status == BookingStatus.CANCELLED:
            raise AlreadyCancelled
        if booking.overdue(now) or booking.status in (BookingStatus.EXPIRED, BookingStatus.CONFLICT):
            raise HoldExpired
        payment = open_payment(session, booking_id)
        locked = lock_one(session, Payment, payment.id) if payment is not None else None
        if locked is not None and locked.status not in CAN_STILL_PAY:
            locked = None
        if booking.status == BookingStatus.PENDING:
            if locked is None:  # its intent was cancelled in Stripe's dashboard: the sum is still to be paid
                locked = prepare(session, booking, "DEPOSIT", booking.downpayment_cents, now=now)
            extend_hold(session, booking, now=now)
        elif locked is None:
            raise AlreadyPaid  # the rest can be paid once `balance` has prepared it
        locked.attempt += 1
        session.add(locked)
        return locked, access.manage_url(booking)


def _charge(payment: Payment, confirmation_token: str, return_url: str, *, now: dt.datetime) -> stripe.Intent:
    intent_id = payment.stripe_intent_id or _opened(payment.id, now=now).id
    try:
        return stripe.confirm_intent(
            intent_id, confirmation_token, key=f"pay-{payment.id}-{payment.attempt}", return_url=return_url
        )
    except stripe.CardDeclined as declined:
        _note_decline(payment.id, declined.decline_code, now=now)
        raise PaymentDeclined(declined.message, declined.decline_code) from None
    except stripe.StripeUnreachable:
        raise PaymentsUnavailable from None
    except stripe.StripeRefused as refusal:
        log.warning("stripe_refused", payment_id=str(payment.id), code=refusal.code)
        intent = _ask(intent_id)
        if intent.status in ("succeeded", "processing", "requires_action"):
            return intent  # another tab or a second click was faster: settle what is true
        if intent.status == "canceled":
            settling.apply(intent, now=now)
            raise PaymentsUnavailable from None  # the next try makes a new one
        raise PaymentDeclined("This card could not be used. Please try again.", refusal.code) from None


def extend_hold(session: Session, booking: Booking, *, now: dt.datetime) -> None:
    """Ten more minutes from now, but never beyond thirty after the booking was made."""
    assert booking.hold_expires_at is not None, "a pending booking has a hold"
    longest = booking.created_at + LONGEST_HOLD
    booking.hold_expires_at = max(booking.hold_expires_at, min(now + HOLD_AGAIN, longest))
    session.add(booking)


def _note_decline(payment_id: UUID, code: str, *, now: dt.datetime) -> None:
    with transaction() as session:
        booking = lock_one(session, Booking, session.get_one(Payment, payment_id).booking_id)
        payment = lock_one(session, Payment, payment_id)
        assert booking is not None, "bookings are never deleted"
        assert payment is not None, "payments are never deleted"
        payment.last_code = code[:100]
        session.add(payment)
        journal.note(session, booking, "card declined", actor=journal.STRIPE, now=now, why=code[:100])


def _ask(intent_id: str) -> stripe.Intent:
    try:
        return stripe.retrieve_intent(intent_id)
    except (stripe.StripeUnreachable, stripe.StripeRefused):
        raise PaymentsUnavailable from None
