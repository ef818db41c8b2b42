"""The rules, one function each: how many rows it looked at, and those that break it with a sentence."""

import datetime as dt
from collections import Counter
from typing import Any

from tests.proof.oracle import GONE_BACK, KEPT, LIVE, Books, Row, Rule, by

Broken = list[tuple[object, str]]


def times_are_sold_once(books: Books) -> tuple[int, Broken]:
    broken: Broken = [(pair["one"], f"takes the time of {pair['other']}") for pair in books.overlaps]
    diary = by(books.diary, "booking_id")
    for booking in books.ours["booking"]:
        entries = diary.pop(booking["id"], [])
        if booking["status"] not in LIVE:
            broken += [(booking["id"], f"{booking['status']}, but still in the diary")] if entries else []
            continue
        end = booking["ends_at"] + dt.timedelta(minutes=booking["buffer_minutes"])
        if [(e["resource_id"], e["a"], e["b"]) for e in entries] != [
            (booking["resource_id"], booking["starts_at"], end)
        ]:
            broken.append((booking["id"], "is not once in the diary at its own time"))
    broken += [(lost, "is in the diary and nowhere else") for lost in diary if lost is not None]
    return len(books.ours["booking"]), broken


def the_cap_holds(books: Books) -> tuple[int, Broken]:
    days = Counter(row["local_date"] for row in books.ours["booking"] if row["status"] in LIVE)
    return len(days), [(day, f"{n} of {books.cap}") for day, n in days.items() if books.cap and n > books.cap]


def each_payment_is_one_at_stripe(books: Books) -> tuple[int, Broken]:
    broken: Broken = []
    known = {str(row["id"]): row for row in books.ours["payment"]}
    claimed = by([{**intent, "ours": intent["metadata"].get("payment_id")} for intent in books.stripe.intents], "ours")
    for payment_id, payment in known.items():
        intents = claimed.get(payment_id, [])
        succeeded = [intent for intent in intents if intent["status"] == "succeeded"]
        if len(succeeded) > 1:
            broken.append((payment_id, "was charged more than once"))
        if any((i["amount"], i["currency"]) != (payment["amount_cents"], payment["currency"]) for i in intents):
            broken.append((payment_id, "has another amount at Stripe"))
        if payment["method"] != "CARD":
            continue
        if payment["stripe_intent_id"] and payment["stripe_intent_id"] not in {i["id"] for i in intents}:
            broken.append((payment_id, "names an intent that Stripe does not know"))
        if (payment["status"] == "SUCCEEDED") != bool(succeeded):
            broken.append((payment_id, f"{payment['status']} here, {[i['status'] for i in intents]} at Stripe"))
        if payment["status"] == "CANCELED" and any(i["status"] != "canceled" for i in intents):
            broken.append((payment_id, "cancelled here, payable at Stripe"))
    for claim, intents in claimed.items():
        for intent in intents:
            if claim not in known and intent["status"] == "succeeded" and not books.told(intent["id"]):
                broken.append((intent["id"], "money at Stripe that nobody here knows of"))
    return len(known), broken


def nobody_pays_twice(books: Books) -> tuple[int, Broken]:
    paid = [row for row in books.ours["payment"] if row["status"] == "SUCCEEDED" and row["method"] == "CARD"]
    twice = Counter((row["booking_id"], row["purpose"]) for row in paid)
    return len(paid), [(key[0], f"{n} times {key[1]}") for key, n in twice.items() if n > 1]


