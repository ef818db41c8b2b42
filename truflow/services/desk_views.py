"""What leaves the services for the practice itself: its lists, its catalogue, its hours and its rules."""

import datetime as dt
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

Item = TypeVar("Item")


@dataclass(frozen=True)
class ListView(Generic[Item]):
    """One page of a list, and how many there are on all pages."""

    items: list[Item]
    total: int


@dataclass(frozen=True)
class OfferView:
    """A service as the practice edits it; one that is not `active` cannot be booked any more."""

    id: int
    slug: str
    name: str
    description: str
    duration_min: int
    price_cents: int
    downpayment_cents: int
    currency: str
    position: int
    active: bool
    practitioner_ids: list[int]


@dataclass(frozen=True)
class OpeningView:
    """One opening of a weekday, 1 = Monday, in wall-clock HH:MM."""

    weekday: int
    opens: str
    closes: str


@dataclass(frozen=True)
class SpanView:
    opens: str
    closes: str


@dataclass(frozen=True)
class OverrideView:
    """A date with hours of its own, or closed when it has none."""

    id: int
    date: dt.date
    closed: bool
    hours: list[SpanView]
    note: str


@dataclass(frozen=True)
class TierRuleView:
    hours_before: int
    refund_percent: int


@dataclass(frozen=True)
class SettingsView:
    """What the owner decides: who she is, and the rules of booking."""

    name: str
    address: str
    phone: str
    email: str
    logo_url: str
    tax_line: str
    tax_name: str
    tax_rate_milli: int
    terms: str
    timezone: str
    currency: str
    buffer_minutes: int
    max_bookings_per_day: int | None
    slot_step_minutes: int
    minimum_notice_minutes: int
    horizon_days: int
    hold_minutes: int
    cancellation_tiers: list[TierRuleView]


@dataclass(frozen=True)
class AuditLineView:
    """One move of money, as it was written down; without personal data."""

    id: int
    at: dt.datetime
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
