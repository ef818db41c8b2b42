"""The practice's desk: today, and one booking. Guests' names live here only, behind the guard's mark."""

from dataclasses import dataclass
from uuid import UUID

import reflex as rx

from truflow.clock import utc_now
from truflow.domain.formats import format_date, format_money, format_time, format_when
from truflow.errors import NotFound, Refusal
from truflow.services import desk
from truflow.services.views import AdminView, BookingDetailView, BookingView
from truflow.state.guard import admin_only, current_admin, public
from truflow.state.visitor import last_segment, query_of
from truflow.texts import t
from truflow.threads import in_thread

BOOKING_STATUSES = frozenset({"PENDING", "CONFIRMED", "EXPIRED", "CANCELLED", "CONFLICT", "COMPLETED", "NO_SHOW"})


@dataclass(frozen=True)
class DeskRow:
    """An appointment in the day's list."""

    link: str = ""
    time: str = ""
    guest: str = ""
    service: str = ""
    status: str = ""
    status_text: str = ""
    money: str = ""


@dataclass(frozen=True)
class AlertCard:
    id: int = 0
    message: str = ""
    opened: str = ""
    link: str = ""


@dataclass(frozen=True)
class Line:
    """A line of a timeline or list: when, what, and how it stands."""

    at: str = ""
    what: str = ""
    note: str = ""


@dataclass(frozen=True)
class DetailCard:
    reference: str = ""
    status: str = ""
    status_text: str = ""
    service: str = ""
    when: str = ""
    guest: str = ""
    email: str = ""
    phone: str = ""
    notes: str = ""
    price: str = ""
    paid: str = ""
    refunded: str = ""
    due: str = ""
    booked: str = ""


class SignIn(rx.State):
    """What the sign-in page takes from its address."""

    failed: bool = False
    next: str = "/admin"

    @rx.event
    @public
    async def load(self) -> None:
        """Read why the visitor is here and where they wanted to go."""
        query = query_of(self)
        self.failed = "error" in query
        there = query.get("next", "")
        self.next = there if there == "/admin" or there.startswith("/admin/") else "/admin"


class Desk(rx.State):
    """The day's appointments and what needs somebody."""

    stage: str = "loading"
    notice: str = ""
    admin: str = ""
    date: str = ""
    count: str = ""
    updated: str = ""
    rows: rx.Field[list[DeskRow]] = rx.field(default_factory=list)
    alerts: rx.Field[list[AlertCard]] = rx.field(default_factory=list)

    @rx.event
    @admin_only
    async def load(self) -> None:
        """Read the day; the page asks again every half minute."""
        await self._read(await current_admin(self))

    async def _read(self, admin: AdminView | None) -> None:
        now = utc_now()
        today = await in_thread("db", desk.today, now=now)
        self.admin = admin.name if admin else ""
        self.date = format_date(today.date)
        self.count = (
            t("admin.count_one") if len(today.bookings) == 1 else t("admin.count_many", count=len(today.bookings))
        )
        self.updated = t("admin.updated", time=format_time(now, today.timezone))
        self.rows = [_row_of(booking) for booking in today.bookings]
        self.alerts = [
            AlertCard(
                alert.id,
                alert.message,
                f"{format_date(alert.opened_at, today.timezone)}, {format_time(alert.opened_at, today.timezone)}",
                f"/admin/bookings/{alert.booking_id}" if alert.booking_id else "",
            )
            for alert in today.alerts
        ]
        self.stage = "ready"

    @rx.event
    @admin_only
    async def resolve(self, alert_id: int) -> None:
        """Mark an alert as done."""
        admin = await current_admin(self)
        if admin is None or not isinstance(alert_id, int):
            return
        self.notice = ""
        try:
            await in_thread("db", desk.resolve_alert, alert_id, actor=admin.email, now=utc_now())
        except Refusal as refusal:
            self.notice = refusal.message
        await self._read(admin)


