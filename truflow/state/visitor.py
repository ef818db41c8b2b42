"""What a handler may ask about its visitor: address, and what stands in the page's address."""

from datetime import date, datetime

from reflex.state import BaseState

from truflow.services.views import SlotView
from truflow.texts import plain


def client_of(state: BaseState) -> str:
    """The visitor's IP address, for the limits."""
    return str(state.router.session.client_ip or "unknown")


def query_of(state: BaseState) -> dict[str, str]:
    """The query of the page's address; written by the visitor, so believe nothing."""
    return {str(key): str(value)[:400] for key, value in dict(state.router.url.query_parameters).items()}


def last_segment(state: BaseState) -> str:
    """The last part of the path: a slug, a reference, an id."""
    return str(state.router.url.path).rstrip("/").rsplit("/", 1)[-1][:200]


def is_booking_page(state: BaseState) -> bool:
    """Whether this is a booking's own page, and not the one that says thank you."""
    return plain(str(state.router.url.path)).startswith("/booking/")


def booking_address(state: BaseState) -> tuple[str, str]:
    """Reference and token of the booking that the page's address names; read anew each time and never kept."""
    query = query_of(state)
    return last_segment(state) if is_booking_page(state) else query.get("reference", ""), query.get("t", "")


def date_from(text: str) -> date | None:
    """A date as addresses write it, or nothing."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def instant_from(text: str) -> datetime | None:
    """An instant as addresses write it, aware, or nothing."""
    try:
        moment = datetime.fromisoformat(text[:40])
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def find_slot(slots: list[SlotView], start_time: str) -> SlotView | None:
    """The slot that begins at this instant, if it is offered."""
    wanted = instant_from(start_time)
    return next((slot for slot in slots if slot.start_time == wanted), None)


STAMP = "%Y-%m-%dT%H:%MZ"
