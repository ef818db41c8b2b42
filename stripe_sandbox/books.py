"""What one request, or one job, does to the ledger: inside one transaction, at one instant."""

from dataclasses import dataclass, field
from typing import Any

from stripe_sandbox import deliveries
from stripe_sandbox.config import Config
from stripe_sandbox.errors import Missing
from stripe_sandbox.ids import new_id
from stripe_sandbox.params import Params
from stripe_sandbox.rendering import render
from stripe_sandbox.store import Body, Store

from . import API_VERSION


@dataclass
class Books:
    """The ledger, opened at `instant`; `request` is who asked, as events tell it."""

    store: Store
    config: Config
    instant: float
    request: dict[str, str | None] = field(default_factory=lambda: {"id": None, "idempotency_key": None})

    @property
    def now(self) -> int:
        return int(self.instant)

    def add(self, body: Body) -> Body:
        return self.store.add(body)

    def save(self, body: Body) -> Body:
        return self.store.save(body)

    def find(self, kind: str, id_: str, param: str) -> Body:
        """The document, or Stripe's 404 that blames `param`."""
        body = self.store.get(kind, id_)
        if body is None:
            raise Missing(kind, id_, param)
        return body

    def linked(self, kind: str, by: str, id_: str) -> list[Body]:
        """Documents of a kind whose `payment_intent` or `charge` is this, the oldest first."""
        assert by in {"payment_intent", "charge"}
        return self.store.every_linked(kind, by, id_)

    def emit(self, type_: str, body: Body, *, before: Params | None = None) -> None:
        """Writes an event with the object as it is now, and what has to be delivered."""
        data: dict[str, Any] = {"object": render(self.store, body)}
        if before is not None:
            data["previous_attributes"] = before
        event = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now,
            "data": data,
            "livemode": False,
            "pending_webhooks": 1 if self.config.webhook_url else 0,
            "request": dict(self.request),
            "type": type_,
        }
        self.store.add(event)
        if self.config.webhook_url:
            deliveries.enqueue(self.store, event, self.config.webhook_url, self.instant)

    def later(self, seconds: float, kind: str, ref: str) -> None:
        """Something that happens to `ref` by itself after a while."""
        self.store.run("insert into job(due_at, kind, ref) values (?, ?, ?)", self.instant + seconds, kind, ref)


@dataclass
class Call:
    """One request to the API, authenticated and unfolded; `browser` means a publishable key."""

    books: Books
    params: Params
    browser: bool = False
    base: str = ""
