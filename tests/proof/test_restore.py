"""A backup of an hour ago is restored: what Stripe knows of that hour comes back, or somebody is told."""

from pathlib import Path

import pytest

from tests.kit.clock import local
from tests.kit.wishes import booked
from tests.proof.world import World, intent_of
from truflow import operations
from truflow.db import engine
from truflow.services import cancelling, payments
from truflow.services.views import BookedView


def pay(world: World, made: BookedView) -> None:
    payments.pay(made.booking.id, made.manage_token, world.card(), client="10.1.0.1", now=world.clock.now)
    world.deliver()


def cancel(world: World, made: BookedView) -> None:
    cancelling.cancel(made.booking.id, made.manage_token, client="10.1.0.1", now=world.clock.now)
    world.deliver()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "an-hour-ago.backup"


def test_what_happened_since_the_backup_is_found_at_stripe(world: World, file: Path) -> None:
    held = booked(local(5, "10:00"), world.clock.now, guest="Held then")
    paid = booked(local(5, "13:00"), world.clock.now, guest="Paid then")
    pay(world, paid)
    operations.backup(file)

    world.clock.forward(minutes=5)
    pay(world, held)
    cancel(world, paid)
    world.clock.forward(minutes=25)
    unknown = booked(local(5, "15:00"), world.clock.now, guest="Booked since")
    pay(world, unknown)
    world.clock.forward(minutes=30)

    engine().dispose()
    operations.restore(file, replace=True)
    engine().dispose()
    world.database.dispose()
    assert not world.sql("select 1 from booking where id = :id", id=unknown.booking.id)
    world.rest()

    found = {row["id"]: row["status"] for row in world.sql("select id, status from booking")}
    assert found == {held.booking.id: "CONFIRMED", paid.booking.id: "CONFIRMED"}, "paid within its hold, so it is hers"
    assert world.sql("select booking_id, status, reason, amount_cents from refund") == [
        {"booking_id": paid.booking.id, "status": "SUCCEEDED", "reason": "EXTERNAL", "amount_cents": 3000}
    ], "Stripe's refund was imported, and nothing was given back twice"
    told = {row["rule"]: row["message"] for row in world.sql("select rule, message from admin_alert")}
    assert intent_of(unknown) in told["foreign_lost"], "the booking is lost, its money is not: a person is told"
