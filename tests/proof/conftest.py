"""The proof's own fixtures."""

import pytest
from sqlalchemy import Engine

from tests.conftest import HOME
from tests.proof.world import World
from tests.sandbox.kit import Sandbox


@pytest.fixture
def world(practice: Engine, sandbox_process: Sandbox) -> World:
    """The demo's practice without a booking, and everything the oracle needs."""
    made = World(practice, sandbox_process, HOME / "data")
    made.fresh()
    return made
