"""Letters from Stripe: taken in once, opened once, and nothing kept of what is not from Stripe."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
import stripe
from sqlalchemy import Engine

from tests.kit.clock import Clock, local
from tests.kit.looking import one, rows
from tests.kit.wishes import booked
from tests.sandbox.kit import Sandbox
from truflow.errors import NotFound
from truflow.integrations.stripe_letters import BadLetter
from truflow.services import stripe_inbox

PATH = "path-token-of-the-tests"
SECRET = "whsec_of_the_tests"
SLOT = local(2, "10:00")


def event(intent: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": "evt_1",
        "object": "event",
        "type": "payment_intent.succeeded",
        "created": 1_800_000_000,
        "livemode": False,
        "data": {"object": {"id": intent, "object": "payment_intent"}},
        **changes,
    }


def signed(payload: bytes, at: dt.datetime, secret: str = SECRET) -> str:
    return stripe.WebhookSignature.generate_signature_header(
        payload.decode("utf-8", "surrogateescape"), secret, timestamp=int(at.timestamp())
    )


def post(body: Any, clock: Clock, *, path: str = PATH, **changes: Any) -> bool:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    header = changes.get("header") or signed(payload, changes.get("at", clock.now), changes.get("secret", SECRET))
    return stripe_inbox.receive(path, payload, header, now=clock.now)


def test_the_same_letter_ten_times_confirms_once(
    practice: Engine,
    clock: Clock,
    token: Callable[..., str],
    sandbox_process: Sandbox,
    deliver: Callable[[], int],
) -> None:
    made = booked(SLOT, clock.now)
    intent = str(made.client_secret).split("_secret_")[0]
    sandbox_process.sdk().v1.payment_intents.confirm(intent, {"confirmation_token": token()})
    assert [post(event(intent), clock) for _ in range(10)] == [True] + [False] * 9
    deliver()
    assert one(practice, "select status from booking") == "CONFIRMED"
    assert rows(practice, "select deliveries, status from stripe_event") == [{"deliveries": 10, "status": "HANDLED"}]
    assert one(practice, "select count(*) from email_message where template = 'confirmation'") == 1


def test_an_unknown_type_is_kept_and_ignored(practice: Engine, clock: Clock, deliver: Callable[[], int]) -> None:
    assert post(event("cus_1", type="customer.created"), clock)
    deliver()
    assert one(practice, "select status from stripe_event") == "IGNORED"


def test_a_letter_about_something_that_stripe_does_not_know_is_ignored(
    practice: Engine, clock: Clock, deliver: Callable[[], int]
) -> None:
    post(event("pi_unknown"), clock)
    deliver()
    assert one(practice, "select status from stripe_event") == "IGNORED"


GOOD = json.dumps(event("pi_1")).encode()


@pytest.mark.parametrize(
    ("why", "body", "changes"),
    [
        ("signature", GOOD, {"secret": "whsec_of_somebody_else"}),
        ("time", GOOD, {"header": "nonsense"}),
        ("time", GOOD, {"header": "t=١٢٣,v1=abc"}),
        ("signature", GOOD, {"header": "t=1803906000,v1=é"}),
        ("time", GOOD, {"header": "t=1803906000,v1=00,t=1803906001"}),
        ("time", GOOD, {"late": 301}),
        ("time", GOOD, {"late": -301}),
        ("not_json", b"not json", {}),
        ("not_an_event", b"[]", {}),
        ("not_an_event", b'"text"', {}),
        ("not_utf8", b"\xff\xfe\x00", {"header": "t=1803906000,v1=00"}),
        ("shape", json.dumps({"object": "event", "id": 7}).encode(), {}),
        ("shape", json.dumps(event("pi_1", id="x" * 300)).encode(), {}),
        ("livemode", json.dumps(event("pi_1", livemode=True)).encode(), {}),
    ],
)
def test_what_is_not_a_letter_of_ours_leaves_nothing(
    practice: Engine, clock: Clock, why: str, body: bytes, changes: dict[str, Any]
) -> None:
    late = changes.get("late", 0)
    with pytest.raises(BadLetter) as refused:
        post(body, clock, **{**changes, "at": clock.now - dt.timedelta(seconds=late)})
    assert refused.value.why == why
    assert one(practice, "select count(*) from stripe_event") == 0
    assert refused.value.__context__ is None or refused.value.__suppress_context__


@pytest.mark.parametrize("late", [300, -300])
def test_five_minutes_either_way_are_good(practice: Engine, clock: Clock, late: int) -> None:
    assert post(event("pi_1"), clock, at=clock.now - dt.timedelta(seconds=late))


@pytest.mark.parametrize("path", ["", "wrong", PATH + "x", "pâth"])
def test_a_wrong_path_is_not_found(practice: Engine, clock: Clock, path: str) -> None:
    with pytest.raises(NotFound):
        post(event("pi_1"), clock, path=path)
