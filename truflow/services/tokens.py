"""The links that open one booking: made from our secret each time, never stored, revoked by raising a number."""

import base64
import hashlib
import hmac
from typing import Literal

from truflow.models import Booking
from truflow.settings import get_settings

Purpose = Literal["manage", "calendar"]


def token_for(booking: Booking, purpose: Purpose = "manage") -> str:
    """`base64url(HMAC(secret key, purpose | booking id | version))`, 43 characters."""
    return _sign(f"{purpose}|{booking.id}|{booking.manage_token_version}")


def opens(token: str, booking: Booking, *purposes: Purpose) -> bool:
    """Whether the token opens this booking for one of the purposes; compared in constant time."""
    given = token.encode("utf-8", "replace")
    return any(hmac.compare_digest(given, token_for(booking, purpose).encode()) for purpose in purposes or ("manage",))


def fingerprint(*parts: str) -> str:
    """A keyed hash, for recognising the same text again without keeping it."""
    return _sign("fingerprint|" + "\x1f".join(parts))


def _sign(text: str) -> str:
    key = get_settings().secret_key.get_secret_value().encode()
    digest = hmac.new(key, text.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
