"""What a guest may do with her booking: the quote, the dialog's words, the rest of the price, the mail address.

The token is read from the address each time; the mail address passes through and is not kept.
"""

from collections.abc import AsyncGenerator
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from truflow.clock import utc_now
from truflow.domain.formats import format_money
from truflow.errors import AlreadyPaid, Invalid, QuoteChanged, Refusal
from truflow.services import balances, cancelling, correcting, manage
from truflow.services.manage_views import ManagedView
from truflow.services.manage_words import directions, quote_words
from truflow.state.guard import public
from truflow.state.visitor import booking_address, client_of
from truflow.texts import here, t
from truflow.threads import in_thread


class Managing(rx.State):
    """Drawn together with the booking itself (state/booking.py)."""

    notice: str = ""
    done: str = ""
    busy: bool = False
    _fresh: bool = False

    quote: rx.Field[list[str]] = rx.field(default_factory=list)
    can_move: bool = False
    can_cancel: bool = False
    cancel_money: str = ""
    back_cents: int = 0
    returning: str = ""

    booking_id: str = ""
    page: str = ""
    pay_rest: str = ""
    paying: bool = False
    receipt: str = ""
    directions: str = ""

    can_correct: bool = False
    correcting: bool = False
    email_error: str = ""

    @rx.event
    @public
    async def cancel(self) -> AsyncGenerator[EventSpec | None, None]:
        """Cancel for exactly what the dialog said comes back."""
        reference, token = booking_address(self)
        self.notice, self.busy = "", True
        yield None
        try:
            managed = await self._look(reference, token)
            await in_thread(
                "db",
                cancelling.cancel,
                managed.booking.id,
                token,
                client=client_of(self),
                now=utc_now(),
                agreed_cents=self.back_cents,
            )
        except QuoteChanged:
            self.notice = t("manage.quote_changed")
        except Refusal as refusal:
            self.notice = refusal.message
        self.busy = False
        yield self._again()

    @rx.event
    @public
    async def begin_balance(self) -> AsyncGenerator[EventSpec | None, None]:
        """Prepare the card payment of the rest, and show the card form."""
        reference, token = booking_address(self)
        self.notice, self.done, self.busy = "", "", True
        yield None
        try:
            managed = await self._look(reference, token)
            await in_thread(
                "stripe", balances.prepare_balance, managed.booking.id, token, client=client_of(self), now=utc_now()
            )
            (await self.get_state(_booking_state()))._take_cards()
            self.paying = True
        except AlreadyPaid:
            yield self._again()
        except Refusal as refusal:
            self.notice = refusal.message
        self.busy = False

    @rx.event
    @public
    async def leave_balance(self) -> None:
        """She pays at her visit after all."""
        self.paying = False

    @rx.event
    @public
    async def begin_correction(self) -> EventSpec:
        """Show the field for the right address."""
        self.correcting = True
        return rx.set_focus("email")

    @rx.event
    @public
    async def correct(self, form: dict[str, Any]) -> AsyncGenerator[EventSpec | None, None]:
        """Send the confirmation to the right address; the page goes on with the new token."""
        reference, token = booking_address(self)
        given = form.get("email", "")
        self.email_error, self.notice, self.busy = "", "", True
        yield None
        try:
            email = given[:1000] if isinstance(given, str) else ""
            corrected = await in_thread(
                "db", correcting.correct, reference, token, email, client=client_of(self), now=utc_now()
            )
            self.correcting = False
            self._say("correct.done" if corrected.changed else "correct.same")
            if corrected.changed:
                address = here(f"/book/success?reference={corrected.reference}&t={corrected.token}")
                yield rx.redirect(address, replace=True)
        except Invalid as refusal:
            self.email_error = " ".join(refusal.fields.get("email", []))
            yield rx.set_focus("email")
        except Refusal as refusal:
            self.notice = refusal.message
        self.busy = False

    async def _look(self, reference: str, token: str) -> ManagedView:
        return await in_thread("db", manage.look, reference, token, client=client_of(self), now=utc_now())

    def _again(self) -> EventSpec:
        return _booking_state().load

    def _say(self, key: str) -> None:
        """Tell what was done, on the next drawing of the page and no longer."""
        self.done, self._fresh = t(key), True

    def _draw(self, managed: ManagedView) -> None:
        view, quoted = managed.booking, managed.cancellation
        if self.booking_id != str(view.id):
            self.reset()
        self.done, self._fresh = self.done if self._fresh else "", False
        self.booking_id, self.page = str(view.id), here(f"/booking/{view.reference}")
        alive = view.status == "CONFIRMED"
        self.quote = list(quote_words(view, quoted, now=utc_now())) if alive else []
        self.can_move, self.can_cancel = quoted.can_reschedule, alive and quoted.can_cancel
        self.back_cents = quoted.refund_cents
        key = "manage.cancel_money" if quoted.refund_cents else "manage.cancel_no_money"
        if view.paid_cents == view.refunded_cents:
            key = "manage.cancel_nothing_paid"
        self.cancel_money = t(key, amount=format_money(quoted.refund_cents, view.currency))
        self.returning = format_money(managed.returning_cents, view.currency) if managed.returning_cents else ""
        rest = format_money(view.balance_cents, view.currency)
        self.pay_rest = t("manage.pay_rest", amount=rest) if managed.can_pay and alive else ""
        self.paying = False
        self.receipt = f"/plain/booking/{view.reference}/receipt" if managed.has_receipt else ""
        self.directions = directions(managed.practice.address) if alive else ""
        self.can_correct = managed.can_correct


def _booking_state() -> Any:
    from truflow.state.booking import Booking  # late: it draws this state

    return Booking
