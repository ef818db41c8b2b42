"""What the owner sees: her day, and one booking with everything that happened to it."""

import datetime as dt
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from truflow.db import lock_one, transaction
from truflow.errors import NotFound
from truflow.models import AdminAlert, Booking, BookingEvent, BookingStatus, EmailMessage, Payment, Refund
from truflow.services import needs, reading, rules
from truflow.services.views import (
    AlertView,
    BookingDetailView,
    EventView,
    MailView,
    PaymentView,
    RefundView,
    TodayView,
)


def today(*, now: dt.datetime) -> TodayView:
    """Today's appointments by their start, without holds that came to nothing, and what needs somebody."""
    with transaction() as session:
        zone = rules.practice(session).timezone
        day = now.astimezone(ZoneInfo(zone)).date()
        shown = select(Booking).where(
            Booking.local_date == day, col(Booking.status).not_in((BookingStatus.EXPIRED, BookingStatus.CONFLICT))
        )
        rows = session.exec(shown.order_by(col(Booking.starts_at), col(Booking.id))).all()
        failed_mails, more_mails = needs.failed_mails(session)
        failed_refunds, more_refunds = needs.failed_refunds(session)
        unlisted = {*more_mails, *more_refunds}
        return TodayView(
            date=day,
            timezone=zone,
            bookings=reading.views_of(session, rows),
            alerts=[alert for alert in needs.alerts(session) if alert.id not in unlisted],
            failed_mails=failed_mails,
            failed_mails_count=len(failed_mails) + len(more_mails),
            failed_refunds=failed_refunds,
            failed_refunds_count=len(failed_refunds) + len(more_refunds),
        )


def booking_detail(booking_id: UUID) -> BookingDetailView:
    """One booking with its timeline, money and mails; refuses with NotFound."""
    with transaction() as session:
        booking = session.get(Booking, booking_id)
        if booking is None:
            raise NotFound("booking")
        return BookingDetailView(
            booking=reading.view_of(session, booking),
            timeline=_timeline(session, booking_id),
            payments=_payments(session, booking_id),
            refunds=_refunds(session, booking_id),
            mails=_mails(session, booking_id),
        )


def open_alerts() -> list[AlertView]:
    """What needs a person, the newest first."""
    with transaction() as session:
        return needs.alerts(session)


def resolve_alert(alert_id: int, *, actor: str, now: dt.datetime) -> AlertView:
    """Close an alert; closing it twice is calm. Refuses with NotFound."""
    with transaction() as session:
        alert = lock_one(session, AdminAlert, alert_id)
        if alert is None:
            raise NotFound("alert")
        if alert.closed_at is None:
            alert.closed_at, alert.closed_by = now, actor
            session.add(alert)
        return needs.alert_view(alert)


def _timeline(session: Session, booking_id: UUID) -> list[EventView]:
    rows = session.exec(
        select(BookingEvent).where(BookingEvent.booking_id == booking_id).order_by(col(BookingEvent.id))
    )
    return [EventView(r.at, r.actor, r.what, r.from_status, r.to_status, r.why) for r in rows]


def _payments(session: Session, booking_id: UUID) -> list[PaymentView]:
    rows = session.exec(select(Payment).where(Payment.booking_id == booking_id).order_by(col(Payment.created_at)))
    return [
        PaymentView(r.id, r.purpose, r.method, r.status, r.amount_cents, r.currency, r.created_at, r.stripe_intent_id)
        for r in rows
    ]


def _refunds(session: Session, booking_id: UUID) -> list[RefundView]:
    rows = session.exec(select(Refund).where(Refund.booking_id == booking_id).order_by(col(Refund.created_at)))
    return [
        RefundView(r.id, r.reason, r.status, r.amount_cents, r.currency, r.created_at, r.stripe_refund_id) for r in rows
    ]


def _mails(session: Session, booking_id: UUID) -> list[MailView]:
    rows = session.exec(
        select(EmailMessage).where(EmailMessage.booking_id == booking_id).order_by(col(EmailMessage.created_at))
    )
    return [reading.mail_view(row) for row in rows]
