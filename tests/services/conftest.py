"""The till: our books and Stripe's, on two clocks that move together; two mail servers, and a mail that waits."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, text

from tests.kit.clock import Clock, local
from tests.kit.post_office import PostOffice, post_office
from tests.kit.till import Till
from tests.kit.wishes import booked
from tests.sandbox.kit import Sandbox
from truflow.integrations import mail_smtp
from truflow.settings import get_settings


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


@pytest.fixture
def first() -> Iterator[PostOffice]:
    with post_office() as office:
        yield office


@pytest.fixture
def second() -> Iterator[PostOffice]:
    with post_office() as office:
        yield office


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Names the mail servers: serve(first.url, second.url)."""
    monkeypatch.setattr(mail_smtp, "TIMEOUT_S", 0.2)

    def name(*urls: str) -> None:
        monkeypatch.setenv("TRUFLOW_MAIL_URL", " ".join(urls))
        get_settings.cache_clear()

    yield name
    monkeypatch.undo()
    get_settings.cache_clear()


@pytest.fixture
def promised(practice: Engine, clock: Clock) -> Engine:
    """A booking without a deposit, so that exactly one mail waits: Alice's confirmation."""
    with practice.begin() as connection:
        connection.execute(text("update service set downpayment_cents = 0; update system_settings set email = ''"))
    booked(local(2, "10:00"), clock.now)
    return practice
