"""How money moves, or does not: one confirmation, the bank's question, and what comes of them."""

import json
from typing import Any
from urllib.parse import quote

from stripe_sandbox import charges, confirmation_tokens, disputes, payment_methods
from stripe_sandbox.books import Books
from stripe_sandbox.cards import message_for
from stripe_sandbox.errors import Broken, Declined, Malformed
from stripe_sandbox.ids import new_id
from stripe_sandbox.params import Params
from stripe_sandbox.rendering import render
from stripe_sandbox.store import Body

_CONFIRMABLE = {"requires_payment_method", "requires_confirmation", "requires_action"}
_NOT_AUTHENTICATED = (
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod "
    "to attempt to fulfill this PaymentIntent again."
)


def named_method(books: Books, id_: str) -> Body:
    """The payment method a caller names."""
    return payment_methods.named(books, id_)


def confirm(books: Books, intent: Body, params: Params, base: str) -> None:
    """One attempt with one card; a refusal is written down and raised."""
    _check_confirmable(books, intent)
    if "confirmation_token" in params and "payment_method" in params:
        raise Malformed(
            "You may only specify one of these parameters: confirmation_token, payment_method.",
            param="confirmation_token",
        )
    token: Body | None = None
    if "confirmation_token" in params:
        return_url = params.get("return_url") or _return_url(books, params["confirmation_token"])
        _check_return_url(intent, params, return_url)
        token, method = confirmation_tokens.use(books, params["confirmation_token"], intent["id"])
    else:
        return_url = params.get("return_url")
        _check_return_url(intent, params, return_url)
        name = params.get("payment_method") or intent["payment_method"]
        if name is None:
            raise Broken(
                "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update "
                "the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with "
                "a payment method or ConfirmationToken.",
                code="payment_intent_unexpected_state",
                payment_intent=render(books.store, intent),
            )
        method = payment_methods.named(books, name)
    sdk = bool(params.get("use_stripe_sdk") or (token and token["use_stripe_sdk"]) or not return_url)
    intent |= {"payment_method": method["id"], "next_action": None, "last_payment_error": None}
    behaviour: str = method["_behaviour"]
    if behaviour.startswith("ask:"):
        if params.get("off_session") or params.get("error_on_requires_action"):
            _decline(books, intent, method, "authentication_required", "authentication_required")
        _ask(books, intent, base, None if sdk else return_url)
    elif behaviour == "processing":
        intent |= {"status": "processing", "processing": {"card": {"customer_notification": None}, "type": "card"}}
        books.save(intent)
        books.emit("payment_intent.processing", intent)
    else:
        carry_out(books, intent, method, behaviour)


def carry_out(books: Books, intent: Body, method: Body, behaviour: str) -> None:
    """Charges the card, or raises its refusal after writing it down."""
    if behaviour.startswith("decline:"):
        _, code, decline_code = behaviour.split(":")
        _decline(books, intent, method, code, decline_code)
    charge = charges.write(books, intent, method)
    intent |= {"latest_charge": charge["id"], "next_action": None, "processing": None, "last_payment_error": None}
    if intent["capture_method"] == "manual":
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        books.save(intent)
        books.emit("charge.succeeded", charge)
        books.emit("payment_intent.amount_capturable_updated", intent)
        return
    intent |= {"status": "succeeded", "amount_received": intent["amount"]}
    books.save(intent)
    books.emit("charge.succeeded", charge)
    books.emit("payment_intent.succeeded", intent)
    if behaviour == "dispute":
        disputes.begin(books, charge)


def answer_bank(books: Books, intent: Body, *, passed: bool) -> None:
    """The guest answered the bank's question; the money moves, or a new card is needed."""
    if intent["status"] != "requires_action":
        raise Broken(
            f"This PaymentIntent is not waiting for the bank: its status is {intent['status']}.",
            code="payment_intent_unexpected_state",
            payment_intent=render(books.store, intent),
        )
    method = books.find("payment_method", intent["payment_method"], "payment_method")
    if not passed:
        error = {
            "code": "payment_intent_authentication_failure",
            "doc_url": "https://stripe.com/docs/error-codes/payment-intent-authentication-failure",
            "message": _NOT_AUTHENTICATED,
            "payment_method": render(books.store, method),
            "type": "card_error",
        }
        _back_to_start(books, intent, error)
        return
    try:
        carry_out(books, intent, method, method["_behaviour"].removeprefix("ask:"))
    except Declined:
        return  # written on the intent; nobody waits for this answer


