"""Levers for tests and demos: faults, the clock, the bank's question, refunds, and the whole ledger."""

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stripe_sandbox import auth, charging, deliveries, disputes, faults, refunds
from stripe_sandbox.errors import Malformed, Refused
from stripe_sandbox.rendering import render
from stripe_sandbox.world import World

Lever = Callable[[World, dict[str, Any], Request], Any]


def routes(prefix: str) -> list[Route]:
    """All levers, below `/_control`."""
    table: list[tuple[str, str, Lever]] = [
        ("GET", "/faults", _faults),
        ("POST", "/faults", _order),
        ("DELETE", "/faults", _forget_all),
        ("DELETE", "/faults/{id:int}", _forget),
        ("GET", "/clock", _clock),
        ("POST", "/clock", _set_clock),
        ("GET", "/ledger", _ledger),
        ("DELETE", "/ledger", _empty),
        ("GET", "/webhook", _webhook),
        ("POST", "/webhook", _set_webhook),
        ("POST", "/payment_intents/{id}/authenticate", _authenticate),
        ("POST", "/payment_intents/{id}/settle", _settle),
        ("POST", "/payment_intents/{id}/dispute", _begin_dispute),
        ("POST", "/disputes/{id}", _move_dispute),
        ("POST", "/refunds/{id}", _move_refund),
        ("POST", "/events/release", _release),
        ("POST", "/events/{id}/send", _send),
    ]
    return [Route(prefix + path, _guarded(lever), methods=[method]) for method, path, lever in table]


def _guarded(lever: Lever) -> Callable[[Request], Awaitable[Response]]:
    async def handler(request: Request) -> Response:
        world: World = request.app.state.world
        try:
            auth.is_browser(request, world.config, pages_may=False)
            given = await _json(request)
            with world.store.transaction():
                answer = lever(world, given, request)
        except Refused as refusal:
            return JSONResponse(refusal.body, refusal.status)
        world.bell.set()
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    return handler


async def _json(request: Request) -> dict[str, Any]:
    raw = await request.body()
    if not raw:
        return {}
    try:
        given = json.loads(raw)
    except ValueError as error:
        raise Malformed("The controls take JSON.") from error
    if not isinstance(given, dict):
        raise Malformed("The controls take a JSON object.")
    return given


def _faults(world: World, given: dict[str, Any], request: Request) -> Any:  # noqa: ARG001
    return {"faults": faults.every(world.store)}


def _order(world: World, given: dict[str, Any], request: Request) -> Any:  # noqa: ARG001
    return faults.order(world.store, given)


def _forget_all(world: World, given: dict[str, Any], request: Request) -> Any:  # noqa: ARG001
    faults.forget(world.store)
    return {"faults": []}


def _forget(world: World, given: dict[str, Any], request: Request) -> Any:  # noqa: ARG001
    faults.forget(world.store, request.path_params["id"])
    return {"faults": faults.every(world.store)}


def _clock(world: World, given: dict[str, Any], request: Request) -> Any:  # noqa: ARG001
    return {"now": world.clock.now(), "offset": world.clock.offset}


def _set_clock(world: World, given: dict[str, Any], request: Request) -> Any:
    for name, move in (("advance", world.clock.advance), ("now", world.clock.set)):
        number = given.get(name)
        if isinstance(number, int | float) and not isinstance(number, bool) and abs(number) < 1e11:
            move(float(number))
            return _clock(world, given, request)
    raise Malformed('Say {"advance": seconds} or {"now": epoch}.')


def _authenticate(world: World, given: dict[str, Any], request: Request) -> Any:
    books = world.books()
    intent = books.find("payment_intent", request.path_params["id"], "intent")
    charging.answer_bank(books, intent, passed=_passed(given))
    return render(world.store, intent)


def _settle(world: World, given: dict[str, Any], request: Request) -> Any:
    books = world.books()
    intent = books.find("payment_intent", request.path_params["id"], "intent")
    charging.settle(books, intent, passed=_passed(given))
    return render(world.store, intent)


def _passed(given: dict[str, Any]) -> bool:
    if given.get("outcome") not in {"success", "failure"}:
        raise Malformed('Say {"outcome": "success"} or {"outcome": "failure"}.', param="outcome")
    return bool(given["outcome"] == "success")


