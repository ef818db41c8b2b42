"""Who may open a booking: the holder of its link."""

from truflow.errors import NotFound
from truflow.models import Booking
from truflow.services import limits, tokens
from truflow.settings import get_settings


def opened(booking: Booking | None, token: str, *purposes: tokens.Purpose, client: str) -> Booking:
    """The booking, if the token opens it for one of the purposes; every miss counts against the visitor's address.

    Refuses with NotFound for a wrong token as for an unknown booking, and with RateLimited.
    """
    if booking is None or not tokens.opens(token, booking, *purposes):
        limits.take("token", client)
        raise NotFound("booking")
    return booking


def manage_url(booking: Booking) -> str:
    """The link that every mail, the success page and the bank's return lead to."""
    return f"{get_settings().origin}/booking/{booking.reference}?t={tokens.token_for(booking)}"


def calendar_path(booking: Booking) -> str:
    """Where the calendar file can be fetched, by a token that opens nothing else."""
    return f"/api/bookings/{booking.id}/calendar.ics?t={tokens.token_for(booking, 'calendar')}"
