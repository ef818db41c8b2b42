"""What leaves the services: frozen values without a session behind them; pages, API and mails draw from these.

Money is integer cents, instants are aware UTC, `timezone` is the IANA name that was in force when booked.
"""

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True)
class ServiceView:
    """Something the practice sells; lengths in minutes."""

    id: int
    slug: str
    name: str
    description: str
    duration_min: int
    price_cents: int
    downpayment_cents: int
    currency: str


@dataclass(frozen=True)
class PracticeView:
    """Who the guest books with, for headers, mails, terms and imprint."""

    name: str
    address: str
    phone: str
    email: str
    logo_url: str
    tax_line: str
    terms: str
    timezone: str
    currency: str
    cancellation_terms: str
    hold_minutes: int
    horizon_days: int


@dataclass(frozen=True)
class DayView:
    """One local date of a calendar; `slots` counts the starts that can be booked."""

    date: dt.date
    available: bool
    slots: int


@dataclass(frozen=True)
class RangeView:
    service_id: int
    timezone: str
    dates: list[DayView]


@dataclass(frozen=True)
class SlotView:
    start_time: dt.datetime
    end_time: dt.datetime
    practitioner_id: int


@dataclass(frozen=True)
class DaySlotsView:
    service_id: int
    timezone: str
    date: dt.date
    slots: list[SlotView]


@dataclass(frozen=True)
class ContactView:
    name: str
    email: str
    phone: str


@dataclass(frozen=True)
class BookingView:
    """A booking as its owner may see it; `customer` and `notes` only for the token's holder and admins."""

    id: UUID
    reference: str
    kind: str
    status: str
    payment_status: str
    service_id: int
    service_name: str
    practitioner_id: int | None
    start_time: dt.datetime
    end_time: dt.datetime
    timezone: str
    hold_expires_at: dt.datetime | None
    price_cents: int
    downpayment_cents: int
    paid_cents: int
    refunded_cents: int
    balance_cents: int
    currency: str
    version: int
    created_at: dt.datetime
    terms: str
    bank_is_working: bool = False
    customer: ContactView | None = None
    notes: str | None = None


@dataclass(frozen=True)
class BookedView:
    """A new booking with what its guest needs to pay for it and to come back to it."""

    booking: BookingView
    client_secret: str | None
    publishable_key: str
    manage_token: str


@dataclass(frozen=True)
class PaidView:
    """The booking after a payment attempt; `next_action_secret` is set when the bank wants to ask the guest."""

    booking: BookingView
    next_action_secret: str | None


@dataclass(frozen=True)
class TierView:
    """Until when cancelling gives back how much."""

    until: dt.datetime
    refund_cents: int


@dataclass(frozen=True)
class CancellationView:
    """What cancelling would give back now and later, and whether the guest may cancel or move by herself."""

    tiers: list[TierView]
    refund_cents: int
    can_cancel: bool
    can_reschedule: bool


@dataclass(frozen=True)
class CancelledView:
    """The booking after it was cancelled, and what goes back for it."""

    booking: BookingView
    refund_cents: int


@dataclass(frozen=True)
class BalanceView:
    """The booking and the client secret with which its rest can be paid by card."""

    booking: BookingView
    client_secret: str


@dataclass(frozen=True)
class EventView:
    """A line of a booking's timeline: who, when, from, to, why."""

    at: dt.datetime
    actor: str
    what: str
    from_status: str | None
    to_status: str | None
    why: str


@dataclass(frozen=True)
class PaymentView:
    id: UUID
    purpose: str
    method: str
    status: str
    amount_cents: int
    currency: str
    created_at: dt.datetime
    stripe_id: str | None


@dataclass(frozen=True)
class RefundView:
    id: UUID
    reason: str
    status: str
    amount_cents: int
    currency: str
    created_at: dt.datetime
    stripe_id: str | None


@dataclass(frozen=True)
class MailView:
    id: UUID
    template: str
    recipient: str
    status: str
    attempts: int
    created_at: dt.datetime
    sent_at: dt.datetime | None
    uncertain: int = 0
    """How often the server's answer was lost: so often it may have arrived twice."""


@dataclass(frozen=True)
class BookingDetailView:
    booking: BookingView
    timeline: list[EventView]
    payments: list[PaymentView]
    refunds: list[RefundView]
    mails: list[MailView]


@dataclass(frozen=True)
class AlertView:
    id: int
    rule: str
    message: str
    object_ref: str
    booking_id: UUID | None
    opened_at: dt.datetime


@dataclass(frozen=True)
class AdminView:
    id: int
    email: str
    name: str
    created_at: dt.datetime


@dataclass(frozen=True)
class SessionView:
    """A sign-in that is alive; `device` is what it came from, `current` says that it is the one that asks."""

    id: UUID
    device: str
    created_at: dt.datetime
    last_seen_at: dt.datetime
    expires_at: dt.datetime
    current: bool


@dataclass(frozen=True)
class FailedMailView:
    """A mail that did not go out and that nobody has dealt with; `uncertain`: it may have arrived all the same."""

    id: UUID
    template: str
    recipient: str
    code: str
    attempts: int
    uncertain: int
    created_at: dt.datetime
    booking_id: UUID
    reference: str
    guest: str
    alert_id: int | None


@dataclass(frozen=True)
class FailedRefundView:
    """Money that did not reach the guest and that nobody has dealt with; `message` says what to do."""

    id: UUID
    reason: str
    status: str
    code: str
    amount_cents: int
    currency: str
    created_at: dt.datetime
    booking_id: UUID
    reference: str
    guest: str
    alert_id: int | None
    message: str
    by_hand: bool = False


@dataclass(frozen=True)
class TodayView:
    """The practice's day: appointments in order of their start, and what needs somebody.

    Of failed mails and refunds the newest are listed; the counts say how many there are in all.
    """

    date: dt.date
    timezone: str
    bookings: list[BookingView] = field(default_factory=list)
    alerts: list[AlertView] = field(default_factory=list)
    failed_mails: list[FailedMailView] = field(default_factory=list)
    failed_mails_count: int = 0
    failed_refunds: list[FailedRefundView] = field(default_factory=list)
    failed_refunds_count: int = 0


@dataclass(frozen=True)
class FindingView:
    """One thing that is not as it must be: which rule, of which row, in one sentence, and what to do."""

    rule: str
    row: str
    what: str
    todo: str


@dataclass(frozen=True)
class VerificationView:
    """What a verification looked at, as counts of rows by what they are, and what it found."""

    at: dt.datetime
    took_ms: int
    checked: dict[str, int] = field(default_factory=dict)
    findings: list[FindingView] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows were looked at; 0 when it was kept before they were counted."""
        return sum(count for name, count in self.checked.items() if name != "rules")

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings
