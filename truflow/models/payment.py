"""Money that came and money that went back; statuses only go up, amounts never change, rows are never deleted."""

import datetime as dt
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from truflow.models.base import maybe_moment, moment, one_of, origin, uuid_key


class PaymentStatus(StrEnum):
    CREATED = "CREATED"
    OPEN = "OPEN"
    PROCESSING = "PROCESSING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCEL_REQUESTED = "CANCEL_REQUESTED"
    CANCELED = "CANCELED"


class RefundStatus(StrEnum):
    QUEUED = "QUEUED"
    UNKNOWN = "UNKNOWN"
    PENDING = "PENDING"
    REQUIRES_ACTION = "REQUIRES_ACTION"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    MANUAL = "MANUAL"


class DisputeStatus(StrEnum):
    """Whether the card's owner asks her bank for the money back; while OPEN nothing is refunded by itself."""

    NONE = "NONE"
    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"


class RefundReason(StrEnum):
    SLOT_LOST = "SLOT_LOST"
    LATE_AFTER_CANCEL = "LATE_AFTER_CANCEL"
    CANCELLATION = "CANCELLATION"
    ADMIN = "ADMIN"
    EXTERNAL = "EXTERNAL"


P = PaymentStatus
R = RefundStatus

PAYMENT_TRANSITIONS: dict[str, frozenset[str]] = {
    P.CREATED: frozenset({P.OPEN, P.PROCESSING, P.SUCCEEDED, P.FAILED, P.CANCEL_REQUESTED, P.CANCELED}),
    P.OPEN: frozenset({P.PROCESSING, P.SUCCEEDED, P.FAILED, P.CANCEL_REQUESTED, P.CANCELED}),
    P.PROCESSING: frozenset({P.SUCCEEDED, P.FAILED, P.CANCEL_REQUESTED, P.CANCELED}),
    P.CANCEL_REQUESTED: frozenset({P.CANCELED, P.SUCCEEDED}),
    P.SUCCEEDED: frozenset(),
    P.FAILED: frozenset(),
    P.CANCELED: frozenset(),
}

REFUND_TRANSITIONS: dict[str, frozenset[str]] = {
    R.QUEUED: frozenset({R.UNKNOWN, R.MANUAL}),
    R.UNKNOWN: frozenset({R.PENDING, R.REQUIRES_ACTION, R.SUCCEEDED, R.FAILED, R.CANCELED, R.MANUAL}),
    R.PENDING: frozenset({R.REQUIRES_ACTION, R.SUCCEEDED, R.FAILED, R.CANCELED, R.MANUAL}),
    R.REQUIRES_ACTION: frozenset({R.SUCCEEDED, R.FAILED, R.CANCELED, R.MANUAL}),
    R.SUCCEEDED: frozenset({R.FAILED}),  # a card that was closed meanwhile: the money comes back to us
    R.FAILED: frozenset(),
    R.CANCELED: frozenset(),
    R.MANUAL: frozenset({R.SUCCEEDED}),  # Stripe says that it went after all, or the owner paid it back there
}

DISPUTE_TRANSITIONS: dict[str, frozenset[str]] = {
    DisputeStatus.NONE: frozenset({DisputeStatus.OPEN, DisputeStatus.WON, DisputeStatus.LOST}),
    DisputeStatus.OPEN: frozenset({DisputeStatus.WON, DisputeStatus.LOST}),
    DisputeStatus.WON: frozenset(),
    DisputeStatus.LOST: frozenset(),
}

LIVE_OR_PAID = (P.CREATED, P.OPEN, P.PROCESSING, P.CANCEL_REQUESTED, P.SUCCEEDED)
UNDER_WAY_BACK = (R.QUEUED, R.UNKNOWN, R.PENDING, R.REQUIRES_ACTION)
AUTOMATIC = (RefundReason.SLOT_LOST, RefundReason.LATE_AFTER_CANCEL)


def _words(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


AT_THE_DESK = ("CASH", "DESK_CARD", "TRANSFER")
"""Methods of which Stripe knows nothing: what came so goes back by hand."""


class Payment(SQLModel, table=True):
    """One try of a guest to pay one sum; `attempt` counts the cards she offered for it."""

    __table_args__ = (
        one_of("purpose", ["DEPOSIT", "BALANCE", "FULL"]),
        one_of("method", ["CARD", "CHECKOUT", *AT_THE_DESK]),
        one_of("status", list(PaymentStatus)),
        one_of("dispute", list(DisputeStatus)),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        Index("payment_stripe_intent_id_uq", "stripe_intent_id", unique=True),
        Index(
            "payment_one_live",
            "booking_id",
            "purpose",
            unique=True,
            postgresql_where=text(f"method in ('CARD', 'CHECKOUT') and status in ({_words(LIVE_OR_PAID)})"),
        ),
    )

    id: UUID = uuid_key()
    booking_id: UUID = Field(foreign_key="booking.id", index=True)
    purpose: str
    method: str = "CARD"
    status: str = P.CREATED
    amount_cents: int
    currency: str
    attempt: int = 0
    dispute: str = Field(default=DisputeStatus.NONE, sa_column_kwargs={"server_default": "NONE"})
    stripe_intent_id: str | None = None
    last_code: str | None = None
    request_id: str = origin()
    created_at: dt.datetime = moment()
    settled_at: dt.datetime | None = maybe_moment()

    def go(self, to: PaymentStatus) -> bool:
        """Move up to `to`; False when it is there already or beyond (a repeated or late word of Stripe's)."""
        if to in PAYMENT_TRANSITIONS[self.status]:
            self.status = to
            return True
        return False

    def dispute_goes(self, to: DisputeStatus) -> bool:
        """Move the dispute up to `to`; False when it is there already or beyond."""
        if to in DISPUTE_TRANSITIONS[self.dispute]:
            self.dispute = to
            return True
        return False


class Refund(SQLModel, table=True):
    """Money on its way back to the card that paid."""

    __table_args__ = (
        one_of("reason", list(RefundReason)),
        one_of("status", list(RefundStatus)),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        Index("refund_stripe_refund_id_uq", "stripe_refund_id", unique=True),
        Index(
            "refund_automatic_once",
            "payment_id",
            unique=True,
            postgresql_where=text(f"reason in ({_words(AUTOMATIC)}) and status not in ('CANCELED', 'FAILED')"),
        ),
    )

    id: UUID = uuid_key()
    payment_id: UUID = Field(foreign_key="payment.id", index=True)
    booking_id: UUID = Field(foreign_key="booking.id", index=True)
    reason: str
    status: str = R.QUEUED
    amount_cents: int
    currency: str
    attempt: int = 0
    key_generation: int = 1
    retry_of: UUID | None = None
    stripe_refund_id: str | None = None
    last_code: str | None = None
    request_id: str = origin()
    created_at: dt.datetime = moment()
    settled_at: dt.datetime | None = maybe_moment()

    def go(self, to: RefundStatus) -> bool:
        """Move up to `to`; False when it is there already or beyond."""
        if to in REFUND_TRANSITIONS[self.status]:
            self.status = to
            return True
        return False


class PaymentAuditLog(SQLModel, table=True):
    """Every move of money, kept seven years; no personal data, never changed."""

    __tablename__ = "payment_audit_log"

    id: int | None = Field(default=None, primary_key=True)
    at: dt.datetime = moment()
    actor: str
    action: str
    booking_id: UUID = Field(index=True)
    payment_id: UUID | None = None
    refund_id: UUID | None = None
    from_status: str | None = None
    to_status: str
    amount_cents: int
    currency: str
    stripe_id: str | None = None
    why: str = ""
    retain_until: dt.date
