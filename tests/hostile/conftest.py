"""A practice with something to steal: a guest whose words are unique, and an admin at the desk, elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.kit import canary
from tests.kit.guests import free_times
from tests.kit.stack import Stack
from tests.kit.troubles import password_of

OWNERS = "@desk-7c1f.example"


@dataclass(frozen=True)
class Prey:
    """What a stranger would like to know."""

    made: dict[str, Any]
    cookie: str

    @property
    def booking_id(self) -> str:
        return str(self.made["booking"]["id"])

    @property
    def page(self) -> str:
        """Her booking's page, as her mail has it."""
        return f"/booking/{self.made['booking']['reference']}?t={self.made['manageToken']}"

    @property
    def words(self) -> tuple[str, ...]:
        """Beside the canary's own words."""
        return str(self.made["manageToken"]), self.cookie.partition("=")[2], OWNERS


@pytest.fixture(scope="session")
def prey(stack: Stack) -> Iterator[Prey]:
    made = canary.books(stack, free_times(stack, skip=16)[0])
    canary.pays(stack, made)
    with httpx.Client(base_url=stack.url, trust_env=False, timeout=30, headers={"Origin": stack.url}) as browser:
        owner = f"keyholder-{uuid4()}{OWNERS}"
        given = {"email": owner, "password": password_of(stack, owner)}
        assert browser.post("/api/admin/auth/login", json=given).status_code == 200
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        stack.until_mails(lambda mails: [mail for mail in mails if mail["to"] == canary.EMAIL])
        yield Prey(made, cookie)