def _move_refund(world: World, given: dict[str, Any], request: Request) -> Any:
    if given.get("status") not in refunds.STATUSES:
        raise Malformed(f"status is one of {', '.join(refunds.STATUSES)}", param="status")
    if given.get("pending_reason", "processing") not in refunds.PENDING_REASONS:
        raise Malformed(f"pending_reason is one of {', '.join(refunds.PENDING_REASONS)}", param="pending_reason")
    books = world.books()
    refund = books.find("refund", request.path_params["id"], "refund")
    why = given.get("pending_reason") if given["status"] == "pending" else given.get("failure_reason")
    world.store.run("delete from job where ref = ?", refund["id"])  # what is moved by hand does not move by itself
    refunds.move(books, refund, given["status"], why)
    return render(world.store, refund)


def _begin_dispute(world: World, given: dict[str, Any], request: Request) -> Any:
    books = world.books()
    intent = books.find("payment_intent", request.path_params["id"], "intent")
    charge = books.find("charge", intent["latest_charge"] or "", "charge")
    return render(world.store, disputes.begin(books, charge, str(given.get("reason") or "fraudulent")))


def _move_dispute(world: World, given: dict[str, Any], request: Request) -> Any:
    if given.get("status") not in disputes.STATUSES:
        raise Malformed(f"status is one of {', '.join(disputes.STATUSES)}", param="status")
    books = world.books()
    dispute = books.find("dispute", request.path_params["id"], "dispute")
    disputes.move(books, dispute, given["status"])
    return render(world.store, dispute)


def _webhook(world: World, given: dict[str, Any], request: Request) -> Any:  # noqa: ARG001
    return {"url": world.config.webhook_url}


def _set_webhook(world: World, given: dict[str, Any], request: Request) -> Any:
    url = given.get("url")
    if not isinstance(url, str):
        raise Malformed('Say {"url": "http://…"}, or {"url": ""} for none.', param="url")
    world.config = replace(world.config, webhook_url=url)
    return _webhook(world, given, request)


def _empty(world: World, given: dict[str, Any], request: Request) -> Any:  # noqa: ARG001
    world.store.empty()
    return {"emptied": True}


def _send(world: World, given: dict[str, Any], request: Request) -> Any:
    event = world.books().find("event", request.path_params["id"], "event")
    url = given.get("url") or world.config.webhook_url
    if not url:
        raise Malformed("There is no webhook address: set SANDBOX_WEBHOOK_URL, or give a url.", param="url")
    deliveries.send_again(world.store, event["id"], url, world.clock.now())
    return render(world.store, event) | {"deliveries": deliveries.of_event(world.store, event["id"])}


def _release(world: World, given: dict[str, Any], request: Request) -> Any:  # noqa: ARG001
    return {"released": deliveries.release_held(world.store, world.clock.now())}


def _ledger(world: World, given: dict[str, Any], request: Request) -> Any:  # noqa: ARG001
    store = world.store

    def every(kind: str) -> list[dict[str, Any]]:
        return [render(store, body) for body in store.every(kind)]

    intents, given_back = every("payment_intent"), every("refund")
    keys = store.rows("select key, path, status, request_id, created from idempotency order by created, key")
    return {
        "now": world.clock.now(),
        "totals": _totals(intents, given_back),
        "payment_intents": intents,
        "charges": every("charge"),
        "refunds": given_back,
        "disputes": every("dispute"),
        "confirmation_tokens": every("confirmation_token"),
        "events": [each | {"deliveries": deliveries.of_event(store, each["id"])} for each in every("event")],
        "idempotency_keys": [dict(row) for row in keys],
        "faults": faults.every(store),
    }


def _totals(intents: list[dict[str, Any]], given_back: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Cents received and given back, by currency."""
    totals: dict[str, dict[str, int]] = defaultdict(lambda: {"received": 0, "refunded": 0})
    for intent in intents:
        totals[intent["currency"]]["received"] += intent["amount_received"]
    for refund in given_back:
        if refund["status"] not in {"failed", "canceled"}:
            totals[refund["currency"]]["refunded"] += refund["amount"]
    return dict(totals)
