"""How often one visitor may do something: taken here, in the services, so that every door counts alike."""

import ipaddress
import math
import time
from functools import lru_cache
from typing import Any

from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter

from truflow.errors import Busy, RateLimited
from truflow.settings import get_settings

WINDOW_MINUTES = 15
PER_WINDOW = {"pay": 5, "sign_in": 5, "book": 30, "token": 20}
"""`pay` counts cards offered, `book` bookings made, `token` wrong links, each per address."""


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
    per_window = PER_WINDOW[bucket] * (10_000 if get_settings().relaxed_limits else 1)
    item = RateLimitItemPerMinute(per_window, WINDOW_MINUTES)
    try:
        if _limiter().hit(item, bucket, address(client)):
            return
        resets_at = _limiter().get_window_stats(item, bucket, address(client)).reset_time
    except StorageError:
        raise Busy from None
    raise RateLimited(retry_after=max(1, math.ceil(resets_at - time.time())))


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
