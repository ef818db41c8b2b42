"""Our books against Stripe's: every intent and refund of ours, both ways.

What differs is asked about a second time, one by one, because both sides go on while we read.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from truflow.db import transaction
from truflow.integrations import stripe, stripe_lists
from truflow.integrations.stripe import Intent, StripeRefund
from truflow.services.views import FindingView

SETTLING = dt.timedelta(minutes=40)
"""The longest hold and two reconciliations: so long may Stripe be ahead of a payment that is under way here."""

IMPORTING = dt.timedelta(minutes=15)
"""So long may a refund made in Stripe's dashboard be unknown here."""

UNPAID = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})
AGREES: dict[str, frozenset[str]] = {
    "CREATED": UNPAID,
    "OPEN": UNPAID,
    "PROCESSING": UNPAID | {"processing"},
    "CANCEL_REQUESTED": UNPAID | {"processing"},
    "SUCCEEDED": frozenset({"succeeded"}),
    "FAILED": UNPAID | {"canceled"},
    "CANCELED": frozenset({"canceled"}),
}
DECIDED = {"won": "WON", "warning_closed": "WON", "prevented": "WON", "lost": "LOST"}
"""How a dispute ended; every other word of Stripe's means that it is open."""

SETTLED = frozenset({"SUCCEEDED", "FAILED", "CANCELED"})

LOOK = "Open it in Stripe's dashboard and compare. What a lost letter left behind mends itself in five minutes."
NOT_OURS = "Look in Stripe's dashboard for what it paid. It may belong to another installation with the same key."

PAYMENTS = """
  select p.id, p.status, p.amount_cents, p.currency, p.dispute, p.stripe_intent_id, p.created_at,
    'payment ' || p.id || ' of booking ' || b.reference || ' (' || b.id || ')' as row
  from payment p join booking b on b.id = p.booking_id where p.method in ('CARD', 'CHECKOUT') order by p.created_at
"""
REFUNDS = """
  select r.id, r.status, r.amount_cents, r.currency, r.stripe_refund_id, p.stripe_intent_id,
    'refund ' || r.id || ' of booking ' || b.reference || ' (' || b.id || ')' as row
  from refund r join payment p on p.id = r.payment_id join booking b on b.id = r.booking_id
  where p.method in ('CARD', 'CHECKOUT') order by r.created_at
"""


@dataclass(frozen=True)
class Difference:
    """A finding, and what to ask Stripe again before it is believed."""

    finding: FindingView
    intent_id: str = ""
    refund_id: str = ""
    disputed_intent: str = ""


class Books:
    """What Stripe knows, by its own ids."""

    def __init__(self, *, since: dt.datetime) -> None:
        self.intents = {each.id: each for each in stripe_lists.list_intents(since=since)}
        self.refunds = {each.id: each for each in stripe_lists.list_refunds(since=since)}
        self.disputes: dict[str, set[str]] = {}
        for each in stripe_lists.list_disputes(since=since):
            self.disputes.setdefault(each.intent_id, set()).add(DECIDED.get(each.status, "OPEN"))

    def ask_again(self, suspects: list[Difference]) -> None:
        """Look at each of these by itself, as it is now."""
        for intent_id in {each.intent_id for each in suspects} - {""}:
            try:
                self.intents[intent_id] = stripe.retrieve_intent(intent_id)
            except stripe.StripeRefused:
                self.intents.pop(intent_id, None)
        for refund_id in {each.refund_id for each in suspects} - {""}:
            try:
                self.refunds[refund_id] = stripe.retrieve_refund(refund_id)
            except stripe.StripeRefused:
                self.refunds.pop(refund_id, None)
        for intent_id in {each.disputed_intent for each in suspects} - {""}:
            found = stripe_lists.disputes_of(intent_id)
            self.disputes[intent_id] = {DECIDED.get(each.status, "OPEN") for each in found}


def compare(*, now: dt.datetime) -> tuple[list[FindingView], dict[str, int]]:
    """Every difference that is still one on the second look, and how much of Stripe's was looked at."""
    try:
        books = Books(since=_since(now))
        findings = still_different(books, now=now)
    except (stripe.StripeUnreachable, stripe.StripeRefused) as trouble:
        what = f"Stripe did not answer ({trouble}), so its books were not compared with ours."
        return [FindingView("stripe_unreachable", "Stripe", what, "Try again later, or use --no-stripe.")], {}
    checked = {"stripeIntents": len(books.intents), "stripeRefunds": len(books.refunds)}
    return findings, checked


def still_different(books: Books, *, now: dt.datetime) -> list[FindingView]:
    """What differs from these books and, asked about once more, from Stripe as it is now."""
    suspects = differences(books, now=now)
    if not suspects:
        return []
    books.ask_again(suspects)
    seen = {(each.finding.rule, each.finding.row) for each in suspects}
    again = (each.finding for each in differences(books, now=now))
    return [finding for finding in again if (finding.rule, finding.row) in seen]


def _since(now: dt.datetime) -> dt.datetime:
    """A day before our first payment; five weeks back where there is none."""
    with transaction() as session:
        first = session.execute(text("select min(created_at) from payment")).scalar_one()
    return (first - dt.timedelta(days=1)) if first else now - dt.timedelta(days=35)


