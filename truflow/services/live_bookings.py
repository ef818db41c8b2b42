"""The bookings of a mail address that still lie ahead; a step inside a transaction that is open."""

import datetime as dt

from sqlmodel import Session, col, func, select

from truflow.models import Booking, BookingStatus, Customer

MOST = 20


def live_of(session: Session, email: str, *, now: dt.datetime) -> list[Booking]:
    """Confirmed visits that have not ended and holds that still last, the soonest first, at most twenty."""
    visits = (col(Booking.status) == BookingStatus.CONFIRMED) & (col(Booking.ends_at) > now)
    holds = (col(Booking.status) == BookingStatus.PENDING) & (col(Booking.hold_expires_at) > now)
    hers = (
        select(Booking)
        .join(Customer, col(Customer.id) == col(Booking.customer_id))
        .where(func.lower(col(Customer.email)) == email.lower(), visits | holds)
    )
    return list(session.exec(hers.order_by(col(Booking.starts_at), col(Booking.id)).limit(MOST)))
