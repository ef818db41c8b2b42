"""Payment intents, through the real SDK."""

import re
from typing import Any

import httpx
import pytest
import stripe

from tests.sandbox.kit import PUBLISHABLE, SECRET, Sandbox

ASKS = "pm_card_authenticationRequired"
CARD_ONLY: Any = {"amount": 4500, "currency": "eur", "allowed_payment_method_types": ["card"]}


def refused(error: type[stripe.StripeError], code: str | None) -> Any:
    return pytest.raises(error, check=lambda raised: raised.code == code)


def test_a_good_card_pays(client: stripe.StripeClient, token: Any) -> None:
    intent = client.v1.payment_intents.create({**CARD_ONLY, "metadata": {"booking": "b1"}, "description": "Massage"})
    assert intent.status == "requires_payment_method"
    assert re.fullmatch(r"pi_[A-Za-z0-9]{24}", intent.id)
    assert re.fullmatch(intent.id + r"_secret_[A-Za-z0-9]{25}", intent.client_secret or "")

    paid = client.v1.payment_intents.confirm(intent.id, {"confirmation_token": token(), "expand": ["latest_charge"]})

    assert (paid.status, paid.amount_received, paid.metadata["booking"]) == ("succeeded", 4500, "b1")
    charge = paid.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert (charge.paid, charge.captured, charge.amount, charge.payment_intent) == (True, True, 4500, intent.id)
    assert charge.payment_method_details.card.last4 == "4242"
    assert client.v1.payment_intents.retrieve(intent.id).latest_charge == charge.id
    assert [each.id for each in client.v1.charges.list({"payment_intent": intent.id}).data] == [charge.id]


def test_one_call_may_make_and_confirm(client: stripe.StripeClient, token: Any) -> None:
    intent = client.v1.payment_intents.create({**CARD_ONLY, "confirm": True, "confirmation_token": token()})
    assert intent.status == "succeeded"


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
    ],
)
def test_a_bad_card_is_declined_and_another_one_may_pay(
    client: stripe.StripeClient, token: Any, card: str, code: str, decline_code: str
) -> None:
    intent = client.v1.payment_intents.create(CARD_ONLY)

    with refused(stripe.CardError, code) as raised:
        client.v1.payment_intents.confirm(intent.id, {"confirmation_token": token(card)})

    error: Any = raised.value.error
    assert (raised.value.http_status, error.decline_code) == (402, decline_code)
    assert error.payment_intent["id"] == intent.id
    after = client.v1.payment_intents.retrieve(intent.id)
    assert (after.status, after.amount_received) == ("requires_payment_method", 0)
    assert after.last_payment_error
    assert (after.last_payment_error.code, after.last_payment_error.decline_code) == (code, decline_code)
    assert client.v1.payment_intents.confirm(intent.id, {"confirmation_token": token()}).status == "succeeded"


def test_the_bank_asks_and_the_guest_passes(sandbox: Sandbox, client: stripe.StripeClient, token: Any) -> None:
    intent = client.v1.payment_intents.create(CARD_ONLY)
    asked = client.v1.payment_intents.confirm(intent.id, {"confirmation_token": token(ASKS)})
    assert (asked.status, asked.amount_received) == ("requires_action", 0)
    assert asked.next_action
    assert asked.next_action.type == "use_stripe_sdk"

    sandbox.control("POST", f"/payment_intents/{intent.id}/authenticate", outcome="success")

    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_the_bank_asks_and_the_guest_fails(sandbox: Sandbox, client: stripe.StripeClient, token: Any) -> None:
    intent = client.v1.payment_intents.create(CARD_ONLY)
    client.v1.payment_intents.confirm(intent.id, {"confirmation_token": token(ASKS)})

    sandbox.control("POST", f"/payment_intents/{intent.id}/authenticate", outcome="failure")

    after = client.v1.payment_intents.retrieve(intent.id)
    assert after.status == "requires_payment_method"
    assert after.last_payment_error
    assert after.last_payment_error.code == "payment_intent_authentication_failure"


