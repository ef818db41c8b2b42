"""Which events have to be sent where and when; ordered faults bend it here."""

import json
from typing import Any

from stripe_sandbox import faults
from stripe_sandbox.store import Body, Store

RETRY_AFTER = (1, 5, 30, 120, 600, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)


def enqueue(store: Store, event: Body, url: str, now: float) -> None:
    """Plans the delivery of a new event."""
    fault = faults.take_event(store, event)
    what = fault["fault"] if fault else "send"
    seconds = float(fault.get("seconds", 0)) if fault else 0.0
    if what == "drop":
        _plan(store, event["id"], url, "dropped", now)
    elif what == "hold_webhooks":
        _plan(store, event["id"], url, "held", now)
    elif what == "delay":
        _plan(store, event["id"], url, "due", now + (seconds or 5))
    elif what == "duplicate":
        for copy in range(int((fault or {}).get("copies", 2))):
            _plan(store, event["id"], url, "due", now + copy * seconds)
    elif what == "reorder" and fault:
        _plan(store, event["id"], url, "held", now, fault["id"])
        if fault["last"]:
            _release_backwards(store, fault["id"], now)
    else:
        _plan(store, event["id"], url, "due", now)


def send_again(store: Store, event_id: str, url: str, now: float) -> None:
    """Sends an event now, whatever became of it: a held one goes, another gets one more delivery."""
    held = store.rows("select id from delivery where event_id = ? and state = 'held'", event_id)
    if held:
        store.run("update delivery set state = 'due', due_at = ? where event_id = ? and state = 'held'", now, event_id)
    else:
        _plan(store, event_id, url, "due", now)


def release_held(store: Store, now: float) -> int:
    """Sends all held events, in their order; how many there were."""
    held = store.rows("select id from delivery where state = 'held' order by id")
    store.run("update delivery set state = 'due', due_at = ? where state = 'held'", now)
    return len(held)


def record(store: Store, delivery_id: int, *, status: int | None, error: str | None, real: float, now: float) -> None:
    """Writes down one attempt, and plans the next if it was not a 2xx."""
    (row,) = store.rows("select * from delivery where id = ?", delivery_id)
    log = [*json.loads(row["log"]), {"at": int(real), "status": status, "error": error}]
    attempts = row["attempts"] + 1
    state, due_at = "due", now
    if status is not None and 200 <= status < 300:
        state = "delivered"
    elif attempts > len(RETRY_AFTER):
        state = "given_up"
    else:
        due_at = now + RETRY_AFTER[attempts - 1]
    store.run(
        "update delivery set state = ?, attempts = ?, due_at = ?, log = ? where id = ?",
        state,
        attempts,
        due_at,
        json.dumps(log),
        delivery_id,
    )
    if state == "delivered":
        _count_down(store, row["event_id"])


def of_event(store: Store, event_id: str) -> list[dict[str, Any]]:
    """An event's deliveries, for the ledger."""
    rows = store.rows("select * from delivery where event_id = ? order by id", event_id)
    return [
        {
            "id": row["id"],
            "url": row["url"],
            "state": row["state"],
            "attempts": row["attempts"],
            "due_at": row["due_at"],
            "log": json.loads(row["log"]),
        }
        for row in rows
    ]


def _plan(store: Store, event_id: str, url: str, state: str, due_at: float, fault_id: int | None = None) -> None:
    store.run(
        "insert into delivery(event_id, url, state, due_at, fault_id) values (?, ?, ?, ?, ?)",
        event_id,
        url,
        state,
        due_at,
        fault_id,
    )


def _release_backwards(store: Store, fault_id: int, now: float) -> None:
    rows = store.rows("select id from delivery where fault_id = ? and state = 'held' order by id desc", fault_id)
    for place, row in enumerate(rows):
        store.run("update delivery set state = 'due', due_at = ? where id = ?", now + place * 0.3, row["id"])


def _count_down(store: Store, event_id: str) -> None:
    """One endpoint, so the first 2xx is all that an event waits for."""
    event = store.get("event", event_id)
    if event:
        event["pending_webhooks"] = 0
        store.save(event)
