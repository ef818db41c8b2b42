"""Stripe's letters about the refund road in every order, repeated, and lost: the same books each time.

The road: a payment that came after its hold had ended, to a time that somebody else has, and went back.
"""

import itertools
import json
import random
from collections import Counter
from typing import Any

import stripe as sdk

from tests.kit.clock import local
from tests.kit.wishes import booked
from tests.proof.amounts import ONLY, SEED, amount, part, share
from tests.proof.world import World, intent_of
from truflow.services import stripe_inbox

SLOT = local(2, "10:00")
ORDERS = amount("orders", 20, 5040)
SUBSETS = amount("subsets", 8, 128)
THIS = "tests/proof/test_letters.py"
POSTED = "evt_posted_"
"""Begins the letters that this test posts; Stripe's own, never delivered here, come in by the reconciliation."""

ROAD = (
    "payment_intent.created",
    "payment_intent.succeeded",
    "charge.succeeded",
    "refund.created",
    "refund.updated",
    "charge.refund.updated",
    "charge.refunded",
)


def conflict(world: World) -> str:
    """Alice paid at her bank, late; Bob has the time; we know nothing of the money yet. Gives the intent."""
    world.fresh()
    made = booked(SLOT, world.clock.now)
    world.box.sdk().v1.payment_intents.confirm(intent_of(made), {"confirmation_token": world.card()})
    booked(SLOT, world.clock.forward(minutes=10), guest="Bob")
    return intent_of(made)


def post(world: World, type_: str, intent: str) -> None:
    """One letter of this road through the letterbox; about a refund that may not be there yet."""
    refund = next(iter(world.sql("select stripe_refund_id as id from refund")), {}).get("id") or "re_not_yet"
    charge = world.box.sdk().v1.payment_intents.retrieve(intent).latest_charge
    about: dict[str, Any] = {
        "payment_intent": {"id": intent, "object": "payment_intent"},
        "charge": {"id": charge, "object": "charge", "payment_intent": intent},
        "refund": {"id": refund, "object": "refund", "payment_intent": intent, "charge": charge},
    }["refund" if "refund." in type_ else type_.split(".")[0]]
    event = {
        "id": f"{POSTED}{type_}",
        "object": "event",
        "type": type_,
        "created": int(world.clock.now.timestamp()),
        "livemode": False,
        "data": {"object": about},
    }
    payload = json.dumps(event)
    header = sdk.WebhookSignature.generate_signature_header(
        payload, "whsec_of_the_tests", timestamp=int(world.clock.now.timestamp())
    )
    stripe_inbox.receive("path-token-of-the-tests", payload.encode(), header, now=world.clock.now)


def end(world: World) -> tuple[object, ...]:
    """The books, without what differs from day to day."""
    mails = Counter(row["template"] for row in world.sql("select template from email_message"))
    return (
        sorted(row["status"] for row in world.sql("select status from booking")),
        sorted(row["status"] for row in world.sql("select status from payment")),
        [tuple(row.values()) for row in world.sql("select status, reason, amount_cents from refund")],
        sorted(mails.items()),
        [row["rule"] for row in world.sql("select rule from admin_alert")],
        world.sql("select count(*) as n from payment_audit_log")[0]["n"],
    )


def play(world: World, letters: list[str], *, opened_each: bool) -> tuple[object, ...]:
    """Post these letters, the worker working after each or only at the end; then let the world come to rest."""
    intent = conflict(world)
    for letter in letters:
        post(world, letter, intent)
        if opened_each:
            world.deliver()
    world.deliver()
    world.rest()
    about = f"letters {' '.join(letters)}, opened {'each' if opened_each else 'at the end'}"
    world.stands(about)
    opened = world.sql(
        "select type, deliveries, (select count(*) from outbox where ref = event_id) as n from stripe_event "
        "where event_id like :posted",
        posted=f"{POSTED}%",
    )
    assert {row["type"]: row["deliveries"] for row in opened} == Counter(letters), about
    assert all(row["n"] == 1 for row in opened), f"a letter that came again was opened again: {about}"
    return end(world)


def test_every_order_of_the_letters_ends_in_the_same_books(world: World) -> None:
    expected = play(world, list(ROAD), opened_each=True)
    assert expected[0] == ["CONFLICT", "EXPIRED"]
    assert expected[2] == [("SUCCEEDED", "SLOT_LOST", 3000)]
    dice = random.Random(SEED)
    orders = list(itertools.permutations(range(len(ROAD))))
    dice.shuffle(orders)
    with part("letters in every order", f"{THIS} -k every_order") as told:
        chosen = [tuple(map(int, ONLY))] if ONLY else share(orders[:ORDERS])
        repeats = 0
        for order in chosen:
            letters = [ROAD[n] for n in order]
            for _ in range(dice.randrange(4)):
                letters.insert(dice.randrange(len(letters) + 1), dice.choice(ROAD))
                repeats += 1
            ended = play(world, letters, opened_each=dice.random() < 0.5)
            assert ended == expected, f"PROOF_ONLY={''.join(map(str, order))} of {letters}"
        told.counts = {"orders": len(chosen), "repeats": repeats, "same end": len(chosen)}
        told.oracle = world.seen.looked


def test_whatever_letters_are_lost_reconciling_ends_in_the_same_books(world: World) -> None:
    expected = play(world, list(ROAD), opened_each=True)
    subsets = [chosen for n in range(len(ROAD) + 1) for chosen in itertools.combinations(ROAD, n)]
    dice = random.Random(SEED)
    dice.shuffle(subsets)
    with part("letters lost", f"{THIS} -k lost") as told:
        for arrived in [(), *subsets][:SUBSETS]:
            ended = play(world, list(arrived), opened_each=True)
            assert ended == expected, f"only {arrived} arrived"
        told.counts = {"subsets": min(SUBSETS, len(subsets) + 1), "same end": min(SUBSETS, len(subsets) + 1)}
        told.oracle = world.seen.looked
