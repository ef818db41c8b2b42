"""How often one visitor may do something: taken here, in the services, so that every door counts alike."""

import ipaddress
import math
import threading
import time
from contextlib import nullcontext
from functools import lru_cache
from typing import Any

from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter

from truflow.errors import Busy, RateLimited
from truflow.settings import get_settings

WINDOW_MINUTES = 15
PER_WINDOW = {"pay": 5, "sign_in": 5, "book": 30, "token": 20, "request": 5}
"""Per address: `pay` counts cards offered, `sign_in` attempts, `book` bookings made, `token` wrong links, `request`
mails asked for without a booking in hand, such as a new password."""

PER_NAME = {"account": 5, "letters": 5}
"""Per account, whether it exists or not: `account` counts failed sign-ins, `letters` mails asked for in its name."""

_turn = threading.Lock()
"""In memory, one after the other: the storage's own locks may be thrown away between two threads that wait for one."""


@lru_cache
def _limiter() -> MovingWindowRateLimiter:
    redis = get_settings().redis_url
    if redis is None:
        return MovingWindowRateLimiter(MemoryStorage())
    url = redis.get_secret_value()
    quick: Any = {"socket_timeout": 1, "socket_connect_timeout": 1}  # it is asked under a lock
    return MovingWindowRateLimiter(RedisStorage(url, wrap_exceptions=True, **quick))


def take(bucket: str, client: str) -> None:
    """Count one; raises RateLimited with the seconds to wait when the window is full, Busy when Redis is away."""
    _take(bucket, PER_WINDOW[bucket], address(client))


def take_for(bucket: str, name: str) -> None:
    """The same for an account in place of an address; `name` is a keyed hash, for it may be somebody's mail address."""
    _take(bucket, PER_NAME[bucket], name)


def forget(bucket: str, name: str) -> None:
    """Begin this account's window anew, as after a sign-in: only failures count against it."""
    try:
        with _alone():
            _limiter().clear(_item(PER_NAME[bucket]), bucket, name)
    except StorageError:
        raise Busy from None


def _take(bucket: str, most: int, name: str) -> None:
    item = _item(most)
    try:
        with _alone():
            if _limiter().hit(item, bucket, name):
                return
            resets_at = _limiter().get_window_stats(item, bucket, name).reset_time
    except StorageError:
        raise Busy from None
    raise RateLimited(retry_after=max(1, math.ceil(resets_at - time.time())))


def _item(most: int) -> RateLimitItemPerMinute:
    return RateLimitItemPerMinute(most * (10_000 if get_settings().relaxed_limits else 1), WINDOW_MINUTES)


def _alone() -> Any:
    return nullcontext() if get_settings().redis_url else _turn


def address(client: str) -> str:
    """What counts as one visitor: an IPv4 address, or the /64 that one household has; also as the edge hands it on."""
    try:
        network = ipaddress.ip_network(client, strict=False)
    except ValueError:
        return "unknown"
    if isinstance(network, ipaddress.IPv4Network):
        return str(network.network_address)
    mapped = network.network_address.ipv4_mapped
    if mapped is not None:
        return str(mapped)
    return str(network.supernet(new_prefix=64) if network.prefixlen > 64 else network)
