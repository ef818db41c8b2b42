"""One id follows what a visitor asked for: through web, outbox and worker, and into Stripe's metadata.

It names the work and never the visitor. The log carries it by itself; a row that Stripe hears of keeps the id that it
was made under, so that the same row says the same to Stripe, however often and whenever it is sent.
"""

import secrets
from contextlib import AbstractContextManager

from structlog.contextvars import bind_contextvars, bound_contextvars, get_contextvars


def new_request_id() -> str:
    """An id to quote; the letter in front keeps one of digits only from looking like a card's number."""
    return f"r{secrets.token_hex(8)}"


def request_id() -> str:
    """What this work belongs to; empty outside a request, an event and a task."""
    return str(get_contextvars().get("request_id", ""))


def begin() -> None:
    """From here on this task or thread works for somebody new."""
    bind_contextvars(request_id=new_request_id())


def following(request: str) -> AbstractContextManager[None]:
    """Work for that request until the block ends; for one that nobody knows any more, go on as before."""
    return bound_contextvars(**({"request_id": request} if request else {}))
