"""What programs send and get about bookings at the desk."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt, StrictStr

from truflow.api.describing import PageOut
from truflow.api.examples import BOOKING
from truflow.api.kinds import WHOLE
from truflow.api.schemas import BookingIn, BookingOut, Id, In, Instant, InstantIn, Out, example

BookingWord = Literal["PENDING", "CONFIRMED", "EXPIRED", "CANCELLED", "CONFLICT", "COMPLETED", "NO_SHOW"]
Version = Annotated[StrictInt, Field(ge=1, le=2**31 - 1, description="The booking's `version` as it was seen."), WHOLE]
Reason = Annotated[StrictStr, Field(max_length=500, pattern="^[^\\x00]*$")]
Cents = Annotated[StrictInt, Field(ge=1, le=99_999_999), WHOLE]


class DeskBookingIn(BookingIn):
    """The same wish as a guest's."""


class CancelIn(In):
    """What goes back is what the guest agreed to, all that she paid by card, or nothing."""

    model_config = example({"refund": "POLICY", "reason": "The therapist is ill.", "notify": True, "version": 2})

    refund: Literal["POLICY", "FULL", "NONE"] = "POLICY"
    reason: Reason = ""
    notify: StrictBool = True
    version: Version


class DeskRescheduleIn(In):
    model_config = example({"startTime": "2027-03-04T19:00:00Z", "version": 2})

    start_time: InstantIn
    practitioner_id: Id | None = None
    version: Version


class RefundIn(In):
    model_config = example({"amountCents": 1500, "reason": "The room was cold.", "version": 2})

    amount_cents: Cents
    reason: Reason = ""
    version: Version


class VisitIn(In):
    """What became of the visit; a correction needs its `reason`."""

    model_config = example({"version": 2})

    reason: Reason = ""
    version: Version


class ResendIn(In):
    model_config = example({"version": 2})

    version: Version | None = None


class BookingsOut(PageOut):
    """A page of bookings."""

    model_config = example({"items": [BOOKING], "page": 1, "limit": 25, "total": 1, "totalPages": 1})

    items: list[BookingOut]


class PaymentOut(Out):
    id: UUID
    purpose: str
    method: str
    status: str
    amount_cents: int
    currency: str
    created_at: Instant
    stripe_id: str | None


class RefundLineOut(Out):
    id: UUID
    reason: str
    status: str
    amount_cents: int
    currency: str
    created_at: Instant
    stripe_id: str | None


class EventOut(Out):
    """Who did what, when, from which status to which, and why."""

    at: Instant
    actor: str
    what: str
    from_status: str | None
    to_status: str | None
    why: str


class MailOut(Out):
    """A mail; `uncertain` counts the lost answers: so often it may have arrived twice."""

    id: UUID
    template: str
    recipient: str
    status: str
    attempts: int
    uncertain: int
    created_at: Instant
    sent_at: Instant | None


class BookingDetailOut(Out):
    """One booking with its money, its history and its mails, each the oldest first."""

    booking: BookingOut
    payments: list[PaymentOut]
    refunds: list[RefundLineOut]
    events: list[EventOut]
    mails: list[MailOut]


class DeskAnswer(Out):
    model_config = example({"booking": BOOKING})

    booking: BookingOut


class MoneyBackAnswer(Out):
    """The booking, and what was promised back."""

    model_config = example(
        {"booking": {**BOOKING, "paymentStatus": "REFUND_PENDING", "version": 3}, "refundCents": 1500}
    )

    booking: BookingOut
    refund_cents: int


class MailAnswer(Out):
    email: MailOut


class AuditLineOut(Out):
    """One move of money as it was written down; it never changes."""

    id: int
    at: Instant
    actor: str
    action: str
    booking_id: UUID
    payment_id: UUID | None
    refund_id: UUID | None
    from_status: str | None
    to_status: str
    amount_cents: int
    currency: str
    stripe_id: str | None
    why: str


class AuditOut(PageOut):
    """A page of the moves of money, the newest first."""

    items: list[AuditLineOut]
