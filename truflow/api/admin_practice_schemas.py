"""What programs send and get about the practice: services, hours, dates, settings."""

import datetime as dt
from typing import Annotated, Any

from pydantic import Field, StrictBool, StrictInt

from truflow.api.describing import PageOut
from truflow.api.examples import SETTINGS
from truflow.api.kinds import EMAIL_OR_NOTHING, PHONE_OR_NOTHING, WHOLE, Slug, SlugOrNone, Text, TimeOfDay, line, told
from truflow.api.schemas import DateIn, Id, In, Out, example

Cents = Annotated[StrictInt, Field(ge=0, le=99_999_999), WHOLE]
Length = Annotated[StrictInt, Field(ge=5, le=720), WHOLE]
Place = Annotated[StrictInt, Field(ge=0, le=10_000), WHOLE]

Title = Annotated[Text, line(120, needed=True)]
LongText = Annotated[Text, told(maxLength=2000)]


def left_out() -> Any:
    """A field that may be left out but is never null; what is left out stays as it is."""
    return Field(default_factory=lambda: None)


OFFER: dict[str, Any] = {
    "name": "Deep tissue",
    "description": "Slow, firm work on what is tight.",
    "durationMin": 60,
    "priceCents": 9500,
    "downpaymentCents": 3000,
}
OFFER_SEEN: dict[str, Any] = {
    "id": 3,
    "slug": "deep-tissue",
    **OFFER,
    "currency": "usd",
    "position": 3,
    "active": True,
    "practitionerIds": [1],
}
OPENING = {"weekday": 1, "opens": "09:00", "closes": "18:00"}
OVERRIDE: dict[str, Any] = {
    "date": "2027-12-24",
    "hours": [{"opens": "09:00", "closes": "12:00"}],
    "note": "Half a day",
}


class OfferIn(In):
    """A new service; without `slug` it is made from the name, without `practitionerIds` everybody gives it."""

    model_config = example(OFFER)

    name: Title
    description: LongText = ""
    slug: SlugOrNone = ""
    duration_min: Length
    price_cents: Cents
    downpayment_cents: Cents = 0
    position: Place = left_out()
    active: StrictBool = True
    practitioner_ids: Annotated[list[Id], Field(max_length=100)] = left_out()


class OfferChangeIn(In):
    """Only what changes."""

    model_config = example({"priceCents": 9900, "active": True})

    name: Title = left_out()
    description: LongText = left_out()
    slug: Slug = left_out()
    duration_min: Length = left_out()
    price_cents: Cents = left_out()
    downpayment_cents: Cents = left_out()
    position: Place = left_out()
    active: StrictBool = left_out()
    practitioner_ids: Annotated[list[Id], Field(max_length=100)] = left_out()


class OfferOut(Out):
    """A service as the practice sees it; one that is not `active` cannot be booked any more."""

    model_config = example(OFFER_SEEN)

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


class OffersOut(PageOut):
    items: list[OfferOut]


class OfferAnswer(Out):
    service: OfferOut


class OpeningIn(In):
    weekday: Annotated[StrictInt, Field(ge=1, le=7, description="1 is Monday."), WHOLE]
    opens: Annotated[TimeOfDay, Field(description="HH:MM, local to the practice.")]
    closes: TimeOfDay


class WeekIn(In):
    """The whole week; several openings a day are allowed, a day without any is closed."""

    model_config = example({"items": [OPENING]})

    items: Annotated[list[OpeningIn], Field(max_length=100)]


class OpeningOut(Out):
    weekday: int
    opens: str
    closes: str


class WeekOut(PageOut):
    """The week's openings, Monday first."""

    model_config = example({"items": [OPENING], "page": 1, "limit": 100, "total": 1, "totalPages": 1})

    items: list[OpeningOut]


class SpanIn(In):
    opens: TimeOfDay
    closes: TimeOfDay


class OverrideIn(In):
    """A date with hours of its own; without any it is closed."""

    model_config = example(OVERRIDE)

    date: DateIn
    closed: StrictBool = left_out()
    hours: Annotated[list[SpanIn], Field(max_length=12)] = Field(default_factory=list)
    note: Annotated[Text, line(200)] = ""


class SpanOut(Out):
    opens: str
    closes: str


class OverrideOut(Out):
    model_config = example({"id": 4, "closed": False, **OVERRIDE})

    id: int
    date: dt.date
    closed: bool
    hours: list[SpanOut]
    note: str


class OverridesOut(PageOut):
    items: list[OverrideOut]


class OverrideAnswer(Out):
    date_override: OverrideOut


class TierIn(In):
    hours_before: Annotated[StrictInt, Field(ge=0, le=8_760), WHOLE]
    refund_percent: Annotated[StrictInt, Field(ge=0, le=100), WHOLE]


class SettingsIn(In):
    """The settings, or those that change: what is left out stays as it is."""

    model_config = example(SETTINGS)

    name: Title = left_out()
    address: Annotated[Text, told(maxLength=500)] = left_out()
    phone: Annotated[Text, PHONE_OR_NOTHING] = left_out()
    email: Annotated[Text, EMAIL_OR_NOTHING] = left_out()
    logo_url: Annotated[Text, told(maxLength=500)] = left_out()
    tax_line: Annotated[Text, line(300)] = left_out()
    tax_name: Annotated[Text, line(60)] = left_out()
    tax_rate_milli: Annotated[StrictInt, Field(ge=0, le=100_000), WHOLE] = left_out()
    terms: Text = left_out()
    timezone: Text = left_out()
    currency: Annotated[Text, told(pattern="^[a-z]{3}$")] = left_out()
    buffer_minutes: Annotated[StrictInt, Field(ge=0, le=240), WHOLE] = left_out()
    max_bookings_per_day: Annotated[StrictInt, Field(ge=1, le=1000), WHOLE] | None = left_out()
    slot_step_minutes: Annotated[StrictInt, Field(ge=5, le=240), WHOLE] = left_out()
    minimum_notice_minutes: Annotated[StrictInt, Field(ge=0, le=43_200), WHOLE] = left_out()
    horizon_days: Annotated[StrictInt, Field(ge=1, le=730), WHOLE] = left_out()
    hold_minutes: Annotated[StrictInt, Field(ge=1, le=30), WHOLE] = left_out()
    cancellation_tiers: Annotated[list[TierIn], Field(max_length=50, json_schema_extra={"maxItems": 10})] = left_out()


class TierRuleOut(Out):
    """Until so many hours before the start, so many percent of what was paid by card come back."""

    hours_before: int
    refund_percent: int


class SettingsOut(Out):
    model_config = example(SETTINGS)

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
    cancellation_tiers: list[TierRuleOut]


def sent(body: In) -> dict[str, Any]:
    """What was sent, by its JSON names."""
    return body.model_dump(by_alias=True, exclude_unset=True)
