"""Disputes: the card's owner asks her bank for the money back, and somebody decides."""

from typing import Any

from stripe_sandbox import listing
from stripe_sandbox.books import Books, Call
from stripe_sandbox.errors import Broken
from stripe_sandbox.ids import new_id
from stripe_sandbox.params import instants, paging, read, strings, text
from stripe_sandbox.rendering import render
from stripe_sandbox.store import Body

STATUSES = ("needs_response", "under_review", "won", "lost")
_CLOSED = {"won", "lost"}
_ANSWER_WITHIN = 9 * 86400


def retrieve(call: Call, id_: str) -> Body:
    """One dispute."""
    params = read(call.params, {"expand": strings()})
    return render(call.books.store, call.books.find("dispute", id_, "dispute"), params.get("expand"))


def list_(call: Call) -> Body:
    """A page of disputes."""
    rules = {"payment_intent": text(), "charge": text(), "created": instants()}
    call.params = read(call.params, {**rules, **paging()})
    return listing.page(
        call,
        "dispute",
        "/v1/disputes",
        *listing.equals("payment_intent", call.params.get("payment_intent")),
        *listing.equals("charge", call.params.get("charge")),
    )


def close(call: Call, id_: str) -> Body:
    """Accepts a dispute, which loses it."""
    params = read(call.params, {"expand": strings()})
    dispute = call.books.find("dispute", id_, "dispute")
    move(call.books, dispute, "lost")
    return render(call.books.store, dispute, params.get("expand"))


def begin(books: Books, charge: Body, reason: str = "fraudulent") -> Body:
    """The bank takes what is left of a charge away until it is decided."""
    if charge["status"] != "succeeded" or not charge["captured"] or charge["disputed"]:
        raise Broken(f"Charge {charge['id']} cannot be disputed: it is disputed already, or was never paid.")
    charge["disputed"] = True
    books.save(charge)
    dispute = books.add(
        {
            "id": new_id("dp"),
            "object": "dispute",
            "amount": charge["amount_captured"] - charge["amount_refunded"] or charge["amount_captured"],
            "balance_transactions": [],
            "charge": charge["id"],
            "created": books.now,
            "currency": charge["currency"],
            "enhanced_eligibility_types": [],
            "evidence": {},
            "evidence_details": {
                "due_by": books.now + _ANSWER_WITHIN,
                "enhanced_eligibility": {},
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
            },
            "is_charge_refundable": False,
            "livemode": False,
            "metadata": {},
            "payment_intent": charge["payment_intent"],
            "payment_method_details": {
                "card": {
                    "brand": charge["payment_method_details"]["card"]["brand"],
                    "case_type": "chargeback",
                    "network_reason_code": "10.4",
                },
                "type": "card",
            },
            "reason": reason,
            "status": "needs_response",
        }
    )
    books.emit("charge.dispute.created", dispute)
    books.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def move(books: Books, dispute: Body, status: str) -> None:
    """Takes a dispute on; won and lost are the end."""
    if dispute["status"] in _CLOSED:
        raise Broken(f"This dispute is already closed: its status is {dispute['status']}.")
    dispute["status"] = status
    if status == "under_review":
        dispute["evidence_details"] |= {"has_evidence": True, "submission_count": 1}
    books.save(dispute)
    if status not in _CLOSED:
        books.emit("charge.dispute.updated", dispute)
        return
    books.emit("charge.dispute.closed", dispute)
    if status == "won":
        books.emit("charge.dispute.funds_reinstated", dispute)


def refuse_refund(books: Books, charge: Body) -> None:
    """What is before the bank, or lost to it, cannot be given back a second time."""
    disputes: list[dict[str, Any]] = books.linked("dispute", "charge", charge["id"])
    if any(each["status"] != "won" for each in disputes):
        raise Broken(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
