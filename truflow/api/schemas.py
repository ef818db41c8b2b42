"""What programs send and get: camelCase, instants in RFC 3339 UTC, money in cents; unknown fields are refused."""

import datetime as dt
import re
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictInt,
    StrictStr,
)
from pydantic.alias_generators import to_camel

from truflow.api.kinds import WHOLE, Email, Notes, PersonName, Phone, Text

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)")
DATE = re.compile(r"\d{4}-\d\d-\d\d")


def _instant_text(value: Any) -> Any:
    if not isinstance(value, str) or not RFC_3339.fullmatch(value):
        raise ValueError("Please send an instant with its offset, for example 2027-03-01T14:00:00Z.")
    return value


def _date_text(value: Any) -> Any:
    if not isinstance(value, str) or not DATE.fullmatch(value):
        raise ValueError("Please send a date as YYYY-MM-DD.")
    return value


def _utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


InstantIn = Annotated[AwareDatetime, BeforeValidator(_instant_text)]
DateIn = Annotated[dt.date, BeforeValidator(_date_text)]
Instant = Annotated[dt.datetime, PlainSerializer(_utc, return_type=str)]
Id = Annotated[StrictInt, Field(ge=1, le=2**31 - 1), WHOLE]


def example(value: dict[str, Any]) -> ConfigDict:
    """The configuration of a model that shows this example; written as JSON is."""
    return ConfigDict(json_schema_extra={"examples": [value]})


class In(BaseModel):
    """A body: camelCase, nothing unknown."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=False, extra="forbid")


class Out(BaseModel):
    """An answer, drawn from a view."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True)


class CustomerIn(In):
    name: PersonName
    email: Email
    phone: Phone


class BookingIn(In):
    model_config = example(
        {
            "serviceId": 3,
            "startTime": "2027-03-02T15:00:00Z",
            "customer": {"name": "Alice Young", "email": "alice@example.com", "phone": "+1 212 555 0100"},
            "notes": "My left shoulder.",
        }
    )

    service_id: Id
    start_time: InstantIn
    practitioner_id: Id | None = None
    customer: CustomerIn
    notes: Notes = ""


class FindIn(In):
    model_config = example({"email": "alice@example.com"})

    email: Email


class PayIn(In):
    model_config = example({"confirmationToken": "ctoken_1PqRsT2eZvKYlo2C"})

    confirmation_token: Annotated[StrictStr, Field(min_length=1, max_length=255)]


class RescheduleIn(In):
    model_config = example({"startTime": "2027-03-04T19:00:00Z"})

    start_time: InstantIn
    practitioner_id: Id | None = None


class MarkPaidIn(In):
    model_config = example({"method": "CASH", "version": 2})

    method: Literal["CASH", "DESK_CARD", "TRANSFER"]
    amount_cents: Annotated[StrictInt, Field(ge=1, le=99_999_999), WHOLE] | None = None
    version: Annotated[StrictInt, Field(ge=1, le=2**31 - 1), WHOLE]


class NothingIn(In):
    """An empty object, or no body at all."""


class SignInIn(In):
    model_config = example({"email": "maya@stillwater.example", "password": "correct horse battery staple"})

    email: Text
    password: Text


class ServiceOut(Out):
    id: int
    slug: str
    name: str
    description: str
    duration_min: int
    price_cents: int
    downpayment_cents: int
    currency: str


class ServicesOut(Out):
    """A page of services."""

    items: list[ServiceOut]
    page: int
    limit: int
    total: int
    total_pages: int


class DayOut(Out):
    date: dt.date
    available: bool
    slots: int


class RangeOut(Out):
    service_id: int
    timezone: str
    dates: list[DayOut]


class SlotOut(Out):
    start_time: Instant
    end_time: Instant
    practitioner_id: int


class DaySlotsOut(Out):
    service_id: int
    timezone: str
    date: dt.date
    slots: list[SlotOut]


class CustomerOut(Out):
    name: str
    email: str
    phone: str


class BookingOut(Out):
    id: UUID
    reference: str
    kind: str
    status: str
    payment_status: str
    service_id: int
    service_name: str
    practitioner_id: int | None
    start_time: Instant
    end_time: Instant
    timezone: str
    hold_expires_at: Instant | None
    price_cents: int
    downpayment_cents: int
    paid_cents: int
    refunded_cents: int
    balance_cents: int
    currency: str
    version: int
    created_at: Instant
    customer: CustomerOut | None = None
    notes: str | None = None


class BookingAnswer(Out):
    booking: BookingOut


class BookedAnswer(Out):
    booking: BookingOut
    client_secret: str | None
    publishable_key: str
    manage_token: str


class TierOut(Out):
    until: Instant
    refund_cents: int


class CancellationOut(Out):
    tiers: list[TierOut]
    refund_cents: int
    can_cancel: bool
    can_reschedule: bool


class CancelledAnswer(Out):
    booking: BookingOut
    refund_cents: int


class BalanceAnswer(Out):
    booking: BookingOut
    client_secret: str
    publishable_key: str


class NextAction(Out):
    client_secret: str


class PaidAnswer(Out):
    booking: BookingOut
    next_action: NextAction | None


class AdminOut(Out):
    id: int
    email: str
    name: str


class AdminAnswer(Out):
    admin: AdminOut | None


class Received(Out):
    received: bool
