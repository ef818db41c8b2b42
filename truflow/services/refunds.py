"""Money on its way back: the row first, then Stripe, then what it said.

Never "done" at `succeeded`: a refund may still fail days later, when the card was closed meanwhile.
"""

import datetime as dt
from uuid import UUID

import structlog
from sqlmodel import Session, col, select

from truflow.db import lock_one, transaction
from truflow.errors import Busy, NotFound, NotRetryable, PaymentsUnavailable
from truflow.integrations import stripe, stripe_lists
from truflow.models import Payment, PaymentStatus, Refund, RefundReason, RefundStatus
from truflow.models.payment import AT_THE_DESK, UNDER_WAY_BACK, DisputeStatus
from truflow.services import alerts, journal, outbox, refund_news
from truflow.services.outbox import GiveUp, Later, Lease
from truflow.services.views import RefundView
from truflow.tracing import request_id

log = structlog.get_logger(__name__)

KEY_LIVES = dt.timedelta(hours=23)
"""Stripe forgets keys after a day, and until then repeats a saved 500: an older row asks with a new key."""

TAKEN = (*UNDER_WAY_BACK, RefundStatus.SUCCEEDED)
OVER = (RefundStatus.FAILED, RefundStatus.CANCELED, RefundStatus.MANUAL)
BY_THE_BANK = (DisputeStatus.OPEN, DisputeStatus.LOST)

PAID_AT_DESK = "paid_at_desk"
PAID_BY = {"CASH": "in cash", "DESK_CARD": "by card at your desk", "TRANSFER": "by bank transfer"}
HAND_OVER = "The guest paid this {how}, so it goes back the same way. Hand it over, then press Handed back."

LESS_LEFT = (
    "A part of this payment was refunded already, probably in Stripe's dashboard, so this refund is too large. "
    "Look there first; trying again gives back what is left."
)
DISPUTED = (
    "This refund was not made, because the card's owner asked her bank for the money back. Answer the dispute in "
    "Stripe's dashboard. If you win it, you can try the refund again; if not, the bank has given the money back."
)


def start(
    session: Session,
    payment: Payment,
    amount_cents: int,
    reason: RefundReason,
    *,
    now: dt.datetime,
    actor: str = journal.SYSTEM,
    retry_of: UUID | None = None,
) -> Refund | None:
    """Promise money back, at most what is left of the payment, None when nothing is; the caller has it locked."""
    amount = min(amount_cents, left_of(session, payment))
    if amount <= 0:
        return None
    refund = Refund(
        payment_id=payment.id,
        booking_id=payment.booking_id,
        reason=reason,
        amount_cents=amount,
        currency=payment.currency,
        retry_of=retry_of,
        request_id=request_id(),
        created_at=now,
    )
    session.add(refund)
    session.flush()
    journal.made(session, refund, actor=actor, now=now, why=reason.value)
    if payment.method in AT_THE_DESK:
        _leave_to_the_desk(session, refund, payment, actor=actor, now=now)
    else:
        outbox.record(session, "refund", refund.id, dedupe=f"refund-{refund.id}", now=now)
    return refund


def _leave_to_the_desk(session: Session, refund: Refund, payment: Payment, *, actor: str, now: dt.datetime) -> None:
    """Stripe knows nothing of this money: one alert asks the practice to hand it over."""
    journal.move_refund(session, refund, RefundStatus.MANUAL, actor=actor, now=now, why=PAID_AT_DESK)
    refund.last_code = PAID_AT_DESK
    how = PAID_BY[payment.method]
    refund_news.failed_alert(session, refund, PAID_AT_DESK, now=now, message=HAND_OVER.format(how=how))


def left_of(session: Session, payment: Payment, *, but: UUID | None = None) -> int:
    """Cents of a payment that have not gone back nor are on their way, not counting the refund `but`."""
    session.flush()
    if payment.status != PaymentStatus.SUCCEEDED:
        return 0
    taken = (*TAKEN, RefundStatus.MANUAL) if payment.method in AT_THE_DESK else TAKEN
    gone = select(Refund).where(Refund.payment_id == payment.id, col(Refund.status).in_(taken))
    return payment.amount_cents - sum(each.amount_cents for each in session.exec(gone) if each.id != but)


