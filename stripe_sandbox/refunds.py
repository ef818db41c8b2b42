"""Refunds: never more than was charged, and not done when they say so."""

from typing import Any

from stripe_sandbox import disputes, listing
from stripe_sandbox.books import Books, Call
from stripe_sandbox.errors import Broken, Malformed
from stripe_sandbox.ids import new_id, random_text
from stripe_sandbox.intents import merged
from stripe_sandbox.params import (
    flag,
    instants,
    metadata,
    one_of,
    paging,
    read,
    strings,
    text,
    unsupported,
    whole,
)
from stripe_sandbox.rendering import render
from stripe_sandbox.store import Body

# After so many seconds of the sandbox's clock a refund of the two special cards changes by itself.
CHANGES_AFTER = 30
PENDING_REASONS = ("processing", "insufficient_funds", "charge_pending")
STATUSES = ("pending", "requires_action", "succeeded", "failed", "canceled")
_VOID = {"failed", "canceled"}


def create(call: Call) -> Body:
    """Gives money back, whole or in part."""
    params = read(
        call.params,
        {
            "payment_intent": text(),
            "charge": text(),
            "amount": whole(1),
            "reason": one_of("duplicate", "fraudulent", "requested_by_customer"),
            "metadata": metadata(),
            "instructions_email": text(),
            "refund_application_fee": flag(),
            "reverse_transfer": flag(),
            "expand": strings(),
            **unsupported("currency customer origin"),
        },
    )
    charge = _charge(call.books, params)
    disputes.refuse_refund(call.books, charge)
    cents = _amount(charge, params.get("amount"))
    behaviour = charge["_behaviour"]
    empty: dict[str, Any] = dict.fromkeys(("receipt_number", "source_transfer_reversal", "transfer_reversal"))
    refund = call.books.add(
        empty
        | {
            "id": new_id("re"),
            "object": "refund",
            "amount": cents,
            "balance_transaction": new_id("txn"),
            "charge": charge["id"],
            "created": call.books.now,
            "currency": charge["currency"],
            "destination_details": {
                "card": {
                    "reference_status": "pending",
                    "reference_type": "acquirer_reference_number",
                    "type": "refund",
                },
                "type": "card",
            },
            "metadata": merged({}, params.get("metadata", {})),
            "payment_intent": charge["payment_intent"],
            "reason": params.get("reason"),
            "status": "pending" if behaviour == "refund_pending" else "succeeded",
        }
    )
    if behaviour == "refund_pending":
        refund["pending_reason"] = "processing"
        call.books.save(refund)
        call.books.later(CHANGES_AFTER, "refund_succeeds", refund["id"])
    if behaviour == "refund_fails":
        call.books.later(CHANGES_AFTER, "refund_fails", refund["id"])
    _recount(call.books, charge)
    call.books.emit("refund.created", refund)
    call.books.emit("charge.refunded", charge)
    return render(call.books.store, refund, params.get("expand"))


def retrieve(call: Call, id_: str) -> Body:
    """One refund."""
    params = read(call.params, {"expand": strings()})
    return render(call.books.store, call.books.find("refund", id_, "id"), params.get("expand"))


def update(call: Call, id_: str) -> Body:
    """Changes a refund's metadata."""
    params = read(call.params, {"metadata": metadata(), "expand": strings()})
    refund = call.books.find("refund", id_, "id")
    refund["metadata"] = merged(refund["metadata"], params.get("metadata", {}))
    call.books.save(refund)
    call.books.emit("refund.updated", refund)
    return render(call.books.store, refund, params.get("expand"))


def cancel(call: Call, id_: str) -> Body:
    """Stops a refund that waits for the guest."""
    params = read(call.params, {"expand": strings()})
    refund = call.books.find("refund", id_, "id")
    if refund["status"] != "requires_action":
        raise Broken("Cannot cancel a refund with status " + refund["status"], param="refund")
    move(call.books, refund, "canceled")
    return render(call.books.store, refund, params.get("expand"))


def list_(call: Call) -> Body:
    """A page of refunds."""
    rules = {"payment_intent": text(), "charge": text(), "created": instants()}
    call.params = read(call.params, {**rules, **paging()})
    return listing.page(
        call,
        "refund",
        "/v1/refunds",
        *listing.equals("payment_intent", call.params.get("payment_intent")),
        *listing.equals("charge", call.params.get("charge")),
    )


def move(books: Books, refund: Body, status: str, why: str | None = None) -> None:
    """Changes a refund's status, and the charge's sum with it; `why` it failed, or is pending."""
    refund["status"] = status
    refund.pop("pending_reason", None)
    if status == "pending":
        refund["pending_reason"] = why or "processing"
    if status == "failed":
        refund |= {
            "failure_reason": why or "lost_or_stolen_card",
            "failure_balance_transaction": new_id("txn"),
        }
    if status == "succeeded":
        refund["destination_details"]["card"] |= {"reference": random_text(12), "reference_status": "available"}
    books.save(refund)
    charge = books.find("charge", refund["charge"], "charge")
    _recount(books, charge)
    if status == "failed":
        books.emit("refund.failed", refund)
    books.emit("refund.updated", refund)
    books.emit("charge.refund.updated", refund)


def _charge(books: Books, params: dict[str, Any]) -> Body:
    if "charge" in params:
        charge = books.find("charge", params["charge"], "charge")
        if params.get("payment_intent", charge["payment_intent"]) != charge["payment_intent"]:
            raise Malformed("The charge does not belong to this PaymentIntent.", param="payment_intent")
    elif "payment_intent" in params:
        intent = books.find("payment_intent", params["payment_intent"], "payment_intent")
        if not intent["latest_charge"] or intent["status"] not in {"succeeded", "requires_capture"}:
            raise Broken(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
                param="payment_intent",
            )
        charge = books.find("charge", intent["latest_charge"], "charge")
    else:
        raise Malformed("One of the following params should be provided for this request: payment_intent or charge.")
    if charge["status"] != "succeeded" or not charge["captured"]:
        raise Broken(
            f"Charge {charge['id']} has not been captured or has failed: it cannot be refunded.", param="charge"
        )
    return charge


def _amount(charge: Body, wanted: int | None) -> int:
    left = charge["amount_captured"] - charge["amount_refunded"]
    if left == 0:
        raise Broken(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if wanted is not None and wanted > left:
        unit = charge["currency"]
        raise Broken(
            f"Refund amount ({wanted / 100:.2f} {unit}) is greater than unrefunded amount on charge "
            f"({left / 100:.2f} {unit})",
            param="amount",
        )
    return wanted or left


def _recount(books: Books, charge: Body) -> None:
    """The charge's sum is what its living refunds add up to."""
    refunds = books.linked("refund", "charge", charge["id"])
    charge["amount_refunded"] = sum(each["amount"] for each in refunds if each["status"] not in _VOID)
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    books.save(charge)
