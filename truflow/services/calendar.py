"""The calendar file of a booking, for its download link."""

import datetime as dt
from uuid import UUID

from truflow.clock import utc_now
from truflow.db import transaction
from truflow.models import Booking
from truflow.services import access, mails


def calendar_file(booking_id: UUID, token: str, *, client: str, now: dt.datetime | None = None) -> str:
    """The .ics text, for the manage token or the calendar token; refuses with NotFound."""
    return mails.calendar_file(booking_id, token, client=client, now=now or utc_now())


def calendar_link(booking_id: UUID, token: str, *, client: str = "") -> str:
    """The download's path, with a token that opens the file and nothing else; refuses with NotFound."""
    with transaction() as session:
        return access.calendar_path(access.opened(session.get(Booking, booking_id), token, client=client))