def test_a_card_may_be_declined_after_the_bank_was_satisfied(
    sandbox: Sandbox, client: stripe.StripeClient, token: Any
) -> None:
    intent = client.v1.payment_intents.create(CARD_ONLY)
    card = token("pm_card_threeDSecureRequiredChargeDeclined")
    client.v1.payment_intents.confirm(intent.id, {"confirmation_token": card})
    sandbox.control("POST", f"/payment_intents/{intent.id}/authenticate", outcome="success")
    after = client.v1.payment_intents.retrieve(intent.id)
    assert after.status == "requires_payment_method"
    assert after.last_payment_error
    assert after.last_payment_error.decline_code == "generic_decline"


def test_while_the_bank_asks_another_card_may_be_tried(client: stripe.StripeClient, token: Any) -> None:
    intent = client.v1.payment_intents.create(CARD_ONLY)
    client.v1.payment_intents.confirm(intent.id, {"confirmation_token": token(ASKS)})
    assert client.v1.payment_intents.confirm(intent.id, {"confirmation_token": token()}).status == "succeeded"


def test_a_token_is_good_once(client: stripe.StripeClient, token: Any) -> None:
    first, second = (client.v1.payment_intents.create(CARD_ONLY) for _ in range(2))
    card = token()
    client.v1.payment_intents.confirm(first.id, {"confirmation_token": card})
    assert client.v1.confirmation_tokens.retrieve(card).payment_intent == first.id
    with refused(stripe.InvalidRequestError, "confirmation_token_already_used"):
        client.v1.payment_intents.confirm(second.id, {"confirmation_token": card})


def test_a_token_lives_twelve_hours(sandbox: Sandbox, client: stripe.StripeClient, token: Any) -> None:
    intent, card = client.v1.payment_intents.create(CARD_ONLY), token()
    sandbox.advance(12 * 3600 + 1)
    with refused(stripe.InvalidRequestError, "confirmation_token_expired"):
        client.v1.payment_intents.confirm(intent.id, {"confirmation_token": card})


def test_money_that_moved_is_neither_confirmed_again_nor_canceled(client: stripe.StripeClient, token: Any) -> None:
    intent = client.v1.payment_intents.create({**CARD_ONLY, "confirm": True, "confirmation_token": token()})
    for act in (
        lambda: client.v1.payment_intents.confirm(intent.id, {"confirmation_token": token()}),
        lambda: client.v1.payment_intents.cancel(intent.id),
    ):
        with refused(stripe.InvalidRequestError, "payment_intent_unexpected_state") as raised:
            act()
        error: Any = raised.value.error
        assert (raised.value.http_status, error.payment_intent["status"]) == (400, "succeeded")


def test_a_canceled_intent_takes_no_money(client: stripe.StripeClient, token: Any) -> None:
    intent = client.v1.payment_intents.create(CARD_ONLY)
    gone = client.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
    assert (gone.status, gone.cancellation_reason) == ("canceled", "abandoned")
    with refused(stripe.InvalidRequestError, "payment_intent_unexpected_state"):
        client.v1.payment_intents.confirm(intent.id, {"confirmation_token": token()})


