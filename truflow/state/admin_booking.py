"""One booking at the practice's desk, with all that happened to it."""

from dataclasses import dataclass
from uuid import UUID

import reflex as rx

from truflow.domain.formats import format_date, format_money, format_time, format_when
from truflow.errors import NotFound
from truflow.services import desk
from truflow.services.views import BookingDetailView, BookingView, MailView
from truflow.state.guard import admin_only
from truflow.state.needs import mail_words
from truflow.state.visitor import last_segment
from truflow.texts import t
from truflow.threads import in_thread

BOOKING_STATUSES = frozenset({"PENDING", "CONFIRMED", "EXPIRED", "CANCELLED", "CONFLICT", "COMPLETED", "NO_SHOW"})


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
                at(mail.sent_at or mail.created_at), f"{mail_words(mail.template)} \u2192 {mail.recipient}", _sent(mail)
            )
            for mail in detail.mails
        ]


def _sent(mail: MailView) -> str:
    key = "admin.attempt" if mail.attempts == 1 else "admin.attempts"
    how = t(key, status=_words(mail.status), count=mail.attempts)
    return f"{how}. {t('admin.maybe_twice')}" if mail.uncertain else how


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
