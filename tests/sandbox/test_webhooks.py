"""Events: listed, signed, sent, sent again, and bent by ordered faults."""

import signal
from typing import Any

import pytest
import stripe

from tests.sandbox.kit import SIGNING, Letterbox, Sandbox, until

CARD_ONLY: Any = {"amount": 4500, "currency": "eur", "allowed_payment_method_types": ["card"]}


def create(sandbox: Sandbox, **more: Any) -> stripe.PaymentIntent:
    return sandbox.sdk().v1.payment_intents.create({**CARD_ONLY, **more})


def deliveries(sandbox: Sandbox, type_: str) -> list[Any]:
    return [each for event in sandbox.ledger["events"] if event["type"] == type_ for each in event["deliveries"]]


def test_events_come_signed_and_tell_the_object_as_it_was(posting_sandbox: Sandbox, letterbox: Letterbox) -> None:
    client = posting_sandbox.sdk()
    key: Any = {"idempotency_key": "book-1"}
    intent = client.v1.payment_intents.create(CARD_ONLY, key)
    client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    client.v1.refunds.create({"payment_intent": intent.id, "amount": 500})

    until(lambda: len(letterbox.letters) >= 5)

    events = {event.type: event for event in letterbox.events()}
    assert set(events) == {
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "refund.created",
        "charge.refunded",
    }
    created = events["payment_intent.created"]
    assert created.data.object["status"] == "requires_payment_method"
    assert created.request
    assert created.request.idempotency_key == "book-1"
    assert (created.api_version, created.livemode) == (stripe.api_version, False)
    assert events["payment_intent.succeeded"].data.object["amount_received"] == 4500
    body, signature = letterbox.letters[0]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, signature, SIGNING + "x")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body + b" ", signature, SIGNING)
    until(lambda: all(each["state"] == "delivered" for each in deliveries(posting_sandbox, "charge.refunded")))
    assert client.v1.events.list({"delivery_success": False}).data == []


def test_a_decline_a_question_and_a_cancellation_are_told(posting_sandbox: Sandbox, letterbox: Letterbox) -> None:
    intents = posting_sandbox.sdk().v1.payment_intents
    with pytest.raises(stripe.CardError):
        create(posting_sandbox, confirm=True, payment_method="pm_card_visa_chargeDeclined")
    asked = create(posting_sandbox, confirm=True, payment_method="pm_card_authenticationRequired")
    intents.cancel(asked.id)
    create(posting_sandbox, confirm=True, payment_method="pm_sandbox_processing")
    wanted = {
        "payment_intent.created",
        "payment_intent.payment_failed",
        "charge.failed",
        "payment_intent.requires_action",
        "payment_intent.canceled",
        "payment_intent.processing",
    }
    until(lambda: {event.type for event in letterbox.events()} == wanted)


def test_an_event_is_sent_until_it_is_taken(posting_sandbox: Sandbox, letterbox: Letterbox) -> None:
    letterbox.answer = 500
    create(posting_sandbox)
    until(lambda: len(letterbox.letters) == 2, 4)  # at once, and a second later
    (one,) = deliveries(posting_sandbox, "payment_intent.created")
    assert (one["state"], [each["status"] for each in one["log"]]) == ("due", [500, 500])
    assert posting_sandbox.sdk().v1.events.list({"delivery_success": False}).data[0].pending_webhooks == 1

    letterbox.answer = 200
    posting_sandbox.advance(5)

    until(lambda: deliveries(posting_sandbox, "payment_intent.created")[0]["state"] == "delivered")
    assert len({event.id for event in letterbox.events()}) == 1
    (event,) = posting_sandbox.sdk().v1.events.list({"delivery_success": True}).data
    assert event.pending_webhooks == 0


def test_a_killed_sandbox_goes_on_where_it_was(posting_sandbox: Sandbox, letterbox: Letterbox) -> None:
    letterbox.answer = 503
    intent = create(posting_sandbox, confirm=True, payment_method="pm_card_visa")
    until(lambda: len(letterbox.letters) >= 3)

    posting_sandbox.stop(signal.SIGKILL)
    letterbox.answer = 200
    posting_sandbox.start()
    posting_sandbox.advance(60)

    until(lambda: not posting_sandbox.sdk().v1.events.list({"delivery_success": False}).data)
    assert posting_sandbox.sdk().v1.payment_intents.retrieve(intent.id).status == "succeeded"
    assert posting_sandbox.ledger["totals"] == {"eur": {"received": 4500, "refunded": 0}}


