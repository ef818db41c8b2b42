"""Guests who come in over HTTP, in the real time of the running product."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from tests.kit.stack import Stack

NEW_YORK = ZoneInfo("America/New_York")


def body(start: str, guest: str = "alice", **changes: Any) -> dict[str, Any]:
    """A booking request as programs send it."""
    return {
        "serviceId": 3,
        "startTime": start,
        "customer": {"name": guest.title(), "email": f"{guest}@example.com", "phone": "+1 212 555 0100"},
        **changes,
    }


def free_times(stack: Stack, *, service: int = 3, skip: int = 0) -> list[str]:
    """Free starts, days from now on, so that one test's day is not another's: `skip` counts open days."""
    today = dt.datetime.now(NEW_YORK).date()
    query = {"startDate": str(today + dt.timedelta(days=2)), "endDate": str(today + dt.timedelta(days=59))}
    days = stack.http.get(f"/api/availability/{service}", params=query).json()["dates"]
    free = [day["date"] for day in days if day["available"]]
    slots = stack.http.get(f"/api/availability/{service}", params={"date": free[skip]}).json()["slots"]
    return [slot["startTime"] for slot in slots]


def book(stack: Stack, start: str, guest: str = "alice", key: str | None = None, **changes: Any) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return stack.http.post("/api/bookings", json=body(start, guest, **changes), headers=headers)


def card(stack: Stack, number: str = "pm_card_visa") -> str:
    """A confirmation token as the card form makes it."""
    return str(stack.sandbox.sdk().v1.test_helpers.confirmation_tokens.create({"payment_method": number}).id)


def bearer(made: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {made['manageToken']}"}


def paid(stack: Stack, guest: str, skip: int) -> dict[str, Any]:
    """A booking whose deposit is paid, with `manageToken`."""
    made: dict[str, Any] = book(stack, free_times(stack, skip=skip)[0], guest).json()
    path = f"/api/bookings/{made['booking']['id']}/pay"
    assert stack.http.post(path, json={"confirmationToken": card(stack)}, headers=bearer(made)).status_code == 200
    return made


def page_of(stack: Stack, made: dict[str, Any]) -> str:
    """Where its guest manages it."""
    return f"{stack.url}/booking/{made['booking']['reference']}?t={made['manageToken']}"