def send(lease: Lease, now: dt.datetime) -> None:
    """Outbox effect: ask Stripe for the refund, after looking whether an earlier try has arrived there."""
    begun = _begin(UUID(lease.ref), now=now)
    if begun is None:
        with transaction() as session:
            lease.done(session, now=now)
        return
    refund, payment, obstacle = begun
    try:
        answer, obstacle = _ask(refund, payment, obstacle, look=refund.attempt > 1, now=now)
    except stripe.StripeUnreachable as trouble:
        if lease.last:
            _end(refund.id, str(trouble), now=now)
            raise GiveUp(str(trouble)) from None
        raise Later(str(trouble)) from None
    if answer is None:
        _end(refund.id, obstacle, now=now)
        raise GiveUp(obstacle)
    with transaction() as session:
        refund_news.lock_with_booking(session, payment)
        refund_news.merge(session, _locked(session, refund.id), answer, now=now)
        lease.done(session, now=now)


def take_up(refund_id: UUID, *, now: dt.datetime) -> None:
    """Move on a refund that no effect moves: look at Stripe, ask, or alert; raises StripeUnreachable and Busy."""
    begun = _begin(refund_id, now=now)
    if begun is None:
        return
    refund, payment, obstacle = begun
    try:
        answer, obstacle = _ask(refund, payment, obstacle, look=True, now=now)
        if answer is not None:
            refund_news.take_in(answer, now=now)
    except (stripe.StripeUnreachable, Busy):
        raise
    except Exception as trouble:
        answer, obstacle = None, str(trouble) if isinstance(trouble, stripe.StripeRefused) else type(trouble).__name__
        log.error("refund_not_taken_up", refund_id=str(refund_id), code=obstacle)
    if answer is None:
        _end(refund_id, obstacle, now=now)
    with transaction() as session:
        alerts.close(session, "effect_dead", f"refund {refund_id}", by=journal.SYSTEM, now=now)


def retry(refund_id: UUID, *, actor: str, now: dt.datetime) -> RefundView:
    """Ask again for a refund that did not arrive, with a row of its own; closes the old one's alert.

    Looks at Stripe first. Refuses with NotFound, NotRetryable and PaymentsUnavailable.
    """
    with transaction() as session:
        seen = session.get(Refund, refund_id)
        if seen is None:
            raise NotFound("refund")
        payment = session.get_one(Payment, seen.payment_id)
        if payment.method in AT_THE_DESK:
            raise NotRetryable("This was paid at the desk. Hand the money back there, then say here that it is done.")
    try:
        known = refund_news.settle_all(payment.stripe_intent_id or "", now=now)
    except (stripe.StripeUnreachable, stripe.StripeRefused):
        raise PaymentsUnavailable from None
    with transaction() as session:
        payment_now = refund_news.lock_with_booking(session, payment)
        old = _locked(session, refund_id)
        alive = {each.refund_id for each in known if each.status in refund_news.LIVE_AT_STRIPE}
        if old.status not in OVER or str(old.id) in alive:
            raise NotRetryable("This refund has arrived or is on its way. Nothing is left to do.")
        if session.exec(select(Refund.id).where(Refund.retry_of == old.id)).first() is not None:
            raise NotRetryable("This refund was tried again already. Look at the newest one.")
        if payment_now.dispute in BY_THE_BANK:
            raise NotRetryable("The card's owner asked her bank for this money. While that lasts, nothing is refunded.")
        new = start(session, payment_now, old.amount_cents, RefundReason.ADMIN, now=now, actor=actor, retry_of=old.id)
        if new is None:
            raise NotRetryable("All of this payment has gone back already, or is on its way.")
        alerts.close(session, "refund_failed", str(old.id), by=actor, now=now)
        return _view(new)


def hand_back(refund_id: UUID, *, actor: str, now: dt.datetime) -> RefundView:
    """Note that money which came at the desk was handed back there; closes its alert.

    Refuses with NotFound and NotRetryable (it came by card, or was handed back already).
    """
    with transaction() as session:
        seen = session.get(Refund, refund_id)
        if seen is None:
            raise NotFound("refund")
        payment = refund_news.lock_with_booking(session, session.get_one(Payment, seen.payment_id))
        refund = _locked(session, refund_id)
        if payment.method not in AT_THE_DESK:
            raise NotRetryable("This was paid by card, so it goes back to the card. Try the refund again.")
        if refund.status != RefundStatus.MANUAL:
            raise NotRetryable("This money was handed back already. Nothing is left to do.")
        journal.move_refund(session, refund, RefundStatus.SUCCEEDED, actor=actor, now=now, why="handed back")
        refund.settled_at = now
        alerts.close(session, "refund_failed", str(refund.id), by=actor, now=now)
        return _view(refund)


