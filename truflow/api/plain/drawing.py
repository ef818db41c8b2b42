"""How the plain pages look: a few sheets in the look of the others, and a booking in the words they need."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from truflow.domain.brand import stylesheet
from truflow.domain.formats import format_date, format_day, format_money, format_time, format_when, zone_label
from truflow.domain.tax import percent
from truflow.services.manage_views import ManagedView, ReceiptView
from truflow.services.manage_words import directions, quote_words
from truflow.services.views import BookingView, DaySlotsView, DayView, PracticeView
from truflow.settings import get_settings
from truflow.texts import here, language, t

Rows = list[tuple[str, str]]


@dataclass(frozen=True)
class Sheet:
    """Who the page is of, and what stands on all of them."""

    practice: PracticeView
    title: str
    status: int = 200
    notice: str = ""
    good: bool = False


def draw(name: str, sheet: Sheet, **values: Any) -> HTMLResponse:
    """One page; whoever calls speaks the visitor's language."""
    page = _sheets().get_template(f"{name}.html")
    look = stylesheet(get_settings().brand_color)
    words = {"t": t, "language": language(), "here": here, "sheet": sheet, "practice": sheet.practice, "look": look}
    return HTMLResponse(page.render({**words, **values}), status_code=sheet.status)


def facts(managed: ManagedView) -> Rows:
    """What, when, where and the money; what is empty is left out."""
    view, practice = managed.booking, managed.practice
    where = ", ".join(filter(None, (practice.name, *practice.address.split("\n"))))
    rows = [
        (t("booking.reference"), view.reference),
        (t("booking.what"), view.service_name),
        (t("booking.when"), when(view)),
        (t("booking.where"), where),
        (t("booking.price"), money(view.price_cents, view)),
        (t("booking.paid"), money(view.paid_cents, view)),
        (t("receipt.ON_ITS_WAY_BACK"), money(managed.returning_cents, view)),
        (t("booking.refunded"), money(view.refunded_cents, view)),
        (t("booking.due"), money(view.balance_cents, view) if view.status == "CONFIRMED" else ""),
    ]
    return [(label, value) for label, value in rows if value]


def quoted(managed: ManagedView, *, now: dt.datetime) -> tuple[str, ...]:
    """What cancelling gives back, and until when."""
    return quote_words(managed.booking, managed.cancellation, now=now)


def way_to(practice: PracticeView) -> str:
    """Where the way to the practice is shown."""
    return directions(practice.address)


def when(view: BookingView) -> str:
    """Day, times and whose clock."""
    return format_when(view.start_time, view.end_time, view.timezone)


def money(cents: int, view: BookingView) -> str:
    """A sum of this booking; empty when it is nothing."""
    return format_money(cents, view.currency) if cents else ""


def clock(at: dt.datetime, zone: str) -> str:
    """A time of day there."""
    return format_time(at, zone)


def day(date: dt.date) -> str:
    """A date without its year."""
    return format_day(date)


def today(practice: PracticeView, now: dt.datetime) -> dt.date:
    """The practice's date."""
    return now.astimezone(ZoneInfo(practice.timezone)).date()


def days_of(days: Sequence[DayView]) -> list[tuple[str, str, str]]:
    """The days on which something is free: their date, their name and how much."""
    return [
        (
            day.date.isoformat(),
            format_day(day.date),
            t("move.free_one") if day.slots == 1 else t("move.free_many", count=day.slots),
        )
        for day in days
        if day.available
    ]


def times_of(slots: DaySlotsView) -> list[tuple[str, str]]:
    """The starts of a day, each once, whoever gives it: as the form sends it, and as people say it."""
    starts = sorted({slot.start_time for slot in slots.slots})
    return [(start.astimezone(dt.UTC).isoformat(), format_time(start, slots.timezone)) for start in starts]


def zone_of(slots: DaySlotsView) -> str:
    """The day and whose clock it goes by."""
    noon = dt.datetime.combine(slots.date, dt.time(12), ZoneInfo(slots.timezone))
    return t("choose.zone", zone=zone_label(slots.timezone, noon))


def receipt_rows(receipt: ReceiptView) -> tuple[Rows, Rows]:
    """Who, for whom and what; then the money, line by line."""
    view = receipt.booking
    head = [
        (t("receipt.number"), receipt.number),
        (t("receipt.date"), format_date(receipt.issued_at, view.timezone)),
        (t("receipt.for"), receipt.guest),
        (t("receipt.visit"), f"{view.service_name}, {when(view)}"),
        (t("booking.reference"), view.reference),
    ]
    sums = [(t("receipt.price"), money(view.price_cents, view))]
    if receipt.tax_cents:
        label = t("receipt.tax", rate=percent(receipt.tax_rate_milli), tax=receipt.tax_name)
        sums.append((label, money(receipt.tax_cents, view)))
    for line in receipt.lines:
        day = format_date(line.at, view.timezone)
        sums.append((f"{t(f'receipt.{line.kind}')}, {day}", format_money(line.cents, view.currency)))
    total = sum(line.cents for line in receipt.lines)
    sums.append((t("receipt.total"), format_money(total, view.currency)))
    if view.status not in ("CANCELLED", "CONFLICT", "EXPIRED"):
        sums.append((t("receipt.due"), format_money(view.balance_cents, view.currency)))
    return [row for row in head if row[1]], sums


@cache
def _sheets() -> Environment:
    return Environment(
        loader=PackageLoader("truflow.api.plain", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
