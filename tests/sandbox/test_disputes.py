"""Disputes: opened by a card or by hand, closed one way or the other, and what they forbid."""

from typing import Any

import pytest
import stripe

from tests.sandbox.kit import Letterbox, Sandbox, until

WISH: Any = {"amount": 4500, "currency": "eur", "allowed_payment_method_types": ["card"], "confirm": True}


def pay(client: stripe.StripeClient, card: str = "pm_card_visa") -> stripe.PaymentIntent:
    return client.v1.payment_intents.create({**WISH, "payment_method": card})


def dispute_of(client: stripe.StripeClient, intent: stripe.PaymentIntent) -> stripe.Dispute:
    (found,) = client.v1.disputes.list({"payment_intent": intent.id}).data
    return found


def test_the_card_that_disputes_is_paid_and_disputed(client: stripe.StripeClient) -> None:
    intent = pay(client, "pm_card_createDispute")
    assert intent.status == "succeeded"
    dispute = dispute_of(client, intent)
    assert (dispute.status, dispute.amount, dispute.reason) == ("needs_response", 4500, "fraudulent")
    assert dispute.charge == intent.latest_charge
    assert client.v1.disputes.retrieve(dispute.id).payment_intent == intent.id
    assert client.v1.charges.retrieve(str(intent.latest_charge)).disputed
    assert client.v1.disputes.list({"charge": str(intent.latest_charge)}).data[0].id == dispute.id


def test_while_it_is_open_or_lost_nothing_is_given_back(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    intent = pay(client)
    sandbox.control("POST", f"/payment_intents/{intent.id}/dispute", reason="product_not_received")
    dispute = dispute_of(client, intent)
    assert dispute.reason == "product_not_received"
    for status in ("under_review", "lost"):
        with pytest.raises(stripe.InvalidRequestError, match="charged back") as raised:
            client.v1.refunds.create({"payment_intent": intent.id, "amount": 100})
        assert raised.value.code == "charge_disputed"
        sandbox.control("POST", f"/disputes/{dispute.id}", status=status)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"payment_intent": intent.id})


def test_a_dispute_that_is_won_gives_the_money_free(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    intent = pay(client)
    client.v1.refunds.create({"payment_intent": intent.id, "amount": 500})
    sandbox.control("POST", f"/payment_intents/{intent.id}/dispute")
    assert dispute_of(client, intent).amount == 4000
    sandbox.control("POST", f"/disputes/{dispute_of(client, intent).id}", status="won")
    assert client.v1.refunds.create({"payment_intent": intent.id}).amount == 4000


def test_a_dispute_is_accepted_by_closing_it_and_closed_once(client: stripe.StripeClient) -> None:
    dispute = dispute_of(client, pay(client, "pm_card_createDispute"))
    assert client.v1.disputes.close(dispute.id).status == "lost"
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        client.v1.disputes.close(dispute.id)


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("/payment_intents/pi_nobody/dispute", {}),
        ("/disputes/dp_nobody", {"status": "won"}),
        ("/disputes/dp_nobody", {"status": "happy"}),
        ("/webhook", {"url": 1}),
    ],
)
def test_levers_that_cannot_be_pulled_are_refused(sandbox: Sandbox, path: str, given: Any) -> None:
    key = {"Authorization": "Bearer sk_test_of_the_tests"}
    assert sandbox.http.post(f"/_control{path}", json=given, headers=key).status_code in (400, 404)


def test_a_payment_is_disputed_once(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    intent = pay(client, "pm_card_createDispute")
    key = {"Authorization": "Bearer sk_test_of_the_tests"}
    assert sandbox.http.post(f"/_control/payment_intents/{intent.id}/dispute", headers=key).status_code == 400


@pytest.mark.parametrize(
    ("end", "last"),
    [("won", ["charge.dispute.closed", "charge.dispute.funds_reinstated"]), ("lost", ["charge.dispute.closed"])],
)
def test_its_events_are_sent(posting_sandbox: Sandbox, letterbox: Letterbox, end: str, last: list[str]) -> None:
    intent = pay(posting_sandbox.sdk(), "pm_card_createDispute")
    dispute = dispute_of(posting_sandbox.sdk(), intent).id
    for status in ("under_review", end):
        posting_sandbox.control("POST", f"/disputes/{dispute}", status=status)
    wanted = ["charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.updated", *last]

    def sent() -> list[str]:
        return sorted(event.type for event in letterbox.events() if event.type.startswith("charge.dispute."))

    until(lambda: sent() == sorted(wanted))


def test_where_events_go_may_change_while_it_runs(sandbox: Sandbox, letterbox: Letterbox) -> None:
    sandbox.control("POST", "/webhook", url=letterbox.url)
    pay(sandbox.sdk())
    until(lambda: letterbox.events("payment_intent.succeeded"))
    assert sandbox.control("POST", "/webhook", url="") == {"url": ""}
    letterbox.letters.clear()
    pay(sandbox.sdk())
    assert sandbox.sdk().v1.events.list({"limit": 1}).data[0].pending_webhooks == 0
    assert letterbox.letters == []


def test_the_ledger_can_be_emptied_and_the_clock_goes_on(posting_sandbox: Sandbox) -> None:
    client = posting_sandbox.sdk()
    posting_sandbox.advance(1000)
    wish = {"idempotency_key": "the-same"}
    first = client.v1.payment_intents.create({**WISH, "payment_method": "pm_card_pendingRefund"}, wish)  # type: ignore[arg-type]
    client.v1.refunds.create({"payment_intent": first.id})
    posting_sandbox.order("status_500")
    posting_sandbox.control("DELETE", "/ledger")
    ledger = posting_sandbox.ledger
    assert [ledger[name] for name in ("payment_intents", "charges", "refunds", "events", "faults")] == [[]] * 5
    assert client.v1.payment_intents.create({**WISH, "payment_method": "pm_card_visa"}, wish).id != first.id  # type: ignore[arg-type]
    assert posting_sandbox.control("GET", "/clock")["offset"] == pytest.approx(1000)


def test_a_refund_that_waits_for_the_balance_says_so_and_stays(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    refund = client.v1.refunds.create({"payment_intent": pay(client, "pm_card_pendingRefund").id})
    sandbox.control("POST", f"/refunds/{refund.id}", status="pending", pending_reason="insufficient_funds")
    sandbox.advance(60)
    seen = client.v1.refunds.retrieve(refund.id)
    assert (seen.status, seen.pending_reason) == ("pending", "insufficient_funds")
