"""Blocking work in named thread pools, so that a slow Stripe never stops a page.

AnyIO's shared pool of 40 also serves the static files; 50 payments against a slow Stripe
once stopped every page for ten seconds (docs/decisions/0004-threads.md).
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Literal, ParamSpec, TypeVar

import anyio
import anyio.to_thread

from truflow.settings import get_settings

Pool = Literal["db", "stripe", "hash"]
P = ParamSpec("P")
T = TypeVar("T")

_limiters: dict[str, anyio.CapacityLimiter] = {}


def _limiter(pool: Pool) -> anyio.CapacityLimiter:
    if pool not in _limiters:
        size = {"db": get_settings().db_pool_size, "stripe": 20, "hash": 2}[pool]
        _limiters[pool] = anyio.CapacityLimiter(size)
    return _limiters[pool]


async def in_thread(pool: Pool, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run blocking `fn` in a thread of the named pool and return what it returns."""
    call: Callable[..., Any] = partial(fn, *args, **kwargs)
    return await anyio.to_thread.run_sync(call, limiter=_limiter(pool))
