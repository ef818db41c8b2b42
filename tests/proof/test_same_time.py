"""Many guests at once: one time over HTTP, overlapping lengths of two people, the last places of a day."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from tests.kit.clock import local
from tests.kit.guests import NEW_YORK, body
from tests.kit.looking import overlaps
from tests.kit.stack import Stack
from tests.kit.wishes import wish
from tests.proof.amounts import ONLY, SEED, amount, part
from tests.proof.world import World, outcome
from tests.races.test_same_slot import together
from truflow.services.bookings import book

pytestmark = pytest.mark.races
GUESTS = 50
ROUNDS = amount("rounds", 4, 200)
SEEDS = amount("seeds", 1, 20)
ATTEMPTS = amount("attempts", 200, 1000)
CAPS = amount("caps", 3, 100)
THIS = "tests/proof/test_same_time.py"


def apart(stack: Stack) -> Iterator[str]:
    """Free starts an hour and a quarter apart: from four weeks on, where no other test books, then the days before."""
    today = dt.datetime.now(NEW_YORK).date()
    for day in (today + dt.timedelta(days=n) for n in (*range(28, 60), *range(3, 28))):
        last: dt.datetime | None = None
        for slot in stack.http.get("/api/availability/3", params={"date": str(day)}).json()["slots"]:
            start = dt.datetime.fromisoformat(slot["startTime"])
            if last is None or start >= last + dt.timedelta(minutes=75):
                last = start
                yield slot["startTime"]


def test_one_time_fifty_guests_many_rounds_over_http(stack: Stack) -> None:
    clients = [httpx.Client(base_url=stack.url, timeout=60, trust_env=False) for _ in range(GUESTS)]
    outcomes: Counter[str] = Counter()
    with part("same slot over HTTP", f"{THIS} -k fifty_guests") as told:
        starts = apart(stack)
        for number in range(ROUNDS):
            start = next(starts)

            def post(i: int, start: str = start, number: int = number) -> httpx.Response:
                return clients[i].post("/api/bookings", json=body(start, f"round{number}guest{i}"))

            answers = together(GUESTS, post)
            seen = Counter(f"{a.status_code} {a.json().get('error', {}).get('code', '')}".strip() for a in answers)
            assert seen["201"] == 1, f"round {number} at {start}: {seen}"
            assert set(seen) <= {"201", "409 SLOT_TAKEN"}, f"round {number} at {start}: {seen}"
            outcomes += seen
        double = overlaps(stack.database)
        told.counts = {"requests": ROUNDS * GUESTS, "rounds": ROUNDS, **outcomes, "double": len(double)}
        assert double == []
    for client in clients:
        client.close()


def test_overlapping_lengths_of_two_people_never_overlap(world: World) -> None:
    """Five services of 30 to 120 minutes, on every quarter of three days, for this one, that one or anybody."""
    with part("overlapping lengths", f"{THIS} -k overlapping_lengths") as told:
        outcomes: Counter[str] = Counter()
        for seed in [int(ONLY)] if ONLY else range(SEED, SEED + SEEDS):
            world.fresh()
            world.second_practitioner()
            people = [None, *(row["id"] for row in world.sql("select id from resource order by id"))]
            dice = random.Random(seed)
            asked = [
                wish(
                    local(dice.randint(2, 4), "09:00") + dt.timedelta(minutes=15 * dice.randrange(34)),
                    guest=f"Guest {n}",
                    service_id=dice.randint(1, 5),
                    practitioner_id=dice.choice(people),
                )
                for n in range(ATTEMPTS)
            ]

            def ask(thread: int, asked: list = asked) -> list[str]:  # type: ignore[type-arg]
                return [
                    outcome(
                        lambda n=n: book(asked[n], key=None, client=f"10.{n // 250}.1.{n % 250}", now=world.clock.now)
                    )
                    for n in range(thread, ATTEMPTS, GUESTS)
                ]

            seen = Counter(word for words in together(GUESTS, ask) for word in words)
            assert set(seen) <= {"BOOKED", "SLOT_TAKEN", "SLOT_NOT_OFFERED", "BUSY"}, f"seed {seed}: {seen}"
            held = len(world.sql("select 1 from diary_entry"))
            assert 6 <= seen["BOOKED"] <= held <= seen["BOOKED"] + seen["BUSY"], f"seed {seed}: {held} held, {seen}"
            assert overlaps(world.database) == [], f"seed {seed}"
            outcomes += seen
            findings = world.examine()
            assert not findings.breaches, f"seed {seed}\n{findings.table()}"
        told.counts = {"attempts": SEEDS * ATTEMPTS, "seeds": SEEDS, **outcomes, "overlaps": 0}
        told.oracle = world.seen.looked


def test_the_cap_is_exact_in_every_round(world: World) -> None:
    with part("the daily cap", f"{THIS} -k the_cap") as told:
        outcomes: Counter[str] = Counter()
        for number in [int(ONLY)] if ONLY else range(CAPS):
            world.fresh()
            world.second_practitioner()
            cap = 1 + number % 5
            world.sql("update system_settings set max_bookings_per_day = :cap", cap=cap)
            times = [local(2, "09:00") + dt.timedelta(minutes=75 * n) for n in range(7)]

            def ask(i: int, times: list[dt.datetime] = times) -> str:
                asked = wish(times[i % 7], guest=f"Guest {i}")
                return outcome(lambda: book(asked, key=None, client=f"10.9.0.{i}", now=world.clock.now))

            seen = Counter(together(GUESTS, ask))
            assert seen["BOOKED"] == cap, f"round {number}: {seen}"
            assert set(seen) <= {"BOOKED", "SLOT_TAKEN", "DAY_FULL", "BUSY"}, f"round {number}: {seen}"
            outcomes += seen
        told.counts = {"attempts": CAPS * GUESTS, "rounds": CAPS, **outcomes}
