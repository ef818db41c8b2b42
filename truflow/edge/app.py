"""The edge itself: the outermost layer, around pages, API, sandbox and sockets alike."""

import time
import traceback
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlsplit

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from truflow.edge.address import is_loopback
from truflow.edge.answers import Answer, broken, redirect, refused
from truflow.edge.build import STATIC_DIR, Build, branded
from truflow.edge.csp import page_policy
from truflow.edge.env_chunk import env_answer
from truflow.edge.guest_pages import GuestPages
from truflow.edge.headers import Wardrobe
from truflow.edge.limits import CONNECTS, FRAMES, Buckets, CappedBody, MeteredSocket, is_exempt
from truflow.edge.origins import WEBHOOKS, may_change, may_connect
from truflow.edge.shop import LookUp, Window, look_up
from truflow.edge.sign_in_courtesy import IsSignedIn, is_admin, sign_in_first
from truflow.edge.sitemap import Sitemap
from truflow.edge.visit import Visit
from truflow.services import traffic
from truflow.settings import Settings, get_settings
from truflow.tracing import following

# Sockets begin here; it also answers plain requests of clients that poll.
SOCKET = "/_event"
# Asked by machines next to us, over plain http.
HEALTH = ("/healthz", "/readyz", "/metrics")

# Shows every piece of the design; nothing for guests.
FOR_BUILDERS = "/styleguide"

log = structlog.get_logger()


class Edge:
    """Wraps an ASGI app; give it last to `rx.App(api_transformer=[doors, Edge])`."""

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings | None = None,
        static_dir: Path = STATIC_DIR,
        *,
        find_shop: LookUp = look_up,
        signed_in: IsSignedIn = is_admin,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.app = app
        self.settings = settings or get_settings()
        self.build = branded(Build.read(static_dir), self.settings.brand_color)
        hashes = self.build.script_hashes
        policies = (page_policy(self.settings, hashes, payments=payments) for payments in (False, True))
        self.wardrobe = Wardrobe(self.settings, *policies)
        self.env_chunk = env_answer(self.build)
        window = Window(find_shop, clock)
        self.guest_pages = GuestPages(self.build, self.settings.origin, window)
        self.sitemap = Sitemap(self.settings.origin, window)
        self.signed_in = signed_in
        self.connects = Buckets(CONNECTS, clock)
        self.polls = Buckets(FRAMES, clock)
        self.ours = frozenset(origin.lower() for origin in self.settings.origins)
        self.clock = clock
        self.must_be_secure = urlsplit(self.settings.origin).scheme == "https"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        visit = Visit.of(scope, self.settings.trusted_proxy_hops)
        with following(visit.request_id):
            if scope["type"] == "websocket":
                await self._socket(visit, scope, receive, send)
            else:
                await self._request(visit, scope, receive, send)

    async def _request(self, visit: Visit, scope: Scope, receive: Receive, send: Send) -> None:
        body = CappedBody(visit, receive)
        response = Response(visit, send, self.wardrobe, body)
        try:
            answer = await self._own_answer(visit, scope)
            if answer is not None:
                await answer.give(visit, response.send)
            else:
                await self.app(self._inner_scope(visit, scope), body.receive, response.send)
        except Exception as error:
            if not body.exceeded:
                _report(visit, error)
        if response.complete:
            return
        if response.started:
            # Too late for words of ours; ending the connection is the one honest thing left.
            raise ConnectionAbortedError("the response broke off")
        await response.send_ours(too_large() if body.exceeded else broken(visit))

    async def _own_answer(self, visit: Visit, scope: Scope) -> Answer | None:
        """What the edge answers without asking further, in the order in which it matters."""
        if self.must_be_secure and not visit.secure and not self._may_be_plain(visit, scope):
            return self._to_https(visit)
        if not may_change(visit, self.ours):
            return refused(403, "ORIGIN_REFUSED", "This request comes from another site, so it is not carried out.")
        if CappedBody.announces_too_much(visit):
            return too_large()
        if visit.within(SOCKET) and not is_exempt(self.settings, scope) and not self.polls.take(visit.client_ip):
            return refused(
                429, "RATE_LIMITED", "That was too often. Please wait a little and try again.", {"retry-after": "1"}
            )
        if visit.path == "/api" or not visit.path.isprintable():  # no router of ours looks beyond the end of a line
            return refused(404, "NOT_FOUND", "We could not find this page.")
        if self.settings.env == "production" and visit.within(FOR_BUILDERS):
            return refused(404, "NOT_FOUND", "We could not find this page.")
        if self.env_chunk is not None and visit.reads and visit.path == self.build.env_chunk_path:
            return self.env_chunk
        to_sign_in = await sign_in_first(visit, self.settings, self.signed_in)
        return to_sign_in or await self.guest_pages.answer(visit) or await self.sitemap.answer(visit)

    def _may_be_plain(self, visit: Visit, scope: Scope) -> bool:
        # The sandbox writes its letters from next door; Stripe itself only ever uses https.
        from_next_door = self.settings.sandboxed and visit.within(WEBHOOKS) and is_loopback(scope)
        return visit.within(*HEALTH) or from_next_door

    def _to_https(self, visit: Visit) -> Answer:
        if not visit.reads:
            return refused(403, "FORBIDDEN", "Please use the https address.")
        if not self.settings.trusted_proxy_hops and visit.headers.get("x-forwarded-proto") == "https":
            log.warning("https_loop", mend="TLS seems to end at a proxy: set TRUFLOW_TRUSTED_PROXY_HOPS=1")
        # To our own address, never to the Host that was asked for: that one is the visitor's to choose.
        target = visit.path if visit.path.startswith("/") else "/"
        safe = "/" + _quoted(target).lstrip("/")
        return redirect(301, self.settings.origin + safe + (f"?{visit.query}" if visit.query else ""))

    def _inner_scope(self, visit: Visit, scope: Scope) -> Scope:
        """The request as the rooms behind see it: with the visitor's own address."""
        port = (scope.get("client") or ("", 0))[1]
        inner = {
            **scope,
            "client": (visit.client_ip, port),
            "state": {**(scope.get("state") or {}), "client_ip": visit.client_ip, "request_id": visit.request_id},
        }
        if visit.secure:
            inner["scheme"] = "wss" if scope["type"] == "websocket" else "https"
        return inner

    async def _socket(self, visit: Visit, scope: Scope, receive: Receive, send: Send) -> None:
        secure = visit.secure or not self.must_be_secure
        many = not is_exempt(self.settings, scope) and not self.connects.take(visit.client_ip)
        if many or not secure or not may_connect(visit, self.ours):
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        socket = MeteredSocket(receive, send, self.clock)
        try:
            await self.app(self._inner_scope(visit, scope), socket.receive, socket.send)
        except Exception as error:
            _report(visit, error)


