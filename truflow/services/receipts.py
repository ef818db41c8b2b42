"""Receipts: a number with the first money of a booking, and the sheet that shows what was paid and what is due."""

import datetime as dt

from sqlalchemy import text
from sqlmodel import Session, col, select

from truflow.db import transaction
from truflow.domain.tax import included
from truflow.errors import NotFound
from truflow.models import Booking, Payment, PaymentStatus, Receipt, Refund, RefundStatus
from truflow.models.payment import UNDER_WAY_BACK
from truflow.services import access, reading, rules
from truflow.services.manage_views import MoneyLine, ReceiptView


def issue(session: Session, booking: Booking, *, now: dt.datetime) -> None:
    """Give a booking its number when money came for it; once, with the tax that is in force. The booking is locked."""
    practice = rules.practice(session)
    session.execute(
        text(
            "insert into receipt (booking_id, issued_at, tax_name, tax_rate_milli) "
            "select :booking_id, :now, :tax_name, :tax_rate_milli "
            "where not exists (select from receipt where booking_id = :booking_id)"
        ),
        {
            "booking_id": booking.id,
            "now": now,
            "tax_name": practice.tax_name,
            "tax_rate_milli": practice.tax_rate_milli,
        },
    )


def receipt(reference: str, token: str, *, client: str) -> ReceiptView:
    """The receipt of a booking, for its link's holder; refuses with NotFound, before any money came too."""
    with transaction() as session:
        return of_booking(session, access.by_reference(session, reference, token, client=client))


def of_booking(session: Session, booking: Booking) -> ReceiptView:
    """The same inside a transaction that is open."""
    row = session.get(Receipt, booking.id)
    if row is None:
        raise NotFound("receipt")
    practice = rules.practice(session)
    view = reading.view_of(session, booking)
    return ReceiptView(
        number=number_of(row),
        issued_at=row.issued_at,
        booking=view,
        guest=view.customer.name if view.customer else "",
        practice_name=practice.name,
        practice_address=practice.address,
        practice_phone=practice.phone,
        practice_email=practice.email,
        tax_line=practice.tax_line,
        tax_name=row.tax_name,
        tax_rate_milli=row.tax_rate_milli,
        tax_cents=included(view.price_cents, row.tax_rate_milli) if booking.status not in reading.OVER else 0,
        lines=_lines(session, booking),
    )


def number_of(row: Receipt) -> str:
    """A receipt's number as people read it: the year it was issued in, and a running number."""
    return f"{row.issued_at.year}-{row.number:05d}"


def _lines(session: Session, booking: Booking) -> list[MoneyLine]:
    """Money in and out in the order in which it moved; what is still on its way back is there too."""
    paid = select(Payment).where(Payment.booking_id == booking.id, Payment.status == PaymentStatus.SUCCEEDED)
    back = select(Refund).where(
        Refund.booking_id == booking.id, col(Refund.status).in_((RefundStatus.SUCCEEDED, *UNDER_WAY_BACK))
    )
    lines = [MoneyLine(p.settled_at or p.created_at, p.method, p.amount_cents) for p in session.exec(paid)]
    lines += [
        MoneyLine(r.settled_at or r.created_at, "BACK" if r.status == RefundStatus.SUCCEEDED else "ON_ITS_WAY_BACK",
                  -r.amount_cents)
        for r in session.exec(back)
    ]  # fmt: skip
    return sorted(lines, key=lambda line: line.at)
