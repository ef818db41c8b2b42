"""Reminders a day ahead: asked of the bookings when it is time, never planned, so nothing has to be taken back."""

import datetime as dt
from uuid import UUID

from sqlalchemy import BigInteger, Interval, String, cast, exists, func, literal
from sqlmodel import col, select

from truflow.db import lock_one, transaction
from truflow.models import Booking, BookingEvent, BookingStatus, Customer, EmailMessage
from truflow.services import mails
from truflow.services.upkeep import each_by_itself

AHEAD = dt.timedelta(hours=24)
MOST = 500


def remind(*, now: dt.datetime) -> int:
    """Promise a reminder to every guest whose visit begins within a day and who chose that time earlier than that.

    Once for each start: a visit that was moved has a new one. Returns how many it looked at.
    """
    starts = col(Booking.starts_at)
    chosen_by = starts - literal(AHEAD, Interval)
    key = literal("reminder:") + cast(col(Booking.id), String) + ":at"
    second = cast(cast(func.extract("epoch", starts), BigInteger), String)
    reminded = exists().where(col(EmailMessage.dedupe_key) == key + second)
    moved_late = exists().where(
        col(BookingEvent.booking_id) == col(Booking.id),
        col(BookingEvent.what) == "moved",
        col(BookingEvent.at) > chosen_by,
    )
    due = (
        select(Booking.id)
        .join(Customer, col(Customer.id) == col(Booking.customer_id))
        .where(Booking.status == BookingStatus.CONFIRMED, starts > now, starts <= now + AHEAD)
        .where(col(Booking.created_at) <= chosen_by, func.coalesce(Customer.email, "") != "", ~reminded, ~moved_late)
    )
    with transaction() as session:
        found = session.exec(due.order_by(starts).limit(MOST)).all()
    return each_by_itself("remind", found, lambda booking_id: _promise(booking_id, now=now))


def _promise(booking_id: UUID, *, now: dt.datetime) -> None:
    with transaction() as session:
        booking = lock_one(session, Booking, booking_id)
        if booking is None or booking.status != BookingStatus.CONFIRMED or not now < booking.starts_at <= now + AHEAD:
            return
        if session.exec(select(EmailMessage.id).where(EmailMessage.dedupe_key == mails.reminder_key(booking))).first():
            return
        mails.remind(session, booking, now=now)
