"""How much a visitor may send: bytes of a body, frames and bytes of a socket, connects of an address."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.types import Message, Receive, Scope, Send

from truflow.edge.address import is_loopback
from truflow.edge.origins import WEBHOOKS
from truflow.edge.visit import Visit
from truflow.settings import Settings

KIB = 1024
BODY_CAP = 64 * KIB
WEBHOOK_CAP = 256 * KIB
FRAME_CAP = 64 * KIB
MOST_ADDRESSES = 20_000

Clock = Callable[[], float]


@dataclass(frozen=True)
class Allowance:
    """A token bucket's measure: so many at once, and so many a second after that."""

    burst: float
    per_second: float


CONNECTS = Allowance(burst=60, per_second=1)
FRAMES = Allowance(burst=120, per_second=60)
BYTES = Allowance(burst=1024 * KIB, per_second=256 * KIB)


@dataclass
class Bucket:
    allowance: Allowance
    clock: Clock = time.monotonic
    tokens: float = field(init=False)
    filled_at: float = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = self.allowance.burst
        self.filled_at = self.clock()

    def take(self, count: float = 1) -> bool:
        """Whether that many are left; if so they are gone."""
        now = self.clock()
        refilled = self.tokens + (now - self.filled_at) * self.allowance.per_second
        self.tokens, self.filled_at = min(self.allowance.burst, refilled), now
        if self.tokens < count:
            return False
        self.tokens -= count
        return True

    @property
    def idle(self) -> bool:
        """Whether it is full again, so that forgetting it changes nothing."""
        return self.tokens + (self.clock() - self.filled_at) * self.allowance.per_second >= self.allowance.burst


class Buckets:
    """One bucket an address, forgotten when it is full again."""

    def __init__(self, allowance: Allowance, clock: Clock = time.monotonic) -> None:
        self._allowance, self._clock = allowance, clock
        self._by_address: dict[str, Bucket] = {}

    def take(self, address: str) -> bool:
        """Whether this address has one left."""
        bucket = self._by_address.get(address)
        if bucket is None:
            if len(self._by_address) >= MOST_ADDRESSES:
                self._forget()
            bucket = self._by_address[address] = Bucket(self._allowance, self._clock)
        return bucket.take()

    def _forget(self) -> None:
        self._by_address = {address: bucket for address, bucket in self._by_address.items() if not bucket.idle}
        if len(self._by_address) >= MOST_ADDRESSES:
            # An attack from everywhere: better to begin anew than to grow without end.
            self._by_address.clear()


def is_exempt(settings: Settings, scope: Scope) -> bool:
    """On one's own machine all visitors of a demo have one address, so it says nothing about any of them."""
    own_machine = settings.env != "production" and settings.trusted_proxy_hops == 0 and is_loopback(scope)
    return settings.relaxed_limits or own_machine


class CappedBody:
    """Counts a body while it is received, because Content-Length may lie or be missing."""

    def __init__(self, visit: Visit, receive: Receive) -> None:
        self.cap = WEBHOOK_CAP if visit.within(WEBHOOKS) else BODY_CAP
        self.exceeded = False
        self._receive = receive
        self._seen = 0

    @classmethod
    def announces_too_much(cls, visit: Visit) -> bool:
        """Whether Content-Length alone says that it is too long."""
        length = visit.headers.get("content-length", "")
        cap = WEBHOOK_CAP if visit.within(WEBHOOKS) else BODY_CAP
        return length.isascii() and length.isdigit() and (len(length) > 12 or int(length) > cap)

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._seen += len(message.get("body", b""))
            if self._seen > self.cap:
                self.exceeded = True
                raise BodyTooLarge
        return message


class BodyTooLarge(Exception):
    """Raised to whoever reads a body beyond its cap."""


class MeteredSocket:
    """A socket whose visitor sends frames too large, too many or too much is closed."""

    def __init__(self, receive: Receive, send: Send, clock: Clock = time.monotonic) -> None:
        self._receive, self._send = receive, send
        self._frames, self._bytes = Bucket(FRAMES, clock), Bucket(BYTES, clock)
        self._closed = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] != "websocket.receive":
            return message
        size = len(message.get("bytes") or b"") or len((message.get("text") or "").encode())
        if size > FRAME_CAP:
            return await self._close(1009)
        if not (self._frames.take() and self._bytes.take(size)):
            return await self._close(1008)
        return message

    async def send(self, message: Message) -> None:
        if not self._closed:
            await self._send(message)

    async def _close(self, code: int) -> Message:
        if not self._closed:
            self._closed = True
            await self._send({"type": "websocket.close", "code": code})
        return {"type": "websocket.disconnect", "code": code}
