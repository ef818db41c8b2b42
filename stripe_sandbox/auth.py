"""Who asks: a program with the secret key, or a page with the publishable one."""

import base64
import binascii
import secrets

from starlette.requests import Request

from stripe_sandbox.config import Config
from stripe_sandbox.errors import NotAllowed

_NOT_FOR_PAGES = (
    "This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of your "
    "API keys at https://dashboard.stripe.com/account/apikeys."
)
_NO_KEY = (
    "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth "
    "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we "
    "can help at https://support.stripe.com/."
)


def is_browser(request: Request, config: Config, *, pages_may: bool, key_param: str | None = None) -> bool:
    """Whether the publishable key was used; wrong keys and wrong places are refused."""
    key = _bearer(request.headers.get("authorization", "")) or key_param or ""
    if not key:
        raise NotAllowed(_NO_KEY)
    if _same(key, config.secret_key):
        return False
    if _same(key, config.publishable_key):
        if pages_may:
            return True
        raise NotAllowed(_NOT_FOR_PAGES, code="secret_key_required")
    raise NotAllowed(f"Invalid API Key provided: {_masked(key)}")


def _bearer(header: str) -> str:
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""


def _same(given: str, ours: str) -> bool:
    return bool(ours) and secrets.compare_digest(given.encode(), ours.encode())


def _masked(key: str) -> str:
    return f"{key[:8]}{'*' * 8}{key[-4:]}" if len(key) > 16 else "*" * len(key)
