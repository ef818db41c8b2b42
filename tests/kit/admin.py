"""Somebody who runs the practice, as a program on our own origin."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.kit.guests import bearer, book, card
from tests.kit.stack import Stack
from tests.kit.troubles import password_of


@contextmanager
def signed_in(stack: Stack, address: str) -> Iterator[httpx.Client]:
    """A client with the session of a new admin."""
    with httpx.Client(base_url=stack.url, trust_env=False, timeout=30, headers={"Origin": stack.url}) as client:
        given = {"email": address, "password": password_of(stack, address)}
        assert client.post("/api/admin/auth/login", json=given).status_code == 200
        yield client


def refusal(answer: httpx.Response) -> tuple[int, str, list[str]]:
    """Status, code and the fields that are named."""
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "fields"}
    assert all(isinstance(text, str) and text for texts in error["fields"].values() for text in texts)
    return answer.status_code, error["code"], sorted(error["fields"])


def paid_booking(stack: Stack, start: str, guest: str) -> dict[str, Any]:
    """A booking whose deposit this guest has paid by card; with its `manageToken`."""
    made = book(stack, start, guest).json()
    path = f"/api/bookings/{made['booking']['id']}/pay"
    paid = stack.http.post(path, json={"confirmationToken": card(stack)}, headers=bearer(made))
    assert paid.json()["booking"]["status"] == "CONFIRMED", paid.text
    return {**paid.json()["booking"], "manageToken": made["manageToken"]}
