"""The one account of the sandbox."""

from stripe_sandbox.books import Call
from stripe_sandbox.params import read, strings
from stripe_sandbox.store import Body


def retrieve(call: Call) -> Body:
    """The account that the key belongs to."""
    read(call.params, {"expand": strings()})
    return {
        "id": "acct_1Sandbox000000000",
        "object": "account",
        "business_type": "individual",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "country": "US",
        "created": 1_700_000_000,
        "default_currency": "usd",
        "details_submitted": True,
        "email": None,
        "metadata": {},
        "payouts_enabled": True,
        "settings": {"dashboard": {"display_name": "Sandbox", "timezone": "Etc/UTC"}},
        "type": "standard",
    }
