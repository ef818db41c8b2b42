"""Stripe in our words: intents, refunds and letters as frozen values, its troubles as three exceptions."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import stripe

from truflow.settings import get_settings

WINDOW_SECONDS = 300
"""How far a letter's time stamp may lie from our clock; the SDK alone would take one from the future."""

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


class BadLetter(Exception):
    """Not a letter from Stripe, or not for us; `why` is one word for the log."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


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


@dataclass(frozen=True)
class Letter:
    """The envelope of an event: which object to ask Stripe about."""

    event_id: str
    type: str
    object_id: str
    intent_id: str
    created: dt.datetime
    livemode: bool


@lru_cache
def _client() -> stripe.StripeClient:
    settings = get_settings()
    return stripe.StripeClient(
        settings.stripe_secret_key.get_secret_value(),
        base_addresses={"api": settings.stripe_api_base},
        max_network_retries=0,  # the outbox retries, with look-ups that the SDK cannot know
        http_client=stripe.RequestsClient(timeout=10),
    )


@contextmanager
def _in_our_words() -> Iterator[None]:
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


def create_intent(*, payment_id: str, booking_id: str, reference: str, amount_cents: int, currency: str) -> Intent:
    """Make the intent of this payment row; the same row gives the same intent however often it is asked for."""
    with _in_our_words():
        made = _client().v1.payment_intents.create(
            {
                "amount": amount_cents,
                "currency": currency,
                "allowed_payment_method_types": METHODS,
                "description": f"Booking {reference}",
                "metadata": {"payment_id": payment_id, "booking_id": booking_id, "reference": reference},
            },
            {"idempotency_key": f"intent-{payment_id}"},
        )
    return _intent(made)


def retrieve_intent(intent_id: str) -> Intent:
    """What Stripe says now."""
    with _in_our_words():
        return _intent(_client().v1.payment_intents.retrieve(intent_id))


def confirm_intent(intent_id: str, confirmation_token: str, *, key: str, return_url: str) -> Intent:
    """Charge the card behind the token; raises CardDeclined."""
    with _in_our_words():
        return _intent(
            _client().v1.payment_intents.confirm(
                intent_id,
                {"confirmation_token": confirmation_token, "return_url": return_url, "use_stripe_sdk": True},
                {"idempotency_key": key},
            )
        )


def cancel_intent(intent_id: str, *, key: str) -> Intent:
    """Make sure that nobody can pay it any more; raises StripeRefused when it was paid or cancelled already."""
    with _in_our_words():
        return _intent(
            _client().v1.payment_intents.cancel(
                intent_id, {"cancellation_reason": "abandoned"}, {"idempotency_key": key}
            )
        )


def create_refund(*, intent_id: str, amount_cents: int, refund_id: str, key: str) -> StripeRefund:
    """Send money back to the card that paid."""
    with _in_our_words():
        made = _client().v1.refunds.create(
            {
                "payment_intent": intent_id,
                "amount": amount_cents,
                "reason": "requested_by_customer",
                "metadata": {"refund_id": refund_id},
            },
            {"idempotency_key": key},
        )
    return _refund(made)


def retrieve_refund(stripe_refund_id: str) -> StripeRefund:
    with _in_our_words():
        return _refund(_client().v1.refunds.retrieve(stripe_refund_id))


def refunds_of(intent_id: str) -> list[StripeRefund]:
    """Every refund that Stripe knows of an intent."""
    with _in_our_words():
        listed = _client().v1.refunds.list({"payment_intent": intent_id, "limit": 100})
        return [_refund(each) for each in listed.auto_paging_iter()]


def read_letter(payload: bytes, signature: str, *, now: dt.datetime) -> Letter:
    """Check signature, time and shape of what was posted to us; raises BadLetter, never shows the contents."""
    settings = get_settings()
    secret = settings.stripe_webhook_secret.get_secret_value()
    if not secret:
        raise BadLetter("no_secret")
    _check_time(signature, now)
    body = _quietly(lambda: payload.decode("utf-8"), "not_utf8")
    _quietly(lambda: stripe.WebhookSignature.verify_header(body, signature, secret, tolerance=None), "signature")
    data = _quietly(lambda: json.loads(body), "not_json")
    if not isinstance(data, dict) or data.get("object") != "event":
        raise BadLetter("not_an_event")
    letter = _quietly(lambda: _letter(data), "shape")
    if letter.livemode is not settings.stripe_secret_key.get_secret_value().startswith(("sk_live_", "rk_live_")):
        raise BadLetter("livemode")
    return letter


def _check_time(signature: str, now: dt.datetime) -> None:
    stamps = [part[2:] for part in signature.split(",") if part.startswith("t=")]
    stamp = stamps[0] if len(stamps) == 1 else ""  # the SDK signs over the first, so there may be no second
    if not stamp.isascii() or not stamp.isdigit() or abs(now.timestamp() - int(stamp)) > WINDOW_SECONDS:
        raise BadLetter("time")


def _quietly(step: Callable[[], Any], why: str) -> Any:
    """The SDK raises half a dozen things on hostile bodies, some carrying the body: keep one word only."""
    try:
        return step()
    except Exception:
        raise BadLetter(why) from None


def _letter(data: dict[str, Any]) -> Letter:
    about = data["data"]["object"]
    intent = about["id"] if about.get("object") == "payment_intent" else about.get("payment_intent") or ""
    event_id, kind = data["id"], data["type"]
    if not all(isinstance(text, str) and len(text) <= 255 for text in (event_id, kind, intent)) or not event_id:
        raise ValueError("ids are short texts")
    return Letter(
        event_id=event_id,
        type=kind,
        object_id=str(about.get("id") or "")[:255],
        intent_id=intent,
        created=dt.datetime.fromtimestamp(int(data["created"]), tz=dt.UTC),
        livemode=bool(data.get("livemode")),
    )


def _intent(it: stripe.PaymentIntent) -> Intent:
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


def _noted(metadata: Any, name: str) -> str:
    """What we wrote on an object ourselves; the SDK's objects are no dicts."""
    return str(metadata[name]) if metadata and name in metadata else ""


