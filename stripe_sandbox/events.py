"""Events as programs read them."""

from typing import Any

from stripe_sandbox import listing
from stripe_sandbox.books import Call
from stripe_sandbox.errors import Malformed
from stripe_sandbox.params import flag, instants, paging, read, strings, text
from stripe_sandbox.rendering import render
from stripe_sandbox.store import Body


def retrieve(call: Call, id_: str) -> Body:
    """One event."""
    read(call.params, {"expand": strings()})
    return render(call.books.store, call.books.find("event", id_, "id"))


def list_(call: Call) -> Body:
    """A page of events, by type, time and whether they were delivered."""
    rules = {"type": text(), "types": strings(), "delivery_success": flag(), "created": instants()}
    call.params = read(call.params, {**rules, **paging()})
    if "type" in call.params and "types" in call.params:
        raise Malformed("You may only specify one of these parameters: type, types.", param="types")
    return listing.page(call, "event", "/v1/events", *_wanted(call.params))


def _wanted(params: dict[str, Any]) -> list[tuple[str, list[Any]]]:
    conditions: list[tuple[str, list[Any]]] = []
    types = params.get("types") or ([params["type"]] if "type" in params else [])
    if types:
        exact = [f"json_extract(body, '$.type') {'glob' if '*' in each else '='} ?" for each in types]
        conditions.append((f"({' or '.join(exact)})", types))
    if "delivery_success" in params:
        sign = "=" if params["delivery_success"] else ">"
        conditions.append((f"json_extract(body, '$.pending_webhooks') {sign} 0", []))
    return conditions
