"""What TruFlow relies on at Stripe, request by request."""

import time
import uuid
from typing import Any

import pytest
import stripe

CARD: Any = {"amount": 4500, "currency": "usd", "allowed_payment_method_types": ["card"]}
BACK = "https://example.com/back"


def key() -> Any:
    return {"idempotency_key": f"contract-{uuid.uuid4()}"}


def token(client: stripe.StripeClient, card: str = "pm_card_visa") -> str:
    return str(client.v1.test_helpers.confirmation_tokens.create({"payment_method": card}).id)


def open_intent(client: stripe.StripeClient, **more: Any) -> stripe.PaymentIntent:
    return client.v1.payment_intents.create({**CARD, **more})


def confirmed(client: stripe.StripeClient, card: str = "pm_card_visa") -> stripe.PaymentIntent:
    intent = open_intent(client)
    wish: Any = {"confirmation_token": token(client, card), "return_url": BACK, "use_stripe_sdk": True}
    return client.v1.payment_intents.confirm(intent.id, wish)


# --- paying ---


def test_a_new_intent_waits_for_a_card(client: stripe.StripeClient) -> None:
    intent = open_intent(client, metadata={"payment_id": "one"}, description="Booking ABC")
    assert (intent.status, intent.amount, intent.amount_received) == ("requires_payment_method", 4500, 0)
    assert intent.currency == "usd"
    assert intent.metadata["payment_id"] == "one"
    assert str(intent.client_secret).startswith(f"{intent.id}_secret_")
    assert intent.livemode is False
    assert intent.latest_charge is None


def test_a_good_card_pays(client: stripe.StripeClient) -> None:
    intent = confirmed(client)
    assert (intent.status, intent.amount_received) == ("succeeded", 4500)
    charge = client.v1.charges.retrieve(str(intent.latest_charge))
    assert (charge.paid, charge.captured, charge.refunded, charge.amount_refunded) == (True, True, False, 0)
    assert charge.payment_intent == intent.id


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
    ],
)
def test_a_declined_card_may_be_followed_by_another(
    client: stripe.StripeClient, card: str, code: str, decline_code: str | None
) -> None:
    intent = open_intent(client)
    with pytest.raises(stripe.CardError) as raised:
        client.v1.payment_intents.confirm(intent.id, {"confirmation_token": token(client, card), "return_url": BACK})
    assert (raised.value.http_status, raised.value.code) == (402, code)
    if decline_code:
        assert raised.value.error.decline_code == decline_code  # type: ignore[union-attr]
    seen = client.v1.payment_intents.retrieve(intent.id)
    assert (seen.status, seen.last_payment_error.code) == ("requires_payment_method", code)  # type: ignore[union-attr]
    paid = client.v1.payment_intents.confirm(intent.id, {"confirmation_token": token(client), "return_url": BACK})
    assert paid.status == "succeeded"


def test_a_bank_that_asks_leaves_the_money_where_it_is(client: stripe.StripeClient) -> None:
    intent = confirmed(client, "pm_card_authenticationRequired")
    assert (intent.status, intent.amount_received) == ("requires_action", 0)
    assert intent.next_action is not None
    assert intent.next_action.type == "use_stripe_sdk"
    assert client.v1.payment_intents.cancel(intent.id).status == "canceled"


def test_a_confirmation_token_is_good_once(client: stripe.StripeClient) -> None:
    used = token(client)
    client.v1.payment_intents.confirm(open_intent(client).id, {"confirmation_token": used, "return_url": BACK})
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.confirm(open_intent(client).id, {"confirmation_token": used, "return_url": BACK})


# --- cancelling ---


def test_a_cancelled_intent_can_never_be_paid(client: stripe.StripeClient) -> None:
    intent = open_intent(client)
    cancelled = client.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
    assert (cancelled.status, cancelled.cancellation_reason) == ("canceled", "abandoned")
    with pytest.raises(stripe.InvalidRequestError) as raised:
        client.v1.payment_intents.confirm(intent.id, {"confirmation_token": token(client), "return_url": BACK})
    assert (raised.value.http_status, raised.value.code) == (400, "payment_intent_unexpected_state")


