"""The calendar file of a booking, for its download link."""

import datetime as dt
from dataclasses import replace
from uuid import UUID

from truflow.db import transaction
from truflow.domain.calendar_file import calendar_text
from truflow.models import Booking
from truflow.services import access, mail_writing, reading, tokens
from truflow.texts import speaking


def calendar_file(booking_id: UUID, token: str, *, client: str, now: dt.datetime) -> str:
    """The .ics text, for the manage token or the calendar token; refuses with NotFound."""
    with transaction() as session:
        booking = access.opened(session.get(Booking, booking_id), token, "manage", "calendar", client=client)
        cancelled = booking.status in reading.OVER
        appointment = mail_writing.appointment_of(session, booking, now=now)
        if not tokens.opens(token, booking, "manage"):
            appointment = replace(appointment, manage_url="")  # a token for the file alone must not lead further
        with speaking(booking.language):
            return calendar_text(appointment, method="CANCEL" if cancelled else "PUBLISH")
