"""The way of every API request: key, parameters, fault, idempotency, one transaction, answer."""

import asyncio
import json
import logging
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from stripe_sandbox import API_VERSION, PREFIX, auth, faults, idempotency
from stripe_sandbox.books import Call
from stripe_sandbox.errors import Failed, KeyInUse, Malformed, RateLimited, Refused
from stripe_sandbox.faults import Fault
from stripe_sandbox.idempotency import Saved
from stripe_sandbox.ids import new_id
from stripe_sandbox.params import Params, unfold
from stripe_sandbox.world import World

Operation = Callable[..., dict[str, Any]]
Handler = Callable[[Request], Awaitable[Response]]
_MOST_BYTES = 256 * 1024
log = logging.getLogger("stripe_sandbox")


@dataclass
class Asked:
    """One request, read."""

    world: World
    request: Request
    request_id: str
    browser: bool
    params: Params
    path: str
    key: str | None

    @property
    def base(self) -> str:
        """Where a browser reaches this sandbox, for what the guest opens later."""
        origin = self.world.config.public_url or str(self.request.base_url).rstrip("/")
        return origin + PREFIX


class Dropped(Response):
    """A connection that breaks off in the middle: the client never learns what happened."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4096")]})
        await send({"type": "http.response.body", "body": b"", "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def endpoint(operation: Operation, *, pages_may: bool = False) -> Handler:
    """Makes a route of an operation; `pages_may` opens it to the publishable key."""

    async def handler(request: Request) -> Response:
        world: World = request.app.state.world
        request_id = new_id("req")
        try:
            asked = await _read(world, request, request_id, pages_may=pages_may)
            return await _answer(asked, operation)
        except Refused as refusal:
            return _refusal(refusal, request_id)
        except Exception as trouble:  # our own mistake: told like Stripe's, and logged without what was sent
            log.error("%s: %s in %s", request_id, type(trouble).__name__, _place(trouble))
            return _refusal(Failed(), request_id)

    return handler


def _place(trouble: BaseException) -> str:
    frame = traceback.extract_tb(trouble.__traceback__)[-1]
    return f"{frame.name}, line {frame.lineno}"


async def _read(world: World, request: Request, request_id: str, *, pages_may: bool) -> Asked:
    params = await read_params(request)
    key_param = params.pop("key", None) if pages_may else None
    browser = auth.is_browser(request, world.config, pages_may=pages_may, key_param=key_param)
    key = request.headers.get("idempotency-key") if request.method == "POST" and not browser else None
    if key is not None:
        idempotency.check_length(key)
    path = request.url.path.removeprefix(PREFIX)
    return Asked(world, request, request_id, browser, params, path, key)


async def read_params(request: Request) -> Params:
    """Query and form together, unfolded; anything but a small form is refused."""
    pairs = parse_qsl(request.url.query, keep_blank_values=True)
    if request.method == "POST":
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MOST_BYTES:
                raise Malformed("The request is too large.")
        kind = request.headers.get("content-type", "application/x-www-form-urlencoded").partition(";")[0]
        if body and kind != "application/x-www-form-urlencoded":
            raise Malformed(
                "Invalid request: the request body must be form-encoded (application/x-www-form-urlencoded)."
            )
        try:
            pairs += parse_qsl(body.decode(), keep_blank_values=True)
        except UnicodeDecodeError as error:
            raise Malformed("Invalid request: the request body must be UTF-8.") from error
    return unfold(pairs)


async def _answer(asked: Asked, operation: Operation) -> Response:
    store = asked.world.store
    with store.transaction():
        fault = faults.take_request(store, asked.request.method, asked.path, asked.key)
    what = fault["fault"] if fault else ""
    if what == "drop_before":
        return Dropped()
    if what == "status_429":
        raise RateLimited
    if what == "status_500":
        raise Failed
    if asked.key is None:
        return await _carry_out(asked, operation, fault)
    if asked.key in asked.world.keys_under_way:
        raise KeyInUse(asked.key)
    first = idempotency.saved(
        store, asked.key, asked.path, idempotency.fingerprint(asked.params), asked.world.clock.now()
    )
    if first:
        return (
            Dropped() if what == "run_then_drop" else _sent(first.status, first.body, asked, original=first.request_id)
        )
    asked.world.keys_under_way.add(asked.key)
    try:
        return await _carry_out(asked, operation, fault)
    finally:
        asked.world.keys_under_way.discard(asked.key)


async def _carry_out(asked: Asked, operation: Operation, fault: Fault | None) -> Response:
    what = fault["fault"] if fault else ""
    seconds = float(fault.get("seconds", 30)) if fault else 0
    if what == "hang" and await _hang(asked.world, seconds):
        return Dropped()
    answer = _run(asked, operation, what)
    asked.world.bell.set()
    if what == "run_then_drop" or (what == "run_then_hang" and await _hang(asked.world, seconds)):
        return Dropped()
    return _sent(answer.status, answer.body, asked)


async def _hang(world: World, seconds: float) -> bool:
    """Waits; whether the process ends before that."""
    try:
        await asyncio.wait_for(world.closing.wait(), seconds)
    except TimeoutError:
        return False
    return True


def _run(asked: Asked, operation: Operation, what: str) -> Saved:
    """One transaction: what the operation does, and what its key will replay."""
    world, rid = asked.world, asked.request_id
    with world.store.transaction():
        call = Call(world.books(rid, asked.key), asked.params, asked.browser, asked.base)
        try:
            if what == "save_500":
                raise Failed
            body = operation(call, **asked.request.path_params)
            answer = Saved(200, json.dumps(body, indent=2), rid)
        except Refused as refusal:
            if not refusal.executed and what != "save_500":
                raise
            answer = Saved(refusal.status, json.dumps(refusal.body, indent=2), rid)
        if what == "run_then_500":
            answer = Saved(500, json.dumps(Failed().body, indent=2), rid)
        if asked.key is not None:
            print_ = idempotency.fingerprint(asked.params)
            idempotency.save(world.store, asked.key, asked.path, print_, answer, world.clock.now())
    return answer


def _sent(status: int, body: str, asked: Asked, original: str | None = None) -> Response:
    headers = {
        "Request-Id": asked.request_id,
        "Stripe-Version": asked.request.headers.get("stripe-version", API_VERSION),
        "Cache-Control": "no-cache, no-store",
    }
    if asked.key is not None:
        headers["Idempotency-Key"] = asked.key
        headers["Original-Request"] = original or asked.request_id
    if original is not None:
        headers["Idempotent-Replayed"] = "true"
    return Response(body, status, headers, "application/json")


def _refusal(refusal: Refused, request_id: str) -> Response:
    headers = {"Request-Id": request_id, "Stripe-Version": API_VERSION, "Cache-Control": "no-cache, no-store"}
    if refusal.status == 409:
        headers["Stripe-Should-Retry"] = "true"
    if refusal.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="Stripe"'
    return Response(json.dumps(refusal.body, indent=2), refusal.status, headers, "application/json")
