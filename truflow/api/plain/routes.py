"""The plain pages' addresses. A GET changes nothing, for mail scanners open every link; a POST brings the token along.

The token in the form is what a forger lacks; the edge has refused other origins before.
"""

import datetime as dt
from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from truflow.api.forms import form_of
from truflow.api.plain import drawing
from truflow.api.plain.answers import address, booking_page, cancel_page, move_page, onward, refused_page
from truflow.api.plain.drawing import Sheet, draw
from truflow.api.visitor import client_address
from truflow.clock import utc_now
from truflow.errors import Refusal
from truflow.services import cancelling, manage, receipts, rescheduling
from truflow.services.manage_views import ManagedView
from truflow.texts import speak, speaking, t
from truflow.threads import in_thread

BOOKING = "/plain/booking/{reference}"
Page = Callable[[Request], Awaitable[Response]]


def kindly(page: Page) -> Page:
    """A refusal is a page, too, with the status that programs get."""

    @wraps(page)
    async def answer(request: Request) -> Response:
        with speaking("en"):  # until the booking says in which language it was made
            try:
                return await page(request)
            except Refusal as refusal:
                return await refused_page(refusal)

    return answer


@kindly
async def see(request: Request) -> Response:
    """The booking, and what can be done with it."""
    token, managed = await _look(request)
    return booking_page(managed, token, done=request.query_params.get("done", ""))


@kindly
async def ask_to_cancel(request: Request) -> Response:
    """What cancelling would give back, and the button."""
    token, managed = await _look(request)
    return cancel_page(managed, token)


@kindly
async def cancel(request: Request) -> Response:
    """Cancel, unless what comes back is no longer what the page said."""
    form = await form_of(request)
    token, managed = await _look(request, form)
    back = form.get("back", "")
    agreed = int(back) if back.isascii() and back.isdigit() and len(back) < 10 else -1
    try:
        await in_thread(
            "db",
            cancelling.cancel,
            managed.booking.id,
            token,
            client=client_address(request),
            now=utc_now(),
            agreed_cents=agreed,
        )
    except Refusal as refusal:
        token, managed = await _look(request, form)
        if managed.cancellation.can_cancel:
            return cancel_page(managed, token, refusal=refusal)
        return booking_page(managed, token, refusal=refusal)
    return onward(managed, token, done="cancelled")


@kindly
async def choose(request: Request) -> Response:
    """Free days, and the times of one of them."""
    token, managed = await _look(request)
    return await move_page(request, managed, token, request.query_params.get("date", ""))


@kindly
async def move(request: Request) -> Response:
    """Move to the time that was chosen."""
    form = await form_of(request)
    token, managed = await _look(request, form)
    start = _instant(form.get("start", ""))
    if start is None:
        return await move_page(request, managed, token, form.get("date", ""))
    try:
        await in_thread(
            "db",
            rescheduling.reschedule,
            managed.booking.id,
            token,
            start_time=start,
            practitioner_id=None,
            client=client_address(request),
            now=utc_now(),
        )
    except Refusal as refusal:
        token, managed = await _look(request, form)
        if managed.cancellation.can_reschedule:
            return await move_page(request, managed, token, form.get("date", ""), refusal=refusal)
        return booking_page(managed, token, refusal=refusal)
    return onward(managed, token, done="moved")


@kindly
async def receipt(request: Request) -> Response:
    """The receipt, to print or to keep."""
    token, managed = await _look(request)
    if not managed.has_receipt:
        sheet = Sheet(managed.practice, t("receipt.title"), status=404)
        ways = [(t("plain.back"), address(managed, token))]
        return draw("message", sheet, lead=t("receipt.none"), ways=ways)
    reference = managed.booking.reference
    found = await in_thread("db", receipts.receipt, reference, token, client=client_address(request))
    head, sums = drawing.receipt_rows(found)
    title = f"{t('receipt.title')} {found.number}"
    values = {"receipt": found, "head": head, "sums": sums, "strong": 2, "back": address(managed, token)}
    return draw("receipt", Sheet(managed.practice, title), **values)


async def _look(request: Request, form: dict[str, str] | None = None) -> tuple[str, ManagedView]:
    """The token of the address, or of the form that was posted, and the booking that it opens; refuses NotFound."""
    token = (form if form is not None else request.query_params).get("t", "")[:200]
    reference = str(request.path_params["reference"])[:20]
    managed = await in_thread("db", manage.look, reference, token, client=client_address(request), now=utc_now())
    speak(managed.language)
    return token, managed


def _instant(text: str) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text[:40])
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def routes() -> list[Route]:
    """Every address of the plain pages."""
    from truflow.api.plain.finding import routes as finding_routes

    return [
        Route(BOOKING, see, methods=["GET"]),
        Route(f"{BOOKING}/cancel", ask_to_cancel, methods=["GET"]),
        Route(f"{BOOKING}/cancel", cancel, methods=["POST"]),
        Route(f"{BOOKING}/move", choose, methods=["GET"]),
        Route(f"{BOOKING}/move", move, methods=["POST"]),
        Route(f"{BOOKING}/receipt", receipt, methods=["GET"]),
        *finding_routes(),
    ]
