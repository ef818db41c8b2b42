"""What is sold, by whom, and when the practice is open."""

import datetime as dt

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from truflow.domain.policy import DEFAULT_TIERS, to_json
from truflow.models.base import maybe_moment, one_of

WALL_CLOCK = "'^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$'"


class Service(SQLModel, table=True):
    """An appointment that guests can book; lengths in minutes, money in cents."""

    __table_args__ = (
        CheckConstraint("duration_min between 5 and 720", name="duration_sane"),
        CheckConstraint("price_cents >= 0", name="price_not_negative"),
        CheckConstraint("downpayment_cents between 0 and price_cents", name="downpayment_within_price"),
        Index("service_slug_uq", "slug", unique=True),
    )

    id: int | None = Field(default=None, primary_key=True)
    slug: str
    name: str
    description: str = ""
    duration_min: int
    price_cents: int
    downpayment_cents: int = 0
    position: int = 0
    retired_at: dt.datetime | None = maybe_moment()


class Resource(SQLModel, table=True):
    """A practitioner or a room: something that can be in one place at a time."""

    __table_args__ = (one_of("kind", ["PRACTITIONER", "ROOM"]),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str = "PRACTITIONER"
    name: str
    retired_at: dt.datetime | None = maybe_moment()


class ServiceResource(SQLModel, table=True):
    """Who can give which service."""

    __tablename__ = "service_resource"

    service_id: int = Field(foreign_key="service.id", primary_key=True)
    resource_id: int = Field(foreign_key="resource.id", primary_key=True, index=True)


class BusinessHours(SQLModel, table=True):
    """One opening of a weekday, wall-clock HH:MM in the practice's zone; weekday 1 is Monday."""

    __tablename__ = "business_hours"
    __table_args__ = (
        CheckConstraint("weekday between 1 and 7", name="weekday_iso"),
        CheckConstraint(f"opens ~ {WALL_CLOCK} and closes ~ {WALL_CLOCK}", name="times_hh_mm"),
        CheckConstraint("opens < closes", name="opens_before_closes"),
    )

    id: int | None = Field(default=None, primary_key=True)
    weekday: int = Field(index=True)
    opens: str
    closes: str


class DateOverride(SQLModel, table=True):
    """A date with hours of its own, or closed when `hours` is empty; hours are [{"opens", "closes"}]."""

    __tablename__ = "date_override"
    __table_args__ = (Index("date_override_date_uq", "date", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    date: dt.date
    hours: list[dict[str, str]] = Field(default_factory=list, sa_type=JSONB)
    note: str = ""


class SystemSettings(SQLModel, table=True):
    """The one row of what the owner decides: who she is, and the rules of booking."""

    __tablename__ = "system_settings"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("buffer_minutes between 0 and 240", name="buffer_sane"),
        CheckConstraint("slot_step_minutes between 5 and 240", name="step_sane"),
        CheckConstraint("max_bookings_per_day is null or max_bookings_per_day > 0", name="cap_positive"),
        CheckConstraint("hold_minutes between 1 and 30", name="hold_sane"),
        CheckConstraint("horizon_days between 1 and 730", name="horizon_sane"),
        CheckConstraint("minimum_notice_minutes between 0 and 43200", name="notice_sane"),
        CheckConstraint("tax_rate_milli between 0 and 100000", name="tax_rate_sane"),
    )

    id: int = Field(default=1, primary_key=True)
    name: str
    address: str = ""
    phone: str = ""
    email: str = ""
    logo_url: str = ""
    tax_line: str = ""
    tax_name: str = Field(default="", sa_column_kwargs={"server_default": ""})
    tax_rate_milli: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Thousandths of a percent: 8875 is 8.875 %; prices include it."""
    terms: str = ""
    timezone: str = "America/New_York"
    currency: str = "usd"
    buffer_minutes: int = 15
    max_bookings_per_day: int | None = None
    slot_step_minutes: int = 15
    minimum_notice_minutes: int = 120
    horizon_days: int = 60
    hold_minutes: int = 10
    cancellation_tiers: list[dict[str, int]] = Field(
        default_factory=lambda: to_json(DEFAULT_TIERS), sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'")}
    )
