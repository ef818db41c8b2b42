"""What Stripe knows and we lost: its lists, read every few minutes with some overlap, and far back every night.

Nothing here changes a row by itself: every finding goes the way that a letter would have gone, or becomes an alert;
a refund that nobody moves any more is asked for once again.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

import structlog
from sqlmodel import Session, col, select

from truflow.db import alone, lock_one, transaction
from truflow.integrations import stripe, stripe_lists
from truflow.integrations.stripe_letters import Letter
from truflow.models import Payment, PaymentStatus, Refund, RefundStatus, Watermark
from truflow.models.payment import DisputeStatus
from truflow.services import alerts, disputes, refund_news, settling, stripe_inbox, upkeep

log = structlog.get_logger(__name__)
Item = TypeVar("Item")

OVERLAP = dt.timedelta(minutes=15)
WIDE = dt.timedelta(days=35)

AS_OURS = {
    "succeeded": PaymentStatus.SUCCEEDED,
    "canceled": PaymentStatus.CANCELED,
    "processing": PaymentStatus.PROCESSING,
}

AT_STRIPE = (RefundStatus.PENDING, RefundStatus.REQUIRES_ACTION, RefundStatus.SUCCEEDED)
"""Refunds that Stripe counts as given back."""


def run(*, now: dt.datetime, wide: bool = False) -> bool:
    """Compare everything once; False when another process does so already, or a list could not be read.

    Reads each list from where the last run stopped, or 35 days back when `wide`; one that cannot be read does not keep
    the others.
    """
    with alone("reconcile") as free:
        if not free:
            return False
        upkeep.settle_open_payments(now=now)
        intents = _read("intents", stripe_lists.list_intents, _intent, now=now, wide=wide)
        letters = _read("letters", _undelivered, _letter, now=now, wide=wide)
        upkeep.settle_open_refunds(now=now)
        upkeep.take_up_refunds(now=now)
        refunds = _read("refunds", stripe_lists.list_refunds, _refund, now=now, wide=wide)
        begun = _read("disputes", stripe_lists.list_disputes, _dispute, now=now, wide=wide)
        _open_disputes(now=now)
        _compare_sums(intents or [], refunds or [], now=now)
        return None not in (intents, letters, refunds, begun)


def _read(
    name: str,
    listed: Callable[..., Sequence[Item]],
    take_in: Callable[[Item, dt.datetime], None],
    *,
    now: dt.datetime,
    wide: bool,
) -> Sequence[Item] | None:
    """Take in one list of Stripe's, None when it cannot be had; the watermark rises only when all was taken in."""
    with transaction() as session:
        mark = session.get(Watermark, name)
    oldest = now - WIDE
    since = oldest if wide or mark is None else max(oldest, mark.at - OVERLAP)
    try:
        items = listed(since=since)
    except (stripe.StripeUnreachable, stripe.StripeRefused) as trouble:
        log.warning("reconcile_not_read", list=name, why=str(trouble))
        return None

    def each(item: Item) -> None:
        take_in(item, now)

    if upkeep.each_by_itself(f"reconcile_{name}", items, each) == len(items):
        with transaction() as session:
            session.merge(Watermark(name=name, at=now))
    return items


def _intent(intent: stripe.Intent, now: dt.datetime) -> None:
    """As we have it already: nothing to do; else the way of every payment, where what is foreign is told."""
    with transaction() as session:
        ours = session.exec(select(Payment).where(Payment.stripe_intent_id == intent.id)).first()
    if ours is None or ours.status != AS_OURS.get(intent.status, PaymentStatus.OPEN):
        settling.apply(intent, now=now)


def _undelivered(*, since: dt.datetime) -> Sequence[Letter]:
    return stripe_lists.undelivered_letters(list(stripe_inbox.OPENERS), since=since)


def _letter(letter: Letter, now: dt.datetime) -> None:
    stripe_inbox.take_in(letter, now=now)


def _refund(answer: stripe.StripeRefund, now: dt.datetime) -> None:
    refund_news.take_in(answer, now=now)


def _dispute(answer: stripe.Dispute, now: dt.datetime) -> None:
    disputes.take_in(answer, now=now)


def _open_disputes(*, now: dt.datetime) -> None:
    """Disputes last for weeks, so those that we know to be open are asked about by themselves."""
    with transaction() as session:
        statement = select(Payment.stripe_intent_id).where(
            Payment.dispute == DisputeStatus.OPEN, col(Payment.stripe_intent_id).is_not(None)
        )
        found = session.exec(statement).all()
    upkeep.each_by_itself("open_disputes", found, lambda intent: disputes.settle_all(str(intent), now=now))


def _compare_sums(intents: Sequence[Any], refunds: Sequence[Any], *, now: dt.datetime) -> None:
    """Received less refunded is the same at Stripe and with us, for every payment that these lists touch."""
    seen = {each.id: each for each in intents}
    others = {each.intent_id for each in refunds if each.intent_id} - seen.keys()

    def compare(intent_id: str) -> None:
        intent = seen.get(intent_id)
        if intent is not None and _differs(intent) is None:
            return
        fresh = stripe.retrieve_with_refunds(intent_id)  # the list may be older than what we have done since
        payment_id = _differs(fresh)
        if payment_id is not None:
            with transaction() as session:
                _tell_of_difference(session, payment_id, now=now)

    upkeep.each_by_itself("compare_sums", [*seen, *sorted(others)], compare)


def _differs(intent: stripe.Intent) -> UUID | None:
    """The payment whose sum is another one than Stripe's; None while one of its refunds is in doubt."""
    with transaction() as session:
        payment = session.exec(select(Payment).where(Payment.stripe_intent_id == intent.id)).first()
        if payment is None:
            return None
        payment = lock_one(session, Payment, payment.id)
        assert payment is not None, "payments are never deleted"
        refunds = session.exec(select(Refund).where(Refund.payment_id == payment.id)).all()
    if any(each.status == RefundStatus.UNKNOWN for each in refunds):
        return None
    ours = payment.amount_cents if payment.status == PaymentStatus.SUCCEEDED else 0
    ours -= sum(each.amount_cents for each in refunds if each.status in AT_STRIPE)
    return payment.id if ours != intent.received_cents - (intent.refunded_cents or 0) else None


def _tell_of_difference(session: Session, payment_id: UUID, *, now: dt.datetime) -> None:
    payment = session.get_one(Payment, payment_id)
    message = "Stripe received or refunded another sum for this payment than TruFlow has. Compare both before acting."
    alerts.raise_alert(session, "money_differs", str(payment.id), message, now=now, booking_id=payment.booking_id)
