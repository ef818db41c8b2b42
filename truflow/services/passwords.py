"""Passwords as Argon2id keeps them. Slow on purpose: never inside a transaction, and in the pool named `hash`."""

import secrets
from functools import lru_cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from truflow.domain.passwords import LONGEST


@lru_cache
def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(),))


@lru_cache
def _nobody() -> str:
    """A hash to compare with when the address is unknown, so that the answer takes as long."""
    return _hasher().hash(secrets.token_urlsafe(16))


def hashed(password: str) -> str:
    """The password as we keep it."""
    return _hasher().hash(password)


def is_right(password: str, known: str | None) -> bool:
    """Whether this is the password behind a hash; without one it is not, and that takes as long to say."""
    same = _hasher().verify(password[:LONGEST], known or _nobody())
    return same and known is not None and len(password) <= LONGEST


def new() -> str:
    """Twenty characters in four groups, easy to type from a terminal; about 99 bits."""
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))
