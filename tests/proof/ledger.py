"""Stripe's own books, as the sandbox keeps them: read from its ledger, with nothing of ours in between."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.sandbox.kit import Sandbox

Body = dict[str, Any]


@dataclass(frozen=True)
class Ledger:
    """What Stripe believes: payments and refunds, as it would show them in its dashboard."""

    intents: list[Body] = field(default_factory=list)
    refunds: list[Body] = field(default_factory=list)


def over_http(box: Sandbox) -> Ledger:
    """Everything in the ledger, asked for at its control door."""
    whole = box.ledger
    return Ledger(intents=whole["payment_intents"], refunds=whole["refunds"])


def mark(box: Sandbox) -> int:
    """How far the ledger is written now."""
    with closing(_opened(box.folder)) as file:
        return int(file.execute("select coalesce(max(seq), 0) from document").fetchone()[0])


def since(box: Sandbox, seq: int) -> Ledger:
    """What was written after a mark, read from the ledger's file: thousands of rounds share one sandbox."""
    with closing(_opened(box.folder)) as file:
        found = file.execute(
            "select kind, body from document where seq > ? and kind in ('payment_intent', 'refund') order by seq",
            (seq,),
        ).fetchall()
    file.close()
    bodies = [(kind, json.loads(body)) for kind, body in found]
    return Ledger(
        intents=[body for kind, body in bodies if kind == "payment_intent"],
        refunds=[body for kind, body in bodies if kind == "refund"],
    )


def _opened(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{folder / 'sandbox.sqlite3'}?mode=ro", uri=True, timeout=10)
