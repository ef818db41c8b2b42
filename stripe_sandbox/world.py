"""What the process holds: the ledger, its clock, the keys under way, and the postman's bell."""

import asyncio
from dataclasses import dataclass, field

from stripe_sandbox.books import Books
from stripe_sandbox.clock import Clock
from stripe_sandbox.config import Config
from stripe_sandbox.store import Store


@dataclass
class World:
    """Made once when the process starts."""

    config: Config
    store: Store
    clock: Clock
    keys_under_way: set[str] = field(default_factory=set)
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    def books(self, request_id: str | None = None, key: str | None = None) -> Books:
        """The ledger as of now; for use inside one transaction."""
        request = {"id": request_id, "idempotency_key": key}
        return Books(self.store, self.config, self.clock.now(), request)


def open_world(config: Config) -> World:
    """Opens the ledger's file, or makes it."""
    store = Store(config.data)
    return World(config, store, Clock(store))
