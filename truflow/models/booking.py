"""A booking, the diary it stands in, and what happened to it."""

import datetime as dt
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, ExcludeConstraint, Range
from sqlmodel import Field, SQLModel

from truflow.errors import IllegalTransition
from truflow.models.base import maybe_moment, moment, one_of, uuid_key
from truflow.texts import LANGUAGES


class BookingStatus(StrEnum):
    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    CONFLICT = "CONFLICT"
    COMPLETED = "COMPLETED"
    NO_SHOW = "NO_SHOW"


S = BookingStatus

TRANSITIONS: dict[str, frozenset[str]] = {
    S.PENDING: frozenset({S.CONFIRMED, S.EXPIRED, S.CANCELLED}),
    S.EXPIRED: frozenset({S.CONFIRMED, S.CONFLICT}),  # money came late: the slot is free, or it is not
    S.CONFIRMED: frozenset({S.COMPLETED, S.NO_SHOW, S.CANCELLED}),
    S.COMPLETED: frozenset({S.NO_SHOW}),
    S.NO_SHOW: frozenset({S.COMPLETED}),
    S.CANCELLED: frozenset(),  # final: money that still comes goes back whole
    S.CONFLICT: frozenset(),
}

IN_THE_DIARY = frozenset({S.PENDING, S.CONFIRMED, S.COMPLETED, S.NO_SHOW})


class Customer(SQLModel, table=True):
    """A contact; everything personal that we know of a guest is in this row."""

    id: UUID = uuid_key()
    name: str | None = None
    email: str | None = Field(default=None, index=True)
    phone: str | None = None
    created_at: dt.datetime = moment()


class Booking(SQLModel, table=True):
    """A place in somebody's day; `policy` and `terms` are as they were when it was made, in its guest's `language`."""

    __table_args__ = (
        one_of("kind", ["APPOINTMENT", "COURSE"]),
        one_of("status", list(BookingStatus)),
        one_of("language", LANGUAGES),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("downpayment_cents between 0 and price_cents", name="downpayment_within_price"),
        CheckConstraint("status <> 'PENDING' or hold_expires_at is not null", name="hold_has_an_end"),
        CheckConstraint("kind <> 'APPOINTMENT' or resource_id is not null", name="appointment_has_a_practitioner"),
        Index("booking_reference_uq", "reference", unique=True),
        Index("booking_request_key_uq", "request_key", unique=True),
        Index("booking_holds_ix", "hold_expires_at", postgresql_where=text("status = 'PENDING'")),
        Index("booking_starts_at_ix", "starts_at"),
    )

    id: UUID = uuid_key()
    reference: str
    kind: str = "APPOINTMENT"
    status: str = S.PENDING
    service_id: int = Field(foreign_key="service.id", index=True)
    resource_id: int | None = Field(default=None, foreign_key="resource.id")
    customer_id: UUID = Field(foreign_key="customer.id", index=True)
    starts_at: dt.datetime = moment()
    ends_at: dt.datetime = moment()
    timezone: str
    local_date: dt.date = Field(index=True)
    buffer_minutes: int = 0
    price_cents: int
    downpayment_cents: int
    currency: str
    hold_expires_at: dt.datetime | None = maybe_moment()
    policy: list[dict[str, int]] = Field(default_factory=list, sa_type=JSONB)
    terms: str = ""
    language: str = Field(default="en", sa_column_kwargs={"server_default": "en"})
    notes: str | None = None
    request_key: str | None = None
    request_fingerprint: str | None = None
    visitor: str | None = None
    manage_token_version: int = 1
    ics_sequence: int = 0
    version: int = 1
    created_at: dt.datetime = moment()

    def go(self, to: BookingStatus) -> None:
        """The one door to another status; raises IllegalTransition where the table does not lead."""
        if to not in TRANSITIONS[self.status]:
            raise IllegalTransition(self, self.status, to)
        self.status = to
        self.version += 1

    def overdue(self, now: dt.datetime) -> bool:
        """Whether its hold has ended and it may be released."""
        return self.status == S.PENDING and self.hold_expires_at is not None and self.hold_expires_at <= now

    @property
    def span(self) -> Range[dt.datetime]:
        """The time it takes from the diary, its buffer included."""
        return Range(self.starts_at, self.ends_at + dt.timedelta(minutes=self.buffer_minutes), bounds="[)")


class DiaryEntry(SQLModel, table=True):
    """Time that is taken: by an appointment or its hold, a course session or a block. Release = delete.

    Holds and bookings share one table, because a second one is how others double-booked.
    """

    __tablename__ = "diary_entry"
    model_config = {"arbitrary_types_allowed": True}
    __table_args__ = (
        one_of("kind", ["APPOINTMENT", "COURSE", "BLOCK"]),
        CheckConstraint("not isempty(during) and lower_inc(during) and not upper_inc(during)", name="half_open"),
        CheckConstraint("(kind = 'APPOINTMENT') = (booking_id is not null)", name="appointment_has_a_booking"),
        ExcludeConstraint(
            (text("int8range(resource_id, resource_id, '[]')"), "&&"),
            ("during", "&&"),
            name="diary_no_overlap",
            using="gist",
        ),
        Index("diary_entry_booking_id_uq", "booking_id", unique=True),
    )

    id: int | None = Field(default=None, primary_key=True)
    resource_id: int = Field(foreign_key="resource.id")
    during: Range[dt.datetime] = Field(sa_column=Column(TSTZRANGE, nullable=False))
    kind: str = "APPOINTMENT"
    booking_id: UUID | None = Field(default=None, sa_column=Column(ForeignKey("booking.id"), nullable=True))
    note: str = ""


class BookingEvent(SQLModel, table=True):
    """Who did what to a booking, when, from where to where, and why; never changed."""

    __tablename__ = "booking_event"

    id: int | None = Field(default=None, primary_key=True)
    booking_id: UUID = Field(foreign_key="booking.id", index=True)
    at: dt.datetime = moment()
    actor: str
    what: str
    from_status: str | None = None
    to_status: str | None = None
    why: str = ""
