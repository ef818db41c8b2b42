"""One booking, opened by its reference and token; both stand in the address and nowhere else.

The token is read from the address each time and never kept. Name, mail and phone are not asked for.
"""

import datetime as dt
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from uuid import UUID

import reflex as rx
from reflex.event import EventSpec

from truflow.clock import utc_now
from truflow.domain.formats import format_money, format_time, format_when
from truflow.errors import HoldExpired, NotFound, PaymentDeclined, Refusal
from truflow.services import bookings, manage, payments
from truflow.services.views import BookingView
from truflow.settings import get_settings
from truflow.state.guard import public
from truflow.state.managing import Managing
from truflow.state.visitor import booking_address, client_of, is_booking_page
from truflow.texts import here, t
from truflow.threads import in_thread

SETTLED = frozenset({"CONFIRMED", "COMPLETED"})
POLLS = 12


@dataclass(frozen=True)
class BookingCard:
    """A booking in words; nothing in it says who the guest is."""

    reference: str = ""
    service: str = ""
    when: str = ""
    price: str = ""
    paid: str = ""
    due: str = ""
    refunded: str = ""
    terms: str = ""
    calendar: str = ""
    again: str = "/book"


class Booking(rx.State):
    """What the booking's page shows; `stage` is loading, missing, failed, PROCESSING or the booking's status."""

    stage: str = "loading"
    notice: str = ""
    card: BookingCard = BookingCard()
    polls: int = 0

    hold_until: str = ""
    hold_seconds: int = 0
    hold_label: str = ""
    hold_time: str = ""

    script: str = ""
    publishable_key: str = ""
    amount: int = 0
    currency: str = ""
    pay_label: str = ""
    next_action: str = ""
    answer: int = 0

    _booking_id: str = ""
    _bank_is_working: bool = False

    @rx.event
    @public
    async def load(self) -> AsyncGenerator[EventSpec | None, None]:
        """Draw the booking of the address; while it is unpaid, ask the payment service as well."""
        reference, token = booking_address(self)
        managing = await self.get_state(Managing)
        self.notice, self.next_action, self.polls = "", "", 0
        if reference != self.card.reference:
            self.stage, self.card = "loading", BookingCard()
        if not reference or not token:
            self.stage = "missing"
            return
        try:
            managed = await in_thread("db", manage.look, reference, token, client=client_of(self), now=utc_now())
        except NotFound:
            self.stage, self.card = "missing", BookingCard()
            managing.reset()
            return
        except Refusal as refusal:
            self.stage, self.notice = "failed", refusal.message
            return
        self._draw(managed.booking)
        managing._draw(managed)
        if managed.booking.status == "PENDING":
            yield None
            await self._ask(token)
            if self.stage in SETTLED:
                yield await self._on(token)

    @rx.event
    @public
    async def pay(self, confirmation_token: str) -> AsyncGenerator[EventSpec | None, None]:
        """Pay with the card the guest has just entered."""
        reference, token = booking_address(self)
        self.notice = self.next_action = ""
        yield None
        try:
            booking_id = await self._id_of(reference, token)
            paid = await in_thread(
                "stripe",
                payments.pay,
                booking_id,
                token,
                str(confirmation_token)[:255],
                client=client_of(self),
                now=utc_now(),
            )
        except PaymentDeclined as refusal:
            self.notice = t("pay.declined", reason=refusal.message)
        except HoldExpired:
            await self._ask(token)
        except Refusal as refusal:
            self.notice = refusal.message
        else:
            self._draw(paid.booking)
            if paid.next_action_secret:
                self.next_action = paid.next_action_secret
                return
            if self.stage in SETTLED:
                yield await self._on(token)
        self.answer += 1

    @rx.event
    @public
    async def check(self) -> AsyncGenerator[EventSpec | None, None]:
        """Ask whether the payment is settled: after the bank's question, while it is processing, when the hold ends."""
        _, token = booking_address(self)
        self.next_action = ""
        self.polls += 1
        await self._ask(token)
        self.answer += 1
        if self.stage in SETTLED:
            yield await self._on(token)

    async def _ask(self, token: str) -> None:
        """Let the payment service's word settle the booking; a refusal leaves the page as it is."""
        reference, _ = booking_address(self)
        try:
            booking_id = await self._id_of(reference, token)
            self._draw(
                await in_thread("stripe", payments.confirm, booking_id, token, client=client_of(self), now=utc_now())
            )
        except PaymentDeclined as refusal:
            self.notice = t("pay.declined", reason=refusal.message)
        except NotFound:
            self.stage = "missing"
        except Refusal as refusal:
            self.notice = refusal.message

    async def _id_of(self, reference: str, token: str) -> UUID:
        if self._booking_id and self.card.reference == reference:
            return UUID(self._booking_id)
        view = await in_thread("db", bookings.open_by_reference, reference, token, client=client_of(self))
        return view.id

    async def _on(self, token: str) -> EventSpec | None:
        """Where a settled payment leads: to the thanks, or for the rest of the price to the booking again."""
        if not is_booking_page(self):
            return None
        managing = await self.get_state(Managing)
        if not managing.paying:
            address = f"/book/success?reference={self.card.reference}&t={token}"
            return rx.redirect(here(address), replace=True)
        if self.card.due and not self._bank_is_working:
            return None
        managing.paying = False
        managing._say("booking.processing_lead" if self.card.due else "manage.paid")
        return Booking.load  # type: ignore[return-value]

    def _take_cards(self) -> None:
        """Let the card form come, for the rest of the price."""
        self.script, self.notice = get_settings().stripe_js_url, ""

    def _draw(self, view: BookingView) -> None:
        self._booking_id = str(view.id)
        self.stage = _stage_of(view, utc_now())
        self.card = _card_of(view)
        settings = get_settings()
        self.script = settings.stripe_js_url if self.stage == "PENDING" else ""
        self.publishable_key = settings.stripe_publishable_key
        self._bank_is_working = view.bank_is_working
        cents = view.downpayment_cents if view.status == "PENDING" else view.balance_cents
        self.amount, self.currency = cents, view.currency.lower()
        self.pay_label = t("pay.button", amount=format_money(cents, view.currency))
        if view.hold_expires_at and self.stage == "PENDING":
            self.hold_until = view.hold_expires_at.isoformat()
            self.hold_seconds = max(0, int((view.hold_expires_at - utc_now()).total_seconds()))
            self.hold_time = format_time(view.hold_expires_at, view.timezone)
            self.hold_label = t("pay.held", time=self.hold_time)


def _stage_of(view: BookingView, now: dt.datetime) -> str:
    """The booking's status as its page shows it; an overdue hold counts as ended."""
    if view.status != "PENDING":
        return view.status
    if view.bank_is_working:
        return "PROCESSING"
    return "EXPIRED" if view.hold_expires_at and view.hold_expires_at <= now else "PENDING"


def _card_of(view: BookingView) -> BookingCard:
    def money(cents: int) -> str:
        return format_money(cents, view.currency)

    return BookingCard(
        reference=view.reference,
        service=view.service_name,
        when=format_when(view.start_time, view.end_time, view.timezone),
        price=money(view.price_cents),
        paid=money(view.paid_cents) if view.paid_cents else "",
        due=money(view.balance_cents) if view.balance_cents else "",
        refunded=money(view.refunded_cents) if view.refunded_cents else "",
        terms=view.terms,
        calendar=f"/api/bookings/{view.id}/calendar.ics",
        again=here(f"/book/{view.service_id}"),
    )
