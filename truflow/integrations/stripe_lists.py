"""Stripe's lists, read to their end: what was made since a moment, what belongs to an intent, what we did not hear."""

import datetime as dt
import json

from truflow.integrations.stripe import (
    Dispute,
    Intent,
    StripeRefund,
    client,
    dispute_of,
    in_our_words,
    intent_of,
    refund_of,
)
from truflow.integrations.stripe_letters import Letter, letter_of


def list_intents(*, since: dt.datetime) -> list[Intent]:
    """Every intent that was made since then, with what went back of it."""
    with in_our_words():
        listed = client().v1.payment_intents.list(
            {"created": {"gte": int(since.timestamp())}, "limit": 100, "expand": ["data.latest_charge"]}
        )
        return [intent_of(each) for each in listed.auto_paging_iter()]


def list_refunds(*, since: dt.datetime) -> list[StripeRefund]:
    """Every refund that was made since then, whoever made it."""
    with in_our_words():
        listed = client().v1.refunds.list({"created": {"gte": int(since.timestamp())}, "limit": 100})
        return [refund_of(each) for each in listed.auto_paging_iter()]


def list_disputes(*, since: dt.datetime) -> list[Dispute]:
    """Every dispute that began since then."""
    with in_our_words():
        listed = client().v1.disputes.list({"created": {"gte": int(since.timestamp())}, "limit": 100})
        return [dispute_of(each) for each in listed.auto_paging_iter()]


def refunds_of(intent_id: str) -> list[StripeRefund]:
    """Every refund that Stripe knows of an intent."""
    with in_our_words():
        listed = client().v1.refunds.list({"payment_intent": intent_id, "limit": 100})
        return [refund_of(each) for each in listed.auto_paging_iter()]


def disputes_of(intent_id: str) -> list[Dispute]:
    with in_our_words():
        listed = client().v1.disputes.list({"payment_intent": intent_id, "limit": 100})
        return [dispute_of(each) for each in listed.auto_paging_iter()]


def undelivered_letters(types: list[str], *, since: dt.datetime) -> list[Letter]:
    """Events of these types (at most twenty) that Stripe could not hand to us, the oldest first; kept 30 days."""
    with in_our_words():
        listed = client().v1.events.list(
            {
                "types": types,
                "delivery_success": False,
                "created": {"gte": int(since.timestamp())},
                "limit": 100,
            }
        )
        return [letter_of(json.loads(str(each))) for each in listed.auto_paging_iter()][::-1]
