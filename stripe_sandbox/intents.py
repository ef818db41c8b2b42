"""Payment intents: make, look, change, confirm, capture, cancel, list."""

import secrets
from typing import Any

from stripe_sandbox import charging, listing
from stripe_sandbox.books import Books, Call
from stripe_sandbox.errors import Broken, Malformed, Missing
from stripe_sandbox.ids import new_id, random_text
from stripe_sandbox.intent_params import ABOUT, CANCEL, CAPTURE, CONFIRM, CREATE, LIST, RETRIEVE, UPDATE
from stripe_sandbox.params import Params, read, words
from stripe_sandbox.rendering import render
from stripe_sandbox.store import Body

_OPEN = {"requires_payment_method", "requires_confirmation", "requires_action"}
_LEAST = {
    "gbp": 30, "czk": 1500, "dkk": 250, "huf": 17500, "mxn": 1000, "nok": 300, "pln": 200, "ron": 200, "sek": 300,
    "bgn": 100, "aed": 200, "hkd": 400, "myr": 200, "thb": 1000,
}  # fmt: skip
_SHOWN_TO_BROWSERS = words(
    "id object amount amount_details automatic_payment_methods canceled_at cancellation_reason "
    "capture_method client_secret confirmation_method created currency description last_payment_error "
    "livemode next_action payment_method payment_method_types processing receipt_email setup_future_usage "
    "shipping source status"
)


def create(call: Call) -> Body:
    """Makes an intent, and confirms it where `confirm` is set."""
    params = read(call.params, CREATE)
    _check_amount(params["amount"], params["currency"])
    automatic = params.get("automatic_payment_methods")
    if "allowed_payment_method_types" in params and automatic:
        raise Malformed(
            "You may only specify one of these parameters: automatic_payment_methods, allowed_payment_method_types.",
            param="automatic_payment_methods",
        )
    confirming = [name for name in ("confirmation_token", "off_session", "return_url") if name in params]
    if confirming and not params.get("confirm"):
        raise Malformed(
            f"You can only pass {confirming[0]} when `confirm` is true.", code="parameter_unknown", param=confirming[0]
        )
    method = charging.named_method(call.books, params["payment_method"]) if "payment_method" in params else None
    intent = call.books.add(_new(call.books, params, method))
    call.books.emit("payment_intent.created", intent)
    if params.get("confirm"):
        charging.confirm(call.books, intent, params, call.base)
    return render(call.books.store, intent, params.get("expand"))


def retrieve(call: Call, id_: str) -> Body:
    """One intent; a browser has to know its client secret."""
    params = read(call.params, RETRIEVE)
    intent = find(call, id_, params.get("client_secret"))
    return _shown(call, intent, params)


def update(call: Call, id_: str) -> Body:
    """Changes an intent that is not done; metadata and description at any time."""
    params = read(call.params, UPDATE)
    intent = call.books.find("payment_intent", id_, "intent")
    _guard_changes(call.books, intent, params)
    for name in {"amount", "currency", *ABOUT} - {"metadata"}:
        if name in params:
            intent[name] = params[name]
    _check_amount(intent["amount"], intent["currency"])
    if "metadata" in params:
        intent["metadata"] = merged(intent["metadata"], params["metadata"])
    if "allowed_payment_method_types" in params:
        intent["allowed_payment_method_types"] = params["allowed_payment_method_types"]
        intent["payment_method_types"] = _possible(params)
    if "payment_method" in params:
        intent["payment_method"] = charging.named_method(call.books, params["payment_method"])["id"]
        intent["status"] = "requires_confirmation"
    return render(call.books.store, call.books.save(intent), params.get("expand"))


def confirm(call: Call, id_: str) -> Body:
    """Tries to take the money with a token or a payment method."""
    params = read(call.params, CONFIRM)
    intent = find(call, id_, params.get("client_secret"))
    if call.browser:
        params.setdefault("use_stripe_sdk", True)
    for name in ("receipt_email", "setup_future_usage", "capture_method"):
        if name in params:
            intent[name] = params[name]
    charging.confirm(call.books, intent, params, call.base)
    return _shown(call, intent, params)


def capture(call: Call, id_: str) -> Body:
    """Takes money that was only authorized."""
    params = read(call.params, CAPTURE)
    intent = call.books.find("payment_intent", id_, "intent")
    if intent["status"] != "requires_capture":
        raise wrong_state(call.books, intent, "captured", "requires_capture")
    wanted: int = params.get("amount_to_capture") or intent["amount"]
    if wanted > intent["amount_capturable"]:
        raise Broken(
            "The remaining amount on this PaymentIntent is smaller than the amount you tried to capture.",
            code="amount_too_large",
            param="amount_to_capture",
        )
    intent["metadata"] = merged(intent["metadata"], params.get("metadata", {}))
    charging.capture(call.books, intent, wanted)
    return render(call.books.store, intent, params.get("expand"))