def _view(refund: Refund) -> RefundView:
    return RefundView(
        refund.id, refund.reason, refund.status, refund.amount_cents, refund.currency, refund.created_at, None
    )


def _begin(refund_id: UUID, *, now: dt.datetime) -> tuple[Refund, Payment, str] | None:
    """Number this try before it is made; also what stands in its way. None when there is nothing left to ask for."""
    with transaction() as session:
        payment = lock_one(session, Payment, session.get_one(Refund, refund_id).payment_id)
        refund = _locked(session, refund_id)
        assert payment is not None, "payments are never deleted"
        if refund.status not in (RefundStatus.QUEUED, RefundStatus.UNKNOWN):
            return None
        journal.move_refund(session, refund, RefundStatus.UNKNOWN, actor=journal.SYSTEM, now=now)
        refund.attempt += 1
        if now - refund.created_at > KEY_LIVES:
            refund.key_generation = 2
        session.add(refund)
        obstacle = "charge_disputed" if payment.dispute in BY_THE_BANK else ""
        if not obstacle and left_of(session, payment, but=refund.id) < refund.amount_cents:
            obstacle = "charge_already_refunded"
        return refund, payment, obstacle


def _ask(
    refund: Refund, payment: Payment, obstacle: str, *, look: bool, now: dt.datetime
) -> tuple[stripe.StripeRefund | None, str]:
    """Stripe's refund, the one of an earlier try or a new one; else what stands in its way."""
    answer = _existing(payment, refund) if look else None
    if answer is None and not obstacle:
        return _create(payment, refund, now=now)
    return answer, obstacle


def _create(payment: Payment, refund: Refund, *, now: dt.datetime) -> tuple[stripe.StripeRefund | None, str]:
    """Stripe's new refund, or the word with which it refused; then its refunds are looked at."""
    try:
        answer = stripe.create_refund(
            intent_id=payment.stripe_intent_id or "",
            amount_cents=refund.amount_cents,
            refund_id=str(refund.id),
            request_id=refund.request_id,
            key=f"refund-{refund.id}-{refund.key_generation}",
        )
    except stripe.StripeRefused as refusal:
        try:
            refund_news.settle_all(payment.stripe_intent_id or "", now=now)
        except stripe.StripeRefused as trouble:
            log.warning("refunds_not_listed", refund_id=str(refund.id), code=trouble.code)
        return None, refusal.code
    return answer, ""


def _existing(payment: Payment, refund: Refund) -> stripe.StripeRefund | None:
    """Keys are forgotten after 24 hours, so look before asking twice for the same money."""
    found = [
        each for each in stripe_lists.refunds_of(payment.stripe_intent_id or "") if each.refund_id == str(refund.id)
    ]
    return found[0] if found else None


def _end(refund_id: UUID, code: str, *, now: dt.datetime) -> None:
    """No further try: closed when the dashboard gave the money back, else handed to a person with one alert."""
    with transaction() as session:
        seen = session.get_one(Refund, refund_id)
        payment = refund_news.lock_with_booking(session, session.get_one(Payment, seen.payment_id))
        refund = _locked(session, refund_id)
        if refund.status != RefundStatus.UNKNOWN:
            return  # a letter was faster
        refund.last_code = code[:100]
        left = left_of(session, payment, but=refund.id)
        if left <= 0 and _stands_for(session, refund):
            journal.move_refund(
                session, refund, RefundStatus.CANCELED, actor=journal.SYSTEM, now=now, why="given back in the dashboard"
            )
            refund.settled_at = now
            return
        journal.move_refund(session, refund, RefundStatus.MANUAL, actor=journal.SYSTEM, now=now, why=code[:100])
        message = DISPUTED if code == "charge_disputed" else LESS_LEFT if left < refund.amount_cents else ""
        refund_news.failed_alert(session, refund, code, now=now, message=message)


def _stands_for(session: Session, refund: Refund) -> bool:
    """Whether a refund from the dashboard has taken this one's place; noted as the one that came after it."""
    statement = select(Refund).where(
        Refund.payment_id == refund.payment_id,
        Refund.reason == RefundReason.EXTERNAL,
        col(Refund.status).in_(TAKEN),
    )
    for other in session.exec(statement.order_by(col(Refund.created_at))).all():
        other.retry_of = other.retry_of or refund.id
        session.add(other)
        if other.retry_of == refund.id:
            return True
    return False


def _locked(session: Session, refund_id: UUID) -> Refund:
    refund = lock_one(session, Refund, refund_id)
    assert refund is not None, "refunds are never deleted"
    return refund
