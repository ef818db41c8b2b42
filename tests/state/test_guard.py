"""Every handler is marked, and the guard reads the mark before it runs."""

import pytest
import reflex as rx
from reflex.event import Event
from reflex.state import StateUpdate
from reflex_base.registry import RegistrationContext
from sqlalchemy import Engine, text

from tests.kit.looking import one
from tests.state.visitors import Visitor
from truflow.clock import utc_now
from truflow.state.admin import Desk
from truflow.state.guard import FRAMEWORK, REPORT, Guard, mark_of
from truflow.state.practice import Practice

pytestmark = pytest.mark.anyio
RUNS = None


def name_of(state: type[rx.State], handler: str) -> str:
    return f"{state.get_full_name()}.{handler}"


async def ask(visitor: Visitor, name: str) -> StateUpdate | None:
    return await Guard().preprocess(None, visitor.root, Event(name=name))  # type: ignore[arg-type]


@pytest.fixture
def sign_in(practice: Engine) -> str:
    """The cookie of a signed-in admin."""
    from truflow.services import admins

    admins.create_admin("anna@example.com", "Anna Weaver", "correct horse battery staple")
    raw, _ = admins.sign_in("anna@example.com", "correct horse battery staple", client="198.51.100.7", now=utc_now())
    return f"truflow_admin={raw}"


def test_every_handler_of_ours_is_marked() -> None:
    Visitor()
    unmarked = [
        name
        for name, registered in RegistrationContext.get().event_handlers.items()
        if registered.handler.fn.__module__.startswith("truflow") and mark_of(registered.handler.fn) is None
    ]
    assert unmarked == []


def test_what_reflex_brings_along_is_known_by_name() -> None:
    Visitor()
    brought = {
        name.rsplit(".", 1)[-1]
        for name, registered in RegistrationContext.get().event_handlers.items()
        if not registered.handler.fn.__module__.startswith(("truflow", "tests"))
    }
    assert brought <= FRAMEWORK | {REPORT, "setvar"}, "a new handler of Reflex's: is it safe for everybody?"


async def test_anybody_may_call_what_is_public(practice: Engine) -> None:
    assert await ask(Visitor(), name_of(Practice, "load")) is RUNS


async def test_nobody_reaches_setvar_or_an_unknown_handler(practice: Engine) -> None:
    visitor = Visitor()
    assert await ask(visitor, name_of(Practice, "setvar")) == StateUpdate()
    assert await ask(visitor, name_of(Practice, "no_such_handler")) == StateUpdate()


async def test_a_stranger_is_led_from_the_desk_to_the_sign_in(practice: Engine) -> None:
    refused = await ask(Visitor("/admin/bookings/1"), name_of(Desk, "load"))
    assert refused is not None
    assert refused.events[0].payload["path"] == "/admin/sign-in?next=/admin/bookings/1"


async def test_a_made_up_cookie_opens_nothing(practice: Engine) -> None:
    assert await ask(Visitor(cookie="truflow_admin=made-up"), name_of(Desk, "resolve")) is not RUNS


async def test_an_admin_may(sign_in: str) -> None:
    assert await ask(Visitor("/admin", sign_in), name_of(Desk, "load")) is RUNS


async def test_a_session_that_ended_leaves_nothing_on_the_page(sign_in: str) -> None:
    from truflow.services import admins

    visitor = Visitor("/admin", sign_in)
    await ask(visitor, name_of(Desk, "load"))
    (await visitor.state(Desk)).date = "what the admin saw"
    admins.sign_out(sign_in.partition("=")[2])
    refused = await ask(visitor, name_of(Desk, "load"))
    assert refused is not None
    assert (await visitor.state(Desk)).date == ""
    assert "what the admin saw" not in str(refused.delta)


async def test_a_page_that_asks_by_itself_says_nothing_of_its_owner(sign_in: str, practice: Engine) -> None:
    visitor = Visitor("/admin", sign_in)
    with practice.begin() as connection:
        connection.execute(text("update session set last_seen_at = last_seen_at - interval '20 minutes'"))
    seen = one(practice, "select last_seen_at from session")
    assert await ask(visitor, name_of(Desk, "refresh")) is RUNS
    await visitor.call(Desk.refresh)
    assert one(practice, "select last_seen_at from session") == seen
    assert await ask(visitor, name_of(Desk, "load")) is RUNS
    assert one(practice, "select last_seen_at from session") > seen


async def test_another_session_finds_nothing_of_the_one_before(sign_in: str) -> None:
    visitor = Visitor("/admin", sign_in)
    await ask(visitor, name_of(Desk, "load"))
    desk = await visitor.state(Desk)
    desk.date = "what the admin saw"
    visitor.bring("")
    await ask(visitor, name_of(Practice, "load"))
    assert (await visitor.state(Desk)).date == ""
