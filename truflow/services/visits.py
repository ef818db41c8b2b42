"""What became of a visit: it took place, or nobody came; the practice may correct either, with a reason."""

import datetime as dt
from uuid import UUID

from truflow.db import lock_one, transaction
from truflow.errors import Invalid, NotFound, StaleVersion, WrongState
from truflow.models import Booking, BookingStatus
from truflow.models.booking import TRANSITIONS
from truflow.services import journal, reading
from truflow.services.views import BookingView


def mark_completed(booking_id: UUID, *, version: int, why: str, actor: str, now: dt.datetime) -> BookingView:
    """The visit took place; refuses with NotFound, StaleVersion, WrongState (before it began, too) and Invalid."""
    return _mark(booking_id, BookingStatus.COMPLETED, version=version, why=why, actor=actor, now=now)


def mark_no_show(booking_id: UUID, *, version: int, why: str, actor: str, now: dt.datetime) -> BookingView:
    """Nobody came; refuses with NotFound, StaleVersion, WrongState (before it began, too) and Invalid."""
    return _mark(booking_id, BookingStatus.NO_SHOW, version=version, why=why, actor=actor, now=now)


def _mark(booking_id: UUID, to: BookingStatus, *, version: int, why: str, actor: str, now: dt.datetime) -> BookingView:
    with transaction() as session:
        booking = lock_one(session, Booking, booking_id)
        if booking is None:
            raise NotFound("booking")
        if version != booking.version:
            raise StaleVersion
        if to not in TRANSITIONS[booking.status] or now < booking.starts_at:
            raise WrongState(booking.status)
        if booking.status != BookingStatus.CONFIRMED and not why.strip():
            raise Invalid({"reason": ["Please say why this is corrected: it is kept with the booking."]})
        journal.move(session, booking, to, actor=actor, now=now, why=why)
        session.flush()
        return reading.view_of(session, booking)