def settle(books: Books, intent: Body, *, passed: bool) -> None:
    """Ends a payment that is processing."""
    if intent["status"] != "processing":
        raise Broken(
            f"This PaymentIntent is not processing: its status is {intent['status']}.",
            code="payment_intent_unexpected_state",
        )
    method = books.find("payment_method", intent["payment_method"], "payment_method")
    try:
        carry_out(books, intent, method, "approve" if passed else "decline:card_declined:generic_decline")
    except Declined:
        return


def capture(books: Books, intent: Body, cents: int) -> None:
    """Takes authorized money; the rest is let go."""
    charge = books.find("charge", intent["latest_charge"], "charge")
    charge |= {"captured": True, "amount_captured": cents, "balance_transaction": new_id("txn")}
    books.save(charge)
    intent |= {"status": "succeeded", "amount_received": cents, "amount_capturable": 0}
    books.save(intent)
    books.emit("charge.captured", charge)
    books.emit("payment_intent.succeeded", intent)


def cancel(books: Books, intent: Body, reason: str | None) -> None:
    """Closes an intent; authorized money is let go."""
    if intent["status"] == "requires_capture":
        charge = books.find("charge", intent["latest_charge"], "charge")
        charge |= {"refunded": True, "amount_refunded": charge["amount"]}
        books.save(charge)
    intent |= {
        "status": "canceled",
        "canceled_at": books.now,
        "cancellation_reason": reason,
        "next_action": None,
        "amount_capturable": 0,
    }
    books.save(intent)
    books.emit("payment_intent.canceled", intent)


def _check_confirmable(books: Books, intent: Body) -> None:
    if intent["status"] in _CONFIRMABLE:
        return
    message = {
        "succeeded": "You cannot confirm this PaymentIntent because it has already succeeded after being previously "
        "confirmed.",
        "canceled": "You cannot confirm this PaymentIntent because it has a status of canceled. Only a PaymentIntent "
        "with one of the following statuses may be confirmed: requires_confirmation, requires_action.",
    }.get(
        intent["status"],
        f"You cannot confirm this PaymentIntent because it has a status of {intent['status']}.",
    )
    raise Broken(message, code="payment_intent_unexpected_state", payment_intent=render(books.store, intent))


def _check_return_url(intent: Body, params: Params, return_url: str | None) -> None:
    automatic = intent["automatic_payment_methods"]
    may_redirect = automatic and automatic["allow_redirects"] == "always"
    if may_redirect and not return_url and not params.get("off_session"):
        raise Malformed(
            "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of "
            "these payment methods might redirect your customer off of your page, you must provide a `return_url`. If "
            "you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to "
            "`true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and "
            "Payment Intents.",
            param="return_url",
        )


def _return_url(books: Books, token_id: str) -> str | None:
    token = books.store.get("confirmation_token", token_id)
    url = token["return_url"] if token else None
    return str(url) if url else None


def _ask(books: Books, intent: Body, base: str, return_url: str | None) -> None:
    source = new_id("src")
    page = f"{base}/bank.html?source={source}&payment_intent={intent['id']}"
    action: dict[str, Any]
    if return_url:
        url = page + "#" + quote(json.dumps({"secret": intent["client_secret"]}))
        action = {"type": "redirect_to_url", "redirect_to_url": {"return_url": return_url, "url": url}}
    else:
        sdk = {"type": "three_d_secure_redirect", "stripe_js": page, "source": source}
        action = {"type": "use_stripe_sdk", "use_stripe_sdk": sdk}
    intent |= {"status": "requires_action", "next_action": action, "_return_url": return_url}
    books.save(intent)
    books.emit("payment_intent.requires_action", intent)


def _decline(books: Books, intent: Body, method: Body, code: str, decline_code: str) -> None:
    message = message_for(decline_code)
    if code == "authentication_required":
        message = "Your card was declined. This transaction requires authentication."
    charge = charges.write(books, intent, method, failure=(code, decline_code, message))
    error = {
        "charge": charge["id"],
        "code": code,
        "decline_code": decline_code,
        "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}",
        "message": message,
        "payment_method": render(books.store, method),
        "type": "card_error",
    }
    intent["latest_charge"] = charge["id"]
    books.emit("charge.failed", charge)
    _back_to_start(books, intent, error)
    more = {name: error[name] for name in ("charge", "decline_code", "payment_method")}
    raise Declined(message, code=code, payment_intent=render(books.store, intent), **more)


def _back_to_start(books: Books, intent: Body, error: dict[str, Any]) -> None:
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "processing": None,
        "last_payment_error": error,
    }
    books.save(intent)
    books.emit("payment_intent.payment_failed", intent)
