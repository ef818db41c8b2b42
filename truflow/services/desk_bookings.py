"""The desk's lists: every booking by what is looked for, and every move of money."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from truflow.db import transaction
from truflow.domain.availability import day_bounds
from truflow.errors import Invalid
from truflow.models import Booking, Customer, PaymentAuditLog
from truflow.services import reading, rules
from truflow.services.desk_views import AuditLineView, ListView
from truflow.services.views import BookingView

SORTS: dict[str, Any] = {
    "startTime": Booking.starts_at,
    "createdAt": Booking.created_at,
    "reference": Booking.reference,
    "status": Booking.status,
    "priceCents": Booking.price_cents,
}
"""What the list may be sorted by; a minus before the name turns the order round."""

FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2200, 1, 1)
"""What lies further off is looked for at these: the ends of time overflow."""

FEWEST_DIGITS = 4
"""So many digits are looked for in phone numbers too, however those are written."""


@dataclass(frozen=True)
class Search:
    """What is looked for: any of these statuses, local dates of the start with both ends, and a text."""

    statuses: Sequence[str] = ()
    first: dt.date | None = None
    last: dt.date | None = None
    text: str = ""
    sort: str = "-startTime"


def list_bookings(search: Search, *, page: int, limit: int) -> ListView[BookingView]:
    """A page of bookings with their guests; refuses with Invalid for an unknown order or dates the wrong way round."""
    _refuse_backwards(search.first, search.last)
    order = SORTS.get(search.sort.removeprefix("-"))
    if order is None:
        raise Invalid({"sort": [f"Please sort by one of {', '.join(SORTS)}, with - before it for the reverse."]})
    with transaction() as session:
        wanted = select(Booking).join(Customer, col(Customer.id) == col(Booking.customer_id)).where(*_filters(search))
        total = session.exec(select(func.count()).select_from(wanted.subquery())).one()
        sorted_by = col(order).desc() if search.sort.startswith("-") else col(order)
        rows = session.exec(wanted.order_by(sorted_by, col(Booking.id)).offset((page - 1) * limit).limit(limit)).all()
        return ListView(reading.views_of(session, rows), total)


def payment_audit(
    *, booking_id: UUID | None, first: dt.date | None, last: dt.date | None, page: int, limit: int
) -> ListView[AuditLineView]:
    """A page of the moves of money, the newest first; local dates with both ends. Refuses with Invalid."""
    _refuse_backwards(first, last)
    with transaction() as session:
        filters = _at(session, first, last)
        if booking_id is not None:
            filters.append(col(PaymentAuditLog.booking_id) == booking_id)
        total = session.exec(select(func.count()).select_from(PaymentAuditLog).where(*filters)).one()
        newest = select(PaymentAuditLog).where(*filters).order_by(col(PaymentAuditLog.id).desc())
        rows = session.exec(newest.offset((page - 1) * limit).limit(limit)).all()
        return ListView([_line(row) for row in rows], total)


def _filters(search: Search) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if search.statuses:
        found.append(col(Booking.status).in_(search.statuses))
    if search.first is not None:
        found.append(col(Booking.local_date) >= search.first)
    if search.last is not None:
        found.append(col(Booking.local_date) <= search.last)
    if text := search.text.strip():
        found.append(_says(text))
    return found


def _says(text: str) -> ColumnElement[bool]:
    """Reference, name, address or phone has the text in it, whatever its case."""
    places = (Booking.reference, Customer.name, Customer.email, Customer.phone)
    ways = [col(place).icontains(text, autoescape=True) for place in places]
    digits = "".join(each for each in text if each in "0123456789")
    if len(digits) >= FEWEST_DIGITS and not any(each.isalpha() for each in text):
        ways.append(func.regexp_replace(col(Customer.phone), "[^0-9]", "", "g").contains(digits))
    return or_(*ways)


def _at(session: Session, first: dt.date | None, last: dt.date | None) -> list[ColumnElement[bool]]:
    zone = rules.booking_rules(session).zone
    found: list[ColumnElement[bool]] = []
    if first is not None:
        found.append(col(PaymentAuditLog.at) >= day_bounds(min(max(first, FIRST_DAY), LAST_DAY), zone)[0])
    if last is not None:
        found.append(col(PaymentAuditLog.at) < day_bounds(min(max(last, FIRST_DAY), LAST_DAY), zone)[1])
    return found


def _refuse_backwards(first: dt.date | None, last: dt.date | None) -> None:
    if first is not None and last is not None and last < first:
        raise Invalid({"to": ["The last day must not lie before the first."]})


def _line(row: PaymentAuditLog) -> AuditLineView:
    return AuditLineView(
        id=row.id or 0,
        at=row.at,
        actor=row.actor,
        action=row.action,
        booking_id=row.booking_id,
        payment_id=row.payment_id,
        refund_id=row.refund_id,
        from_status=row.from_status,
        to_status=row.to_status,
        amount_cents=row.amount_cents,
        currency=row.currency,
        stripe_id=row.stripe_id,
        why=row.why,
    )
