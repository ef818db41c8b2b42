"""A raw client that may say anything to any handler: it learns nothing and changes nothing."""

import asyncio
import inspect
import re
import signal
from collections.abc import Iterator
from typing import Any

import pytest
import socketio
from reflex_base.registry import RegistrationContext

from tests.hostile.conftest import Prey
from tests.kit.canary import house, told
from tests.kit.sockets import NAMESPACE, Tab
from tests.kit.stack import Stack
from tests.state.visitors import Visitor
from truflow.state.guard import ADMIN, mark_of

ROOT = "reflex___state____state"
HYDRATE = f"{ROOT}.hydrate"
DESK = f"{ROOT}.truflow___state___admin____desk"
DETAIL = f"{ROOT}.truflow___state___admin_booking____detail"
TELL = f"{ROOT}.truflow___state___notices____notices.tell"
NESTED: Any = "x"
for _ in range(60):
    NESTED = [NESTED]

HOSTILE: list[Any] = [
    None,
    True,
    -1,
    1e308,
    2**63,
    "",
    "\x00",
    "a\x00b",
    "x" * 50_000,
    "\ud83d\ude00" * 50,
    "' or '1'='1",
    "../../../etc/passwd",
    "{0.__class__.__mro__}",
    "<script>alert(1)</script>",
    [],
    [None] * 1000,
    {},
    NESTED,
    {"__proto__": {"admin": True}, "constructor": {"prototype": 1}, "__class__": "x"},
    {"name": "N", "email": "e@example.com", "phone": "+1 212 555 0100", "start": "\x00"},
    {"name": {"$ne": 1}, "email": ["a"], "phone": 1, "start": 5, "key": {}},
]
PAYLOADS: list[Any] = [
    None,
    [],
    "payload",
    7,
    {"self": 1},
    {"__class__": 1, "__proto__": 1, "state": 1, "args": [], "kwargs": {}},
    {"_digest": "", "stage": "ready", "admin": "me", "vars": {"admin": "me"}},
]


@pytest.fixture(scope="module", autouse=True)
def worker_rests(stack: Stack, prey: Prey) -> Iterator[None]:
    """What changes meanwhile is the strangers' doing, and no reminder's."""
    stack.kill("worker", signal.SIGTERM)
    yield
    stack.start("worker")


def handlers() -> dict[str, Any]:
    """Every handler that a socket can name, ours and Reflex's."""
    Visitor()
    found = {name: each.handler.fn for name, each in RegistrationContext.get().event_handlers.items()}
    return {name: fn for name, fn in found.items() if not fn.__module__.startswith("tests")}


LEAVES = {"find.ask": {"outbox"}}
"""Whoever asks for her links leaves the same trace, known here or not."""


def attacks(fn: Any) -> Iterator[Any]:
    """Payloads for one handler: each hostile value for each argument by its name, then payloads that are none."""
    names = list(inspect.signature(fn).parameters)[1:] or ["argument"]
    for name in names:
        for value in HOSTILE:
            yield {name: value}
    yield from PAYLOADS


async def fire(tab: Tab, name: Any, payload: Any, page: str = "/admin") -> None:
    router = {"pathname": page, "asPath": page, "query": {}, "headers": {"cookie": "truflow_admin=x"}, "ip": "::1"}
    await tab.io.emit("event", {"name": name, "payload": payload, "router_data": router}, namespace=NAMESPACE)


async def settle(tab: Tab) -> None:
    """All that was said before has been answered."""
    await tab.say(TELL, "/", code="the-end-now")
    await tab.until("the-end-now")


def spoken(tab: Tab) -> str:
    return "\n".join(tab.frames)


def test_a_stranger_hydrates_and_learns_nothing_of_anybody(stack: Stack, prey: Prey) -> None:
    async def visit() -> str:
        async with Tab(stack.url, Cookie=prey.cookie) as owner:
            await owner.say(f"{DETAIL}.load", f"/admin/bookings/{prey.booking_id}")
            await owner.until("Quillfeather")
            async with Tab(stack.url) as stranger:
                await stranger.say(HYDRATE, "/")
                await stranger.until('"is_hydrated_rx_state_":')
                await stranger.say(f"{ROOT}.hydrate_and_load", "/admin")
                await settle(stranger)
                return spoken(stranger)

    frames = asyncio.run(visit())
    assert f'"{DETAIL}"' in frames, "the hydrate payload holds every state, so this looks at all of them"
    assert told(frames, *prey.words) == []


@pytest.mark.parametrize("name", sorted(handlers()))
def test_no_handler_is_broken_open(stack: Stack, prey: Prey, name: str) -> None:
    before = house(stack)
    fn = handlers()[name]

    async def attack() -> str:
        async with Tab(stack.url) as stranger:
            for number, payload in enumerate(attacks(fn)):
                await fire(stranger, name, payload, f"/admin/bookings/{prey.booking_id}" if number % 2 else "/book/1")
            await settle(stranger)
            return spoken(stranger)

    frames = asyncio.run(attack())
    assert told(frames, *prey.words) == []
    if mark_of(fn) == ADMIN:
        assert "/admin/sign-in" in frames
        assert '"stage_rx_state_":"ready"' not in frames
    changed = {table for table, whole in house(stack).items() if whole != before[table]}
    assert changed <= LEAVES.get(name.rpartition("___")[2], set())