def cancel(call: Call, id_: str) -> Body:
    """Closes an intent for good, unless the money has moved."""
    params = read(call.params, CANCEL)
    intent = call.books.find("payment_intent", id_, "intent")
    if intent["status"] not in {*_OPEN, "requires_capture"}:
        raise wrong_state(
            call.books,
            intent,
            "canceled",
            "requires_payment_method, requires_capture, requires_confirmation, requires_action",
        )
    charging.cancel(call.books, intent, params.get("cancellation_reason"))
    return render(call.books.store, intent, params.get("expand"))


def list_(call: Call) -> Body:
    """A page of intents."""
    call.params = read(call.params, LIST)
    return listing.page(call, "payment_intent", "/v1/payment_intents")


def find(call: Call, id_: str, client_secret: str | None) -> Body:
    """The intent; for a browser only with the right client secret."""
    intent = call.books.find("payment_intent", id_, "intent")
    if client_secret is not None:
        if not secrets.compare_digest(intent["client_secret"].encode(), client_secret.encode()):
            raise Malformed(
                "The client_secret provided does not match any associated PaymentIntent on this account. Ensure the "
                "publishable key used belongs to the same account that created the PaymentIntent.",
                code="payment_intent_invalid_parameter",
                param="client_secret",
            )
    elif call.browser:
        raise Missing("payment_intent", id_, "intent")
    return intent


def wrong_state(books: Books, intent: Body, done: str, allowed: str) -> Broken:
    """Stripe's refusal of what an intent's state does not allow."""
    states = f"one of the following statuses: {allowed}" if "," in allowed else f"the following status: {allowed}"
    return Broken(
        f"This PaymentIntent could not be {done} because it has a status of {intent['status']}. "
        f"Only a PaymentIntent with {states} may be {done}.",
        code="payment_intent_unexpected_state",
        payment_intent=render(books.store, intent),
    )


def merged(old: dict[str, str], new: dict[str, str] | None) -> dict[str, str]:
    """Metadata after a change: keys are added, and an empty value deletes its key."""
    if new is None:
        return {}
    return {key: value for key, value in {**old, **new}.items() if value != ""}


def _shown(call: Call, intent: Body, params: Params) -> Body:
    shown = render(call.books.store, intent, params.get("expand"))
    return {name: shown[name] for name in _SHOWN_TO_BROWSERS} if call.browser else shown


def _check_amount(cents: int, in_currency: str) -> None:
    least = _LEAST.get(in_currency, 50)
    if cents < least:
        raise Malformed(
            f"Amount must be at least {least / 100:.2f} {in_currency}", code="amount_too_small", param="amount"
        )


def _guard_changes(books: Books, intent: Body, params: Params) -> None:
    free = {"metadata", "description", "transfer_group", "expand"}
    held = sorted(set(params) - free)
    if held and intent["status"] not in _OPEN:
        raise Broken(
            f"This PaymentIntent's {held[0]} could not be updated because it has a status of {intent['status']}. You "
            "may only update a PaymentIntent's metadata and description after it was confirmed.",
            code="payment_intent_unexpected_state",
            payment_intent=render(books.store, intent),
        )


def _possible(params: Params) -> list[str]:
    """The allowed types that the sandbox's account can take: Stripe filters silently, unless nothing is left."""
    if "card" not in params.get("allowed_payment_method_types", ["card"]):
        raise Malformed(
            "None of the allowed payment method types can be used with this PaymentIntent.",
            param="allowed_payment_method_types",
        )
    return ["card"]


def _new(books: Books, params: Params, method: Body | None) -> Body:
    id_ = new_id("pi")
    automatic = None
    if "allowed_payment_method_types" not in params:
        given = params.get("automatic_payment_methods") or {}
        if given.get("enabled", True):
            automatic = {"allow_redirects": given.get("allow_redirects", "always"), "enabled": True}
    empty: dict[str, Any] = dict.fromkeys(
        words(
            "application application_fee_amount canceled_at cancellation_reason customer customer_account "
            "excluded_payment_method_types last_payment_error latest_charge next_action on_behalf_of "
            "processing review shipping source transfer_data payment_method_configuration_details"
        )
    )
    return empty | {
        "id": id_,
        "object": "payment_intent",
        "amount": params["amount"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "automatic_payment_methods": automatic,
        "capture_method": params.get("capture_method", "automatic_async"),
        "client_secret": f"{id_}_secret_{random_text(25)}",
        "confirmation_method": params.get("confirmation_method", "automatic"),
        "created": books.now,
        "currency": params["currency"],
        "description": params.get("description"),
        "livemode": False,
        "metadata": merged({}, params.get("metadata", {})),
        "payment_method": method["id"] if method else None,
        "payment_method_options": {"card": {"installments": None, "mandate_options": None, "network": None}},
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "payment_method_types": _possible(params),
        "receipt_email": params.get("receipt_email"),
        "setup_future_usage": params.get("setup_future_usage"),
        "statement_descriptor": params.get("statement_descriptor"),
        "statement_descriptor_suffix": params.get("statement_descriptor_suffix"),
        "status": "requires_confirmation" if method else "requires_payment_method",
        "transfer_group": params.get("transfer_group"),
    }
