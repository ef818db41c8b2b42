"""Stripe's pages: newest first, `starting_after` goes back in time, `ending_before` forward."""

import json
from typing import Any

from stripe_sandbox.books import Call
from stripe_sandbox.errors import Malformed
from stripe_sandbox.rendering import collection, render

_COMPARE = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def page(call: Call, kind: str, url: str, *conditions: tuple[str, list[Any]]) -> dict[str, Any]:
    """One page of a kind; each condition is SQL over `document` and its values."""
    store, params = call.books.store, call.params
    where = ["kind = ?"]
    values: list[Any] = [kind]
    for sql, more in [*conditions, *_times(params.get("created", {}))]:
        where.append(sql)
        values += more
    if "starting_after" in params and "ending_before" in params:
        raise Malformed("You cannot parameterize both starting_after and ending_before.", param="starting_after")
    forward = "ending_before" in params
    for name, sign in (("starting_after", "<"), ("ending_before", ">")):
        if name in params:
            seq = store.seq(call.books.find(kind, params[name], name)["id"])
            where.append(f"seq {sign} ?")
            values.append(seq)
    limit = params.get("limit", 10)
    order = "asc" if forward else "desc"
    sql = f"select body from document where {' and '.join(where)} order by seq {order} limit ?"  # noqa: S608
    rows = [json.loads(row["body"]) for row in store.rows(sql, *values, limit + 1)]
    found = rows[:limit]
    if forward:
        found.reverse()
    listed = collection(url, [render(store, each) for each in found], has_more=len(rows) > limit)
    return render(store, listed, params.get("expand"))


def equals(field: str, value: str | None) -> list[tuple[str, list[Any]]]:
    """A condition on a field of the body, or none."""
    return [(f"json_extract(body, '$.{field}') = ?", [value])] if value is not None else []


def _times(created: dict[str, int]) -> list[tuple[str, list[Any]]]:
    return [(f"created {_COMPARE[way]} ?", [bound]) for way, bound in created.items()]
