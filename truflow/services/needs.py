"""What needs a person, for the desk: steps inside a transaction that is already open.

A mail or refund that failed stays here until it is tried again or its alert is closed.
"""

from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from truflow.models import AdminAlert, Booking, Customer, EmailMessage, Refund
from truflow.models.messages import MailStatus
from truflow.services.refunds import OVER, PAID_AT_DESK
from truflow.services.views import AlertView, FailedMailView, FailedRefundView

MOST = 50


def alerts(session: Session) -> list[AlertView]:
    """The open alerts, the newest first."""
    open_ones = select(AdminAlert).where(col(AdminAlert.closed_at).is_(None))
    rows = session.exec(open_ones.order_by(col(AdminAlert.opened_at).desc(), col(AdminAlert.id).desc()))
    return [alert_view(row) for row in rows]


def alert_view(row: AdminAlert) -> AlertView:
    """An alert as the desk sees it."""
    return AlertView(row.id or 0, row.rule, row.message, row.object_ref, row.booking_id, row.opened_at)


def failed_mails(session: Session) -> tuple[list[FailedMailView], list[int | None]]:
    """Mails that were given up, the newest first, at most fifty; and the alert of each one more."""
    again = aliased(EmailMessage)
    statement = (
        select(EmailMessage, Booking, Customer, AdminAlert)
        .join(Booking, col(Booking.id) == EmailMessage.booking_id)
        .join(Customer, col(Customer.id) == Booking.customer_id)
        .outerjoin(AdminAlert, _open("mail_failed", col(EmailMessage.id)))
        .where(
            EmailMessage.status == MailStatus.FAILED,
            ~exists().where(col(again.resend_of) == col(EmailMessage.id)),
            _nobody_closed("mail_failed", col(EmailMessage.id)),
        )
        .order_by(col(EmailMessage.created_at).desc(), col(EmailMessage.id))
    )
    listed = [
        FailedMailView(
            id=mail.id,
            template=mail.template,
            recipient=mail.recipient,
            code=mail.last_code or "",
            attempts=mail.attempts,
            uncertain=int(mail.facts.get("uncertain", 0)),
            created_at=mail.created_at,
            booking_id=booking.id,
            reference=booking.reference,
            guest=customer.name or "",
            alert_id=alert.id if alert is not None else None,
        )
        for mail, booking, customer, alert in session.exec(statement.limit(MOST))
    ]
    return listed, _unlisted(session, statement)


def failed_refunds(session: Session) -> tuple[list[FailedRefundView], list[int | None]]:
    """Refunds that did not arrive, the newest first, at most fifty; and the alert of each one more."""
    again = aliased(Refund)
    statement = (
        select(Refund, Booking, Customer, AdminAlert)
        .join(Booking, col(Booking.id) == Refund.booking_id)
        .join(Customer, col(Customer.id) == Booking.customer_id)
        .outerjoin(AdminAlert, _open("refund_failed", col(Refund.id)))
        .where(
            col(Refund.status).in_(OVER),
            ~exists().where(col(again.retry_of) == col(Refund.id)),
            _nobody_closed("refund_failed", col(Refund.id)),
        )
        .order_by(col(Refund.created_at).desc(), col(Refund.id))
    )
    listed = [
        FailedRefundView(
            id=refund.id,
            reason=refund.reason,
            status=refund.status,
            code=refund.last_code or "",
            amount_cents=refund.amount_cents,
            currency=refund.currency,
            created_at=refund.created_at,
            booking_id=booking.id,
            reference=booking.reference,
            guest=customer.name or "",
            alert_id=alert.id if alert is not None else None,
            message=alert.message if alert is not None else "",
            by_hand=refund.last_code == PAID_AT_DESK,
        )
        for refund, booking, customer, alert in session.exec(statement.limit(MOST))
    ]
    return listed, _unlisted(session, statement)


def _unlisted(session: Session, statement: Any) -> list[int | None]:
    """The alerts of what the list has no room for, None for what has none."""
    rest = statement.offset(MOST).with_only_columns(col(AdminAlert.id), maintain_column_froms=True)
    return list(session.execute(rest).scalars())


def _open(rule: str, key: Any) -> ColumnElement[bool]:
    return and_(
        col(AdminAlert.rule) == rule,
        col(AdminAlert.object_ref) == cast(key, String),
        col(AdminAlert.closed_at).is_(None),
    )


def _nobody_closed(rule: str, key: Any) -> ColumnElement[bool]:
    """An alert is open, or there never was one."""
    told = aliased(AdminAlert)
    about = (col(told.rule) == rule, col(told.object_ref) == cast(key, String))
    return or_(col(AdminAlert.id).is_not(None), ~exists().where(*about))
