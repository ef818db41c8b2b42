"""Who may open a booking: the holder of its link."""

from sqlmodel import Session, select

from truflow.errors import NotFound
from truflow.models import Booking
from truflow.services import limits, tokens
from truflow.settings import get_settings
from truflow.texts import here


def opened(booking: Booking | None, token: str, *purposes: tokens.Purpose, client: str) -> Booking:
    """The booking, if the token opens it for one of the purposes; every miss counts against the visitor's address.

    Refuses with NotFound for a wrong token as for an unknown booking, and with RateLimited.
    """
    if booking is None or not tokens.opens(token, booking, *purposes):
        limits.take("token", client)
        raise NotFound("booking")
    return booking


def by_reference(session: Session, reference: str, token: str, *, client: str) -> Booking:
    """The booking with this reference, as the links in mails have it, if the token opens it; refuses like `opened`."""
    found = session.exec(select(Booking).where(Booking.reference == reference.upper()[:20])).first()
    return opened(found, token, client=client)


def manage_url(booking: Booking) -> str:
    """The link that every mail, the success page and the bank's return lead to."""
    page = here(f"/booking/{booking.reference}", booking.language)
    return f"{get_settings().origin}{page}?t={tokens.token_for(booking)}"


def calendar_path(booking: Booking) -> str:
    """Where the calendar file can be fetched, by a token that opens nothing else."""
    return f"/api/bookings/{booking.id}/calendar.ics?t={tokens.token_for(booking, 'calendar')}"


def receipt_url(booking: Booking) -> str:
    """The printable receipt."""
    return f"{get_settings().origin}/plain/booking/{booking.reference}/receipt?t={tokens.token_for(booking)}"
