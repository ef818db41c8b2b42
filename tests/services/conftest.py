"""The till: our books and Stripe's, on two clocks that move together."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.kit.clock import Clock
from tests.kit.till import Till
from tests.sandbox.kit import Sandbox


@pytest.fixture
def till(practice: Engine, clock: Clock, sandbox_process: Sandbox) -> Iterator[Till]:
    """Stripe begins with an empty ledger and our time; both are put back afterwards."""
    sandbox_process.control("DELETE", "/ledger")
    offset = sandbox_process.control("GET", "/clock")["offset"]
    sandbox_process.control("POST", "/clock", now=clock.now.timestamp())
    made = Till(practice, clock, sandbox_process)
    yield made
    if made.letterbox is not None:
        sandbox_process.control("POST", "/webhook", url="")
        made.letterbox.close()
    sandbox_process.control("DELETE", "/ledger")
    sandbox_process.advance(offset - sandbox_process.control("GET", "/clock")["offset"])
