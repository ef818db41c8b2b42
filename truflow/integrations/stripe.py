"""Stripe in our words: intents, refunds and disputes as frozen values, its troubles as exceptions.

Its lists are in stripe_lists.py, its letters to us in stripe_letters.py; only this file knows the SDK.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import stripe

from truflow.settings import get_settings

METHODS: list[Literal["card"] | str] = ["card"]
"""Cards and their wallets: methods that settle at once, since a hold cannot wait for days."""


class StripeUnreachable(Exception):
    """No usable answer: the network, a 5xx, too many requests. The same request may be sent again."""


class StripeBusy(StripeUnreachable):
    """The same request is on its way already; its answer can be had in a moment."""


class StripeRefused(Exception):
    """Stripe understood and said no; `code` is Stripe's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class CardDeclined(Exception):
    """The card was not accepted; `message` is Stripe's sentence for the guest."""

    def __init__(self, message: str, decline_code: str) -> None:
        super().__init__(decline_code)
        self.message = message
        self.decline_code = decline_code


@dataclass(frozen=True)
class Intent:
    """What Stripe says of one PaymentIntent; money in cents."""

    id: str
    status: str
    amount_cents: int
    received_cents: int
    currency: str
    client_secret: str
    payment_id: str
    last_code: str
    refunded_cents: int | None = None
    """What has gone back or is on its way; known only from a list."""


@dataclass(frozen=True)
class StripeRefund:
    id: str
    status: str
    amount_cents: int
    intent_id: str
    refund_id: str
    failure_code: str
    currency: str
    created: dt.datetime


@dataclass(frozen=True)
class Dispute:
    """The card's owner asked her bank for the money back; `status` is Stripe's word."""

    id: str
    status: str
    amount_cents: int
    intent_id: str


@lru_cache
def client() -> stripe.StripeClient:
    """The SDK's client with our key; for this package only."""
    settings = get_settings()
    return stripe.StripeClient(
        settings.stripe_secret_key.get_secret_value(),
        base_addresses={"api": settings.stripe_api_base},
        max_network_retries=0,  # the outbox retries, with look-ups that the SDK cannot know
        http_client=stripe.RequestsClient(timeout=10),
    )


@contextmanager
def in_our_words() -> Iterator[None]:
    """The SDK's exceptions as ours; for this package only."""
    try:
        yield
    except stripe.CardError as error:
        body: Any = error.error
        code = getattr(body, "decline_code", None) or error.code or "generic_decline"
        raise CardDeclined(error.user_message or "Your card was declined.", str(code)) from None
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise StripeUnreachable(type(error).__name__) from None
    except stripe.StripeError as error:
        status = error.http_status or 500
        if status == 409:
            raise StripeBusy("409") from None
        # 401 and 403 are about our key, not about this object: mended, the same request succeeds.
        if status >= 500 or status in (401, 403, 429):
            raise StripeUnreachable(f"{type(error).__name__} {status}") from None
        raise StripeRefused(error.code or type(error).__name__) from None


def create_intent(
    *, payment_id: str, booking_id: str, reference: str, amount_cents: int, currency: str, request_id: str = ""
) -> Intent:
    """Make the intent of this payment row; the same row gives the same intent however often it is asked for."""
    with in_our_words():
        made = client().v1.payment_intents.create(
            {
                "amount": amount_cents,
                "currency": currency,
                "allowed_payment_method_types": METHODS,
                "description": f"Booking {reference}",
                "metadata": _notes(
                    payment_id=payment_id, booking_id=booking_id, reference=reference, request_id=request_id
                ),
            },
            {"idempotency_key": f"intent-{payment_id}"},
        )
    return intent_of(made)


def retrieve_intent(intent_id: str) -> Intent:
    """What Stripe says now."""
    with in_our_words():
        return intent_of(client().v1.payment_intents.retrieve(intent_id))