def test_a_held_event_waits_for_its_release(posting_sandbox: Sandbox, letterbox: Letterbox) -> None:
    posting_sandbox.order("hold_webhooks", match={"type": "payment_intent.succeeded"})
    create(posting_sandbox, confirm=True, payment_method="pm_card_visa")
    until(lambda: len(letterbox.letters) == 2)
    assert letterbox.events("payment_intent.succeeded") == []
    assert posting_sandbox.control("POST", "/events/release")["released"] == 1
    until(lambda: letterbox.events("payment_intent.succeeded"))


def test_events_may_be_lost_doubled_and_late(posting_sandbox: Sandbox, letterbox: Letterbox) -> None:
    posting_sandbox.order("drop", match={"type": "payment_intent.created"})
    posting_sandbox.order("duplicate", match={"type": "charge.*"}, copies=3)
    posting_sandbox.order("delay", match={"type": "payment_intent.succeeded"}, seconds=100)
    create(posting_sandbox, confirm=True, payment_method="pm_card_visa")
    until(lambda: len(letterbox.letters) == 3)
    assert len({event.id for event in letterbox.events("charge.succeeded")}) == 1
    posting_sandbox.advance(101)
    until(lambda: letterbox.events("payment_intent.succeeded"))
    (lost,) = posting_sandbox.sdk().v1.events.list({"delivery_success": False}).data
    assert lost.type == "payment_intent.created"
    posting_sandbox.control("POST", f"/events/{lost.id}/send")
    until(lambda: letterbox.events("payment_intent.created"))


def test_events_may_come_in_the_wrong_order(posting_sandbox: Sandbox, letterbox: Letterbox) -> None:
    posting_sandbox.order("reorder", times=3)
    create(posting_sandbox, confirm=True, payment_method="pm_card_visa")
    until(lambda: len(letterbox.letters) == 3)
    assert [event.type for event in letterbox.events()] == [
        "payment_intent.succeeded",
        "charge.succeeded",
        "payment_intent.created",
    ]


def test_events_are_listed_by_type_and_in_pages(client: stripe.StripeClient) -> None:
    for _ in range(3):
        client.v1.payment_intents.create({**CARD_ONLY, "confirm": True, "payment_method": "pm_card_visa"})
    newest = client.v1.events.list({"limit": 3}).data
    assert [event.type for event in newest] == [
        "payment_intent.succeeded",
        "charge.succeeded",
        "payment_intent.created",
    ]
    only = client.v1.events.list({"type": "charge.succeeded", "limit": 2})
    assert {event.type for event in only.data} == {"charge.succeeded"}
    several = client.v1.events.list({"types": ["charge.succeeded", "payment_intent.succeeded"], "limit": 4})
    assert {event.type for event in several.data} == {"charge.succeeded", "payment_intent.succeeded"}
    after = client.v1.events.list({"ending_before": only.data[1].id, "types": ["charge.succeeded"]})
    assert [event.id for event in after.data] == [only.data[0].id]
    since = client.v1.events.list({"created": {"gte": newest[0].created}, "limit": 1})
    assert since.data[0].id == newest[0].id
    assert client.v1.events.retrieve(newest[0].id).type == newest[0].type
    every = client.v1.events.list({"type": "charge.*", "limit": 2})
    assert all(event.type.startswith("charge.") for event in every.auto_paging_iter())


def test_unknown_faults_and_levers_are_refused(sandbox: Sandbox) -> None:
    key = {"Authorization": "Bearer sk_test_of_the_tests"}
    for path, given in (("/faults", {"fault": "fire"}), ("/faults", {"fault": "hang", "when": 1}), ("/clock", {})):
        assert sandbox.http.post(f"/_control{path}", json=given, headers=key).status_code == 400
    assert sandbox.http.get("/_control/ledger").status_code == 401