def test_a_payment_may_stay_processing_until_it_is_settled(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create(CARD_ONLY)
    assert (
        client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_sandbox_processing"}).status == "processing"
    )
    with refused(stripe.InvalidRequestError, "payment_intent_unexpected_state"):
        client.v1.payment_intents.cancel(intent.id)
    sandbox.control("POST", f"/payment_intents/{intent.id}/settle", outcome="success")
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_money_may_be_authorized_first_and_captured_later(client: stripe.StripeClient, token: Any) -> None:
    held = client.v1.payment_intents.create(
        {**CARD_ONLY, "capture_method": "manual", "confirm": True, "confirmation_token": token()}
    )
    assert (held.status, held.amount_capturable, held.amount_received) == ("requires_capture", 4500, 0)
    taken = client.v1.payment_intents.capture(held.id, {"amount_to_capture": 4000})
    assert (taken.status, taken.amount_received) == ("succeeded", 4000)


def test_a_return_address_is_needed_where_methods_may_redirect(client: stripe.StripeClient, token: Any) -> None:
    open_to_all = client.v1.payment_intents.create({"amount": 4500, "currency": "eur"})
    with pytest.raises(stripe.InvalidRequestError, match="return_url"):
        client.v1.payment_intents.confirm(open_to_all.id, {"confirmation_token": token()})
    never: Any = {"enabled": True, "allow_redirects": "never"}
    closed = client.v1.payment_intents.create({"amount": 4500, "currency": "eur", "automatic_payment_methods": never})
    assert client.v1.payment_intents.confirm(closed.id, {"confirmation_token": token()}).status == "succeeded"


def test_an_intent_may_be_changed_until_it_is_paid(client: stripe.StripeClient, token: Any) -> None:
    intent = client.v1.payment_intents.create({**CARD_ONLY, "metadata": {"a": "1", "b": "2"}})
    changed = client.v1.payment_intents.update(intent.id, {"amount": 5000, "metadata": {"a": "", "c": "3"}})
    assert (changed.amount, changed.metadata.to_dict()) == (5000, {"b": "2", "c": "3"})
    client.v1.payment_intents.confirm(intent.id, {"confirmation_token": token()})
    assert client.v1.payment_intents.update(intent.id, {"metadata": {"d": "4"}}).metadata["d"] == "4"
    with refused(stripe.InvalidRequestError, "payment_intent_unexpected_state"):
        client.v1.payment_intents.update(intent.id, {"amount": 6000})


@pytest.mark.parametrize(
    ("given", "code", "param"),
    [
        ({"amount": 4500, "currency": "eur", "colour": "red"}, "parameter_unknown", "colour"),
        ({"amount": 4500, "currency": "eur", "automatic_payment_methods": {"on": "true"}}, "parameter_unknown",
         "automatic_payment_methods[on]"),
        ({"currency": "eur"}, "parameter_missing", "amount"),
        ({"amount": 4500}, "parameter_missing", "currency"),
        ({"amount": "4.5", "currency": "eur"}, "parameter_invalid_integer", "amount"),
        ({"amount": 0, "currency": "eur"}, "parameter_invalid_integer", "amount"),
        ({"amount": 49, "currency": "usd"}, "amount_too_small", "amount"),
        ({"amount": 100_000_000, "currency": "usd"}, "amount_too_large", "amount"),
        ({"amount": 4500, "currency": "eur", "payment_method_types": ["card"]},
         "payment_method_types_no_longer_supported", "payment_method_types"),
        ({"amount": 4500, "currency": "eur", "allowed_payment_method_types": ["ideal"]}, None,
         "allowed_payment_method_types"),
        ({"amount": 4500, "currency": "eux"}, None, "currency"),
        ({"amount": 4500, "currency": "eur", "description": ""}, None, None),
        ({"amount": 4500, "currency": "eur", "customer": "cus_1"}, "sandbox_unsupported", "customer"),
        ({"amount": 4500, "currency": "eur", "confirmation_token": "ctoken_1"}, "parameter_unknown",
         "confirmation_token"),
    ],
)  # fmt: skip
def test_what_stripe_refuses_is_refused(
    client: stripe.StripeClient, given: Any, code: str | None, param: str | None
) -> None:
    if param is None:
        assert client.v1.payment_intents.create(given).description is None
        return
    with refused(stripe.InvalidRequestError, code) as raised:
        client.v1.payment_intents.create(given)
    assert (raised.value.http_status, raised.value.param) == (400, param)


def test_what_does_not_exist_is_404(client: stripe.StripeClient) -> None:
    with refused(stripe.InvalidRequestError, "resource_missing") as raised:
        client.v1.payment_intents.retrieve("pi_nobody")
    assert (raised.value.http_status, raised.value.param) == (404, "intent")
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        client.v1.customers.list()


def test_keys_open_only_their_own_doors(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.AuthenticationError, match="Invalid API Key"):
        sandbox.sdk("sk_test_somebody_else").v1.payment_intents.list()
    with pytest.raises(stripe.AuthenticationError, match="publishable"):
        sandbox.sdk(PUBLISHABLE).v1.payment_intents.create(CARD_ONLY)
    assert sandbox.http.get("/v1/payment_intents").status_code == 401
    intent = client.v1.payment_intents.create(CARD_ONLY)
    page, secret = sandbox.sdk(PUBLISHABLE), intent.client_secret or ""
    seen = page.v1.payment_intents.retrieve(intent.id, {"client_secret": secret})
    assert seen.status == "requires_payment_method"
    assert "metadata" not in seen
    for wrong in ({}, {"client_secret": "pi_1_secret_2"}):
        with pytest.raises(stripe.InvalidRequestError):
            page.v1.payment_intents.retrieve(intent.id, wrong)  # type: ignore[arg-type]


def test_a_page_makes_a_token_of_a_typed_card_and_the_number_is_kept_nowhere(sandbox: Sandbox) -> None:
    form = {
        "payment_method_data[type]": "card",
        "payment_method_data[card][number]": "5555 5555 5555 4444",
        "payment_method_data[card][exp_month]": "12",
        "payment_method_data[card][exp_year]": "34",
        "payment_method_data[card][cvc]": "123",
    }
    headers = {"Authorization": f"Bearer {PUBLISHABLE}", "Origin": "http://elsewhere.example"}
    made = sandbox.http.post("/v1/confirmation_tokens", data=form, headers=headers)
    assert made.status_code == 200, made.text
    assert made.headers["access-control-allow-origin"] == "*"
    assert made.json()["payment_method_preview"]["card"]["last4"] == "4444"
    assert made.json()["payment_method_preview"]["card"]["brand"] == "mastercard"
    kept = b"".join(path.read_bytes() for path in sandbox.folder.iterdir())
    assert b"555555555555" not in kept
    assert b"5555 5555" not in kept


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("number", "4242424242424241", "incorrect_number"),
        ("number", "4242", "incorrect_number"),
        ("exp_month", "13", "invalid_expiry_month"),
        ("exp_year", "20", "invalid_expiry_year"),
        ("cvc", "12", "invalid_cvc"),
        ("cvc", "1234", "invalid_cvc"),
    ],
)
def test_a_typing_mistake_is_told(sandbox: Sandbox, field: str, value: str, code: str) -> None:
    card = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2034", "cvc": "123"} | {field: value}
    form = {f"payment_method_data[card][{name}]": given for name, given in card.items()}
    answer = sandbox.http.post(
        "/v1/confirmation_tokens",
        data=form | {"payment_method_data[type]": "card"},
        headers={"Authorization": f"Bearer {PUBLISHABLE}"},
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (402, code)


def test_every_answer_has_a_request_id_and_the_version(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    answer: Any = client.v1.payment_intents.list({"limit": 1}).last_response
    assert answer.headers["request-id"].startswith("req_")
    assert answer.headers["stripe-version"] == stripe.api_version
    refusal = httpx.get(sandbox.url + "/v1/nothing", trust_env=False)
    assert (refusal.status_code, refusal.headers["request-id"][:4]) == (404, "req_")


def test_intents_are_listed_in_pages_newest_first(client: stripe.StripeClient) -> None:
    made = [client.v1.payment_intents.create(CARD_ONLY).id for _ in range(5)]
    first = client.v1.payment_intents.list({"limit": 2})
    assert ([each.id for each in first.data], first.has_more) == (made[:-3:-1], True)
    second = client.v1.payment_intents.list({"limit": 2, "starting_after": made[3]})
    assert [each.id for each in second.data] == [made[2], made[1]]
    back = client.v1.payment_intents.list({"limit": 2, "ending_before": made[1]})
    assert ([each.id for each in back.data], back.has_more) == ([made[3], made[2]], True)
    future = client.v1.payment_intents.list({"created": {"gt": first.data[0].created + 10}})
    assert future.data == []


@pytest.mark.parametrize(
    "body",
    [
        b"amount[a]=1&amount=2",
        b"amount=1&amount[a]=2",
        b"metadata[]=1&metadata[x]=2",
        b"expand=1",
        b"expand[0][a]=1",
        b"amount[\xc2\xb2]=1",
        b"\xff\xfe=1",
        b"a" + b"[a]" * 500 + b"=1",
        b"metadata=1",
        b"[]=1&=2&[=3",
        b"amount=99999999999999999999999&currency=eur",
        b"amount=4500&currency=eur&payment_method_types[]=sepa_debit",
        b'{"amount": 4500}',
    ],
)
def test_nonsense_is_refused_and_breaks_nothing(sandbox: Sandbox, body: bytes) -> None:
    kind = "application/json" if body.startswith(b"{") else "application/x-www-form-urlencoded"
    headers = {"Authorization": f"Bearer {SECRET}", "Content-Type": kind}
    answer = sandbox.http.post("/v1/payment_intents", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")
