"""Our books and Stripe's side by side, on two clocks that a test moves together."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, text

from tests.kit.clock import Clock, local
from tests.kit.looking import one, rows
from tests.kit.wishes import ALICE, booked
from tests.sandbox.kit import Letterbox, Sandbox, until
from truflow.clock import utc_now
from truflow.db import lock_one, transaction
from truflow.models import Payment, RefundReason
from truflow.services import bookings, effects, holds, payments, reconcile, refunds, stripe_inbox
from truflow.services.views import BookedView, BookingView

SLOT = local(2, "10:00")
PATH = "path-token-of-the-tests"


@dataclass
class Till:
    """A practice whose Stripe has an empty ledger and the same time as we."""

    database: Engine
    clock: Clock
    box: Sandbox
    letterbox: Letterbox | None = None
    opened: int = 0

    @property
    def now(self) -> dt.datetime:
        return self.clock.now

    def forward(self, **span: float) -> None:
        """Move both clocks."""
        before = self.clock.now
        self.clock.forward(**span)
        self.box.advance((self.clock.now - before).total_seconds())

    def deliver(self) -> int:
        return effects.deliver_due(lambda: self.clock.now)

    def reconcile(self, *, wide: bool = False) -> bool:
        """One run, and what follows from it."""
        done = reconcile.run(now=self.now, wide=wide)
        self.deliver()
        return done

    # --- roads ---

    def paid(self, card: str = "pm_card_visa", slot: dt.datetime = SLOT) -> BookedView:
        """A booking that Alice has paid $30.00 for."""
        made = booked(slot, self.now)
        token = self.box.sdk().v1.test_helpers.confirmation_tokens.create({"payment_method": card}).id
        payments.pay(made.booking.id, made.manage_token, token, client=ALICE, now=self.now)
        self.deliver()
        return made

    def paid_at_stripe(self, made: BookedView, card: str = "pm_card_visa") -> None:
        """The guest pays, and our server hears nothing of it."""
        token = self.box.sdk().v1.test_helpers.confirmation_tokens.create({"payment_method": card}).id
        self.box.sdk().v1.payment_intents.confirm(intent_of(made), {"confirmation_token": token})

    def too_late(self, card: str = "pm_card_visa") -> BookedView:
        """Money that came after the hold, to a time that somebody blocked meanwhile; nobody has told us yet."""
        made = booked(SLOT, self.now)
        self.forward(minutes=10)
        self.block_expired()
        self.paid_at_stripe(made, card)
        return made

    def block_expired(self) -> None:
        """Holds end, and somebody blocks their times at once."""
        holds.expire_overdue(now=self.now)
        with self.database.begin() as connection:
            connection.execute(
                text(
                    "insert into diary_entry (resource_id, during, kind, note) "
                    "select resource_id, tstzrange(starts_at, ends_at), 'BLOCK', '' from booking "
                    "where status = 'EXPIRED'"
                )
            )

    def give_back(self, made: BookedView, cents: int) -> None:
        """Somebody at the desk promises money back."""
        with transaction() as session:
            payment = lock_one(session, Payment, self.payment(made)["id"])
            assert payment is not None
            refunds.start(session, payment, cents, RefundReason.ADMIN, now=self.now, actor="admin:1")

    # --- looking ---

    def booking(self, made: BookedView) -> BookingView:
        return bookings.get_booking(made.booking.id, made.manage_token, client=ALICE)

    def payment(self, made: BookedView) -> dict[str, Any]:
        return rows(self.database, "select * from payment where booking_id = :id", id=made.booking.id)[0]

    def refunds(self) -> list[tuple[str, str, int]]:
        found = rows(self.database, "select reason, status, amount_cents from refund order by created_at, reason")
        return [(row["reason"], row["status"], row["amount_cents"]) for row in found]

    def refund(self, what: str = "id", of: str = "true") -> Any:
        return one(self.database, f"select {what} from refund where {of}")

    def alerts(self) -> list[str]:
        """Rules of the alerts that are open."""
        found = rows(self.database, "select rule from admin_alert where closed_at is null order by rule")
        return [row["rule"] for row in found]

    def at_stripe(self, made: BookedView) -> list[Any]:
        """Stripe's refunds of this booking's payment, the oldest first."""
        return list(self.box.sdk().v1.refunds.list({"payment_intent": intent_of(made), "limit": 100}).data)[::-1]

    # --- letters ---

    def open_letterbox(self) -> Letterbox:
        """From now on Stripe's events are posted to us; `letters` takes them in."""
        self.letterbox = Letterbox()
        self.box.control("POST", "/webhook", url=self.letterbox.url)
        return self.letterbox

    def letters(self) -> None:
        """Wait until Stripe has posted all that it will post now, take it in, open it, and so on until it is quiet."""
        assert self.letterbox is not None
        while True:
            until(self._posted)
            new = self.letterbox.letters[self.opened :]
            self.opened += len(new)
            for body, signature in new:
                stripe_inbox.receive(PATH, body, signature, now=utc_now())
            if not self.deliver() and not new:
                return

    def _posted(self) -> bool:
        deliveries = [each for event in self.box.ledger["events"] for each in event["deliveries"]]
        return all(each["state"] in ("delivered", "dropped", "held") for each in deliveries)


def intent_of(made: BookedView) -> str:
    return str(made.client_secret).split("_secret_")[0]