def refunds_agree(books: Books) -> tuple[int, Broken]:
    broken: Broken = []
    at_stripe = {refund["id"]: refund for refund in books.stripe.refunds}
    payments = {row["id"]: row for row in books.ours["payment"]}
    for payment_id, refunds in by(books.ours["refund"], "payment_id").items():
        back = sum(row["amount_cents"] for row in refunds if row["status"] in GONE_BACK)
        received = payments[payment_id]["amount_cents"] if payments[payment_id]["status"] == "SUCCEEDED" else 0
        if back > received:
            broken.append((payment_id, f"{back} of {received} go back"))
    for refund in books.ours["refund"]:
        twin = at_stripe.pop(refund["stripe_refund_id"], None)
        if payments[refund["payment_id"]]["method"] != "CARD":
            by_hand = refund["status"] == "SUCCEEDED" or (refund["status"] == "MANUAL" and books.told(refund["id"]))
            broken += [] if by_hand else [(refund["id"], f"{refund['status']}, although it goes back by hand")]
        elif twin is None:
            if refund["status"] not in ("QUEUED", "UNKNOWN", "MANUAL"):
                broken.append((refund["id"], f"{refund['status']}, but not at Stripe"))
            elif not books.told(refund["id"]):
                broken.append((refund["id"], f"{refund['status']} at rest, and nobody was told"))
        elif twin["amount"] != refund["amount_cents"]:
            broken.append((refund["id"], "has another amount at Stripe"))
        elif refund["status"] != "MANUAL" and twin["status"] != refund["status"].lower():
            broken.append((refund["id"], f"{refund['status']} here, {twin['status']} at Stripe"))
    ours = {intent["id"] for intent in books.stripe.intents if intent["metadata"].get("payment_id")}
    for left in at_stripe.values():
        asked_by_us = bool((left.get("metadata") or {}).get("refund_id"))
        if left["payment_intent"] in ours and (asked_by_us or not books.told(left["id"])):
            broken.append((left["id"], "went back at Stripe without a row here"))
    return len(books.ours["refund"]), broken


def money_has_its_reason(books: Books) -> tuple[int, Broken]:
    broken: Broken = []
    bookings = {row["id"]: row for row in books.ours["booking"]}
    refunds = by(books.ours["refund"], "payment_id")
    for payment in books.of("payment", status="SUCCEEDED"):
        booking = bookings[payment["booking_id"]]
        if booking["status"] in KEPT:
            continue
        back = refunds.get(payment["id"], [])
        covered = sum(row["amount_cents"] for row in back if row["status"] in GONE_BACK)
        handed_over = any(row["status"] in ("MANUAL", "FAILED", "CANCELED") and books.told(row["id"]) for row in back)
        if covered < _owed(books, booking, payment) and not handed_over:
            broken.append((payment["id"], f"kept {payment['amount_cents'] - covered} of a booking {booking['status']}"))
    for booking in bookings.values():
        paid = sum(p["amount_cents"] for p in books.of("payment", booking_id=booking["id"], status="SUCCEEDED"))
        if booking["status"] in KEPT and paid < booking["downpayment_cents"]:
            broken.append((booking["id"], f"{booking['status']} with {paid} of {booking['downpayment_cents']}"))
    return len(books.ours["payment"]), broken


def _owed(books: Books, booking: Row, payment: Row) -> int:
    """What must go back: all of it, save what the agreed policy keeps of a booking that its guest cancelled late."""
    whole = int(payment["amount_cents"])
    for event in books.events:
        if event["booking_id"] == booking["id"] and (event["from_status"], event["to_status"]) == (
            "CONFIRMED",
            "CANCELLED",
        ):
            hours = (booking["starts_at"] - event["at"]).total_seconds() / 3600
            fitting = [tier for tier in booking["policy"] if tier["hours_before"] <= hours]
            percent = max(fitting, key=lambda tier: tier["hours_before"])["refund_percent"] if fitting else 0
            return whole * int(percent) // 100 if event["actor"] == "guest" else 0
    return whole


