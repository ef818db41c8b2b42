"""How often one visitor may do something: taken here, in the services, so that every door counts alike."""

import ipaddress
import math
import time
from functools import lru_cache

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import MovingWindowRateLimiter

from truflow.errors import RateLimited
from truflow.settings import get_settings

WINDOW_MINUTES = 15
PER_WINDOW = {"pay": 5, "sign_in": 5, "book": 30, "token": 20}
"""`pay` counts cards offered, `book` bookings made, `token` wrong links, each per address."""


@lru_cache
def _limiter() -> MovingWindowRateLimiter:
    redis = get_settings().redis_url
    storage: Storage = RedisStorage(redis.get_secret_value()) if redis else MemoryStorage()
    return MovingWindowRateLimiter(storage)


def take(bucket: str, client: str) -> None:
    """Count one; raises RateLimited with the seconds to wait when the window is full."""
    per_window = PER_WINDOW[bucket] * (10_000 if get_settings().relaxed_limits else 1)
    item = RateLimitItemPerMinute(per_window, WINDOW_MINUTES)
    if not _limiter().hit(item, bucket, address(client)):
        resets_at = _limiter().get_window_stats(item, bucket, address(client)).reset_time
        raise RateLimited(retry_after=max(1, math.ceil(resets_at - time.time())))


def address(client: str) -> str:
    """What counts as one visitor: an IPv4 address, or the /64 that one household has."""
    try:
        ip = ipaddress.ip_address(client)
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)
