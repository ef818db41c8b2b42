"""The same requests to the sandbox always, and to Stripe's test mode when `STRIPE_TEST_KEY` is set."""

import os

import pytest
import stripe

from tests.sandbox.kit import Sandbox

WITHOUT_KEY = "STRIPE_TEST_KEY is not set, so Stripe's test mode was not asked; the sandbox was."


@pytest.fixture(params=["sandbox", "stripe"])
def client(request: pytest.FixtureRequest, sandbox_process: Sandbox) -> stripe.StripeClient:
    """Whoever must behave as Stripe documents."""
    if request.param == "sandbox":
        return sandbox_process.sdk()
    key = os.environ.get("STRIPE_TEST_KEY", "")
    if not key:
        pytest.skip(WITHOUT_KEY)
    assert key.startswith(("sk_test_", "rk_test_")), "never with a live key"
    return stripe.StripeClient(key, max_network_retries=2)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
