"""Stripe's own books, as the sandbox keeps them: read from its ledger, with nothing of ours in between."""

from dataclasses import dataclass, field
from typing import Any

from tests.sandbox.kit import Sandbox

Body = dict[str, Any]


@dataclass(frozen=True)
class Ledger:
    """What Stripe believes: payments and refunds, as it would show them in its dashboard."""

    intents: list[Body] = field(default_factory=list)
    refunds: list[Body] = field(default_factory=list)


def read(box: Sandbox) -> Ledger:
    """Everything in the ledger, asked for at its control door."""
    whole = box.ledger
    return Ledger(intents=whole["payment_intents"], refunds=whole["refunds"])
