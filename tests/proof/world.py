"""One practice in one process, emptied in milliseconds, with Stripe's ledger beside it: thousands of rounds fit in."""

import datetime as dt
import email
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from tests.kit.clock import NOW, Clock
from tests.proof import ledger, oracle
from tests.proof.oracle import Findings
from tests.sandbox.kit import Sandbox
from truflow.errors import Refusal
from truflow.services import effects, holds, limits, reconcile
from truflow.services.views import BookedView

CATALOGUE = {
    "alembic_version",
    "service",
    "resource",
    "service_resource",
    "business_hours",
    "date_override",
    "system_settings",
}

AS_IN_DEMO = (
    "delete from service_resource where resource_id > 1",
    "delete from resource where id > 1",
    "update system_settings set max_bookings_per_day = null",
)
"""What a round may have changed in the catalogue, put back."""


@dataclass
class Together(Clock):
    """Our clock and Stripe's, moved by one hand."""

    box: Sandbox

    def forward(self, **span: float) -> dt.datetime:
        self.box.advance(dt.timedelta(**span).total_seconds())
        return super().forward(**span)

    def back_to(self, now: dt.datetime) -> None:
        self.now = now
        self.box.control("POST", "/clock", now=now.timestamp())


@dataclass
class World:
    """The practice; `seen` adds up what the oracle has looked at."""

    database: Engine
    box: Sandbox
    home: Path
    seen: Findings = field(default_factory=Findings)
    rounds: int = 0

    def __post_init__(self) -> None:
        self.clock = Together(NOW, self.box)

    def fresh(self) -> None:
        """Forget every booking and all money, ours and Stripe's; the catalogue stays."""
        with self.database.begin() as connection:
            found = connection.execute(text("select tablename from pg_tables where schemaname = 'public'")).scalars()
            emptied = [f'delete from "{table}"' for table in found if table not in CATALOGUE]
            unwatched = "set local session_replication_role = replica"
            connection.exec_driver_sql("; ".join([unwatched, *emptied, *AS_IN_DEMO]))
        limits._limiter.cache_clear()
        shutil.rmtree(self.home / "mail", ignore_errors=True)
        self.box.control("DELETE", "/ledger")
        self.clock.back_to(NOW)
        self.rounds += 1

    def sql(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        with self.database.begin() as connection:
            found = connection.execute(text(statement), values)
            return [dict(row) for row in found.mappings()] if found.returns_rows else []

    def card(self, number: str = "pm_card_visa") -> str:
        """A confirmation token as the card form makes it."""
        return str(self.box.sdk().v1.test_helpers.confirmation_tokens.create({"payment_method": number}).id)

    def second_practitioner(self) -> None:
        """Somebody else who can do everything as well."""
        self.sql("insert into resource (kind, name) values ('PRACTITIONER', 'Noa Fields')")
        self.sql(
            "insert into service_resource (service_id, resource_id) "
            "select s.id, r.id from service s, resource r on conflict do nothing"
        )

    def letter(self, type_: str, object_id: str, number: int = 1) -> str:
        """A letter from Stripe that the letterbox has taken in; gives its id."""
        self.sql(
            "insert into stripe_event (event_id, type, object_id, intent_id, created, received_at, deliveries, status) "
            "values (:id, :type, :object, :object, :now, :now, 1, 'RECEIVED')",
            id=f"evt_{number}",
            type=type_,
            object=object_id,
            now=self.clock.now,
        )
        return f"evt_{number}"

    def deliver(self) -> int:
        return effects.deliver_due(lambda: self.clock.now)

    def chores(self) -> None:
        """What the worker does by itself, each chore once, the reconciliation as at night."""
        self.deliver()
        holds.expire_overdue(now=self.clock.now)
        reconcile.run(now=self.clock.now, wide=True)
        self.deliver()

    def rest(self, *, minutes: float = 31) -> None:
        """Let the time of every hold pass and reconcile twice, until nothing is due any more."""
        self.deliver()
        self.clock.forward(minutes=minutes)
        for _ in range(8):
            self.chores()
            self.clock.forward(minutes=3)
            if not self.sql("select 1 from outbox where status in ('READY', 'LEASED') limit 1"):
                break
        self.chores()

    def mails(self) -> list[str]:
        """The Message-ID of every mail that went out."""
        return message_ids(self.home / "mail")

    def examine(self, *, lost_answers: int = 0, inside: Connection | None = None) -> Findings:
        """What the oracle says of the world as it stands, or as a transaction sees it."""
        if inside is None:
            with self.database.connect().execution_options(isolation_level="REPEATABLE READ") as snapshot:
                return self.examine(lost_answers=lost_answers, inside=snapshot)
        stripe = ledger.read(self.box)
        books = oracle.read(inside, stripe, self.mails(), self.clock.now, lost_answers=lost_answers)
        findings = oracle.examine(books)
        self.seen.add(findings)
        return findings

    def stands(self, about: str, *, lost_answers: int = 0) -> None:
        """Nothing is broken; else the oracle's table, and `about` to play it again."""
        findings = self.examine(lost_answers=lost_answers)
        assert not findings.breaches, f"{about}\n{findings.table()}"


def message_ids(folder: Path) -> list[str]:
    """The Message-ID of every captured mail, as often as it was captured."""
    return [str(email.message_from_bytes(file.read_bytes())["Message-ID"]) for file in sorted(folder.glob("*.eml"))]


def outcome(do: Callable[[], Any]) -> str:
    """What became of a use case, in one word."""
    try:
        made = do()
    except Refusal as refusal:
        return refusal.code
    if isinstance(made, BookedView):
        return "BOOKED"
    booking = getattr(made, "booking", made)
    return str(getattr(booking, "status", "DONE"))


def intent_of(made: BookedView) -> str:
    return str(made.client_secret).split("_secret_")[0]


def in_a_while(now: dt.datetime, **span: float) -> dt.datetime:
    return now + dt.timedelta(**span)
