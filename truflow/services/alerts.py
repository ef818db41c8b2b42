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


def refresh(session: Session, rule: str, object_ref: str, message: str, *, now: dt.datetime) -> int:
    """Open an alert, or say it anew where it is open already; returns its id."""
    opened = session.execute(
        text(
            "insert into admin_alert (rule, object_ref, message, opened_at) values (:rule, :ref, :message, :now) "
            "on conflict (rule, object_ref) where closed_at is null do update set message = excluded.message "
            "returning id"
        ),
        {"rule": rule, "ref": object_ref, "message": message, "now": now},
    )
    return int(opened.scalar_one())


def close(session: Session, rule: str, object_ref: str, *, by: str, now: dt.datetime) -> None:
    """Close the open alert of a fact that needs nobody any more; calm when there is none."""
    session.execute(
        text(
            "update admin_alert set closed_at = :now, closed_by = :by "
            "where rule = :rule and object_ref = :ref and closed_at is null"
        ),
        {"rule": rule, "ref": object_ref, "by": by, "now": now},
    )
