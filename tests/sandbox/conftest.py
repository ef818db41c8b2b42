"""A sandbox for all tests, and one with a letterbox for those that watch its webhooks."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import stripe

from tests.sandbox.kit import Letterbox, Sandbox


@pytest.fixture
def letterbox() -> Iterator[Letterbox]:
    box = Letterbox()
    yield box
    box.close()


@pytest.fixture
def posting_sandbox(tmp_path: Path, letterbox: Letterbox) -> Iterator[Sandbox]:
    """A sandbox of this test alone, that sends its events to the letterbox."""
    box = Sandbox(tmp_path / "sandbox", letterbox.url).start()
    yield box
    box.stop()


@pytest.fixture(scope="session")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    box = Sandbox(tmp_path_factory.mktemp("sandbox")).start()
    yield box
    assert box.stop() == 0


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Iterator[Sandbox]:
    """The sandbox that all tests without webhooks share; faults are gone after each."""
    yield shared_sandbox
    shared_sandbox.control("DELETE", "/faults")


@pytest.fixture
def client(sandbox: Sandbox) -> stripe.StripeClient:
    return sandbox.sdk()


@pytest.fixture
def token(sandbox: Sandbox) -> Callable[..., str]:
    """Makes a confirmation token of a ready-made card."""

    def make(card: str = "pm_card_visa", of: Sandbox = sandbox) -> str:
        return str(of.sdk().v1.test_helpers.confirmation_tokens.create({"payment_method": card}).id)

    return make
