"""The same key is the same request: replayed, refused or told to wait."""

import threading
import uuid
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.sandbox.kit import Sandbox, until

CARD_ONLY: Any = {"amount": 4500, "currency": "eur", "allowed_payment_method_types": ["card"]}


@pytest.fixture
def key() -> Any:
    return {"idempotency_key": f"test-{uuid.uuid4()}"}


def made_with(sandbox: Sandbox, mark: str) -> list[Any]:
    return [each for each in sandbox.ledger["payment_intents"] if each["metadata"].get("mark") == mark]


def test_a_repeated_key_replays_the_first_answer(client: stripe.StripeClient, key: Any) -> None:
    first: Any = client.v1.payment_intents.create(CARD_ONLY, key)
    again: Any = client.v1.payment_intents.create(CARD_ONLY, key)
    assert first.id == again.id
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert again.last_response.headers["Original-Request"] == first.last_response.headers["Request-Id"]
    assert again.last_response.body == first.last_response.body


def test_a_key_with_other_parameters_is_refused(client: stripe.StripeClient, key: Any) -> None:
    intent = client.v1.payment_intents.create(CARD_ONLY, key)
    with pytest.raises(stripe.IdempotencyError) as raised:
        client.v1.payment_intents.create({**CARD_ONLY, "amount": 4600}, key)
    assert raised.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        client.v1.payment_intents.cancel(intent.id, {}, key)


def test_a_decline_is_replayed_and_the_card_is_not_tried_again(
    sandbox: Sandbox, client: stripe.StripeClient, token: Any, key: Any
) -> None:
    intent = client.v1.payment_intents.create(CARD_ONLY)
    wish: Any = {"confirmation_token": token("pm_card_visa_chargeDeclined")}
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            client.v1.payment_intents.confirm(intent.id, wish, key)
    assert len(client.v1.charges.list({"payment_intent": intent.id}).data) == 1


def test_a_refused_parameter_does_not_use_the_key_up(client: stripe.StripeClient, key: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.create({**CARD_ONLY, "amount": 1}, key)
    assert client.v1.payment_intents.create(CARD_ONLY, key).status == "requires_payment_method"


def test_two_at_once_are_one_and_a_conflict(sandbox: Sandbox, client: stripe.StripeClient, key: Any) -> None:
    sandbox.order("hang", seconds=1.5, match={"idempotency_key": key["idempotency_key"]})
    first: list[Any] = []
    slow = threading.Thread(target=lambda: first.append(sandbox.sdk().v1.payment_intents.create(CARD_ONLY, key)))
    slow.start()
    until(lambda: sandbox.control("GET", "/faults")["faults"][0]["left"] == 0)

    with pytest.raises(stripe.StripeError) as raised:
        client.v1.payment_intents.create(CARD_ONLY, key)

    told: Any = raised.value.error  # the SDK has no code on this error itself
    assert (raised.value.http_status, told.code) == (409, "idempotency_key_in_use")
    slow.join()
    assert client.v1.payment_intents.create(CARD_ONLY, key).id == first[0].id


def test_keys_are_forgotten_after_a_day(sandbox: Sandbox, client: stripe.StripeClient, key: Any) -> None:
    first = client.v1.payment_intents.create(CARD_ONLY, key)
    sandbox.advance(24 * 3600 + 1)
    second = client.v1.payment_intents.create(CARD_ONLY, key)
    assert first.id != second.id


def test_an_answer_that_got_lost_is_told_again(sandbox: Sandbox, client: stripe.StripeClient, key: Any) -> None:
    mark = str(uuid.uuid4())
    wish: Any = {**CARD_ONLY, "metadata": {"mark": mark}}
    sandbox.order("run_then_drop", match={"method": "POST", "path": "/v1/payment_intents"})
    with pytest.raises(stripe.APIConnectionError):
        client.v1.payment_intents.create(wish, key)
    (made,) = made_with(sandbox, mark)
    assert client.v1.payment_intents.create(wish, key).id == made["id"]
    assert len(made_with(sandbox, mark)) == 1


def test_a_request_that_got_lost_did_nothing(sandbox: Sandbox, client: stripe.StripeClient, key: Any) -> None:
    mark = str(uuid.uuid4())
    sandbox.order("drop_before")
    with pytest.raises(stripe.APIConnectionError):
        client.v1.payment_intents.create({**CARD_ONLY, "metadata": {"mark": mark}}, key)
    assert made_with(sandbox, mark) == []


@pytest.mark.parametrize(
    ("fault", "status", "saved", "made"),
    [
        ("status_429", 429, False, 0),
        ("status_500", 500, False, 0),
        ("save_500", 500, True, 0),
        ("run_then_500", 500, True, 1),
    ],
)
def test_an_ordered_refusal_is_saved_or_not(
    sandbox: Sandbox, client: stripe.StripeClient, key: Any, fault: str, status: int, saved: bool, made: int
) -> None:
    mark = str(uuid.uuid4())
    wish: Any = {**CARD_ONLY, "metadata": {"mark": mark}}
    sandbox.order(fault, match={"method": "POST", "path": "/v1/payment_intents"})
    with pytest.raises(stripe.StripeError) as raised:
        client.v1.payment_intents.create(wish, key)
    assert raised.value.http_status == status
    assert len(made_with(sandbox, mark)) == made
    if saved:
        with pytest.raises(stripe.APIError):
            client.v1.payment_intents.create(wish, key)
    else:
        assert client.v1.payment_intents.create(wish, key).metadata["mark"] == mark


def test_a_fault_comes_as_often_and_as_late_as_ordered(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    sandbox.order("status_429", match={"path": "/v1/refunds*", "method": "GET"}, skip=1, times=2)
    answers = []
    for _ in range(4):
        client.v1.payment_intents.list({"limit": 1})
        try:
            client.v1.refunds.list({"limit": 1})
            answers.append(200)
        except stripe.RateLimitError:
            answers.append(429)
    assert answers == [200, 429, 429, 200]


def test_a_hanging_request_does_not_keep_the_process_alive(tmp_path: Path) -> None:
    own = Sandbox(tmp_path).start()
    own.order("hang", seconds=60)

    def ask() -> None:
        with pytest.raises(stripe.APIConnectionError):
            own.sdk().v1.refunds.list()

    asking = threading.Thread(target=ask)
    asking.start()
    until(lambda: own.control("GET", "/faults")["faults"][0]["left"] == 0)
    assert own.stop() == 0
    asking.join()
