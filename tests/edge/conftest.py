import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from truflow.edge import Edge
from truflow.edge.shop import Opening, Shop
from truflow.services.views import PracticeView, ServiceView
from truflow.settings import Settings

PAGE = (
    '<!DOCTYPE html><html lang="en"><head><title>Choose</title><meta content="favicon.ico" property="og:image"/>'
    '<meta content="All of them." name="description"/><link rel="modulepreload" href="/a.js"/>'
    "<script>one()</script></head><body>"
    '<script type="module" async="">import "/x.js"</script><script src="/y.js"></script>'
    '<script type="application/ld+json">{}</script></body></html>'
)
ENV = (
    "var e={PING:`http://localhost:8000/ping`,EVENT:`ws://localhost:8000/_event`,TRANSPORT:`websocket`,"
    "TEST_MODE:!1};export{e as t};"
)


@dataclass
class Inside:
    """What lies behind the edge: answers as told and remembers what reached it."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "text/html; charset=utf-8"})
    body: bytes = b"inside"
    error: Exception | None = None
    error_after: bool = False
    scopes: list[Scope] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    frames: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        if scope["type"] == "websocket":
            await self._socket(receive, send)
            return
        if self.error and not self.error_after:
            raise self.error
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        self.bodies.append(body)
        lines = [(k.encode(), v.encode()) for k, v in self.headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": lines})
        if self.error:
            raise self.error
        await send({"type": "http.response.body", "body": self.body})

    async def _socket(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            self.frames.append(dict(message))


class Visitor:
    """Asks the edge, as a browser or a program would."""

    def __init__(self, edge: Edge, peer: str = "203.0.113.7") -> None:
        self.edge, self.peer = edge, peer

    def ask(self, method: str, path: str, *, scheme: str = "http", **more: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.edge, raise_app_exceptions=True, client=(self.peer, 5000))
            async with httpx.AsyncClient(transport=transport, base_url=f"{scheme}://book.example") as http:
                return await http.request(method, path, **more)

        return asyncio.run(asked())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("POST", path, **more)

    def socket(
        self, headers: dict[str, str], frames: list[str] | None = None, scheme: str = "ws"
    ) -> list[dict[str, Any]]:
        """Open a socket, send the frames, and return all that came back."""
        sent: list[dict[str, Any]] = []
        incoming = [{"type": "websocket.connect"}]
        incoming += [{"type": "websocket.receive", "text": frame} for frame in frames or []]
        incoming.append({"type": "websocket.disconnect", "code": 1000})

        async def receive() -> dict[str, Any]:
            return incoming.pop(0)

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "websocket",
            "path": "/_event/",
            "scheme": scheme,
            "query_string": b"",
            "client": (self.peer, 5000),
            "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
        }
        asyncio.run(self.edge(scope, receive, send))
        return sent


@pytest.fixture
def static_dir(tmp_path: Path) -> Path:
    """A build as Reflex makes it, in small."""
    folder = tmp_path / "client"
    for place in ("", "book", "book/success", "admin", "admin/sign-in", "de", "de/book", "booking/find", "styleguide"):
        (folder / place).mkdir(parents=True, exist_ok=True)
        (folder / place / "index.html").write_text(PAGE.replace("<body>", "<body><noscript>Call us.</noscript>"))
    (folder / "404.html").write_text(PAGE)
    (folder / "assets").mkdir()
    (folder / "assets" / "reflex-env-BVGF6eGS.js").write_text(ENV)
    return folder


@pytest.fixture
def inside() -> Inside:
    return Inside()


PRACTICE = PracticeView(
    name="Stillwater",
    address="12 Mill Lane\nHudson, NY 12534",
    phone="+1 518 555 0100",
    email="hello@stillwater.example",
    logo_url="",
    tax_line="",
    terms="",
    timezone="America/New_York",
    currency="usd",
    cancellation_terms="",
    hold_minutes=10,
    horizon_days=60,
)
SHOP = Shop(
    PRACTICE,
    (ServiceView(3, "deep-tissue", "Deep <tissue>", 'Slow "work"\non the back.', 60, 12_000, 4_000, "usd"),),
    (Opening(1, "09:00", "18:00"), Opening(2, "10:00", "24:00")),
)


@pytest.fixture
def visitor(inside: Inside, static_dir: Path, tmp_path: Path) -> Callable[..., Visitor]:
    """A visitor at an edge with these settings: visitor(public_url="https://book.example")."""

    def make(peer: str = "203.0.113.7", **values: Any) -> Visitor:
        clock = values.pop("clock", None)
        given = {"env": "test", "data_dir": tmp_path, "mail_url": "capture://", "public_url": "http://book.example"}
        given |= {"stripe_api_base": "https://api.stripe.com", "stripe_js_url": "https://js.stripe.com/v3/"}
        settings = Settings(**{**given, **values})

        async def signed_in(raw: str) -> bool:
            if raw == "boom":
                raise OSError
            return raw == "good"

        more = {"clock": clock} if clock else {}
        return Visitor(
            Edge(
                inside,
                settings,
                static_dir,
                find_shop=lambda: SHOP,
                signed_in=signed_in,
                **more,
            ),
            peer,
        )

    return make
