"""The letterbox: verify, store once, answer; a worker opens the letter and asks Stripe what is true now."""

import datetime as dt
import hmac
from collections.abc import Callable

import structlog
from sqlalchemy import text
from sqlmodel import select

from truflow.db import transaction
from truflow.errors import NotFound
from truflow.integrations import stripe, stripe_letters
from truflow.models import Payment, PaymentStatus, StripeEvent
from truflow.models.messages import LetterStatus
from truflow.services import disputes, outbox, payments, refund_news
from truflow.services.outbox import Later, Lease
from truflow.settings import get_settings

log = structlog.get_logger(__name__)


def receive(path_token: str, payload: bytes, signature: str, *, now: dt.datetime) -> bool:
    """Take one letter in; False when it came before. Refuses with NotFound (path) or raises BadLetter."""
    ours = get_settings().stripe_webhook_path_token.get_secret_value()
    if not ours or not hmac.compare_digest(path_token.encode("utf-8", "replace"), ours.encode()):
        raise NotFound
    return take_in(stripe_letters.read_letter(payload, signature, now=now), now=now)


def take_in(letter: stripe_letters.Letter, *, now: dt.datetime) -> bool:
    """Keep one letter, by whatever way it came, and promise to open it; False when it came before."""
    with transaction() as session:
        inserted = session.execute(
            text(
                "insert into stripe_event (event_id, type, object_id, intent_id, created, received_at, deliveries, "
                "status) values (:id, :type, :object, :intent, :created, :now, 1, 'RECEIVED') "
                "on conflict (event_id) do update set deliveries = stripe_event.deliveries + 1 returning deliveries"
            ),
            {
                "id": letter.event_id,
                "type": letter.type,
                "object": letter.object_id,
                "intent": letter.intent_id,
                "created": letter.created,
                "now": now,
            },
        ).scalar_one()
        if inserted == 1:
            outbox.record(session, "letter", letter.event_id, dedupe=f"letter-{letter.event_id}", now=now)
        return bool(inserted == 1)


def open_letter(lease: Lease, now: dt.datetime) -> None:
    """Outbox effect: settle what a letter is about."""
    with transaction() as session:
        letter = session.get_one(StripeEvent, lease.ref)
    opener = OPENERS.get(letter.type)
    status = LetterStatus.HANDLED
    try:
        if opener is None or not opener(letter, now):
            status = LetterStatus.IGNORED  # known to Stripe, of no use to us
    except stripe.StripeUnreachable as trouble:
        raise Later(str(trouble)) from None
    except stripe.StripeRefused as refusal:
        if refusal.code != "resource_missing":
            raise Later(refusal.code) from None
        log.warning("letter_about_nothing", event_id=letter.event_id, code=refusal.code)
        status = LetterStatus.IGNORED
    with transaction() as session:
        letter = session.get_one(StripeEvent, lease.ref)
        letter.status, letter.handled_at = status, now
        session.add(letter)
        lease.done(session, now=now)


def _payment(letter: StripeEvent, now: dt.datetime) -> bool:
    if letter.intent_id:
        payments.settle(letter.intent_id, now=now)
    return bool(letter.intent_id)


def _payment_first(letter: StripeEvent, now: dt.datetime) -> None:
    """A refund that overtook the news of its payment must find that payment paid."""
    with transaction() as session:
        paid = (Payment.stripe_intent_id == letter.intent_id, Payment.status == PaymentStatus.SUCCEEDED)
        if session.exec(select(Payment.id).where(*paid)).first() is not None:
            return
    _payment(letter, now)


def _refund(letter: StripeEvent, now: dt.datetime) -> bool:
    _payment_first(letter, now)
    if letter.object_id:
        refund_news.settle(letter.object_id, now=now)
    return bool(letter.object_id)


def _refunds(letter: StripeEvent, now: dt.datetime) -> bool:
    _payment_first(letter, now)
    if letter.intent_id:
        refund_news.settle_all(letter.intent_id, now=now)
    return bool(letter.intent_id)


def _dispute(letter: StripeEvent, now: dt.datetime) -> bool:
    if letter.object_id:
        disputes.settle(letter.object_id, now=now)
    return bool(letter.object_id)


Opener = Callable[[StripeEvent, dt.datetime], bool]
"""Asks Stripe about what a letter names; False when it names nothing."""

OPENERS: dict[str, Opener] = {
    "payment_intent.created": _payment,
    "payment_intent.requires_action": _payment,
    "payment_intent.processing": _payment,
    "payment_intent.payment_failed": _payment,
    "payment_intent.succeeded": _payment,
    "payment_intent.canceled": _payment,
    "charge.refunded": _refunds,
    "charge.refund.updated": _refund,
    "refund.created": _refund,
    "refund.updated": _refund,
    "refund.failed": _refund,
    "charge.dispute.created": _dispute,
    "charge.dispute.updated": _dispute,
    "charge.dispute.funds_withdrawn": _dispute,
    "charge.dispute.funds_reinstated": _dispute,
    "charge.dispute.closed": _dispute,
}
"""What each type of letter makes us ask about; other types are kept and ignored."""