def test_a_paid_intent_cannot_be_cancelled(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as raised:
        client.v1.payment_intents.cancel(confirmed(client).id)
    assert raised.value.code == "payment_intent_unexpected_state"


# --- giving back ---


def test_money_goes_back_in_parts_and_never_more_than_came(client: stripe.StripeClient) -> None:
    intent = confirmed(client)
    first = client.v1.refunds.create(
        {
            "payment_intent": intent.id,
            "amount": 3000,
            "reason": "requested_by_customer",
            "metadata": {"refund_id": "one"},
        }
    )
    assert (first.status, first.amount, first.payment_intent) == ("succeeded", 3000, intent.id)
    with pytest.raises(stripe.InvalidRequestError) as raised:
        client.v1.refunds.create({"payment_intent": intent.id, "amount": 1501})
    assert raised.value.http_status == 400
    rest = client.v1.refunds.create({"payment_intent": intent.id})
    assert rest.amount == 1500
    with pytest.raises(stripe.InvalidRequestError) as raised:
        client.v1.refunds.create({"payment_intent": intent.id})
    assert raised.value.code == "charge_already_refunded"
    charge = client.v1.charges.retrieve(str(intent.latest_charge))
    assert (charge.refunded, charge.amount_refunded) == (True, 4500)
    listed = client.v1.refunds.list({"payment_intent": intent.id})
    assert [(each.id, each.amount) for each in listed.data] == [(rest.id, 1500), (first.id, 3000)]
    assert listed.data[1].metadata["refund_id"] == "one"  # type: ignore[index]
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_a_refund_may_be_pending(client: stripe.StripeClient) -> None:
    refund = client.v1.refunds.create({"payment_intent": confirmed(client, "pm_card_pendingRefund").id})
    assert refund.status == "pending"


def test_nothing_goes_back_that_never_came(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as raised:
        client.v1.refunds.create({"payment_intent": open_intent(client).id})
    assert raised.value.http_status == 400


def test_what_is_disputed_is_not_given_back(client: stripe.StripeClient) -> None:
    intent = confirmed(client, "pm_card_createDispute")
    for _ in range(20):
        found = client.v1.disputes.list({"payment_intent": intent.id}).data
        if found:
            break
        time.sleep(1)
    assert [(each.status, each.amount, each.payment_intent) for each in found] == [("needs_response", 4500, intent.id)]
    assert client.v1.disputes.retrieve(found[0].id).is_charge_refundable is False
    with pytest.raises(stripe.InvalidRequestError) as raised:
        client.v1.refunds.create({"payment_intent": intent.id})
    assert raised.value.code == "charge_disputed"


# --- asking twice, asking wrongly ---


def test_the_same_key_is_the_same_request(client: stripe.StripeClient) -> None:
    same = key()
    first = client.v1.payment_intents.create(CARD, same)
    again = client.v1.payment_intents.create(CARD, same)
    assert first.id == again.id
    assert again.last_response is not None
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError) as raised:
        client.v1.payment_intents.create({**CARD, "amount": 4600}, same)
    assert raised.value.http_status == 400


def test_a_refund_with_the_same_key_is_one_refund(client: stripe.StripeClient) -> None:
    intent, same = confirmed(client), key()
    wish: Any = {"payment_intent": intent.id, "amount": 1000}
    assert client.v1.refunds.create(wish, same).id == client.v1.refunds.create(wish, same).id
    assert len(client.v1.refunds.list({"payment_intent": intent.id}).data) == 1


def test_a_decline_is_replayed_with_its_key(client: stripe.StripeClient) -> None:
    intent, same = open_intent(client), key()
    wish: Any = {"confirmation_token": token(client, "pm_card_visa_chargeDeclined"), "return_url": BACK}
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            client.v1.payment_intents.confirm(intent.id, wish, same)
    assert len(client.v1.charges.list({"payment_intent": intent.id}).data) == 1


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({**CARD, "colour": "green"}, "parameter_unknown"),
        ({"currency": "usd"}, "parameter_missing"),
        ({**CARD, "amount": 1}, "amount_too_small"),
        ({**CARD, "amount": "much"}, "parameter_invalid_integer"),
        ({**CARD, "currency": "xxx"}, None),
    ],
)
def test_what_stripe_does_not_understand_it_refuses(client: stripe.StripeClient, wish: Any, code: str | None) -> None:
    with pytest.raises(stripe.InvalidRequestError) as raised:
        client.v1.payment_intents.create(wish)
    assert raised.value.http_status == 400
    if code:
        assert raised.value.code == code


def test_what_is_not_there_is_missing(client: stripe.StripeClient) -> None:
    for ask in (client.v1.payment_intents.retrieve, client.v1.refunds.retrieve, client.v1.disputes.retrieve):
        with pytest.raises(stripe.InvalidRequestError) as raised:
            ask("xx_nobody")
        assert (raised.value.http_status, raised.value.code) == (404, "resource_missing")


# --- reading ---


def test_lists_are_read_from_a_moment_on_in_pages(client: stripe.StripeClient) -> None:
    since = int(client.v1.payment_intents.retrieve(open_intent(client).id).created)
    made = [open_intent(client).id for _ in range(3)]
    listed = client.v1.payment_intents.list(
        {"created": {"gte": since}, "limit": 2, "expand": ["data.latest_charge"]}
    ).auto_paging_iter()
    found = [each.id for each in listed]
    assert [each for each in found if each in made] == made[::-1]


def test_a_list_tells_what_went_back(client: stripe.StripeClient) -> None:
    intent = confirmed(client)
    client.v1.refunds.create({"payment_intent": intent.id, "amount": 1000})
    listed = client.v1.payment_intents.list({"created": {"gte": intent.created}, "expand": ["data.latest_charge"]})
    (found,) = [each for each in listed.auto_paging_iter() if each.id == intent.id]
    assert isinstance(found.latest_charge, stripe.Charge)
    assert (found.amount_received, found.latest_charge.amount_refunded) == (4500, 1000)


def test_events_are_listed_by_type(client: stripe.StripeClient) -> None:
    intent = confirmed(client)
    for _ in range(20):
        listed = client.v1.events.list({"types": ["payment_intent.succeeded"], "created": {"gte": intent.created}})
        found = [each for each in listed.auto_paging_iter() if each.data.object["id"] == intent.id]
        if found:
            break
        time.sleep(0.5)
    assert [each.type for each in found] == ["payment_intent.succeeded"]
    assert found[0].livemode is False
