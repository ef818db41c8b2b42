"""Faults to order: what goes wrong next, how often, and for which requests or events."""

import fnmatch
import json
from typing import Any

from stripe_sandbox.errors import Malformed
from stripe_sandbox.store import Body, Store

Fault = dict[str, Any]

REQUEST_FAULTS = frozenset(
    {"run_then_drop", "drop_before", "save_500", "run_then_500", "status_500", "status_429", "hang", "run_then_hang"}
)
EVENT_FAULTS = frozenset({"hold_webhooks", "duplicate", "drop", "delay", "reorder"})
_FIELDS = frozenset({"match", "fault", "seconds", "times", "skip", "copies"})
_MATCHES = {"requests": {"method", "path", "idempotency_key"}, "events": {"type"}}


def order(store: Store, fault: Fault) -> Fault:
    """Puts a fault at the end of the queue."""
    name = fault.get("fault")
    if name not in REQUEST_FAULTS | EVENT_FAULTS:
        raise Malformed(
            f"Unknown fault: {name}. Known: {', '.join(sorted(REQUEST_FAULTS | EVENT_FAULTS))}", param="fault"
        )
    aim = "requests" if name in REQUEST_FAULTS else "events"
    match = fault.get("match") or {}
    if not isinstance(match, dict) or not all(isinstance(value, str) for value in match.values()):
        raise Malformed("match is an object of strings", param="match")
    strange = set(fault) - _FIELDS | set(match) - _MATCHES[aim]
    if strange:
        raise Malformed(f"Not understood here: {', '.join(sorted(strange))}", param="fault")
    numbers = [fault[key] for key in ("seconds", "times", "skip", "copies") if key in fault]
    if not all(isinstance(each, int | float) and not isinstance(each, bool) and 0 <= each < 1e9 for each in numbers):
        raise Malformed("seconds, times, skip and copies are numbers from 0 up", param="fault")
    times = int(fault.get("times", 2 if name == "reorder" else 1))
    body = json.dumps({key: value for key, value in fault.items() if key in {"match", "fault", "seconds", "copies"}})
    id_ = store.run(
        "insert into fault(aim, body, skip, times) values (?, ?, ?, ?)", aim, body, int(fault.get("skip", 0)), times
    )
    return next(each for each in every(store) if each["id"] == id_)


def every(store: Store) -> list[Fault]:
    """All faults of the queue with how often they still come."""
    return [_told(row) for row in store.rows("select * from fault order by id")]


def forget(store: Store, fault_id: int | None = None) -> None:
    """Takes one fault, or all, out of the queue."""
    if fault_id is None:
        store.run("delete from fault")
    else:
        store.run("delete from fault where id = ?", fault_id)


def take_request(store: Store, method: str, path: str, key: str | None) -> Fault | None:
    """The first fault that fits this request; it counts as used."""

    def fits(match: dict[str, str]) -> bool:
        return (
            match.get("method", method).upper() == method
            and _path_fits(match.get("path", ""), path)
            and match.get("idempotency_key", key) == key
        )

    return _take(store, "requests", fits)


def take_event(store: Store, event: Body) -> Fault | None:
    """The first fault that fits this event; it counts as used."""
    return _take(store, "events", lambda match: fnmatch.fnmatchcase(event["type"], match.get("type", "*")))


def _take(store: Store, aim: str, fits: Any) -> Fault | None:
    for row in store.rows("select * from fault where aim = ? and used < times order by id", aim):
        fault = _told(row)
        if not fits(fault.get("match") or {}):
            continue
        if row["skip"] > 0:
            store.run("update fault set skip = skip - 1 where id = ?", row["id"])
            continue
        store.run("update fault set used = used + 1 where id = ?", row["id"])
        return fault | {"last": row["used"] + 1 >= row["times"]}
    return None


def _told(row: Any) -> Fault:
    left = max(0, row["times"] - row["used"])
    return {"id": row["id"], **json.loads(row["body"]), "skip": row["skip"], "times": row["times"], "left": left}


def _path_fits(pattern: str, path: str) -> bool:
    """A pattern with `*` or `?` must fit the whole path, a plain one its beginning."""
    if "*" in pattern or "?" in pattern:
        return fnmatch.fnmatchcase(path, pattern)
    return path.startswith(pattern)
