"""The proof on the live data: every rule over every row, and our books against Stripe's. It changes nothing."""

import datetime as dt
import time
from dataclasses import asdict

from sqlalchemy import delete, text
from sqlmodel import col, select

from truflow.db import transaction
from truflow.models import Verification
from truflow.services import alerts, journal
from truflow.services.verification import RULES
from truflow.services.verification.with_stripe import compare
from truflow.services.views import FindingView, VerificationView

KEPT = dt.timedelta(days=90)
ALERT = ("verification", "nightly")

AS_ONE_PICTURE = (
    "set transaction isolation level repeatable read, read only",
    "set local statement_timeout = '5min'",
    "set local work_mem = '64MB'",
)
COUNTS = """
  select (select count(*) from booking) as bookings, (select count(*) from diary_entry) as "diaryEntries",
    (select count(*) from payment) as payments, (select count(*) from refund) as refunds,
    (select count(*) from booking_event) as events, (select count(*) from payment_audit_log) as "auditLines",
    (select count(*) from email_message) as mails, (select count(*) from outbox) as effects,
    (select count(*) from stripe_event) as letters
"""


def verify(*, now: dt.datetime, with_stripe: bool = True) -> VerificationView:
    """Look at everything at one moment, then at Stripe's books; each finding names its row and what to do."""
    started = time.monotonic()
    findings: list[FindingView] = []
    with transaction() as session:
        for setting in AS_ONE_PICTURE:
            session.execute(text(setting))
        checked: dict[str, int] = {"rules": len(RULES), **session.execute(text(COUNTS)).mappings().one()}
        for rule in RULES:
            findings += rule.broken(session, now)
    if with_stripe:
        differences, asked = compare(now=now)
        findings += differences
        checked |= asked
    took_ms = round((time.monotonic() - started) * 1000)
    return VerificationView(at=now, took_ms=took_ms, checked=checked, findings=findings)


def verify_and_keep(*, now: dt.datetime) -> VerificationView:
    """Verify everything, keep the result for ninety days, and tell the practice while something is found."""
    result = verify(now=now)
    with transaction() as session:
        session.execute(delete(Verification).where(col(Verification.at) < now - KEPT))
        findings = [asdict(each) for each in result.findings]
        session.add(Verification(at=now, took_ms=result.took_ms, checked=result.checked, findings=findings))
        if result.ok:
            alerts.close(session, *ALERT, by=journal.SYSTEM, now=now)
        else:
            count = len(result.findings)
            things = "one thing that does" if count == 1 else f"{count} things that do"
            message = f"The nightly check found {things} not agree. `truflow verify` shows each, and what to do."
            alerts.refresh(session, *ALERT, message, now=now)
    return result


def last_result() -> VerificationView | None:
    """The latest verification that was kept, for the dashboard; None before the first night."""
    with transaction() as session:
        row = session.exec(
            select(Verification).order_by(col(Verification.at).desc(), col(Verification.id).desc()).limit(1)
        ).first()
        if row is None:
            return None
        findings = [FindingView(**each) for each in row.findings]
        return VerificationView(at=row.at, took_ms=row.took_ms, checked=row.checked, findings=findings)
