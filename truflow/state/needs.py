"""What needs somebody, in the words of the practice: an alert, a mail or a refund that failed, what a check found."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from truflow.domain.formats import format_date, format_money, format_time
from truflow.mails import TEMPLATES
from truflow.services.views import FailedMailView, FailedRefundView, TodayView, VerificationView
from truflow.texts import t


@dataclass(frozen=True)
class AlertCard:
    id: int = 0
    message: str = ""
    opened: str = ""
    link: str = ""


@dataclass(frozen=True)
class MailCard:
    id: str = ""
    title: str = ""
    why: str = ""
    doubt: str = ""
    opened: str = ""
    link: str = ""
    reference: str = ""
    alert_id: int = 0


@dataclass(frozen=True)
class RefundCard:
    id: str = ""
    title: str = ""
    amount: str = ""
    guest: str = ""
    why: str = ""
    opened: str = ""
    link: str = ""
    reference: str = ""
    alert_id: int = 0
    by_hand: bool = False


@dataclass(frozen=True)
class Finding:
    row: str = ""
    what: str = ""
    todo: str = ""


def alert_cards(today: TodayView) -> list[AlertCard]:
    """The open alerts that no card of a mail or refund shows already."""
    shown = {mail.alert_id for mail in today.failed_mails} | {refund.alert_id for refund in today.failed_refunds}
    return [
        AlertCard(
            alert.id,
            alert.message,
            _moment(alert.opened_at, today),
            f"/admin/bookings/{alert.booking_id}" if alert.booking_id else "",
        )
        for alert in today.alerts
        if alert.id not in shown
    ]


def mail_cards(today: TodayView) -> list[MailCard]:
    """The mails that did not go out."""
    return [
        MailCard(
            id=str(mail.id),
            title=t("admin.mail_to", what=mail_words(mail.template), address=mail.recipient),
            why=_why(mail),
            doubt=t("admin.mail_maybe") if mail.uncertain else "",
            opened=_moment(mail.created_at, today),
            link=f"/admin/bookings/{mail.booking_id}",
            reference=mail.reference,
            alert_id=mail.alert_id or 0,
        )
        for mail in today.failed_mails
    ]


def refund_cards(today: TodayView) -> list[RefundCard]:
    """The money that did not reach its guest."""
    return [_refund_card(refund, today) for refund in today.failed_refunds]


def and_more(listed: int, count: int) -> str:
    """What stands below a list that has no room for all; empty where it has."""
    return t("admin.and_more", count=f"{count - listed:,}") if count > listed else ""


def checked(last: VerificationView | None, today: TodayView) -> tuple[str, list[Finding]]:
    """When everything was last checked and what was found."""
    if last is None:
        return t("admin.never_checked"), []
    time = format_time(last.at, today.timezone)
    day = last.at.astimezone(ZoneInfo(today.timezone)).date()
    when = t("admin.today_at", time=time) if day == today.date else t("admin.day_at", day=format_date(day), time=time)
    count = len(last.findings)
    key = "admin.checked_well" if count == 0 else "admin.checked_one" if count == 1 else "admin.checked_many"
    told = t(key, when=when, count=count)
    if last.rows:
        told += " " + t("admin.checked_rows", rows=f"{last.rows:,}")
    return told, [Finding(each.row, each.what, each.todo) for each in last.findings]


def mail_words(template: str) -> str:
    """A template as the practice calls it."""
    return t(f"mail.{template}") if template in TEMPLATES else template.replace("_", " ").capitalize()


def _moment(at: dt.datetime, today: TodayView) -> str:
    """A date and a time of the practice's clock, without the date when it is today's."""
    time = format_time(at, today.timezone)
    if at.astimezone(ZoneInfo(today.timezone)).date() == today.date:
        return t("admin.opened_today", time=time)
    return f"{format_date(at, today.timezone)}, {time}"


def _why(mail: FailedMailView) -> str:
    kind, _, code = mail.code.partition(" ")
    key = "admin.mail_refused" if kind == "refused" else "admin.mail_silent"
    tries = t("admin.tried_once") if mail.attempts == 1 else t("admin.tried", count=mail.attempts)
    return f"{t(key, code=code)} {tries}"


def _refund_card(refund: FailedRefundView, today: TodayView) -> RefundCard:
    amount = format_money(refund.amount_cents, refund.currency)
    return RefundCard(
        id=str(refund.id),
        title=t("admin.refund_to", amount=amount, guest=refund.guest),
        amount=amount,
        guest=refund.guest,
        why=refund.message or t("admin.refund_stuck", code=refund.code),
        opened=_moment(refund.created_at, today),
        link=f"/admin/bookings/{refund.booking_id}",
        reference=refund.reference,
        alert_id=refund.alert_id or 0,
        by_hand=refund.by_hand,
    )
