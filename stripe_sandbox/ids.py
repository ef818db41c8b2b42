"""Identifiers that look like Stripe's."""

import secrets
import string

_LETTERS = string.ascii_letters + string.digits
_CHARGED = {"pi", "ch", "re", "evt", "txn", "dp"}


def new_id(prefix: str) -> str:
    """An unguessable id, for example `pi_3…`."""
    return f"{prefix}_{'3' if prefix in _CHARGED else '1'}{random_text(23)}"


def random_text(length: int) -> str:
    """Random letters and digits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length))
