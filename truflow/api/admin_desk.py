"""The desk, for programs: the day, what needs a person, and the buttons that mend it."""

import datetime as dt
from uuid import UUID

from fastapi import APIRouter

from truflow.api.admin_session import Admin, actor_of
from truflow.api.catalogue import Limit, Page
from truflow.api.describing import refuses
from truflow.api.kinds import InPath, UuidInPath
from truflow.api.schemas import BookingOut, Instant, Out
from truflow.clock import utc_now
from truflow.errors import Busy, MailOnItsWay, MailOutdated, NotFound, NotRetryable, NotSignedIn, PaymentsUnavailable
from truflow.services import desk, mails, refunds, verify
from truflow.threads import in_thread

LARGEST_ID = 2**31 - 1

router = APIRouter(prefix="/admin", tags=["admin desk"], responses=refuses(NotSignedIn()))

DONE = NotRetryable("This refund has arrived or is on its way. Nothing is left to do.")


class AlertOut(Out):
    id: int
    rule: str
    message: str
    object_ref: str
    booking_id: UUID | None
    opened_at: Instant


class AlertsOut(Out):
    """A page of open alerts, the newest first."""

    items: list[AlertOut]
    page: int
    limit: int
    total: int
    total_pages: int


class EmailOut(Out):
    """A mail; `uncertain` counts the lost answers: so often it may have arrived twice."""

    id: UUID
    template: str
    recipient: str
    status: str
    attempts: int
    uncertain: int
    created_at: Instant
    sent_at: Instant | None


class RefundOut(Out):
    id: UUID
    reason: str
    status: str
    amount_cents: int
    currency: str
    created_at: Instant


class FailedEmailOut(Out):
    id: UUID
    template: str
    recipient: str
    code: str
    attempts: int
    uncertain: int
    created_at: Instant
    booking_id: UUID
    reference: str
    guest: str
    alert_id: int | None


class FailedRefundOut(Out):
    id: UUID
    reason: str
    status: str
    code: str
    amount_cents: int
    currency: str
    created_at: Instant
    booking_id: UUID
    reference: str
    guest: str
    alert_id: int | None
    message: str
    by_hand: bool


class FindingOut(Out):
    rule: str
    row: str
    what: str
    todo: str


class VerificationOut(Out):
    """The latest check that was kept."""

    at: Instant
    took_ms: int
    ok: bool
    checked: dict[str, int]
    findings: list[FindingOut]


class TodayOut(Out):
    date: dt.date
    timezone: str
    bookings: list[BookingOut]
    alerts: list[AlertOut]
    failed_emails: list[FailedEmailOut]
    failed_emails_count: int
    failed_refunds: list[FailedRefundOut]
    failed_refunds_count: int
    verification: VerificationOut | None


class AlertAnswer(Out):
    alert: AlertOut


class EmailAnswer(Out):
    email: EmailOut


class RefundAnswer(Out):
    refund: RefundOut


@router.get("/dashboard/today")
async def today(admin: Admin) -> TodayOut:  # noqa: ARG001
    """The day's appointments by their start, what needs somebody, and the last check."""
    seen = await in_thread("db", desk.today, now=utc_now())
    checked = await in_thread("db", verify.last_result)
    return TodayOut(
        date=seen.date,
        timezone=seen.timezone,
        bookings=[BookingOut.model_validate(each) for each in seen.bookings],
        alerts=[AlertOut.model_validate(each) for each in seen.alerts],
        failed_emails=[FailedEmailOut.model_validate(each) for each in seen.failed_mails],
        failed_emails_count=seen.failed_mails_count,
        failed_refunds=[FailedRefundOut.model_validate(each) for each in seen.failed_refunds],
        failed_refunds_count=seen.failed_refunds_count,
        verification=VerificationOut.model_validate(checked) if checked is not None else None,
    )


@router.get("/alerts")
async def alerts(admin: Admin, page: Page = 1, limit: Limit = 25) -> AlertsOut:  # noqa: ARG001
    """The open alerts."""
    found = await in_thread("db", desk.open_alerts)
    return AlertsOut(
        items=[AlertOut.model_validate(each) for each in found[(page - 1) * limit : page * limit]],
        page=page,
        limit=limit,
        total=len(found),
        total_pages=-(-len(found) // limit),
    )


@router.post("/alerts/{alert_id}/resolve", responses=refuses(NotFound("alert")))
async def resolve_alert(alert_id: InPath, admin: Admin) -> AlertAnswer:
    """Mark an alert as done; safe to repeat."""
    if not (alert_id.isascii() and alert_id.isdigit() and int(alert_id[:11]) <= LARGEST_ID):
        raise NotFound("alert")
    closed = await in_thread("db", desk.resolve_alert, int(alert_id), actor=actor_of(admin), now=utc_now())
    return AlertAnswer(alert=AlertOut.model_validate(closed))


@router.post("/refunds/{refund_id}/retry", responses=refuses(NotFound("refund"), DONE, PaymentsUnavailable(), Busy()))
async def retry_refund(refund_id: UuidInPath, admin: Admin) -> RefundAnswer:
    """Ask Stripe anew for a refund that failed; answers with the new one."""
    new = await in_thread("stripe", refunds.retry, _id(refund_id, "refund"), actor=actor_of(admin), now=utc_now())
    return RefundAnswer(refund=RefundOut.model_validate(new))


@router.post("/refunds/{refund_id}/hand-back", responses=refuses(NotFound("refund"), DONE))
async def hand_back_refund(refund_id: UuidInPath, admin: Admin) -> RefundAnswer:
    """Note that money which was paid at the desk was handed back there."""
    done = await in_thread("db", refunds.hand_back, _id(refund_id, "refund"), actor=actor_of(admin), now=utc_now())
    return RefundAnswer(refund=RefundOut.model_validate(done))


@router.post(
    "/emails/{email_id}/resend", responses=refuses(NotFound("mail"), MailOnItsWay(), MailOutdated("CANCELLED"))
)
async def resend_email(email_id: UuidInPath, admin: Admin) -> EmailAnswer:
    """Send a mail again that arrived or failed; answers with the new one."""
    new = await in_thread("db", mails.resend, _id(email_id, "mail"), actor=actor_of(admin), now=utc_now())
    return EmailAnswer(email=EmailOut.model_validate(new))


def _id(text: str, what: str) -> UUID:
    """The id in the path; what cannot be one is simply not found."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(what) from None