def _refund(it: stripe.Refund) -> StripeRefund:
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


def _dispute(it: stripe.Dispute) -> Dispute:
    intent = it.payment_intent
    return Dispute(
        id=it.id,
        status=it.status,
        amount_cents=it.amount,
        intent_id=intent if isinstance(intent, str) else getattr(intent, "id", "") or "",
    )


def list_intents(*, since: dt.datetime) -> list[Intent]:
    """Every intent that was made since then, with what went back of it."""
    with _in_our_words():
        listed = _client().v1.payment_intents.list(
            {"created": {"gte": int(since.timestamp())}, "limit": 100, "expand": ["data.latest_charge"]}
        )
        return [_intent(each) for each in listed.auto_paging_iter()]


def list_refunds(*, since: dt.datetime) -> list[StripeRefund]:
    """Every refund that was made since then, whoever made it."""
    with _in_our_words():
        listed = _client().v1.refunds.list({"created": {"gte": int(since.timestamp())}, "limit": 100})
        return [_refund(each) for each in listed.auto_paging_iter()]


def list_disputes(*, since: dt.datetime) -> list[Dispute]:
    """Every dispute that began since then."""
    with _in_our_words():
        listed = _client().v1.disputes.list({"created": {"gte": int(since.timestamp())}, "limit": 100})
        return [_dispute(each) for each in listed.auto_paging_iter()]


def disputes_of(intent_id: str) -> list[Dispute]:
    with _in_our_words():
        listed = _client().v1.disputes.list({"payment_intent": intent_id, "limit": 100})
        return [_dispute(each) for each in listed.auto_paging_iter()]


def retrieve_dispute(dispute_id: str) -> Dispute:
    with _in_our_words():
        return _dispute(_client().v1.disputes.retrieve(dispute_id))


def retrieve_with_refunds(intent_id: str) -> Intent:
    """What Stripe says now, with what went back."""
    with _in_our_words():
        return _intent(_client().v1.payment_intents.retrieve(intent_id, {"expand": ["latest_charge"]}))


def undelivered_letters(types: list[str], *, since: dt.datetime) -> list[Letter]:
    """Events of these types (at most twenty) that Stripe could not hand to us, the oldest first; kept 30 days."""
    with _in_our_words():
        listed = _client().v1.events.list(
            {
                "types": types,
                "delivery_success": False,
                "created": {"gte": int(since.timestamp())},
                "limit": 100,
            }
        )
        return [_letter(json.loads(str(each))) for each in listed.auto_paging_iter()][::-1]
