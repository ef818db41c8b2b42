"""The oracle itself: silent about clean books, and not silent about any one that we spoil."""

from collections.abc import Callable

from sqlalchemy import text

from tests.kit.clock import local
from tests.kit.wishes import ALICE, BOB, booked
from tests.proof import ledger, oracle
from tests.proof.world import World, intent_of
from truflow.services import payments

SLOT, OTHER = local(2, "10:00"), local(3, "10:00")


def lived(world: World) -> None:
    """A paid booking, one that expired, one whose money came too late and went back."""
    paid = booked(OTHER, world.clock.now)
    payments.pay(paid.booking.id, paid.manage_token, world.card(), client=ALICE, now=world.clock.now)
    late = booked(SLOT, world.clock.now)
    world.box.sdk().v1.payment_intents.confirm(intent_of(late), {"confirmation_token": world.card()})
    world.clock.forward(minutes=10)
    other = booked(SLOT, world.clock.now, guest="Bob")
    payments.pay(other.booking.id, other.manage_token, world.card(), client=BOB, now=world.clock.now)
    booked(local(4, "10:00"), world.clock.now, guest="Carol")
    world.rest()


def test_a_clean_day_has_nothing_broken_and_every_rule_looked_at_something(world: World) -> None:
    lived(world)
    findings = world.examine()
    assert findings.breaches == [], findings.table()
    assert all(findings.looked.values()), findings.table()
    statuses = {row["status"] for row in world.sql("select status from booking")}
    assert statuses == {"CONFIRMED", "CONFLICT", "EXPIRED"}


A_CONFIRMED = "(select id from booking where status = 'CONFIRMED' order by id limit 1)"

PLANTED: dict[str, tuple[str, str]] = {
    "a booking moved onto another": (
        "a time is sold once",
        "update booking set starts_at = o.starts_at, ends_at = o.ends_at from booking o where booking.status = "
        f"'CONFIRMED' and o.status = 'CONFIRMED' and booking.id <> o.id and booking.id = {A_CONFIRMED}",
    ),
    "a diary entry lost": (
        "a time is sold once",
        f"delete from diary_entry where booking_id = {A_CONFIRMED}",
    ),
    "a cap that two bookings break": (
        "the daily cap holds",
        "update system_settings set max_bookings_per_day = 1; "
        "update booking set local_date = '2027-03-02' where status = 'CONFIRMED'",
    ),
    "another amount": (
        "a payment is one payment at Stripe",
        f"update payment set amount_cents = amount_cents + 1 where booking_id = {A_CONFIRMED}",
    ),
    "paid, says Stripe, but we do not": (
        "a payment is one payment at Stripe",
        f"update payment set status = 'OPEN' where booking_id = {A_CONFIRMED}",
    ),
    "an intent that is nobody's": (
        "a payment is one payment at Stripe",
        f"update payment set stripe_intent_id = 'pi_elsewhere' where booking_id = {A_CONFIRMED}",
    ),
    "a payment row gone": (
        "a payment is one payment at Stripe",
        f"delete from payment where booking_id = {A_CONFIRMED}",
    ),
    "a refund that Stripe does not know": (
        "refunds agree, none beyond what came",
        "update refund set stripe_refund_id = 're_elsewhere'",
    ),
    "more back than came": (
        "refunds agree, none beyond what came",
        "update refund set amount_cents = amount_cents + 1",
    ),
    "a refund row gone": ("refunds agree, none beyond what came", "delete from refund"),
    "a refund that failed, untold": (
        "money has its booking or goes back",
        "update refund set status = 'FAILED'",
    ),
    "a confirmed booking without money": (
        "money has its booking or goes back",
        f"update payment set status = 'CANCELED' where booking_id = {A_CONFIRMED}",
    ),
    "money kept of an expired booking": (
        "money has its booking or goes back",
        f"update booking set status = 'EXPIRED' where id = {A_CONFIRMED}",
    ),
    "no confirmation": (
        "a promised mail goes out once",
        f"delete from email_message where template = 'confirmation' and booking_id = {A_CONFIRMED}",
    ),
    "a mail that says SENT and went nowhere": (
        "a promised mail goes out once",
        "update email_message set message_id = '<' || id || '@elsewhere>'",
    ),
    "a mail that failed, untold": ("a promised mail goes out once", "update email_message set status = 'FAILED'"),
    "a status that no event explains": (
        "histories replay to the present",
        f"update booking set status = 'COMPLETED' where id = {A_CONFIRMED}",
    ),
    "an audit line lost": (
        "histories replay to the present",
        "delete from payment_audit_log where id = (select min(id) from payment_audit_log)",
    ),
    "an outbox row forgotten": (
        "nothing waits in the outbox",
        "update outbox set status = 'READY' where id = (select min(id) from outbox)",
    ),
    "an effect that died, untold": (
        "nothing waits in the outbox",
        "update outbox set status = 'DEAD' where id = (select min(id) from outbox)",
    ),
    "a hold past its end": (
        "no hold outlives its end",
        "update booking set status = 'PENDING' where status = 'EXPIRED'",
    ),
    "an intent that stays payable": (
        "no hold outlives its end",
        "update payment set status = 'CANCEL_REQUESTED' where status = 'CANCELED'",
    ),
}


def test_the_oracle_finds_each_planted_breach(world: World) -> None:
    lived(world)
    missed = []
    for planted, (rule, statements) in PLANTED.items():
        with world.database.connect() as connection:
            connection.execute(text("set local session_replication_role = replica"))
            changed = [connection.execute(text(statement)).rowcount for statement in statements.split("; ")]
            assert all(changed), f"{planted}: nothing was planted"
            if rule not in {breach.rule for breach in world.examine(inside=connection).breaches}:
                missed.append(planted)
            connection.rollback()
    assert missed == []
    assert world.examine().breaches == [], "and silent again, once they are gone"


def test_the_oracle_finds_a_guest_who_paid_twice(world: World) -> None:
    """Planted in what it read, since an index of ours lets nobody plant it in the table."""
    lived(world)
    with world.database.connect() as connection:
        books = oracle.read(connection, ledger.read(world.box), world.mails(), world.clock.now)
    paid = books.of("payment", status="SUCCEEDED")
    paid[0]["booking_id"] = paid[1]["booking_id"]
    assert "nobody pays twice" in {breach.rule for breach in oracle.examine(books).breaches}


def test_the_oracle_finds_a_mail_that_went_out_twice(world: World) -> None:
    lived(world)
    again = next((world.home / "mail").glob("*.eml"))
    (again.parent / f"20270301T000000000000-again{again.suffix}").write_bytes(again.read_bytes())
    assert {breach.rule for breach in world.examine().breaches} == {"a promised mail goes out once"}
    assert world.examine(lost_answers=1).breaches == [], "one that may have gone out twice"


def test_the_oracle_finds_money_at_stripe_that_nobody_knows_of(world: World, token: Callable[..., str]) -> None:
    made = world.box.sdk().v1.payment_intents.create(
        {"amount": 100, "currency": "usd", "allowed_payment_method_types": ["card"], "metadata": {"payment_id": "lost"}}
    )
    world.box.sdk().v1.payment_intents.confirm(made.id, {"confirmation_token": token()})
    assert [breach.row for breach in world.examine().breaches] == [made.id]
