"""Money that comes when its hold has ended: four racers for every such time, real threads, real commits.

Stripe's letter, the same letter once more, another guest who wants the time, and the timer that ends holds all start
at once. Whoever is first, the time has one owner, and the other one's money goes back once.
"""

import datetime as dt
import random
from collections import Counter
from zoneinfo import ZoneInfo

import pytest

from tests.kit.clock import local
from tests.kit.wishes import wish
from tests.proof.amounts import SEED, amount, part, share
from tests.proof.world import World, intent_of, outcome
from tests.races.test_same_slot import together
from truflow.services import bookings, holds, payments
from truflow.services.views import BookedView

pytestmark = pytest.mark.races
SLOTS = amount("late_slots", 12, 300)
SEEDS = amount("late_seeds", 1, 10)
THIS = "tests/proof/test_late_money.py"


def times(world: World) -> list[dt.datetime]:
    """Free starts an hour and a quarter apart, from tomorrow on; the demo rests on Sundays."""
    zone = ZoneInfo("America/New_York")
    days = (local(2, "09:00").astimezone(zone) + dt.timedelta(days=n) for n in range(58))
    found = [day + dt.timedelta(minutes=75 * n) for day in days if day.isoweekday() < 6 for n in range(7)]
    return [start.astimezone(dt.UTC) for start in found][:SLOTS]


def buy(world: World, start: dt.datetime, guest: str, number: int) -> BookedView:
    asked = wish(start, guest=f"{guest} {number}")
    client = f"10.{len(guest)}.{number // 250}.{number % 250 + 1}"  # her own: strangers may hold two times an address
    return bookings.book(asked, key=None, client=client, now=world.clock.now)


def race(world: World, start: dt.datetime, number: int, made: BookedView, dice: random.Random) -> None:
    now, intent = world.clock.now, intent_of(made)
    racers = [
        lambda: payments.settle(intent, now=now),
        lambda: payments.settle(intent, now=now),
        lambda: buy(world, start, "Bob", number),
        lambda: holds.expire_overdue(now=now),
    ]
    dice.shuffle(racers)
    together(len(racers), lambda i: outcome(racers[i]))


def owner(world: World, start: dt.datetime) -> str:
    """Who has this time now; everybody else is out of it, and has her money."""
    found = world.sql(
        "select c.name, b.status, (select count(*) from refund r where r.booking_id = b.id) as refunds, "
        "(select coalesce(sum(amount_cents), 0) from refund r where r.booking_id = b.id and r.status = 'SUCCEEDED') "
        "as back from booking b join customer c on c.id = b.customer_id where b.starts_at = :start order by c.name",
        start=start,
    )
    ended = [(row["name"].split()[0], row["status"], row["refunds"], row["back"]) for row in found]
    if ended == [("Alice", "CONFIRMED", 0, 0)]:
        return "the one who paid late"
    assert ended in (
        [("Alice", "CONFLICT", 1, 3000), ("Bob", "EXPIRED", 0, 0)],  # Bob held it, and never paid
        [("Alice", "CONFLICT", 1, 3000), ("Bob", "PENDING", 0, 0)],
    ), f"{start}: {ended}"
    return "the one who came meanwhile"


def test_late_money_has_its_time_or_goes_back_once(world: World) -> None:
    with part("late money", THIS) as told:
        owners: Counter[str] = Counter()
        seeds = share(range(SEED, SEED + SEEDS))
        for seed in seeds:
            world.fresh()
            dice = random.Random(seed)
            starts = times(world)
            held = [buy(world, start, "Alice", number) for number, start in enumerate(starts)]
            for made in held:
                world.box.sdk().v1.payment_intents.confirm(intent_of(made), {"confirmation_token": world.card()})
            world.clock.forward(minutes=11)
            for number, (start, made) in enumerate(zip(starts, held, strict=True)):
                race(world, start, number, made, dice)
            while world.deliver():
                pass
            owners += Counter(owner(world, start) for start in starts)
            world.rest()
            world.stands(f"seed {seed}")
        told.counts = {"times": owners.total(), "racers": 4 * owners.total(), "seeds": len(seeds), **owners}
        told.oracle = world.seen.looked
