"""Idempotency keys: saved answers, and which keys are under way."""

import hashlib
import json
from dataclasses import dataclass

from stripe_sandbox.errors import KeyReused, KeyReusedElsewhere, Malformed
from stripe_sandbox.params import Params
from stripe_sandbox.store import Store

KEPT = 24 * 3600


@dataclass(frozen=True)
class Saved:
    """The first answer to a key."""

    status: int
    body: str
    request_id: str


def check_length(key: str) -> None:
    """Stripe takes up to 255 characters."""
    if len(key) > 255:
        raise Malformed("Idempotency keys must be at most 255 characters long.", code="idempotency_key_too_long")


def fingerprint(params: Params) -> str:
    """The same for the same parameters, in whatever order they came."""
    return hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()


def saved(store: Store, key: str, path: str, print_: str, now: float) -> Saved | None:
    """The answer to replay; another request under the same key is refused."""
    rows = store.rows("select * from idempotency where key = ? and created > ?", key, int(now) - KEPT)
    if not rows:
        return None
    (row,) = rows
    if row["path"] != path:
        raise KeyReusedElsewhere(key, row["path"], path)
    if row["fingerprint"] != print_:
        raise KeyReused(key)
    return Saved(row["status"], row["body"], row["request_id"])


def save(store: Store, key: str, path: str, print_: str, answer: Saved, now: float) -> None:
    """Keeps the first answer, and drops those older than a day."""
    store.run("delete from idempotency where created <= ?", int(now) - KEPT)
    store.run(
        "insert or replace into idempotency(key, path, fingerprint, status, body, request_id, created) "
        "values (?, ?, ?, ?, ?, ?, ?)",
        key,
        path,
        print_,
        answer.status,
        answer.body,
        answer.request_id,
        int(now),
    )
