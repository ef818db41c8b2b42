"""What a browser loads: Stripe.js' stand-in, the card form's frame, the bank's question."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stripe_sandbox import charging, intents
from stripe_sandbox.api import read_params
from stripe_sandbox.books import Call
from stripe_sandbox.errors import Refused
from stripe_sandbox.params import one_of, read, text
from stripe_sandbox.world import World

_HOME = Path(__file__).parent / "static"
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors *"
)
_FILES = {
    "/v3.js": "text/javascript; charset=utf-8",
    "/v3/": "text/javascript; charset=utf-8",
    "/bank.html": "text/html; charset=utf-8",
    "/bank.js": "text/javascript; charset=utf-8",
    "/elements/payment.html": "text/html; charset=utf-8",
    "/elements/payment.js": "text/javascript; charset=utf-8",
    "/elements/frame.css": "text/css; charset=utf-8",
}


def routes(prefix: str) -> list[Route]:
    """The files, read once, and the bank's letterbox."""
    served = [Route(prefix + path, _file(path, kind), methods=["GET"]) for path, kind in _FILES.items()]
    return [*served, Route(prefix + "/bank/{id}", _bank, methods=["POST"])]


def _file(path: str, kind: str) -> Callable[[Request], Awaitable[Response]]:
    content = (_HOME / ("v3.js" if path == "/v3/" else path.removeprefix("/"))).read_bytes()
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
    if kind.startswith("text/html"):
        headers["Content-Security-Policy"] = _CSP
    else:
        headers |= {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}

    async def handler(request: Request) -> Response:  # noqa: ARG001
        return Response(content, headers=headers, media_type=kind)

    return handler


async def _bank(request: Request) -> Response:
    """The guest's answer to the bank; the client secret says which payment it is about."""
    world: World = request.app.state.world
    rules = {"client_secret": text(required=True), "outcome": one_of("success", "failure")}
    try:
        params = read(await read_params(request), rules)
        with world.store.transaction():
            call = Call(world.books(), {}, browser=True)
            intent = intents.find(call, request.path_params["id"], params["client_secret"])
            method = world.store.get("payment_method", intent["payment_method"] or "")
            if "outcome" in params and intent["status"] == "requires_action":  # a second tab may have answered
                charging.answer_bank(call.books, intent, passed=params["outcome"] == "success")
    except Refused as refusal:
        return JSONResponse(refusal.body, refusal.status)
    world.bell.set()
    told = {name: intent[name] for name in ("amount", "currency", "status")}
    last4 = method["card"]["last4"] if method else ""
    return JSONResponse(told | {"last4": last4, "return_url": intent.get("_return_url")})