class Detail(rx.State):
    """One booking with all that happened to it."""

    stage: str = "loading"
    card: DetailCard = DetailCard()
    timeline: rx.Field[list[Line]] = rx.field(default_factory=list)
    payments: rx.Field[list[Line]] = rx.field(default_factory=list)
    refunds: rx.Field[list[Line]] = rx.field(default_factory=list)
    mails: rx.Field[list[Line]] = rx.field(default_factory=list)

    @rx.event
    @admin_only
    async def load(self) -> None:
        """Read the booking whose id the address names."""
        try:
            detail = await in_thread("db", desk.booking_detail, UUID(last_segment(self)))
        except (NotFound, ValueError):
            self.stage = "missing"
            return
        self._draw(detail)
        self.stage = "ready"

    def _draw(self, detail: BookingDetailView) -> None:
        booking = detail.booking

        def at(moment: object) -> str:
            return f"{format_date(moment, booking.timezone)}, {format_time(moment, booking.timezone)}"  # type: ignore[arg-type]

        self.card = _detail_of(booking, at(booking.created_at))
        self.timeline = [
            Line(
                at(event.at),
                _what(event.what, event.from_status, event.to_status),
                f"{event.actor} {event.why}".strip(),
            )
            for event in detail.timeline
        ]
        self.payments = [
            Line(
                at(p.created_at),
                f"{format_money(p.amount_cents, p.currency)} · {_words(p.purpose)} · {_words(p.method)}",
                _words(p.status),
            )
            for p in detail.payments
        ]
        self.refunds = [
            Line(at(r.created_at), f"{format_money(r.amount_cents, r.currency)} · {_words(r.reason)}", _words(r.status))
            for r in detail.refunds
        ]
        self.mails = [
            Line(
                at(mail.sent_at or mail.created_at),
                f"{_words(mail.template)} \u2192 {mail.recipient}",
                t(
                    "admin.attempt" if mail.attempts == 1 else "admin.attempts",
                    status=_words(mail.status),
                    count=mail.attempts,
                ),
            )
            for mail in detail.mails
        ]


def _row_of(booking: BookingView) -> DeskRow:
    begins, ends = (format_time(moment, booking.timezone) for moment in (booking.start_time, booking.end_time))
    return DeskRow(
        link=f"/admin/bookings/{booking.id}",
        time=f"{begins} \u2013 {ends}",
        guest=booking.customer.name if booking.customer else "",
        service=booking.service_name,
        status=booking.status,
        status_text=t(f"status.{booking.status}"),
        money=t(
            "admin.paid_of",
            paid=format_money(booking.paid_cents, booking.currency),
            price=format_money(booking.price_cents, booking.currency),
        ),
    )


def _detail_of(booking: BookingView, booked: str) -> DetailCard:
    guest = booking.customer
    return DetailCard(
        reference=booking.reference,
        status=booking.status,
        status_text=t(f"status.{booking.status}"),
        service=booking.service_name,
        when=format_when(booking.start_time, booking.end_time, booking.timezone),
        guest=guest.name if guest else "",
        email=guest.email if guest else "",
        phone=guest.phone if guest else "",
        notes=booking.notes or "",
        price=format_money(booking.price_cents, booking.currency),
        paid=format_money(booking.paid_cents, booking.currency),
        refunded=format_money(booking.refunded_cents, booking.currency) if booking.refunded_cents else "",
        due=format_money(booking.balance_cents, booking.currency),
        booked=booked,
    )


def _what(what: str, before: str | None, after: str | None) -> str:
    if after and after != before:
        return f"{_words(what)}: {_status_text(after)}"
    return _words(what)


def _status_text(status: str) -> str:
    """A booking's status in words; payments and refunds have others, which speak for themselves."""
    return t(f"status.{status}") if status in BOOKING_STATUSES else _words(status)


def _words(code: str) -> str:
    """A code as a person says it: DEPOSIT_PAID is "Deposit paid"."""
    return code.replace("_", " ").replace(".", " ").capitalize()
