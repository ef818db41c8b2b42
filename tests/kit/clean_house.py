"""A practice with a booking for every way a booking can go, made through the services and agreeing with its Stripe."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, text

from tests.kit.clock import NOW, Clock, local
from tests.kit.wishes import wish
from tests.sandbox.kit import Sandbox
from truflow.db import lock_one, transaction
from truflow.errors import PaymentDeclined
from truflow.integrations import stripe
from truflow.models import Booking, BookingStatus
from truflow.services import balances, cancelling, effects, holds, journal, limits, payments, rescheduling, upkeep
from truflow.services.bookings import book
from truflow.services.seed import seed_demo
from truflow.services.views import BookedView
from truflow.settings import get_settings

ASLEEP, AWAKE = "set session_replication_role = replica", "set session_replication_role = default"
HALF_HOUR, HOUR = 1, 3


class CleanHouse:
    """Built once; `put_back` undoes whatever a test did to its rows."""

    def __init__(self, database: Engine, box: Sandbox) -> None:
        self.database, self.box, self.clock = database, box, Clock(NOW)
        self.guests = 0
        box.control("POST", "/clock", now=int(NOW.timestamp()))
        with database.begin() as connection:
            self._empty(connection, "restart identity")
        limits._limiter.cache_clear()
        seed_demo(NOW)
        self._live_through_a_week()
        with database.begin() as connection:
            connection.execute(text("create schema kept"))
            for table in self._tables(connection):
                connection.execute(text(f'create table kept."{table}" as table public."{table}"'))

    @property
    def now(self) -> dt.datetime:
        return self.clock.now

    def put_back(self) -> None:
        with self.database.begin() as connection:
            self._empty(connection)
            connection.execute(text(ASLEEP))
            for table in self._tables(connection):
                connection.execute(text(f'insert into public."{table}" select * from kept."{table}"'))
            connection.execute(text(AWAKE))

    def behind_its_back(self, *statements: str) -> None:
        """Change rows as nobody can from inside: triggers and foreign keys are asleep meanwhile."""
        with self.database.begin() as connection:
            connection.execute(text(ASLEEP))
            for statement in statements:
                values = {"now": self.now} if ":now" in statement else {}
                assert connection.execute(text(statement), values).rowcount != 0, f"changed nothing: {statement}"
            connection.execute(text(AWAKE))

    def tear_down(self) -> None:
        with self.database.begin() as connection:
            connection.execute(text("drop schema kept cascade"))

    def _live_through_a_week(self) -> None:
        with self.database.begin() as connection:
            connection.execute(text("update service set downpayment_cents = 0 where id = 1"))
        ann, ben = self.books("Ann", local(2, "10:00")), self.books("Ben", local(2, "12:00"))
        self.pays(ann), self.pays(ben)
        self.books("Cid", local(11, "09:00"), service_id=HALF_HOUR)
        self.books("Dot", local(11, "11:00"))
        self.pays(self.books("Eve", local(11, "13:00")), "pm_card_visa_chargeDeclined")
        fay = self.books("Fay", local(11, "15:00"))
        self.pays(fay, "pm_card_visa_chargeDeclined"), self.pays(fay)
        gus, hal, jon = (
            self.books(name, local(12, time)) for name, time in (("Gus", "10:00"), ("Hal", "12:00"), ("Jon", "14:00"))
        )
        lea = self.books("Lea", local(13, "09:00"))
        for unheard in (gus, hal, lea):
            self.pays_at_stripe(unheard)
        self.pays_at_stripe(jon, "pm_card_refundFail")
        cancelling.cancel(lea.booking.id, lea.manage_token, client="203.0.113.99", now=self.now)
        self.clock.forward(minutes=10)
        self.pays(self.books("Ivy", local(12, "12:00"))), self.pays(self.books("Joe", local(12, "14:00")))
        holds.expire_overdue(now=self.now)
        for heard in (gus, hal, jon, lea):
            payments.settle(self.intent(heard), now=self.now)
        kim, max_, ned = (
            self.books(name, local(15, time)) for name, time in (("Kim", "10:00"), ("Max", "12:00"), ("Ned", "14:00"))
        )
        self.pays(kim), self.pays(ned)
        cancelling.cancel(kim.booking.id, kim.manage_token, client="203.0.113.99", now=self.now)
        balances.mark_paid(
            max_.booking.id, method="CASH", amount_cents=None, version=max_.booking.version, actor="admin", now=self.now
        )
        rescheduling.reschedule(
            ned.booking.id,
            ned.manage_token,
            start_time=local(16, "10:00"),
            practitioner_id=None,
            client="203.0.113.99",
            now=self.now,
        )
        self.works()
        self.box.advance(60)
        upkeep.settle_open_refunds(now=self.clock.forward(hours=1), wide=True)
        self.clock.now = local(3, "09:00")
        upkeep.complete_visits(now=self.now)
        self.moves(ben.booking.id, BookingStatus.NO_SHOW)
        self.books("Pia", local(17, "10:00"))
        self.pays_at_stripe(self.books("Quin", local(17, "12:00")))  # the letter is on its way
        with self.database.begin() as connection:
            block = "(1, '[2027-03-20, 2027-03-21)', 'BLOCK', '')"
            connection.execute(text(f"insert into diary_entry (resource_id, during, kind, note) values {block}"))
        self.works()
        self.clock.forward(minutes=5)

    def books(self, guest: str, start: dt.datetime, **changes: Any) -> BookedView:
        self.guests += 1
        return book(wish(start, guest=guest, **changes), key=None, client=f"203.0.113.{self.guests}", now=self.now)

    def pays(self, made: BookedView, card: str = "pm_card_visa") -> None:
        try:
            client = f"192.0.2.{self.guests}"
            payments.pay(made.booking.id, made.manage_token, self._token(card), client=client, now=self.now)
        except PaymentDeclined:
            assert "Declined" in card

    def pays_at_stripe(self, made: BookedView, card: str = "pm_card_visa") -> None:
        """She pays, and we hear nothing of it yet."""
        self.box.sdk().v1.payment_intents.confirm(self.intent(made), {"confirmation_token": self._token(card)})

    def intent(self, made: BookedView) -> str:
        return str(made.client_secret).split("_secret_")[0]

    def works(self) -> None:
        """What the worker would do now."""
        while effects.deliver_due(lambda: self.now):
            pass

    def moves(self, booking_id: UUID, to: BookingStatus) -> None:
        with transaction() as session:
            booking = lock_one(session, Booking, booking_id)
            assert booking is not None
            journal.move(session, booking, to, actor="admin", now=self.now, why="nobody came")

    def _token(self, card: str) -> str:
        return str(self.box.sdk().v1.test_helpers.confirmation_tokens.create({"payment_method": card}).id)

    @staticmethod
    def _tables(connection: Connection) -> list[str]:
        named = connection.execute(text("select tablename from pg_tables where schemaname = 'public'")).scalars()
        return [name for name in named if name != "alembic_version"]

    def _empty(self, connection: Connection, numbers: str = "continue identity") -> None:
        named = ", ".join(f'"{name}"' for name in self._tables(connection))
        connection.execute(text(ASLEEP))
        connection.execute(text(f"truncate {named} {numbers} cascade"))
        connection.execute(text(AWAKE))


def other_stripe(patch: pytest.MonkeyPatch, url: str) -> Callable[[], None]:
    """Let the services of this process talk to another Stripe; call what comes back to undo it."""

    def forget() -> None:
        get_settings.cache_clear()
        stripe.client.cache_clear()

    patch.setenv("TRUFLOW_STRIPE_API_BASE", url)
    forget()

    def undo() -> None:
        patch.undo()
        forget()

    return undo
