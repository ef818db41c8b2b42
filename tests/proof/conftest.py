"""The proof's own fixtures."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.conftest import HOME
from tests.proof.amounts import TOLD
from tests.proof.world import World
from tests.sandbox.kit import Sandbox


@pytest.fixture
def world(practice: Engine, sandbox_process: Sandbox) -> Iterator[World]:
    """The demo's practice without a booking, and everything the oracle needs; Stripe's clock is put back afterwards."""
    offset = sandbox_process.control("GET", "/clock")["offset"]
    made = World(practice, sandbox_process, HOME / "data")
    made.fresh()
    yield made
    sandbox_process.control("DELETE", "/ledger")
    sandbox_process.advance(offset - sandbox_process.control("GET", "/clock")["offset"])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Each part's seed, counts, the oracle's table and the command that plays it again."""
    if TOLD:
        terminalreporter.section("the proof")
        terminalreporter.write_line("\n".join(TOLD))