class Response:
    """Dresses the head of a response, and holds back one that nobody should see."""

    def __init__(self, visit: Visit, send: Send, wardrobe: Wardrobe, body: CappedBody) -> None:
        self._visit, self._send, self._wardrobe, self._body = visit, send, wardrobe, body
        self._held_back = False
        self.started = False
        self.complete = False

    async def send(self, message: Message) -> None:
        """What the rooms behind us answer."""
        starts = message["type"] == "http.response.start"
        self._held_back |= starts and (self._body.exceeded or _is_bare_failure(message))
        if not self._held_back:
            await self._pass(message)

    async def send_ours(self, answer: Answer) -> None:
        """Our own answer in place of one that never came or was held back."""
        await answer.give(self._visit, self._pass)

    async def _pass(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            lines = list(message.get("headers", []))
            message = {**message, "headers": self._wardrobe.dress(self._visit, message["status"], lines)}
            self.started = True
            traffic.count(message["status"])
        await self._send(message)
        # A body in one piece, its last piece, or a file that the server itself sends.
        self.complete |= message["type"] != "http.response.start" and not message.get("more_body", False)


def too_large() -> Answer:
    """The refusal of a body beyond its cap."""
    return refused(413, "TOO_LARGE", "This is more than we take at once.")


def _is_bare_failure(message: Message) -> bool:
    """Starlette's own "Internal Server Error"; JSON with a 500 was made by somebody who meant it."""
    headers = {name.lower(): value for name, value in message.get("headers", [])}
    return message["status"] == 500 and headers.get(b"content-type", b"").startswith(b"text/plain")


def _report(visit: Visit, error: Exception) -> None:
    """Type and place, never the message: it may quote what a visitor typed."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    area = "/" + visit.path.lstrip("/").partition("/")[0] if visit.path.isascii() else ""
    log.error("request_failed", error=type(error).__name__, place=place, method=visit.method, area=area[:40])


def _quoted(path: str) -> str:
    return quote(path, safe="/:@!$&'()*+,;=~-._")
