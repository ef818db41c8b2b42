"""From rows to views: steps inside a transaction that is already open."""

from collections.abc import Iterable, Sequence
from typing import TypeVar
from uuid import UUID

from sqlmodel import Session, col, select

from truflow.domain.money import Sums
from truflow.models import (
    Booking,
    BookingStatus,
    Customer,
    EmailMessage,
    Payment,
    PaymentStatus,
    Refund,
    RefundStatus,
    Service,
)
from truflow.models.payment import AT_THE_DESK, UNDER_WAY_BACK
from truflow.services.views import BookingView, ContactView, MailView

Row = TypeVar("Row", Payment, Refund)

OVER = frozenset({BookingStatus.CANCELLED, BookingStatus.EXPIRED, BookingStatus.CONFLICT})


def sums_of(price: int, payments: Sequence[Payment], refunds: Sequence[Refund]) -> Sums:
    """The money of one booking; a refund that failed counts until another one took its place."""
    replaced = {refund.retry_of for refund in refunds}
    at_the_desk = {payment.id for payment in payments if payment.method in AT_THE_DESK}
    by_hand = sum(r.amount_cents for r in refunds if r.status == RefundStatus.MANUAL and r.payment_id in at_the_desk)
    not_arrived = (RefundStatus.FAILED, RefundStatus.CANCELED, RefundStatus.MANUAL)
    return Sums(
        price=price,
        paid=sum(p.amount_cents for p in payments if p.status == PaymentStatus.SUCCEEDED),
        refunded=sum(r.amount_cents for r in refunds if r.status == RefundStatus.SUCCEEDED),
        refunding=sum(r.amount_cents for r in refunds if r.status in UNDER_WAY_BACK) + by_hand,
        by_hand=by_hand,
        refund_failed=sum(
            r.amount_cents
            for r in refunds
            if r.status in not_arrived and r.id not in replaced and r.payment_id not in at_the_desk
        ),
    )


def money_of(session: Session, booking: Booking) -> Sums:
    """The sums of one booking as they are in this transaction."""
    payments = session.exec(select(Payment).where(Payment.booking_id == booking.id)).all()
    refunds = session.exec(select(Refund).where(Refund.booking_id == booking.id)).all()
    return sums_of(booking.price_cents, payments, refunds)


def view_of(session: Session, booking: Booking, *, personal: bool = True) -> BookingView:
    """One booking as its owner sees it; without personal data when `personal` is off."""
    return views_of(session, [booking], personal=personal)[0]


def views_of(session: Session, bookings: Sequence[Booking], *, personal: bool = True) -> list[BookingView]:
    """Several bookings with four queries, however many there are."""
    ids = [booking.id for booking in bookings]
    payments = _by_booking(session.exec(select(Payment).where(col(Payment.booking_id).in_(ids))).all())
    refunds = _by_booking(session.exec(select(Refund).where(col(Refund.booking_id).in_(ids))).all())
    services = {
        row.id: row
        for row in session.exec(select(Service).where(col(Service.id).in_({b.service_id for b in bookings})))
    }
    customers: dict[UUID, Customer] = {}
    if personal:
        wanted = {b.customer_id for b in bookings}
        customers = {row.id: row for row in session.exec(select(Customer).where(col(Customer.id).in_(wanted)))}
    return [
        _view(
            booking,
            services[booking.service_id].name,
            sums_of(booking.price_cents, payments.get(booking.id, []), refunds.get(booking.id, [])),
            any(each.status == PaymentStatus.PROCESSING for each in payments.get(booking.id, [])),
            customers.get(booking.customer_id),
        )
        for booking in bookings
    ]


def mail_view(row: EmailMessage) -> MailView:
    """A mail as the desk sees it."""
    return MailView(
        id=row.id,
        template=row.template,
        recipient=row.recipient,
        status=row.status,
        attempts=row.attempts,
        created_at=row.created_at,
        sent_at=row.sent_at,
        uncertain=int(row.facts.get("uncertain", 0)),
    )


def _by_booking(rows: Iterable[Row]) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = {}
    for row in rows:
        found.setdefault(row.booking_id, []).append(row)
    return found


def _view(booking: Booking, service_name: str, sums: Sums, processing: bool, customer: Customer | None) -> BookingView:
    return BookingView(
        id=booking.id,
        reference=booking.reference,
        kind=booking.kind,
        status=booking.status,
        payment_status=sums.status,
        service_id=booking.service_id,
        service_name=service_name,
        practitioner_id=booking.resource_id,
        start_time=booking.starts_at,
        end_time=booking.ends_at,
        timezone=booking.timezone,
        hold_expires_at=booking.hold_expires_at if booking.status == BookingStatus.PENDING else None,
        price_cents=booking.price_cents,
        downpayment_cents=booking.downpayment_cents,
        paid_cents=sums.paid,
        refunded_cents=sums.refunded,
        balance_cents=0 if booking.status in OVER else sums.balance,
        currency=booking.currency,
        version=booking.version,
        created_at=booking.created_at,
        terms=booking.terms,
        bank_is_working=processing,
        customer=ContactView(customer.name or "", customer.email or "", customer.phone or "") if customer else None,
        notes=booking.notes if customer else None,
    )