def confirm_intent(intent_id: str, confirmation_token: str, *, key: str, return_url: str) -> Intent:
    """Charge the card behind the token; raises CardDeclined."""
    with in_our_words():
        return intent_of(
            client().v1.payment_intents.confirm(
                intent_id,
                {"confirmation_token": confirmation_token, "return_url": return_url, "use_stripe_sdk": True},
                {"idempotency_key": key},
            )
        )


def cancel_intent(intent_id: str, *, key: str) -> Intent:
    """Make sure that nobody can pay it any more; raises StripeRefused when it was paid or cancelled already."""
    with in_our_words():
        return intent_of(
            client().v1.payment_intents.cancel(
                intent_id, {"cancellation_reason": "abandoned"}, {"idempotency_key": key}
            )
        )


def create_refund(*, intent_id: str, amount_cents: int, refund_id: str, key: str, request_id: str = "") -> StripeRefund:
    """Send money back to the card that paid."""
    with in_our_words():
        made = client().v1.refunds.create(
            {
                "payment_intent": intent_id,
                "amount": amount_cents,
                "reason": "requested_by_customer",
                "metadata": _notes(refund_id=refund_id, request_id=request_id),
            },
            {"idempotency_key": key},
        )
    return refund_of(made)


def retrieve_refund(stripe_refund_id: str) -> StripeRefund:
    with in_our_words():
        return refund_of(client().v1.refunds.retrieve(stripe_refund_id))


def retrieve_with_refunds(intent_id: str) -> Intent:
    """What Stripe says now, with what went back."""
    with in_our_words():
        return intent_of(client().v1.payment_intents.retrieve(intent_id, {"expand": ["latest_charge"]}))


def retrieve_dispute(dispute_id: str) -> Dispute:
    with in_our_words():
        return dispute_of(client().v1.disputes.retrieve(dispute_id))


def check_signature(body: str, signature: str, secret: str) -> None:
    """Whether Stripe wrote this; raises whatever the SDK does. The stamp's age is not looked at."""
    stripe.WebhookSignature.verify_header(body, signature, secret, tolerance=None)


def intent_of(it: stripe.PaymentIntent) -> Intent:
    """The SDK's PaymentIntent in our words."""
    error = it.last_payment_error
    return Intent(
        id=it.id,
        status=it.status,
        amount_cents=it.amount,
        received_cents=it.amount_received or 0,
        currency=it.currency,
        client_secret=it.client_secret or "",
        payment_id=_noted(it.metadata, "payment_id"),
        last_code=(getattr(error, "decline_code", None) or getattr(error, "code", None) or "") if error else "",
        refunded_cents=it.latest_charge.amount_refunded if isinstance(it.latest_charge, stripe.Charge) else None,
    )


def _notes(**notes: str) -> dict[str, str]:
    """What we write on an object; an empty note would not be the same to Stripe as none."""
    return {name: note for name, note in notes.items() if note}


def _noted(metadata: Any, name: str) -> str:
    """What we wrote on an object ourselves; the SDK's objects are no dicts."""
    return str(metadata[name]) if metadata and name in metadata else ""


def refund_of(it: stripe.Refund) -> StripeRefund:
    """The SDK's Refund in our words."""
    intent = it.payment_intent
    return StripeRefund(
        id=it.id,
        status=it.status or "pending",
        amount_cents=it.amount,
        intent_id=intent if isinstance(intent, str) else getattr(intent, "id", "") or "",
        refund_id=_noted(it.metadata, "refund_id"),
        failure_code=getattr(it, "failure_reason", None) or getattr(it, "pending_reason", None) or "",
        currency=it.currency,
        created=dt.datetime.fromtimestamp(it.created, tz=dt.UTC),
    )


def dispute_of(it: stripe.Dispute) -> Dispute:
    """The SDK's Dispute in our words."""
    intent = it.payment_intent
    return Dispute(
        id=it.id,
        status=it.status,
        amount_cents=it.amount,
        intent_id=intent if isinstance(intent, str) else getattr(intent, "id", "") or "",
    )