def mails_go_out_once(books: Books) -> tuple[int, Broken]:
    broken: Broken = []
    delivered = Counter(books.mails)
    promised = Counter((row["booking_id"], row["template"]) for row in books.of("email_message", resend_of=None))
    again = sum(n - 1 for n in delivered.values())
    if again > books.lost_answers:
        broken.append((again, f"mails went out again, {books.lost_answers} answers were lost"))
    for mail in books.ours["email_message"]:
        n = delivered.pop(mail["message_id"], 0)
        if mail["status"] == "SENT" and n == 0:
            broken.append((mail["id"], "SENT, but in no mailbox"))
        if mail["status"] in ("QUEUED", "SENDING"):
            broken.append((mail["id"], f"{mail['status']} at rest"))
        if mail["status"] == "FAILED" and not books.told(mail["id"]):
            broken.append((mail["id"], "FAILED, and nobody was told"))
    broken += [(lost, "in a mailbox, but no row promised it") for lost in delivered]
    confirmed = {row["booking_id"] for row in books.events if row["to_status"] == "CONFIRMED"}
    for booking in books.ours["booking"]:
        for template, wanted in (
            ("confirmation", booking["id"] in confirmed),
            ("apology", booking["status"] == "CONFLICT"),
        ):
            if promised[booking["id"], template] != int(wanted):
                broken.append((booking["id"], f"{promised[booking['id'], template]} × {template}"))
    return len(books.ours["email_message"]), broken


def histories_replay(books: Books) -> tuple[int, Broken]:
    broken: Broken = []
    for booking in books.ours["booking"]:
        lines = [row for row in books.events if row["booking_id"] == booking["id"]]
        first = [row for row in lines if row["what"] == "booked"]
        if len(first) != 1:
            broken.append((booking["id"], "was not booked once"))
        broken += _chain(booking, "PENDING", [row for row in lines if row["what"] == "status"])
    for table, line in (("payment", "payment_id"), ("refund", "refund_id")):
        audited = by([row for row in books.audit if (row["refund_id"] is not None) == (table == "refund")], line)
        for row in books.ours[table]:
            lines = audited.get(row["id"], [])
            if not lines or lines[0]["from_status"] is not None:
                broken.append((row["id"], "its beginning is not in the audit log"))
                continue
            broken += _chain(row, lines[0]["to_status"], lines[1:])
            if any((e["amount_cents"], e["currency"]) != (row["amount_cents"], row["currency"]) for e in lines):
                broken.append((row["id"], "was audited with another amount"))
    return len(books.events) + len(books.audit), broken


def _chain(row: Row, begins: str, lines: list[dict[str, Any]]) -> Broken:
    state = begins
    for line in lines:
        if line["from_status"] != state:
            return [(row["id"], f"its history jumps from {state} to {line['from_status']}")]
        state = line["to_status"]
    return [] if state == row["status"] else [(row["id"], f"its history ends {state}, it is {row['status']}")]


def nothing_waits(books: Books) -> tuple[int, Broken]:
    broken: Broken = [
        (r["id"], f"{r['kind']} {r['status']}") for r in books.ours["outbox"] if r["status"] in ("READY", "LEASED")
    ]
    broken += [(r["event_id"], "a letter nobody opened") for r in books.of("stripe_event", status="RECEIVED")]
    for row in books.of("outbox", status="DEAD"):
        if not books.told(row["ref"]):
            broken.append((row["id"], f"{row['kind']} died and nobody was told"))
    return len(books.ours["outbox"]), broken


def holds_end(books: Books) -> tuple[int, Broken]:
    pending = books.of("booking", status="PENDING")
    over = [row for row in pending if row["hold_expires_at"] <= books.now]
    broken: Broken = [(row["id"], "held past its time") for row in over]
    over_ids = {row["id"] for row in books.ours["booking"] if row["status"] in ("EXPIRED", "CANCELLED", "CONFLICT")}
    broken += [
        (row["id"], f"{row['status']} although its booking is over")
        for row in books.ours["payment"]
        if row["booking_id"] in over_ids and row["status"] in ("CREATED", "OPEN", "PROCESSING", "CANCEL_REQUESTED")
    ]
    return len(books.ours["booking"]), broken


RULES: dict[str, Rule] = {
    "a time is sold once": times_are_sold_once,
    "the daily cap holds": the_cap_holds,
    "a payment is one payment at Stripe": each_payment_is_one_at_stripe,
    "nobody pays twice": nobody_pays_twice,
    "refunds agree, none beyond what came": refunds_agree,
    "money has its booking or goes back": money_has_its_reason,
    "a promised mail goes out once": mails_go_out_once,
    "histories replay to the present": histories_replay,
    "nothing waits in the outbox": nothing_waits,
    "no hold outlives its end": holds_end,
}
