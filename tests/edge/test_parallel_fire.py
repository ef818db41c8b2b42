"""Limits and sessions on the running product, by HTTP and sockets at once, behind one trusted proxy."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.kit.guests import bearer, book, card, free_times
from tests.kit.sockets import Tab
from tests.kit.stack import Stack

OWNER = "owner@stillwater.example"
PAY = "reflex___state____state.truflow___state___booking____booking.pay"
DESK = "reflex___state____state.truflow___state___admin____desk.load"


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The product as guests meet it: each test comes from an address of its own."""
    made = Stack(tmp_path_factory.mktemp("strict")).up(TRUFLOW_RELAXED_LIMITS="false", TRUFLOW_TRUSTED_PROXY_HOPS="1")
    yield made
    made.down()


async def fire(stack: Stack, path: str, bodies: list[Any], **headers: str) -> list[httpx.Response]:
    """All these bodies at once."""
    limits = httpx.Limits(max_connections=len(bodies))
    async with httpx.AsyncClient(base_url=stack.url, trust_env=False, timeout=60, limits=limits) as http:
        return list(await asyncio.gather(*(http.post(path, json=body, headers=headers) for body in bodies)))


def test_of_fifty_sign_ins_at_once_five_reach_the_check(strict: Stack) -> None:
    bodies = [{"email": f"nobody{n}@example.com", "password": "not this one at all"} for n in range(50)]
    made_up = {"X-Forwarded-For": "10.0.0.1, 198.51.100.50"}
    answers = asyncio.run(fire(strict, "/api/admin/auth/login", bodies, **made_up))
    assert Counter(answer.status_code for answer in answers) == {401: 5, 429: 45}
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert 0 < int(refused.headers["retry-after"]) <= 15 * 60 + 1
    assert refused.json()["error"]["code"] == "RATE_LIMITED"
    form = httpx.post(
        f"{strict.url}/api/admin/auth/login",
        data={"email": OWNER, "password": "x", "next": "/admin"},
        headers=made_up,
        trust_env=False,
    )
    assert form.headers["location"] == "/admin/sign-in?error=wait&minutes=15&next=%2Fadmin"


def attempts(stack: Stack, intent: str) -> int:
    """How often the bank was asked about this payment, by Stripe's own account of it."""
    events = stack.sandbox.sdk().v1.events.list({"type": "payment_intent.payment_failed", "limit": 100})
    return sum(event.data.object["id"] == intent for event in events.data)


@pytest.mark.parametrize("sockets", [0, 25])
def test_of_fifty_cards_at_once_five_reach_the_bank_by_whatever_door(strict: Stack, sockets: int) -> None:
    made = book(strict, free_times(strict, skip=sockets)[0], guest=f"guest{sockets}").json()
    page = f"/booking/{made['booking']['reference']}?t={made['manageToken']}"
    path = f"/api/bookings/{made['booking']['id']}/pay"
    cards = [card(strict, "pm_card_visa_chargeDeclined") for _ in range(50)]
    visitor = {"X-Forwarded-For": f"198.51.100.{60 + sockets}"}

    async def by_socket(token: str) -> str:
        async with Tab(strict.url, **visitor) as tab:
            await tab.say(PAY, page, confirmation_token=token)
            await tab.until('"answer_rx_state_":1')
            return "429" if any("That was too often" in frame for frame in tab.frames) else "402"

    async def everybody() -> Counter[str]:
        bodies = [{"confirmationToken": token} for token in cards[sockets:]]
        by_http, *spoken = await asyncio.gather(
            fire(strict, path, bodies, **visitor, **bearer(made)), *(by_socket(token) for token in cards[:sockets])
        )
        return Counter([*spoken, *(str(answer.status_code) for answer in by_http)])

    answers = asyncio.run(everybody())
    (row,) = strict.sql("select stripe_intent_id from payment where booking_id = :id", id=made["booking"]["id"])
    assert attempts(strict, row["stripe_intent_id"]) == 5
    assert answers["429"] == 45


def test_signing_out_takes_the_power_of_every_open_socket(strict: Stack) -> None:
    password = strict.run("create-admin", OWNER, "--name", "Maya").stdout.rsplit(None, 1)[-1]
    visitor = {"X-Forwarded-For": "198.51.100.70"}
    with httpx.Client(base_url=strict.url, trust_env=False, timeout=30, headers=visitor) as browser:
        browser.post("/api/admin/auth/login", json={"email": OWNER, "password": password})
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())

        async def before_and_after() -> tuple[list[str], list[str]]:
            async with Tab(strict.url, Cookie=cookie, **visitor) as tab:
                await tab.say(DESK, "/admin")
                await tab.until('"stage_rx_state_":"ready"')
                seen, tab.frames = tab.frames, []
                browser.post("/api/admin/auth/logout", headers={"Origin": strict.url})
                await tab.say(DESK, "/admin")
                await tab.until("/admin/sign-in")
                await asyncio.sleep(0.5)
                return seen, tab.frames

        seen, left = asyncio.run(before_and_after())
    assert any('"admin_rx_state_":"Maya"' in frame for frame in seen)
    assert not any(cookie.partition("=")[2] in frame for frame in seen + left)
    assert not any('"stage_rx_state_":"ready"' in frame or "Maya" in frame for frame in left)
