"""Facts that need a person: one open alert a fact, however often it is noticed."""

import datetime as dt
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session


def raise_alert(
    session: Session, rule: str, object_ref: str, message: str, *, now: dt.datetime, booking_id: UUID | None = None
) -> None:
    """Open an alert, unless the same one is open already; the message holds no personal data."""
    session.execute(
        text(
            "insert into admin_alert (rule, object_ref, booking_id, message, opened_at) "
            "values (:rule, :ref, :booking, :message, :now) on conflict do nothing"
        ),
        {"rule": rule, "ref": object_ref, "booking": booking_id, "message": message, "now": now},
    )
