"""Confirmation tokens: what a guest typed, held for one confirmation and at most twelve hours."""

from dataclasses import asdict
from typing import Any

from stripe_sandbox import cards, payment_methods
from stripe_sandbox.books import Books, Call
from stripe_sandbox.cards import Card
from stripe_sandbox.clock import Clock
from stripe_sandbox.errors import Broken, Malformed, Missing
from stripe_sandbox.ids import new_id
from stripe_sandbox.params import Params, flag, group, one_of, read, strings, text, unsupported
from stripe_sandbox.payment_methods import ADDRESS, BILLING
from stripe_sandbox.rendering import render
from stripe_sandbox.store import Body

LIVES = 12 * 3600

_SHIPPING = group(
    {
        "name": text(),
        "phone": text(clears=True),
        "carrier": text(clears=True),
        "tracking_number": text(clears=True),
        "address": ADDRESS,
    }
)
_CARD = group(
    {
        "number": text(40, required=True),
        "exp_month": text(4, required=True),
        "exp_year": text(4, required=True),
        "cvc": text(8, required=True),
    },
    required=True,
)
_TYPED = group(
    {
        "type": one_of("card", required=True),
        "billing_details": BILLING,
        "allow_redisplay": one_of("always", "limited", "unspecified"),
        "card": _CARD,
    }
)
_FROM_BROWSER = {
    "payment_method_data": _TYPED,
    "return_url": text(),
    "setup_future_usage": one_of("off_session", "on_session"),
    "shipping": _SHIPPING,
    "use_stripe_sdk": flag(),
    "client_context": group({"mode": text(), "currency": text(), "amount": text(), "payment_method_types": strings()}),
    "expand": strings(),
}
_FROM_TESTS = {
    "payment_method": text(),
    "payment_method_data": group({"type": one_of("card"), "billing_details": BILLING}),
    "return_url": text(),
    "setup_future_usage": one_of("off_session", "on_session"),
    "shipping": _SHIPPING,
    "expand": strings(),
    **unsupported("payment_method_options"),
}


def create_in_browser(call: Call) -> Body:
    """Makes a token of the card that a guest typed into the card form."""
    params = read(call.params, _FROM_BROWSER)
    typed = params.get("payment_method_data")
    if typed is None:
        raise Malformed("Missing required param: payment_method_data.", code="parameter_missing")
    number = typed["card"]
    clock = Clock(call.books.store)
    card = cards.typed_in(number["number"], number["exp_month"], number["exp_year"], number["cvc"], clock)
    return _write(call.books, card, typed.get("billing_details"), params, sdk=params.get("use_stripe_sdk", True))


def create_in_test(call: Call) -> Body:
    """Makes a token of a ready-made card, for tests without a browser."""
    params = read(call.params, _FROM_TESTS)
    name = params.get("payment_method")
    if name is None:
        raise Malformed("Missing required param: payment_method.", code="parameter_missing", param="payment_method")
    card = cards.ready_made(name)
    if card is None:
        raise Missing("PaymentMethod", name, "payment_method")
    billing = (params.get("payment_method_data") or {}).get("billing_details")
    return _write(call.books, card, billing, params, sdk=False)


def retrieve(call: Call, id_: str) -> Body:
    """One token, with only a preview of its card."""
    params = read(call.params, {"expand": strings()})
    found = call.books.find("confirmation_token", id_, "confirmation_token")
    return render(call.books.store, found, params.get("expand"))


def use(books: Books, id_: str, intent_id: str) -> tuple[Body, Body]:
    """Spends a token on an intent: the token, and the payment method made of it."""
    token = books.find("confirmation_token", id_, "confirmation_token")
    if token["payment_intent"] is not None:
        raise Broken(
            f"The ConfirmationToken '{id_}' has already been used to confirm the PaymentIntent "
            f"'{token['payment_intent']}'. Create a new ConfirmationToken to try again.",
            code="confirmation_token_already_used",
            param="confirmation_token",
        )
    if token["expires_at"] <= books.now:
        raise Broken(
            f"The ConfirmationToken '{id_}' has expired. Create a new ConfirmationToken to try again.",
            code="confirmation_token_expired",
            param="confirmation_token",
        )
    method = payment_methods.make(books, Card(**token["_card"]), token["payment_method_preview"]["billing_details"])
    token["payment_intent"] = intent_id
    return books.save(token), method


def _write(books: Books, card: Card, billing: Params | None, params: Params, *, sdk: bool) -> Body:
    preview: dict[str, Any] = {
        "allow_redisplay": "unspecified",
        "billing_details": payment_methods.billing_details(billing),
        "card": payment_methods.card_details(card),
        "customer": None,
        "type": "card",
    }
    token = books.add(
        {
            "id": new_id("ctoken"),
            "object": "confirmation_token",
            "created": books.now,
            "expires_at": books.now + LIVES,
            "livemode": False,
            "mandate_data": None,
            "payment_intent": None,
            "payment_method_options": {"card": {"cvc_token": None}},
            "payment_method_preview": preview,
            "return_url": params.get("return_url"),
            "setup_future_usage": params.get("setup_future_usage"),
            "setup_intent": None,
            "shipping": params.get("shipping"),
            "use_stripe_sdk": sdk,
            "_card": asdict(card),
        }
    )
    return render(books.store, token, params.get("expand"))
