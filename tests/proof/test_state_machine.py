"""Any order of whatever guests, banks, clocks and workers do, against a plain model of what should be true."""

from collections import Counter
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.kit.clock import local
from tests.kit.wishes import wish
from tests.proof.amounts import SEED, SHARE, SHARES, amount, part
from tests.proof.model import Model, Visit
from tests.proof.world import World, intent_of, outcome
from truflow.db import transaction
from truflow.services import balances, bookings, cancelling, holds, outbox, payments, rescheduling
from truflow.services.views import BookedView

EXAMPLES = amount("examples", 200, 5000) // SHARES
STEPS = amount("steps", 50, 80)
SHRINK = bool(amount("shrink", 0, 0))
"""A failure is found smaller when PROOF_SHRINK=1; that takes minutes."""

THIS = "tests/proof/test_state_machine.py"
SLOTS = [local(20, "10:00"), local(20, "13:00")]
CARDS = {
    "good": "pm_card_visa",
    "declined": "pm_card_visa_chargeDeclined",
    "asks": "pm_card_threeDSecureRequired",
}
A_VISIT = st.integers(0, 10_000)


class Practice(RuleBasedStateMachine):
    """The product on the left, the model on the right, the same thing done to both."""

    world: World
    done: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.made: list[BookedView] = []
        self.letters = self.cards = 0

    @initialize()
    def empty(self) -> None:
        self.world.fresh()
        self.now = self.world.clock.now
        self.book(0)

    @rule(slot=st.integers(0, len(SLOTS) - 1))
    def book(self, slot: int) -> None:
        asked = wish(SLOTS[slot], guest=f"Guest {len(self.made)}")
        made: list[BookedView] = []

        def do() -> BookedView:
            made.append(bookings.book(asked, key=None, client=f"10.3.{len(self.made)}.1", now=self.now))
            return made[0]

        self.same("book", outcome(do), self.model.book(slot, self.now))
        self.made += made

    @precondition(lambda self: any(not visit.asked_by_bank for visit in self.model.visits))
    @rule(which=A_VISIT, card=st.sampled_from(sorted(CARDS)))
    def pay(self, which: int, card: str) -> None:
        visit, made = self.chosen(which, [visit for visit in self.model.visits if not visit.asked_by_bank])
        self.cards += 1
        token, client = self.world.card(CARDS[card]), f"10.4.{self.cards}.1"
        paid = outcome(lambda: payments.pay(made.booking.id, made.manage_token, token, client=client, now=self.now))
        self.same(f"pay {card}", paid, self.model.offer_card(visit, card, self.now))

    @precondition(lambda self: any(visit.asked_by_bank for visit in self.model.visits))
    @rule(which=A_VISIT, yes=st.booleans())
    def answer_the_bank(self, which: int, yes: bool) -> None:
        visit, made = self.chosen(which, [visit for visit in self.model.visits if visit.asked_by_bank])
        intent = intent_of(made)
        self.world.box.control(
            "POST", f"/payment_intents/{intent}/authenticate", outcome="success" if yes else "failure"
        )
        visit.asked_by_bank, visit.paid = False, yes
        self.count(f"bank {'yes' if yes else 'no'}")

    @precondition(lambda self: self.payable())
    @rule(which=A_VISIT)
    def pay_at_stripe(self, which: int) -> None:
        """In another tab, or just before the browser died: we hear of it later, or never."""
        visit, made = self.chosen(which, self.payable())
        token = self.world.card()
        self.world.box.sdk().v1.payment_intents.confirm(intent_of(made), {"confirmation_token": token})
        visit.paid = True
        self.count("pay at Stripe")

    @rule(which=A_VISIT)
    def settle(self, which: int) -> None:
        visit, made = self.chosen(which)
        payments.settle(intent_of(made), now=self.now)
        self.model.settle(visit, self.now)
        if self.at_stripe_canceled(visit):
            visit.unpayable = True
        self.count("settle")

    @rule(which=A_VISIT, copies=st.integers(1, 2))
    def letter(self, which: int, copies: int) -> None:
        visit, made = self.chosen(which)
        self.letters += 1
        id_ = self.world.letter("payment_intent.succeeded", intent_of(made), self.letters)
        for _ in range(copies):
            with transaction() as session:
                outbox.record(session, "letter", id_, dedupe=f"letter-{id_}", now=self.now)
        self.model.waiting.append(("letter", visit))
        self.count("letter")

    @rule()
    def work(self) -> None:
        self.world.deliver()
        self.model.work(self.now)
        self.count("work")

    @precondition(lambda self: any(visit.status == "PENDING" for visit in self.model.visits))
    @rule()
    def expire(self) -> None:
        holds.expire_overdue(now=self.now)
        self.model.expire(self.model.visits, self.now)
        self.count("expire")

    @rule(which=A_VISIT)
    def cancel(self, which: int) -> None:
        visit, made = self.chosen(which, [visit for visit in self.model.visits if visit.status != "CANCELLED"])
        self.same(
            "cancel",
            outcome(lambda: cancelling.cancel(made.booking.id, made.manage_token, client="10.5.0.1", now=self.now)),
            self.model.cancel(visit),
        )

    @rule(which=A_VISIT, slot=st.integers(0, len(SLOTS) - 1))
    def move(self, which: int, slot: int) -> None:
        visit, made = self.chosen(which)
        wanted = self.model.move(visit, slot, self.now)
        moved = outcome(
            lambda: rescheduling.reschedule(
                made.booking.id,
                made.manage_token,
                start_time=SLOTS[slot],
                practitioner_id=None,
                client="10.6.0.1",
                now=self.now,
            )
        )
        self.same("move", moved, wanted)

    @rule(which=A_VISIT)
    def take_cash(self, which: int) -> None:
        visit, made = self.chosen(which)
        booking_id = made.booking.id
        version = self.world.sql("select version from booking where id = :id", id=booking_id)[0]["version"]
        taken = outcome(
            lambda: balances.mark_paid(
                booking_id, method="CASH", amount_cents=None, version=version, actor="admin:1", now=self.now
            )
        )
        self.same("cash", taken, self.model.take_cash(visit, self.now))

    @rule(minutes=st.sampled_from([1, 5, 10, 31]))
    def wait(self, minutes: int) -> None:
        self.now = self.world.clock.forward(minutes=minutes)
        self.count("wait")

    @invariant()
    def they_agree(self) -> None:
        found = {row["id"]: row["status"] for row in self.world.sql("select id, status from booking")}
        for made, visit in zip(self.made, self.model.visits, strict=True):
            assert found[made.booking.id] == visit.status, f"visit {visit}"

    def teardown(self) -> None:
        if not hasattr(self, "now"):
            return
        self.world.rest()
        self.world.stands(f"after {STEPS} steps")
        for made, visit in zip(self.made, self.model.visits, strict=True):
            refunds = self.world.sql("select 1 from refund where booking_id = :id", id=made.booking.id)
            assert len(refunds) >= visit.refunds, f"visit {visit}"
        self.count("examples")

    def chosen(self, which: int, among: list[Visit] | None = None) -> tuple[Visit, BookedView]:
        visits = among or self.model.visits
        visit = visits[which % len(visits)]
        return visit, self.made[visit.number]

    def payable(self) -> list[Visit]:
        return [visit for visit in self.model.visits if not (visit.paid or visit.unpayable or visit.asked_by_bank)]

    def at_stripe_canceled(self, visit: Visit) -> bool:
        intent: Any = self.world.box.sdk().v1.payment_intents.retrieve(intent_of(self.made[visit.number]))
        return bool(intent.status == "canceled")

    def same(self, what: str, ours: str, wanted: str) -> None:
        assert ours == wanted, f"{what}: {ours}, the model says {wanted}"
        self.count(f"{what} {ours}")

    def count(self, what: str) -> None:
        self.done[what] += 1


@pytest.mark.races
def test_whatever_happens_the_product_and_the_model_agree(world: World) -> None:
    done: Counter[str] = Counter()
    machine = type("PracticeHere", (Practice,), {"world": world, "done": done})
    chosen = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
        phases=[hypothesis.Phase.generate, *([hypothesis.Phase.shrink] if SHRINK else [])],
        print_blob=True,
    )
    with part("state machine", THIS) as told:
        run_state_machine_as_test(hypothesis.seed(SEED + SHARE - 1)(machine), settings=chosen)  # type: ignore[arg-type]
        told.counts = {"steps at most": STEPS, **dict(sorted(done.items()))}
        told.oracle = world.seen.looked
