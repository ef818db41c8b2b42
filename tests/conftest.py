"""What all tests stand on: a real PostgreSQL of their own, migrated once, emptied for each test; a real sandbox."""

import atexit
import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

HOME = Path(tempfile.mkdtemp(prefix="truflow-test-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
for name in [name for name in os.environ if name.startswith("TRUFLOW_")]:
    del os.environ[name]
os.environ.update(
    {
        "PYTHONTZPATH": "",
        "TRUFLOW_ENV": "test",
        "TRUFLOW_DATA_DIR": str(HOME / "data"),
        "TRUFLOW_PORT": "8000",
        "TRUFLOW_SECRET_KEY": "a-secret-key-of-the-tests-0123456789abcdef",
        "TRUFLOW_STRIPE_SECRET_KEY": "sk_test_of_the_tests",
        "TRUFLOW_STRIPE_PUBLISHABLE_KEY": "pk_test_of_the_tests",
        "TRUFLOW_STRIPE_WEBHOOK_SECRET": "whsec_of_the_tests",
        "TRUFLOW_STRIPE_WEBHOOK_PATH_TOKEN": "path-token-of-the-tests",
        "TRUFLOW_MAIL_URL": "capture://",
        "TRUFLOW_MAIL_FROM": "hello@stillwater.example",
    }
)

import pytest  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402
from sqlalchemy import Engine, create_engine, text  # noqa: E402

from tests.kit.clock import NOW, Clock  # noqa: E402
from tests.kit.redis import queue_settings  # noqa: E402
from tests.kit.stack import Stack  # noqa: E402
from tests.sandbox.kit import Sandbox  # noqa: E402


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Sandbox]:
    """The Stripe that the services of this test process talk to; its letters go nowhere."""
    box = Sandbox(HOME / "sandbox").start()
    os.environ["TRUFLOW_STRIPE_API_BASE"] = box.url
    yield box
    box.stop()


@pytest.fixture(scope="session")
def database(sandbox_process: Sandbox) -> Iterator[Engine]:
    """A migrated database, as the superuser sees it: for looking behind the services' back, and for emptying."""
    from truflow.db import SUPERUSER, engine, url_for
    from truflow.migrations import migrate
    from truflow.postgres import Embedded
    from truflow.settings import get_settings

    get_settings.cache_clear()
    server = Embedded(HOME / "data", durable=False)
    server.ensure()
    migrate()
    behind = create_engine(url_for(SUPERUSER))
    yield behind
    behind.dispose()
    engine().dispose()
    server.stop()


@pytest.fixture
def house(database: Engine) -> Engine:
    """Everything empty: tables, limits, captured mail; triggers that keep rows are asleep meanwhile."""
    from truflow.services import limits

    with database.begin() as connection:
        tables = connection.execute(text("select tablename from pg_tables where schemaname = 'public'")).scalars()
        # A truncate takes twenty times as long, before each of more than a thousand tests.
        emptied = [f'delete from "{name}"' for name in tables if name != "alembic_version"]
        connection.exec_driver_sql("; ".join(["set local session_replication_role = replica", *emptied]))
        connection.exec_driver_sql(
            "select setval(oid::regclass, 1, false) from pg_class"
            " where relkind = 'S' and relnamespace = 'public'::regnamespace"
        )
    limits._limiter.cache_clear()
    shutil.rmtree(HOME / "data" / "mail", ignore_errors=True)
    return database


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until a test moves it."""
    return Clock(NOW)


@pytest.fixture
def practice(house: Engine) -> Engine:
    """The demo's practice, as of `NOW`."""
    from truflow.services.seed import seed_demo

    seed_demo(NOW)
    return house


@pytest.fixture
def deliver(practice: Engine, clock: Clock) -> Callable[[], int]:
    """Does what the worker would do now."""
    from truflow.services import effects

    return lambda: effects.deliver_due(lambda: clock.now)


@pytest.fixture
def token(sandbox_process: Sandbox) -> Callable[..., str]:
    """Makes a confirmation token, as the card form would, of one of Stripe's test cards."""

    def make(card: str = "pm_card_visa") -> str:
        made = sandbox_process.sdk().v1.test_helpers.confirmation_tokens.create({"payment_method": card})
        return str(made.id)

    return make


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The product, running: shared by every test that comes in over HTTP or by browser."""
    with queue_settings(HOME / "redis") as settings:
        made = Stack(HOME / "stack").up(**settings)
        yield made
        made.down()


CHROMIUM_FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's own browser, for every test that looks at a page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright keeps an event loop running, beside which no other may run."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def pytest_collection_finish() -> None:
    """What was imported stays: to look it through for garbage again and again cost a fifth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
