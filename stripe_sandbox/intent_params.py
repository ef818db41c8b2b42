"""Which parameters the payment intents take: all that Stripe names, and what the sandbox does with each."""

from typing import Any

from stripe_sandbox.errors import Malformed
from stripe_sandbox.params import (
    Rule,
    Rules,
    amount,
    currency,
    flag,
    group,
    instants,
    metadata,
    one_of,
    paging,
    strings,
    text,
    unsupported,
    whole,
)

_METHOD_TYPES = strings()


def _no_longer(value: Any, name: str) -> None:  # noqa: ARG001
    """Since 2026-09-30.endive the list is Stripe's to compute."""
    raise Malformed(
        "The parameter `payment_method_types` is no longer supported on this API version. Use dynamic payment methods, "
        "or `allowed_payment_method_types` or `excluded_payment_method_types` for more control.",
        code="payment_method_types_no_longer_supported",
        param=name,
    )


_REMOVED = {"payment_method_types": Rule(_no_longer)}
ABOUT: Rules = {
    "description": text(1000, clears=True),
    "metadata": metadata(),
    "receipt_email": text(800, clears=True),
    "statement_descriptor": text(22, clears=True),
    "statement_descriptor_suffix": text(22, clears=True),
    "transfer_group": text(clears=True),
    "setup_future_usage": one_of("off_session", "on_session"),
}
_CARD_OPTIONS = group(
    {
        "card": group(
            {
                "request_three_d_secure": one_of("any", "automatic", "challenge"),
                "setup_future_usage": one_of("none"),
            }
        )
    }
)
_CONFIRMING = {
    "confirmation_token": text(),
    "payment_method": text(),
    "return_url": text(),
    "off_session": flag(),
    "use_stripe_sdk": flag(),
    "error_on_requires_action": flag(),
    "payment_method_options": _CARD_OPTIONS,
}
CREATE: Rules = {
    "amount": amount(required=True),
    "currency": currency(required=True),
    "allowed_payment_method_types": _METHOD_TYPES,
    "automatic_payment_methods": group({"enabled": flag(), "allow_redirects": one_of("always", "never")}),
    "capture_method": one_of("automatic", "automatic_async", "manual"),
    "confirmation_method": one_of("automatic", "manual"),
    "confirm": flag(),
    "expand": strings(),
    **_REMOVED,
    **ABOUT,
    **_CONFIRMING,
    **unsupported(
        "amount_details application_fee_amount customer customer_account "
        "excluded_payment_method_types hooks mandate mandate_data on_behalf_of payment_details "
        "payment_method_configuration payment_method_data radar_options shipping transfer_data"
    ),
}
UPDATE: Rules = {
    "amount": amount(),
    "currency": currency(),
    "payment_method": text(),
    "allowed_payment_method_types": _METHOD_TYPES,
    "expand": strings(),
    **_REMOVED,
    **ABOUT,
    **unsupported(
        "amount_details application_fee_amount capture_method customer "
        "customer_account excluded_payment_method_types hooks payment_details "
        "payment_method_configuration payment_method_data payment_method_options shipping "
        "transfer_data"
    ),
}
CONFIRM: Rules = {
    "client_secret": text(),
    "capture_method": one_of("automatic", "automatic_async", "manual"),
    "receipt_email": text(800, clears=True),
    "setup_future_usage": one_of("off_session", "on_session"),
    "expand": strings(),
    **_REMOVED,
    **_CONFIRMING,
    **unsupported(
        "allowed_payment_method_types amount_details amount_to_confirm excluded_payment_method_types "
        "hooks mandate mandate_data payment_details payment_method_data "
        "radar_options shipping"
    ),
}
CAPTURE: Rules = {
    "amount_to_capture": whole(1),
    "metadata": metadata(),
    "expand": strings(),
    **unsupported(
        "amount_details application_fee_amount final_capture hooks payment_details "
        "statement_descriptor statement_descriptor_suffix transfer_data"
    ),
}
CANCEL: Rules = {
    "cancellation_reason": one_of("duplicate", "fraudulent", "requested_by_customer", "abandoned"),
    "expand": strings(),
}
RETRIEVE: Rules = {"client_secret": text(), "expand": strings()}
LIST: Rules = {"created": instants(), **paging(), **unsupported("customer customer_account")}
