"""Letters from Stripe: whether one is genuine, of now and for us, and what it is about."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from truflow.integrations import stripe
from truflow.settings import get_settings

WINDOW_SECONDS = 300
"""How far a letter's time stamp may lie from our clock; the SDK alone would take one from the future."""


class BadLetter(Exception):
    """Not a letter from Stripe, or not for us; `why` is one word for the log."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Letter:
    """The envelope of an event: which object to ask Stripe about."""

    event_id: str
    type: str
    object_id: str
    intent_id: str
    created: dt.datetime
    livemode: bool


def read_letter(payload: bytes, signature: str, *, now: dt.datetime) -> Letter:
    """Check signature, time and shape of what was posted to us; raises BadLetter, never shows the contents."""
    settings = get_settings()
    secret = settings.stripe_webhook_secret.get_secret_value()
    if not secret:
        raise BadLetter("no_secret")
    _check_time(signature, now)
    body = _quietly(lambda: payload.decode("utf-8"), "not_utf8")
    _quietly(lambda: stripe.check_signature(body, signature, secret), "signature")
    data = _quietly(lambda: json.loads(body), "not_json")
    if not isinstance(data, dict) or data.get("object") != "event":
        raise BadLetter("not_an_event")
    letter = _quietly(lambda: letter_of(data), "shape")
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


def letter_of(data: dict[str, Any]) -> Letter:
    """The envelope of an event as Stripe writes it; raises when it is not of that shape."""
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
