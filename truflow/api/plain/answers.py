"""What the plain pages answer: a booking, the question before it is cancelled, the times to which it can be moved."""

import datetime as dt
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from truflow.api.plain import drawing
from truflow.api.plain.drawing import Sheet, draw
from truflow.api.refusals import STATUS
from truflow.api.visitor import client_address
from truflow.clock import utc_now
from truflow.errors import NotFound, Refusal
from truflow.services import catalogue, moving
from truflow.services.manage_views import ManagedView
from truflow.texts import here, t
from truflow.threads import in_thread

WEEKS = dt.timedelta(days=14)
TITLES = {
    "PENDING": ("pay.headline", "pay.title"),
    "CONFIRMED": ("manage.title", "manage.lead"),
    "COMPLETED": ("booking.completed", "booking.completed_lead"),
    "NO_SHOW": ("booking.no_show", "booking.no_show_lead"),
    "CANCELLED": ("booking.cancelled", "booking.cancelled_lead"),
    "CONFLICT": ("booking.conflict", "booking.conflict_lead"),
    "EXPIRED": ("booking.expired", "booking.expired_lead"),
}
DONE = {"moved": "manage.moved", "cancelled": "plain.cancelled"}


async def refused_page(refusal: Refusal) -> Response:
    """A refusal in words, with the status that programs get, and where to go from there."""
    practice = await in_thread("db", catalogue.get_practice)
    unknown = isinstance(refusal, NotFound)
    title = t("booking.not_found_title") if unknown else t("manage.title")
    lead = t("booking.not_found") if unknown else refusal.message
    sheet = Sheet(practice, title, status=STATUS.get(refusal.code, 400))
    response = draw("message", sheet, lead=lead, ways=[(t("find.lost"), "/plain/find"), (t("lost.home"), here("/"))])
    if refusal.retry_after is not None:
        response.headers["retry-after"] = str(refusal.retry_after)
    return response


def booking_page(managed: ManagedView, token: str, *, done: str = "", refusal: Refusal | None = None) -> Response:
    """The booking with what can be done with it."""
    view, now = managed.booking, utc_now()
    over = view.status == "PENDING" and view.hold_expires_at is not None and view.hold_expires_at <= now
    title, lead = (t(key) for key in TITLES["EXPIRED" if over else view.status])
    notice = refusal.message if refusal else t(DONE[done]) if done in DONE else ""
    alive = view.status == "CONFIRMED"
    sheet = Sheet(
        managed.practice,
        title,
        status=STATUS.get(refusal.code, 400) if refusal else 200,
        notice=notice,
        good=refusal is None,
    )
    return draw(
        "booking",
        sheet,
        title=title,
        lead=lead,
        facts=drawing.facts(managed),
        alive=alive,
        quote=drawing.quoted(managed, now=now),
        terms=view.terms,
        pay=_pay(managed, over=over),
        full=here(f"/booking/{view.reference}") + f"?t={quote(token)}",
        way=drawing.way_to(managed.practice),
        file=f"/api/bookings/{view.id}/calendar.ics?t={quote(token)}" if alive else "",
        receipt=address(managed, token, "receipt") if managed.has_receipt else "",
        move=address(managed, token, "move") if managed.cancellation.can_reschedule else "",
        may_speak_of_moving=alive,
        cancel=address(managed, token, "cancel") if alive and managed.cancellation.can_cancel else "",
    )


def _pay(managed: ManagedView, *, over: bool) -> str:
    view = managed.booking
    if view.status == "PENDING" and not over and view.hold_expires_at is not None:
        until = drawing.clock(view.hold_expires_at, view.timezone)
        return t("plain.hold", time=until, amount=drawing.money(view.downpayment_cents, view))
    return t("plain.pay") if managed.can_pay and view.status == "CONFIRMED" else ""


def cancel_page(managed: ManagedView, token: str, *, refusal: Refusal | None = None) -> Response:
    """What cancelling gives back now, and the button."""
    view = managed.booking
    if not managed.cancellation.can_cancel:
        return booking_page(managed, token)
    cents = managed.cancellation.refund_cents
    key = "manage.cancel_money" if cents else "manage.cancel_no_money"
    if view.paid_cents == view.refunded_cents:
        key = "manage.cancel_nothing_paid"
    sheet = Sheet(
        managed.practice,
        t("manage.cancel_title"),
        status=STATUS.get(refusal.code, 400) if refusal else 200,
        notice=refusal.message if refusal else "",
    )
    return draw(
        "cancel",
        sheet,
        money=t(key, amount=drawing.money(cents, view)),
        facts=drawing.facts(managed)[:4],
        cents=cents,
        token=token,
        action=f"/plain/booking/{view.reference}/cancel",
        back=address(managed, token),
    )


async def move_page(
    request: Request, managed: ManagedView, token: str, date: str, *, refusal: Refusal | None = None
) -> Response:
    """Free days from a date on, and the times of one of them."""
    view = managed.booking
    if not managed.cancellation.can_reschedule:
        return booking_page(managed, token)
    now, client = utc_now(), client_address(request)
    today = drawing.today(managed.practice, now)
    horizon = today + dt.timedelta(days=managed.practice.horizon_days)
    wanted = _date(date)
    first = min(max(_date(request.query_params.get("from", "")) or wanted or today, today), horizon)
    last = min(first + WEEKS - dt.timedelta(days=1), horizon)
    found = await in_thread("db", moving.free_days, view.reference, token, first, last, client=client, now=now)
    times, day, zone = None, "", ""
    if wanted is not None and today <= wanted <= horizon:
        slots = await in_thread("db", moving.free_slots, view.reference, token, wanted, client=client, now=now)
        times, day, zone = drawing.times_of(slots), drawing.day(wanted), drawing.zone_of(slots)
    sheet = Sheet(
        managed.practice,
        t("move.title"),
        status=STATUS.get(refusal.code, 400) if refusal else 200,
        notice=refusal.message if refusal else "",
    )
    begin = first.isoformat()
    return draw(
        "move",
        sheet,
        now=drawing.when(view),
        times=times,
        day=day,
        zone=zone,
        date=wanted.isoformat() if wanted else "",
        days=[
            (at, name, count, address(managed, token, "move", **{"from": begin, "date": at}))
            for at, name, count in drawing.days_of(found.dates)
        ],
        token=token,
        action=f"/plain/booking/{view.reference}/move",
        earlier=address(managed, token, "move", **{"from": max(first - WEEKS, today).isoformat()})
        if first > today
        else "",
        later=address(managed, token, "move", **{"from": (last + dt.timedelta(days=1)).isoformat()})
        if last < horizon
        else "",
        back=address(managed, token),
    )


def address(managed: ManagedView, token: str, step: str = "", **query: str) -> str:
    """A step of this booking, with its token."""
    path = f"/plain/booking/{managed.booking.reference}" + (f"/{step}" if step else "")
    return f"{path}?{urlencode({'t': token, **query})}"


def onward(managed: ManagedView, token: str, *, done: str) -> Response:
    """On to the booking after something was done, by GET."""
    return RedirectResponse(address(managed, token, done=done), 303)


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
