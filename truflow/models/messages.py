"""What must still happen: mails, effects on the outside world, letters from Stripe, and facts an admin must see."""

import datetime as dt
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from truflow.models.base import json_column, maybe_moment, moment, one_of, origin, uuid_key


class OutboxStatus(StrEnum):
    READY = "READY"
    LEASED = "LEASED"
    DONE = "DONE"
    DEAD = "DEAD"


class MailStatus(StrEnum):
    QUEUED = "QUEUED"
    SENDING = "SENDING"
    SENT = "SENT"
    FAILED = "FAILED"
    OUTDATED = "OUTDATED"  # no longer true before it went out, as the confirmation of a booking that was cancelled


class LetterStatus(StrEnum):
    RECEIVED = "RECEIVED"
    HANDLED = "HANDLED"
    IGNORED = "IGNORED"


M = MailStatus

MAIL_TRANSITIONS: dict[str, frozenset[str]] = {
    M.QUEUED: frozenset({M.SENDING, M.FAILED, M.OUTDATED}),
    M.SENDING: frozenset({M.SENT, M.QUEUED, M.FAILED, M.SENDING, M.OUTDATED}),
    M.SENT: frozenset(),
    M.FAILED: frozenset(),
    M.OUTDATED: frozenset(),
}


class Outbox(SQLModel, table=True):
    """An effect that must happen outside; a row that is still here is the retry. Holds ids only."""

    __table_args__ = (
        one_of("status", list(OutboxStatus)),
        Index("outbox_dedupe_key_uq", "dedupe_key", unique=True),
        Index("outbox_due_ix", "run_after", postgresql_where=text("status in ('READY', 'LEASED')")),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    dedupe_key: str
    ref: str
    status: str = OutboxStatus.READY
    run_after: dt.datetime = moment()
    lease_until: dt.datetime | None = maybe_moment()
    lease_token: UUID | None = None
    attempts: int = 0
    last_code: str | None = None
    request_id: str = origin()
    created_at: dt.datetime = moment()
    done_at: dt.datetime | None = maybe_moment()


class EmailMessage(SQLModel, table=True):
    """A mail that was promised; the same Message-ID on every attempt."""

    __tablename__ = "email_message"
    __table_args__ = (
        one_of("status", list(MailStatus)),
        Index("email_message_dedupe_key_uq", "dedupe_key", unique=True),
        Index("email_message_message_id_uq", "message_id", unique=True),
    )

    id: UUID = uuid_key()
    dedupe_key: str
    booking_id: UUID | None = Field(default=None, foreign_key="booking.id", index=True)
    template: str
    recipient: str
    message_id: str
    status: str = MailStatus.QUEUED
    attempts: int = 0
    facts: dict[str, Any] = json_column()
    resend_of: UUID | None = Field(default=None, index=True)
    last_code: str | None = None
    created_at: dt.datetime = moment()
    sent_at: dt.datetime | None = maybe_moment()

    def go(self, to: MailStatus) -> bool:
        """Move to `to` where the table leads; False elsewhere."""
        if to in MAIL_TRANSITIONS[self.status]:
            self.status = to
            return True
        return False


class StripeEvent(SQLModel, table=True):
    """A letter from Stripe: that something happened to an object, which we then ask Stripe about. No contents."""

    __tablename__ = "stripe_event"
    __table_args__ = (one_of("status", list(LetterStatus)),)

    event_id: str = Field(primary_key=True)
    type: str
    object_id: str = ""
    intent_id: str = ""
    created: dt.datetime = moment()
    received_at: dt.datetime = moment()
    deliveries: int = 1
    status: str = LetterStatus.RECEIVED
    handled_at: dt.datetime | None = maybe_moment()


class AdminAlert(SQLModel, table=True):
    """A fact that needs a person; one open alert a fact."""

    __tablename__ = "admin_alert"
    __table_args__ = (
        Index("admin_alert_open_uq", "rule", "object_ref", unique=True, postgresql_where=text("closed_at is null")),
    )

    id: int | None = Field(default=None, primary_key=True)
    rule: str
    object_ref: str
    booking_id: UUID | None = Field(default=None, foreign_key="booking.id")
    message: str
    opened_at: dt.datetime = moment()
    closed_at: dt.datetime | None = maybe_moment()
    closed_by: str | None = None


class ForeignObject(SQLModel, table=True):
    """Something at Stripe that is not ours, by its id only: told once, in an alert that it shares with its like."""

    __tablename__ = "foreign_object"
    __table_args__ = (one_of("kind", ["payment", "refund", "dispute"]),)

    stripe_id: str = Field(primary_key=True)
    kind: str
    alert_id: int | None = Field(default=None, foreign_key="admin_alert.id", index=True)
    seen_at: dt.datetime = moment()


class Watermark(SQLModel, table=True):
    """Up to where a reconciliation has read Stripe's lists."""

    name: str = Field(primary_key=True)
    at: dt.datetime = moment()


class Verification(SQLModel, table=True):
    """What `truflow verify` found, kept for the dashboard; findings name rows and rules, never people."""

    id: int | None = Field(default=None, primary_key=True)
    at: dt.datetime = moment()
    took_ms: int
    checked: dict[str, int] = Field(
        default_factory=dict, sa_type=JSONB, sa_column_kwargs={"server_default": text("'{}'")}
    )
    findings: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)


class Heartbeat(SQLModel, table=True):
    """When a part of the house last said that it lives."""

    name: str = Field(primary_key=True)
    at: dt.datetime = moment()
