"""The cast: Alice, Bob and as many more as a test needs, each from an address of her own."""

import datetime as dt
from typing import Any

from truflow.services.bookings import BookingWish, book
from truflow.services.views import BookedView

HOUR_MASSAGE = 3
"""The demo's third service: 60 minutes, $95.00, $30.00 deposit."""

ALICE, BOB = "198.51.100.1", "198.51.100.2"


def wish(start: dt.datetime, *, guest: str = "Alice", **changes: Any) -> BookingWish:
    """What this guest asks for: an hour from `start`."""
    given: dict[str, Any] = {
        "service_id": HOUR_MASSAGE,
        "start_time": start,
        "practitioner_id": None,
        "name": guest,
        "email": f"{guest.lower().replace(' ', '.')}@example.com",
        "phone": "+1 212 555 0100",
    }
    return BookingWish(**{**given, **changes})


def booked(
    start: dt.datetime, now: dt.datetime, *, guest: str = "Alice", key: str | None = None, **changes: Any
) -> BookedView:
    """A booking that this guest has just made."""
    client = {"Alice": ALICE, "Bob": BOB}.get(guest, "198.51.100.9")
    return book(wish(start, guest=guest, **changes), key=key, client=client, now=now)
