"""Charges: written by a confirmation, read by programs."""

from typing import Any

from stripe_sandbox import listing
from stripe_sandbox.books import Books, Call
from stripe_sandbox.ids import new_id
from stripe_sandbox.params import instants, paging, read, strings, text, unsupported, words
from stripe_sandbox.rendering import render
from stripe_sandbox.store import Body


def retrieve(call: Call, id_: str) -> Body:
    """One charge."""
    params = read(call.params, {"expand": strings()})
    return render(call.books.store, call.books.find("charge", id_, "id"), params.get("expand"))


def list_(call: Call) -> Body:
    """A page of charges."""
    rules = {"payment_intent": text(), "created": instants(), **paging()}
    call.params = read(call.params, {**rules, **unsupported("customer transfer_group")})
    wanted = listing.equals("payment_intent", call.params.get("payment_intent"))
    return listing.page(call, "charge", "/v1/charges", *wanted)


def write(books: Books, intent: Body, method: Body, failure: tuple[str, str, str] | None = None) -> Body:
    """The charge of one attempt, succeeded or failed."""
    captured = failure is None and intent["capture_method"] != "manual"
    empty: dict[str, Any] = dict.fromkeys(
        words(
            "application application_fee application_fee_amount customer failure_balance_transaction "
            "on_behalf_of receipt_number review shipping source source_transfer transfer_data"
        )
    )
    id_ = new_id("ch")
    return books.add(
        empty
        | {
            "id": id_,
            "object": "charge",
            "amount": intent["amount"],
            "amount_captured": intent["amount"] if captured else 0,
            "amount_refunded": 0,
            "balance_transaction": new_id("txn") if captured else None,
            "billing_details": method["billing_details"],
            "calculated_statement_descriptor": "STRIPE SANDBOX",
            "captured": captured,
            "created": books.now,
            "currency": intent["currency"],
            "description": intent["description"],
            "disputed": False,
            "failure_code": failure[0] if failure else None,
            "failure_message": failure[2] if failure else None,
            "fraud_details": {},
            "livemode": False,
            "metadata": intent["metadata"],
            "outcome": _outcome(failure),
            "paid": failure is None,
            "payment_intent": intent["id"],
            "payment_method": method["id"],
            "payment_method_details": {"card": _used_card(method, intent, failure), "type": "card"},
            "radar_options": {},
            "receipt_email": intent["receipt_email"],
            "receipt_url": None if failure else f"https://pay.stripe.com/receipts/sandbox/{id_}",
            "refunded": False,
            "statement_descriptor": intent["statement_descriptor"],
            "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
            "status": "failed" if failure else "succeeded",
            "transfer_group": intent["transfer_group"],
            "_behaviour": method["_behaviour"],
        }
    )


def _outcome(failure: tuple[str, str, str] | None) -> dict[str, Any]:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if failure else "approved_by_network",
        "reason": failure[1] if failure else None,
        "risk_level": "normal",
        "risk_score": 24,
        "seller_message": "The bank did not return any further details with this decline."
        if failure
        else "Payment complete.",
        "type": "issuer_declined" if failure else "authorized",
    }


def _used_card(method: Body, intent: Body, failure: tuple[str, str, str] | None) -> dict[str, Any]:
    card = method["card"]
    asked = method["_behaviour"].startswith("ask:")
    same = ("brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4", "wallet")
    return {name: card[name] for name in same} | {
        "amount_authorized": None if failure else intent["amount"],
        "authorization_code": None if failure else "123456",
        "checks": card["checks"] | {"cvc_check": "fail" if failure and failure[0] == "incorrect_cvc" else "pass"},
        "installments": None,
        "mandate": None,
        "network": card["brand"],
        "three_d_secure": {"authentication_flow": "challenge", "result": "authenticated", "version": "2.2.0"}
        if asked
        else None,
    }
