"""Booking references people can read out on the phone."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without 0/O, 1/I/L and U: nothing to mishear, no words by accident."""


def new_reference() -> str:
    """Eight random letters and digits, written `7K3M-9QXA`; about 39 bits, unique by constraint, no secret."""
    text = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{text[:4]}-{text[4:]}"
