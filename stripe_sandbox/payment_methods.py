"""Payment methods: what is kept of a card once it was used or tokenized."""

from typing import Any

from stripe_sandbox import cards
from stripe_sandbox.books import Books, Call
from stripe_sandbox.cards import Card
from stripe_sandbox.ids import new_id, random_text
from stripe_sandbox.params import Params, group, read, strings, text
from stripe_sandbox.rendering import render
from stripe_sandbox.store import Body

_ADDRESS_LINES = ("city", "country", "line1", "line2", "postal_code", "state")
ADDRESS = group(dict.fromkeys(_ADDRESS_LINES, text(clears=True)))
BILLING = group({"address": ADDRESS, **dict.fromkeys(("email", "name", "phone", "tax_id"), text(clears=True))})


def retrieve(call: Call, id_: str) -> Body:
    """One payment method, or a ready-made test one by name."""
    params = read(call.params, {"expand": strings()})
    return render(call.books.store, named(call.books, id_), params.get("expand"))


def named(books: Books, id_: str, param: str = "payment_method") -> Body:
    """The payment method of this id; `pm_card_visa` and its kind are made anew."""
    card = cards.ready_made(id_)
    return make(books, card) if card else books.find("payment_method", id_, param)


def make(books: Books, card: Card, billing: Params | None = None) -> Body:
    """Writes a card payment method."""
    return books.add(
        {
            "id": new_id("pm"),
            "object": "payment_method",
            "allow_redisplay": "unspecified",
            "billing_details": billing_details(billing),
            "card": card_details(card),
            "created": books.now,
            "customer": None,
            "livemode": False,
            "metadata": {},
            "type": "card",
            "_behaviour": card.behaviour,
        }
    )


def card_details(card: Card) -> dict[str, Any]:
    """The `card` hash of a payment method and of a token's preview."""
    return {
        "brand": card.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "unchecked" if card.cvc else None,
        },
        "country": "US",
        "display_brand": card.brand,
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
        "fingerprint": random_text(16),
        "funding": "credit",
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def billing_details(given: Params | None) -> dict[str, Any]:
    """Stripe's whole hash, with null where nothing was given."""
    address = (given or {}).get("address") or {}
    return {
        "address": {name: address.get(name) for name in _ADDRESS_LINES},
        **{name: (given or {}).get(name) for name in ("email", "name", "phone", "tax_id")},
    }
