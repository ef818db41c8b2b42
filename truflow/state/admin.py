"""The practice's desk: who may sit at it, and the day. Guests' names live here only, behind the guard's mark."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import reflex as rx
from reflex.event import EventSpec

from truflow.clock import utc_now
from truflow.domain.formats import format_date, format_money, format_time
from truflow.errors import Refusal
from truflow.services import desk, mails, refunds, verify
from truflow.services.views import AdminView, BookingView, TodayView
from truflow.state.guard import admin_only, current_admin, quiet
from truflow.state.needs import (
    AlertCard,
    Finding,
    MailCard,
    RefundCard,
    alert_cards,
    and_more,
    checked,
    mail_cards,
    refund_cards,
)
from truflow.texts import t
from truflow.threads import in_thread


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


SAID = "said"
"""The id of the place where the desk answers; the focus goes there, since the button pressed may be gone."""


class Desk(rx.State):
    """The day's appointments and what needs somebody."""

    stage: str = "loading"
    notice: str = ""
    said: str = ""
    admin: str = ""
    date: str = ""
    count: str = ""
    updated: str = ""
    needs_somebody: bool = False
    check: str = ""
    rows: rx.Field[list[DeskRow]] = rx.field(default_factory=list)
    alerts: rx.Field[list[AlertCard]] = rx.field(default_factory=list)
    mails: rx.Field[list[MailCard]] = rx.field(default_factory=list)
    more_mails: str = ""
    refunds: rx.Field[list[RefundCard]] = rx.field(default_factory=list)
    more_refunds: str = ""
    findings: rx.Field[list[Finding]] = rx.field(default_factory=list)

    @rx.event
    @admin_only
    async def load(self) -> None:
        """Read the day."""
        await self._read(await current_admin(self))

    @rx.event
    @admin_only
    @quiet
    async def refresh(self) -> None:
        """Read the day anew, as the page asks by itself every half minute."""
        await self._read(await current_admin(self))

    @rx.event
    @admin_only
    async def resolve(self, alert_id: int) -> EventSpec | None:
        """Mark an alert as done."""
        listed = {alert.id for alert in self.alerts} | {mail.alert_id for mail in self.mails}
        listed |= {refund.alert_id for refund in self.refunds}
        if type(alert_id) is not int or alert_id not in listed:
            return None

        async def close(actor: str) -> str:
            await in_thread("db", desk.resolve_alert, alert_id, actor=actor, now=utc_now())
            return t("admin.resolved")

        return await self._answer(close)

    @rx.event
    @admin_only
    async def send_again(self, mail_id: str) -> EventSpec | None:
        """Send a mail again that failed."""
        if not [card for card in self.mails if card.id == mail_id]:
            return None  # a second click: the first has taken it off the list

        async def send(actor: str) -> str:
            new = await in_thread("db", mails.resend, UUID(mail_id), actor=actor, now=utc_now())
            return t("admin.mail_on_its_way", address=new.recipient)

        return await self._answer(send)

    @rx.event
    @admin_only
    async def try_again(self, refund_id: str) -> EventSpec | None:
        """Ask Stripe anew for a refund that failed."""
        listed = [card for card in self.refunds if card.id == refund_id]
        if not listed:
            return None

        async def ask(actor: str) -> str:
            await in_thread("stripe", refunds.retry, UUID(refund_id), actor=actor, now=utc_now())
            return t("admin.refund_on_its_way", amount=listed[0].amount, guest=listed[0].guest)

        return await self._answer(ask)

    @rx.event
    @admin_only
    async def handed_back(self, refund_id: str) -> EventSpec | None:
        """Note that money from the desk was handed back there."""
        listed = [card for card in self.refunds if card.id == refund_id]
        if not listed:
            return None

        async def note(actor: str) -> str:
            await in_thread("db", refunds.hand_back, UUID(refund_id), actor=actor, now=utc_now())
            return t("admin.was_handed_back", amount=listed[0].amount, guest=listed[0].guest)

        return await self._answer(note)

    async def _answer(self, do: Callable[[str], Awaitable[str]]) -> EventSpec | None:
        """Do what a button asks for, as the admin who pressed it; say what came of it, and read the day anew."""
        admin = await current_admin(self)
        if admin is None:
            return None
        self.notice = self.said = ""
        try:
            self.said = await do(_actor(admin))
        except Refusal as refusal:
            self.notice = refusal.message
        await self._read(admin)
        return rx.set_focus(SAID)

    async def _read(self, admin: AdminView | None) -> None:
        now = utc_now()
        today = await in_thread("db", desk.today, now=now)
        last = await in_thread("db", verify.last_result)
        self.admin = admin.name if admin else ""
        self.date = format_date(today.date)
        count = len(today.bookings)
        self.count = t("admin.count_one") if count == 1 else t("admin.count_many", count=count)
        self.updated = t("admin.updated", time=format_time(now, today.timezone))
        self.rows = [_row_of(booking) for booking in today.bookings]
        self.check, self.findings = checked(last, today)
        self._needs(today)
        self.stage = "ready"

    def _needs(self, today: TodayView) -> None:
        self.alerts, self.mails, self.refunds = alert_cards(today), mail_cards(today), refund_cards(today)
        self.more_mails = and_more(len(self.mails), today.failed_mails_count)
        self.more_refunds = and_more(len(self.refunds), today.failed_refunds_count)
        self.needs_somebody = bool(self.alerts or self.mails or self.refunds)


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


def _actor(admin: AdminView) -> str:
    return f"admin:{admin.id}"
