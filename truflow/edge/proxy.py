"""The way from `/sandbox/stripe` to the payment sandbox, which is a process of its own; so a demo needs one port."""

from collections.abc import Iterable
from urllib.parse import quote, urlsplit

import httpx
from starlette.requests import ClientDisconnect, Request
from starlette.routing import BaseRoute, Mount
from starlette.types import Receive, Scope, Send

from truflow.edge.answers import Answer, refused
from truflow.edge.visit import Visit
from truflow.settings import LOOPBACK, Settings, get_settings

PREFIX = "/sandbox/stripe"
CONTROL = f"{PREFIX}/_control"
# The sandbox can be told to hang; whoever ordered that waits longer than this.
TIMEOUT = httpx.Timeout(90, connect=5)
HOP_BY_HOP = frozenset(
    [
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer"),
        *("transfer-encoding", "upgrade", "content-length"),
    ]
)


def routes(settings: Settings | None = None) -> list[BaseRoute]:
    """The mount of the sandbox; none when payments go to Stripe or to another machine."""
    settings = settings or get_settings()
    target = _target(settings)
    if target is None:
        return []
    return [Mount(PREFIX, app=SandboxProxy(target, control=settings.env in ("demo", "test")))]


def _target(settings: Settings) -> str | None:
    base = urlsplit(settings.stripe_api_base)
    own = urlsplit(settings.origin)
    if not settings.sandboxed or base.hostname not in LOOPBACK or base.scheme != "http":
        return None
    if (base.port or 80) in {settings.port, own.port if own.hostname in LOOPBACK else None}:
        return None  # ourselves: we would ask ourselves for ever
    return f"http://{base.netloc.rpartition('@')[2]}"


class SandboxProxy:
    """Hands requests on and answers back, byte for byte."""

    def __init__(self, target: str, *, control: bool) -> None:
        self._target, self._control = target, control
        self._client: httpx.AsyncClient | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        visit = Visit.of(scope, hops=0)
        if visit.within(CONTROL) and not self._control:
            await refused(404, "NOT_FOUND", "We could not find this page.").give(visit, send)
            return
        trouble = await self._forward(scope, receive, send)
        if trouble:
            await trouble.give(visit, send)

    async def _forward(self, scope: Scope, receive: Receive, send: Send) -> Answer | None:
        query = scope.get("query_string", b"").decode("latin-1")
        url = self._target + quote(scope["path"]) + (f"?{query}" if query else "")
        lines = _end_to_end(scope["headers"])
        lines.append((b"x-forwarded-proto", str(scope.get("scheme", "http")).encode()))
        try:
            body = await Request(scope, receive).body()
            request = self._http.build_request(scope["method"], url, headers=lines, content=body)
            answer = await self._http.send(request, stream=True)
        except ClientDisconnect:
            return None
        except httpx.HTTPError:
            return refused(502, "SANDBOX_UNREACHABLE", "The payment sandbox does not answer.")
        try:
            await send(
                {
                    "type": "http.response.start",
                    "status": answer.status_code,
                    "headers": _end_to_end(answer.headers.raw),
                }
            )
            async for chunk in answer.aiter_raw():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            await answer.aclose()
        return None

    @property
    def _http(self) -> httpx.AsyncClient:
        """Made at the first request, in the loop that uses it."""
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, follow_redirects=False)
        return self._client


def _end_to_end(lines: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    lines = list(lines)
    named = {
        name.strip().lower()
        for key, value in lines
        if key.lower() == b"connection"
        for name in value.decode("latin-1").split(",")
    }
    dropped = HOP_BY_HOP | named
    return [(key, value) for key, value in lines if key.decode("latin-1").lower() not in dropped]
