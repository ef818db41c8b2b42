"""Refunds: whole, in parts, too much, pending, and those that fail later."""

from typing import Any

import pytest
import stripe

from tests.sandbox.kit import Sandbox, until


@pytest.fixture
def paid(client: stripe.StripeClient, token: Any) -> Any:
    """Makes a paid intent of €45 with a card."""

    def pay(card: str = "pm_card_visa") -> stripe.PaymentIntent:
        wish: Any = {"amount": 4500, "currency": "eur", "allowed_payment_method_types": ["card"], "confirm": True}
        return client.v1.payment_intents.create({**wish, "confirmation_token": token(card)})

    return pay


def charge_of(client: stripe.StripeClient, intent: stripe.PaymentIntent) -> stripe.Charge:
    return client.v1.charges.retrieve(str(intent.latest_charge))


def test_the_whole_sum_goes_back_once(client: stripe.StripeClient, paid: Any) -> None:
    intent = paid()
    refund = client.v1.refunds.create(
        {"payment_intent": intent.id, "reason": "requested_by_customer", "metadata": {"refund_id": "r1"}}
    )
    assert (refund.status, refund.amount, refund.metadata["refund_id"]) == ("succeeded", 4500, "r1")  # type: ignore[index]
    charge = charge_of(client, intent)
    assert (charge.refunded, charge.amount_refunded) == (True, 4500)
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError) as raised:
        client.v1.refunds.create({"charge": charge.id})
    assert raised.value.code == "charge_already_refunded"


def test_parts_go_back_until_nothing_is_left(client: stripe.StripeClient, paid: Any) -> None:
    intent = paid()
    client.v1.refunds.create({"payment_intent": intent.id, "amount": 3000})
    assert not charge_of(client, intent).refunded
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount") as raised:
        client.v1.refunds.create({"payment_intent": intent.id, "amount": 1501})
    assert raised.value.param == "amount"
    assert client.v1.refunds.create({"payment_intent": intent.id}).amount == 1500
    assert charge_of(client, intent).refunded


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"amount": 0}, "parameter_invalid_integer"),
        ({"reason": "because"}, None),
        ({"note": "x"}, "parameter_unknown"),
        ({"payment_intent": "pi_nobody"}, "resource_missing"),
    ],
)
def test_what_stripe_refuses_is_refused(client: stripe.StripeClient, paid: Any, given: Any, code: str | None) -> None:
    with pytest.raises(stripe.InvalidRequestError) as raised:
        client.v1.refunds.create({"payment_intent": paid().id, **given})
    assert raised.value.code == code


def test_an_unpaid_intent_has_nothing_to_give_back(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create(
        {"amount": 4500, "currency": "eur", "allowed_payment_method_types": ["card"]}
    )
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        client.v1.refunds.create({"payment_intent": intent.id})


def test_a_refund_may_fail_after_it_succeeded(sandbox: Sandbox, client: stripe.StripeClient, paid: Any) -> None:
    intent = paid("pm_card_refundFail")
    refund = client.v1.refunds.create({"payment_intent": intent.id})
    assert refund.status == "succeeded"
    sandbox.advance(31)
    until(lambda: client.v1.refunds.retrieve(refund.id).status == "failed")
    failed = client.v1.refunds.retrieve(refund.id)
    assert failed.failure_reason
    charge = charge_of(client, intent)
    assert (charge.refunded, charge.amount_refunded) == (False, 0)
    assert client.v1.refunds.create({"payment_intent": intent.id}).amount == 4500


def test_a_refund_may_be_pending_and_then_succeed(sandbox: Sandbox, client: stripe.StripeClient, paid: Any) -> None:
    refund = client.v1.refunds.create({"payment_intent": paid("pm_card_pendingRefund").id})
    assert (refund.status, refund.pending_reason) == ("pending", "processing")
    sandbox.advance(31)
    until(lambda: client.v1.refunds.retrieve(refund.id).status == "succeeded")


def test_a_test_may_move_a_refund_by_hand(sandbox: Sandbox, client: stripe.StripeClient, paid: Any) -> None:
    refund = client.v1.refunds.create({"payment_intent": paid().id})
    sandbox.control("POST", f"/refunds/{refund.id}", status="requires_action")
    assert client.v1.refunds.cancel(refund.id).status == "canceled"
    sandbox.control("POST", f"/refunds/{refund.id}", status="failed", failure_reason="expired_or_canceled_card")
    assert client.v1.refunds.retrieve(refund.id).failure_reason == "expired_or_canceled_card"


def test_refunds_of_one_payment_are_found(client: stripe.StripeClient, paid: Any) -> None:
    intent = paid()
    made = [client.v1.refunds.create({"payment_intent": intent.id, "amount": 100}).id for _ in range(5)]
    paid()
    pages = client.v1.refunds.list({"payment_intent": intent.id, "limit": 2})
    assert [each.id for each in pages.auto_paging_iter()] == made[::-1]
    seen = client.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge.refunds"]})
    assert [each.id for each in seen.latest_charge.refunds.data] == made[::-1]  # type: ignore[union-attr]
