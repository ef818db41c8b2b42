"""The practice's desk: who may sit at it, and the day. Guests' names live here only, behind the guard's mark."""

from dataclasses import dataclass
from uuid import UUID

import reflex as rx
from reflex.event import EventSpec

from truflow.clock import utc_now
from truflow.domain.formats import format_date, format_money, format_time
from truflow.errors import Refusal
from truflow.services import desk, mails, refunds, verify
from truflow.services.views import AdminView, BookingView, TodayView
from truflow.state.guard import admin_only, current_admin, public
from truflow.state.needs import AlertCard, Finding, MailCard, RefundCard, alert_cards, checked, mail_cards, refund_cards
from truflow.state.visitor import query_of
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
    refunds: rx.Field[list[RefundCard]] = rx.field(default_factory=list)
    findings: rx.Field[list[Finding]] = rx.field(default_factory=list)

    @rx.event
    @admin_only
    async def load(self) -> None:
        """Read the day; the page asks again every half minute."""
        await self._read(await current_admin(self))

    @rx.event
    @admin_only
    async def resolve(self, alert_id: int) -> EventSpec | None:
        """Mark an alert as done."""
        admin = await current_admin(self)
        listed = {alert.id for alert in self.alerts} | {mail.alert_id for mail in self.mails}
        listed |= {refund.alert_id for refund in self.refunds}
        if admin is None or type(alert_id) is not int or alert_id not in listed:
            return None
        self._hush()
        try:
            await in_thread("db", desk.resolve_alert, alert_id, actor=_actor(admin), now=utc_now())
            self.said = t("admin.resolved")
        except Refusal as refusal:
            self.notice = refusal.message
        await self._read(admin)
        return rx.set_focus(SAID)

    @rx.event
    @admin_only
    async def send_again(self, mail_id: str) -> EventSpec | None:
        """Send a mail again that failed."""
        admin = await current_admin(self)
        listed = [card for card in self.mails if card.id == mail_id]
        if admin is None or not listed:
            return None  # a second click: the first has taken it off the list
        self._hush()
        try:
            new = await in_thread("db", mails.resend, UUID(mail_id), actor=_actor(admin), now=utc_now())
            self.said = t("admin.mail_on_its_way", address=new.recipient)
        except Refusal as refusal:
            self.notice = refusal.message
        await self._read(admin)
        return rx.set_focus(SAID)

    @rx.event
    @admin_only
    async def try_again(self, refund_id: str) -> EventSpec | None:
        """Ask Stripe anew for a refund that failed."""
        admin = await current_admin(self)
        listed = [card for card in self.refunds if card.id == refund_id]
        if admin is None or not listed:
            return None
        self._hush()
        try:
            await in_thread("stripe", refunds.retry, UUID(refund_id), actor=_actor(admin), now=utc_now())
            self.said = t("admin.refund_on_its_way", amount=listed[0].amount, guest=listed[0].guest)
        except Refusal as refusal:
            self.notice = refusal.message
        await self._read(admin)
        return rx.set_focus(SAID)

    def _hush(self) -> None:
        self.notice = self.said = ""

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