UNKNOWN: list[Any] = [
    "",
    "load",
    "desk.load",
    f"{DESK}._read",
    f"{DESK}._answer",
    f"{DESK}.get_state",
    f"{DESK}.reset",
    f"{DESK}.__init__",
    f"{DESK}.no_such_handler",
    f"{DESK}.set_admin",
    f"{DESK}.load.load",
    f"{DESK}.setvar",
    f"{ROOT}.set_router",
    f"{ROOT}.__class__",
    f"{ROOT}.truflow___state___guard____session.set__digest",
    f"{ROOT}.._digest",
    "__proto__",
    "constructor",
    "_redirect",
    "_call_script",
    f"{DESK}.load\x00",
    "a" * 10_000,
    None,
    7,
    [f"{DESK}.load"],
    {"name": f"{DESK}.load"},
]


def test_names_that_are_no_handlers_lead_nowhere(stack: Stack, prey: Prey) -> None:
    before = house(stack)

    async def attack() -> str:
        async with Tab(stack.url) as stranger:
            for name in UNKNOWN:
                await fire(stranger, name, {"var_name": "admin", "value": "me"})
            await settle(stranger)
            for not_an_event in (None, [], "text", "{", 5, {"name": f"{DESK}.load"}, {"payload": {}}):
                await stranger.io.emit("event", not_an_event, namespace=NAMESPACE)
            for event in ("connect", "disconnect", "emit_update", "on_event", "client_error", "ping", "message"):
                await stranger.io.emit(event, {"message": "x" * 5000, "stack": "y"}, namespace=NAMESPACE)
            return spoken(stranger)

    async def all_is_well() -> None:
        async with Tab(stack.url) as somebody:
            await settle(somebody)

    frames = asyncio.run(attack())
    assert told(frames, *prey.words) == []
    assert '"admin_rx_state_":"me"' not in frames
    assert house(stack) == before
    asyncio.run(all_is_well())


def opens(stack: Stack, **headers: str) -> bool:
    async def tried() -> bool:
        tab = Tab(stack.url, **headers)
        try:
            async with tab:
                return True
        except socketio.exceptions.ConnectionError:
            await tab.io.eio.http.close()
            return False

    return asyncio.run(tried())


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1.evil.example"]
)
def test_a_page_elsewhere_opens_no_socket_with_her_cookie_or_without(stack: Stack, prey: Prey, origin: str) -> None:
    assert not opens(stack, Origin=origin)
    assert not opens(stack, Origin=origin, Cookie=prey.cookie)


def test_her_cookie_without_an_origin_opens_no_socket(stack: Stack, prey: Prey) -> None:
    assert opens(stack, Cookie=prey.cookie), "from our own page it does"
    assert not opens(stack, Origin="", Cookie=prey.cookie)


@pytest.mark.parametrize("still_there", [True, False], ids=["while she is there", "when she has gone"])
def test_another_visitors_token_gives_nothing_of_what_she_saw(stack: Stack, prey: Prey, still_there: bool) -> None:
    token = f"7c1f-{still_there}"

    async def look_around(thief: Tab) -> str:
        await thief.say(HYDRATE, "/admin")
        await thief.say(f"{DESK}.load", "/admin")
        await thief.say(f"{DETAIL}.load", f"/admin/bookings/{prey.booking_id}")
        await settle(thief)
        return spoken(thief)

    async def steal() -> str:
        owner = Tab(stack.url, token=token, Cookie=prey.cookie)
        async with owner:
            await owner.say(f"{DETAIL}.load", f"/admin/bookings/{prey.booking_id}")
            await owner.until("Quillfeather")
            if still_there:
                async with Tab(stack.url, token=token) as thief:
                    return await look_around(thief)
        async with Tab(stack.url, token=token) as thief:
            return await look_around(thief)

    assert told(asyncio.run(steal()), *prey.words) == []


def test_a_guests_own_page_puts_nothing_about_her_into_a_frame(stack: Stack, prey: Prey) -> None:
    async def visit() -> str:
        async with Tab(stack.url) as guest:
            await guest.say(f"{ROOT}.truflow___state___booking____booking.load", prey.page)
            await guest.until('"stage_rx_state_":"CONFIRMED"')
            await settle(guest)
            return spoken(guest)

    assert told(asyncio.run(visit())) == []


def test_a_bug_is_told_by_a_number_and_shows_nothing_of_the_inside(stack: Stack) -> None:
    async def provoke() -> str:
        async with Tab(stack.url) as visitor:
            await fire(
                visitor, f"{ROOT}.truflow___state___details____details.book", {"form": "no form at all"}, "/book/1"
            )
            await visitor.until("tell us the code")
            return spoken(visitor)

    frames = asyncio.run(provoke())
    (code,) = set(re.findall(r"tell us the code ([0-9a-f]{8})", frames))
    (line,) = [line for line in stack.log("web").splitlines() if code in line]
    assert '"kind": "AttributeError"' in line
    assert "no form at all" not in line
    assert not any(inside in frames for inside in ("AttributeError", "Traceback", ".py", "has no attribute"))
    assert not any(evaluated in frames for evaluated in ("_call_script", "_call_function", "toast"))
