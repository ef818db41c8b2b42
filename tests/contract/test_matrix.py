"""Role × every route and every handler: each cell as declared, and nothing that is not declared."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from reflex.event import Event
from reflex_base.registry import RegistrationContext
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

from tests.contract.declared import (
    ADMIN,
    GUEST,
    HANDLERS,
    OTHER_GUEST,
    OWNER,
    REVOKED,
    ROLES,
    ROUTES,
    TOKEN,
)
from tests.kit.browsers import Browser
from tests.kit.wishes import wish
from tests.state.visitors import Visitor
from truflow.api.app import create_api
from truflow.api.doors import doors
from truflow.clock import utc_now
from truflow.db import transaction
from truflow.edge import Edge
from truflow.models import Booking as Row
from truflow.models import SessionKind
from truflow.services import admins, availability, bookings, sessions, tokens
from truflow.services.views import BookingView
from truflow.settings import get_settings
from truflow.state.booking import Booking
from truflow.state.guard import Guard
from truflow.state.managing import Managing
from truflow.state.moving import Moving

PASSWORD = "correct horse battery staple"
NOWHERE = "6f1c2d3e-4b5a-4c6d-8e9f-0a1b2c3d4e5f"
MOVING = "move=1&date=2001-01-01&time=2001-01-01T10:00Z"
SECRETS = ("Alice", "alice@example.com", "+1 212 555 0100")


class People:
    """The practice with its people: each request finds a booking of Alice's that nobody has touched."""

    def __init__(self, folder: Path) -> None:
        self.edge = Edge(doors(), get_settings(), folder)
        self.admin = admins.create_admin("maya@example.com", "Maya Weaver", PASSWORD)
        day = utc_now().date() + dt.timedelta(days=3)
        days = [availability.free_slots(3, day + dt.timedelta(days=ahead), now=utc_now()).slots for ahead in range(50)]
        self.free = [slot.start_time for slots in days for slot in slots[::6]]
        self.others = self.booked("Bob")

    def booked(self, guest: str = "Alice") -> BookingView:
        given = wish(self.free.pop(0), guest=guest)
        return bookings.book_at_desk(given, key=None, actor="admin:1", now=utc_now())

    def token(self, booking: BookingView) -> str:
        with transaction() as session:
            return tokens.token_for(session.get_one(Row, booking.id))

    def session(self) -> str:
        """The cookie of a new session."""
        who: dict[str, Any] = {"client": "198.51.100.7", "device": "", "instead_of": None, "now": utc_now()}
        with transaction() as session:
            return sessions.begin(session, SessionKind.ADMIN, self.admin.id, **who)

    def cookie(self, role: str) -> str:
        """What this role's browser keeps."""
        raw = self.session() if role in (OWNER, REVOKED) else ""
        if role == REVOKED:
            admins.sign_out(raw)
        return raw

    def bearer(self, role: str, booking: BookingView) -> str:
        """The token that this role has for the booking: her own, another's, or none."""
        return {GUEST: self.token(booking), OTHER_GUEST: self.token(self.others)}.get(role, "")