def differences(books: Books, *, now: dt.datetime) -> list[Difference]:
    """Everything in which our rows differ from these books."""
    with transaction() as session:
        payments = session.execute(text(PAYMENTS)).all()
        refunds = session.execute(text(REFUNDS)).all()
    return [
        *_of_payments(payments, books, now=now),
        *_of_disputes(payments, books),
        *_of_refunds(refunds, books),
        *_strange_intents(payments, books),
        *_strange_refunds(payments, refunds, books, now=now),
    ]


def _of_payments(payments: Any, books: Books, *, now: dt.datetime) -> list[Difference]:
    noted = {each.payment_id: each for each in books.intents.values() if each.payment_id}
    found = []
    for ours in payments:
        theirs = books.intents.get(ours.stripe_intent_id) if ours.stripe_intent_id else noted.get(str(ours.id))
        if theirs is None:
            if ours.stripe_intent_id or ours.status in ("PROCESSING", "SUCCEEDED"):
                finding = FindingView("payment_unknown_to_stripe", ours.row, "Stripe does not know it.", LOOK)
                found.append(Difference(finding, intent_id=ours.stripe_intent_id or ""))
            continue
        if what := _payment_differs(ours, theirs, now=now):
            found.append(Difference(FindingView("payment_differs_from_stripe", ours.row, what, LOOK), theirs.id))
    return found


def _payment_differs(ours: Any, theirs: Intent, *, now: dt.datetime) -> str:
    if ours.amount_cents != theirs.amount_cents:
        return f"It is of {ours.amount_cents} cents here and of {theirs.amount_cents} at Stripe."
    if ours.currency != theirs.currency:
        return f"It is in {ours.currency} here and in {theirs.currency} at Stripe."
    if theirs.payment_id != str(ours.id):
        return "Stripe's payment with this id was made for another payment of ours."
    if theirs.status == "succeeded" and theirs.received_cents != theirs.amount_cents:
        return f"Stripe received {theirs.received_cents} of its {theirs.amount_cents} cents."
    fresh = ours.status not in SETTLED and ours.created_at > now - SETTLING
    if theirs.status not in AGREES[ours.status] and not fresh:
        return f"It is {ours.status} here and {theirs.status} at Stripe."
    return ""


def _of_disputes(payments: Any, books: Books) -> list[Difference]:
    found = []
    for ours in payments:
        theirs = books.disputes.get(ours.stripe_intent_id) or {"NONE"}
        if ours.stripe_intent_id and ours.dispute not in theirs:
            what = f"Its dispute is {ours.dispute} here and {' and '.join(sorted(theirs))} at Stripe."
            finding = FindingView("dispute_differs_from_stripe", ours.row, what, LOOK)
            found.append(Difference(finding, disputed_intent=ours.stripe_intent_id))
    return found


def _of_refunds(refunds: Any, books: Books) -> list[Difference]:
    found = []
    for ours in refunds:
        theirs = books.refunds.get(ours.stripe_refund_id) if ours.stripe_refund_id else None
        if theirs is not None:
            what = _refund_differs(ours, theirs)
        else:
            what = "Stripe does not know it." if ours.stripe_refund_id or ours.status == "SUCCEEDED" else ""
        if what:
            finding = FindingView("refund_differs_from_stripe", ours.row, what, LOOK)
            found.append(Difference(finding, refund_id=ours.stripe_refund_id or ""))
    return found


def _refund_differs(ours: Any, theirs: StripeRefund) -> str:
    if (ours.amount_cents, ours.currency) != (theirs.amount_cents, theirs.currency):
        here, there = f"{ours.amount_cents} {ours.currency}", f"{theirs.amount_cents} {theirs.currency}"
        return f"It is of {here} (in cents) here and of {there} at Stripe."
    if ours.stripe_intent_id != theirs.intent_id:
        return "Stripe gave back another payment than this refund is of."
    by_hand = ours.status == "MANUAL" and theirs.status != "succeeded"
    if ours.status != theirs.status.upper() and not by_hand:
        return f"It is {ours.status} here and {theirs.status} at Stripe."
    return ""


def _strange_intents(payments: Any, books: Books) -> list[Difference]:
    """Intents that carry an id of ours, yet no payment row is theirs; those of other sellers carry none."""
    known = {ours.stripe_intent_id for ours in payments}
    waiting = {str(ours.id) for ours in payments if ours.stripe_intent_id is None}
    return [
        Difference(
            FindingView(
                "stripe_payment_unknown_to_us",
                f"Stripe's payment {theirs.id}",
                f"It is {theirs.status} with {theirs.amount_cents} cents, and no payment here is its own.",
                NOT_OURS,
            ),
            intent_id=theirs.id,
        )
        for theirs in books.intents.values()
        if theirs.payment_id and theirs.id not in known and theirs.payment_id not in waiting
    ]


def _strange_refunds(payments: Any, refunds: Any, books: Books, *, now: dt.datetime) -> list[Difference]:
    intents = {ours.stripe_intent_id: ours.row for ours in payments if ours.stripe_intent_id}
    known = {ours.stripe_refund_id for ours in refunds}
    waiting = {str(ours.id) for ours in refunds if ours.stripe_refund_id is None}
    return [
        Difference(
            FindingView(
                "stripe_refund_unknown_to_us",
                f"Stripe's refund {theirs.id}",
                f"It gave back {theirs.amount_cents} cents of {intents[theirs.intent_id]}, and no refund here says so.",
                LOOK,
            ),
            refund_id=theirs.id,
        )
        for theirs in books.refunds.values()
        if theirs.intent_id in intents and theirs.id not in known and theirs.refund_id not in waiting
        if theirs.created < now - IMPORTING
    ]