@pytest.fixture
def people(practice: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[People]:
    monkeypatch.setenv("TRUFLOW_RELAXED_LIMITS", "true")
    get_settings.cache_clear()
    yield People(tmp_path)
    monkeypatch.undo()
    get_settings.cache_clear()


def all_routes() -> set[str]:
    """Every route that is served: the API's by its description and its hidden ones, the rest by the router."""
    api = create_api()
    described = {f"{verb.upper()} /api{path}" for path, verbs in api.openapi()["paths"].items() for verb in verbs}
    return described | set(_served(api.routes, "/api")) | set(_served(_beside_the_api(), ""))


def _beside_the_api() -> list[BaseRoute]:
    served: Starlette = doors()
    return [route for route in served.routes if not (isinstance(route, Mount) and route.path == "/api")]


def _served(routes: list[BaseRoute], prefix: str) -> Iterator[str]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _served(inner.routes, prefix)
        elif isinstance(route, Mount):
            yield f"MOUNT {prefix}{route.path}"
        else:
            assert isinstance(route, Route)
            yield from (f"{verb} {prefix}{route.path}" for verb in (route.methods or set()) - {"HEAD"})


def all_handlers() -> dict[str, str]:
    """Every handler of ours by its short name, with its whole name."""
    Visitor()
    ours = [
        name
        for name, registered in RegistrationContext.get().event_handlers.items()
        if registered.handler.fn.__module__.startswith("truflow.") and not name.endswith(".setvar")
    ]
    return {name.rsplit("truflow___state___", 1)[-1]: name for name in ours}


def test_every_route_is_declared_and_no_other() -> None:
    assert all_routes() == set(ROUTES)


def test_every_handler_is_declared_and_no_other() -> None:
    assert set(all_handlers()) == set(HANDLERS)


def ask(people: People, name: str, role: str) -> int:
    """What this role hears at this door."""
    door, (verb, path) = ROUTES[name], name.split(" ", 1)
    booking = people.booked() if "{booking_id}" in path or "{reference}" in path else people.others
    given = {
        "booking_id": str(booking.id),
        "reference": booking.reference,
        "service_id": "3",
        "path_token": "made-up",
        "number:int": "0",
    }
    address = re.sub(r"{([\w:]+)}", lambda found: given.get(found[1], _no_row(found[1])), path)
    if verb == "MOUNT":
        verb, address = "GET", address + "/swagger-ui.css"
    browser = Browser(people.edge)
    raw = people.cookie(role)
    if raw:
        browser.put("truflow_admin", raw)
    token = people.bearer(role, booking)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    sent: dict[str, Any] = {"json": door.json, "params": door.query}
    if path.startswith("/plain"):  # pages for people: the token stands in the address, or in the form
        sent, headers = {"params" if verb == "GET" else "data": {**(door.json or {}), "t": token}}, {}
    answer = browser.ask(verb, address, headers={**browser.headers, **headers}, **sent)
    if answer.status_code in (401, 404) and "/admin/bookings" not in path:
        assert not [word for word in SECRETS if word in answer.text], f"{name} tells {role} of Alice"
    return answer.status_code


def _no_row(name: str) -> str:
    return NOWHERE if name in ("session_id", "refund_id", "email_id") else "999999"


@pytest.mark.parametrize("role", ROLES)
def test_each_route_answers_each_role_as_declared(people: People, role: str) -> None:
    heard = {name: ask(people, name, role) for name in sorted(ROUTES)}
    assert heard == {name: ROUTES[name].expected(role) for name in sorted(ROUTES)}


def visitor(people: People, role: str, booking: BookingView) -> Visitor:
    raw, token = people.cookie(role), people.bearer(role, booking)
    page = f"/booking/{booking.reference}" + (f"?t={token}" if token else "")
    return Visitor(page, f"truflow_admin={raw}" if raw else "")


@pytest.mark.anyio
@pytest.mark.parametrize("role", ROLES)
async def test_each_handler_runs_for_those_who_are_declared(people: People, role: str) -> None:
    heard = {}
    for short, name in all_handlers().items():
        tab = visitor(people, role, people.others)
        refused = await Guard().preprocess(None, tab.root, Event(name=name))  # type: ignore[arg-type]
        heard[short] = refused is None
    assert heard == {short: who != ADMIN or role == OWNER for short, who in HANDLERS.items()}


@pytest.mark.anyio
@pytest.mark.parametrize("role", ROLES)
async def test_what_a_token_opens_shows_nothing_without_it(people: People, role: str) -> None:
    booking = people.booked()
    called = {Booking.load: (), Booking.check: (), Booking.pay: ("ctoken_1",)}
    assert {f"booking____booking.{handler.fn.__name__}" for handler in called} == {
        name for name, who in HANDLERS.items() if who == TOKEN and name.startswith("booking_")
    }
    for handler, arguments in called.items():
        tab = visitor(people, role, booking)
        await tab.call(handler, *arguments)
        card = (await tab.state(Booking)).card
        seen = role == GUEST and handler != Booking.pay  # nothing is due on this one, so paying changes no card
        assert bool(card.reference) == seen, f"{handler.fn.__name__} for {role}"


@pytest.mark.anyio
@pytest.mark.parametrize("role", ROLES)
async def test_what_a_token_lets_change_changes_nothing_without_it(people: People, role: str) -> None:
    booking = people.booked()
    called = {
        Managing.cancel: (),
        Managing.begin_balance: (),
        Managing.correct: ({"email": "mallory@example.com"},),
        Moving.load: (),
        Moving.move: (),
    }
    known = {f"{handler.fn.__module__.rsplit('.', 1)[1]}.{handler.fn.__name__}" for handler in called}
    declared = {name for name, who in HANDLERS.items() if who == TOKEN and not name.startswith("booking_")}
    assert known == {f"{name.split('____')[0]}.{name.rsplit('.', 1)[1]}" for name in declared}
    for handler, arguments in called.items():
        if role == GUEST and handler == Managing.cancel:
            continue  # she may, and then nothing else could be tried
        tab = visitor(people, role, booking)
        tab.go(str(tab.root.router.url)[len("http://127.0.0.1:8000") :] + ("&" if role == GUEST else "?") + MOVING)
        await tab.call(handler, *arguments)
        assert bool((await tab.state(Moving)).step) == (role == GUEST and handler == Moving.load)
    with transaction() as session:
        row = session.get_one(Row, booking.id)
        assert (row.status, row.starts_at) == ("CONFIRMED", booking.start_time)
        assert (row.manage_token_version > 1) == (role == GUEST)
