"""Fifty guests over HTTP while everything falls over: web, worker, database and Stripe killed again and again.

Afterwards everything is started once more, the days pass, and both sides' books must be whole. PROOF_QUEUE=redis
runs the same with Redis as the queue.
"""

import datetime as dt
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kit.guests import NEW_YORK
from tests.kit.redis import queue_settings
from tests.kit.stack import ROOT, Stack
from tests.proof import ledger, oracle
from tests.proof.amounts import LONG, SEED, Part, amount, part
from tests.proof.chaos_guests import Guest, Notes
from tests.proof.chaos_troubles import RISING, VICTIMS, House, Stripe, faults_used, strike
from tests.proof.world import message_ids
from tests.sandbox.kit import until

SECONDS = amount("chaos", 40, 600)
GUESTS = amount("guests", 50, 50)
DAYS = 55 if LONG else 25
THIS = "tests/proof/test_chaos.py"
WORKERS = 4
"""Threads of one worker; each may have been between a mail and its row when it died."""

PASSING = ("0.7", "6", "26", "70")
"""Hours: past every hold, every back-off, and the age at which Stripe forgets keys."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A stack of its own with three practitioners, whose unpaid holds end after a minute."""
    with queue_settings(tmp_path / "redis") as settings:
        made = House(Stack(tmp_path / "stack"), **settings)
        try:
            made.up()
            made.stack.sql("insert into resource (kind, name) values ('PRACTITIONER', 'Noa'), ('PRACTITIONER', 'Kim')")
            made.stack.sql(
                "insert into service_resource (service_id, resource_id) "
                "select s.id, r.id from service s, resource r on conflict do nothing"
            )
            made.stack.sql("update system_settings set hold_minutes = 1")
            yield made
        finally:
            made.stack.down()


def every_start(stack: Stack) -> list[str]:
    """All times of the coming days; most of them overlap their neighbours."""
    first = dt.datetime.now(NEW_YORK).date() + dt.timedelta(days=3)
    days = [first + dt.timedelta(days=n) for n in range(DAYS)]
    slots = [stack.http.get("/api/availability/3", params={"date": str(day)}).json()["slots"] for day in days]
    return sorted({slot["startTime"] for day in slots for slot in day})


def chaos(house: House, notes: Notes) -> float:
    """All guests at once, and everything that can befall them; how many seconds it took.

    A slow machine gets up to 80 seconds more, until there was enough to prove something by.
    """
    times, over, began = every_start(house.stack), threading.Event(), time.monotonic()
    guests = [Guest(house.stack, n, random.Random(f"{SEED} {n}"), times, notes, over) for n in range(GUESTS)]
    stripe = Stripe(house.stack, random.Random(f"{SEED} stripe"), over)
    for thread in (*guests, stripe):
        thread.start()

    def enough() -> bool:
        lasted = time.monotonic() - began
        return lasted > SECONDS + 80 or (lasted > SECONDS and not too_little(house, notes))

    try:
        strike(house, enough, random.Random(SEED))
    finally:
        over.set()
    lasted = time.monotonic() - began
    for thread in (*guests, stripe):
        thread.join(90)
        assert not thread.is_alive(), f"{thread.name} is stuck"
    return lasted


def too_little(house: House, notes: Notes) -> dict[str, str]:
    """What did not happen often enough; an hour in which nothing happened proves nothing."""
    wanted = {
        **dict.fromkeys(VICTIMS, max(1, SECONDS // 300)),
        "booked": SECONDS // 2,
        "paid": SECONDS // 5,
        "cancelled": 2,
        "moved": 2,
        "declined": 2,
        "bank success": 2,
        "answers lost": 1,
        "answers 503 BUSY": 1,
        "answers 503 PAYMENTS_UNAVAILABLE": 1,
    }
    with notes.lock:
        had = house.kills + notes.seen
    return {what: f"{had[what]} of {n}" for what, n in wanted.items() if had[what] < n}


def once_more(house: House) -> None:
    """Everything is killed a last time and started without faults; it must come back by itself, all of it."""
    stack = house.stack
    stack.sandbox.control("DELETE", "/faults")
    for victim in RISING:
        house.kill(victim)
    for victim in RISING:
        house.start(victim)
    until(stack.answers, 120)
    stack.kill("worker", signal.SIGTERM)


def let_days_pass(house: House) -> dt.datetime:
    """The worker's chores over days, letters coming in meanwhile; the ones that waited at their bank answer late."""
    stack = house.stack
    waiting = [each["id"] for each in stack.sandbox.ledger["payment_intents"] if each["status"] == "requires_action"]
    for intent in waiting[::2]:
        stack.sandbox.control("POST", f"/payment_intents/{intent}/authenticate", outcome="success")
    stack.sandbox.control("POST", "/events/release")
    chores(house, *PASSING)
    until(lambda: not [state for state in deliveries(stack) if state == "due"], 60)
    return dt.datetime.fromisoformat(chores(house, "71").split()[-1])


def chores(house: House, *hours: str) -> str:
    command = [sys.executable, "-m", "tests.proof.chaos_chores", *hours]
    environment = house.stack._env(house.settings)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


def deliveries(stack: Stack) -> Counter[str]:
    """What became of Stripe's letters."""
    return Counter(each["state"] for event in stack.sandbox.ledger["events"] for each in event["deliveries"])


def examine(house: House, now: dt.datetime, told: Part) -> oracle.Findings:
    """The oracle over both sides' books; a mail may have gone out twice where a worker died, and only if we know it."""
    stack, mails = house.stack, message_ids(house.stack.folder / "data" / "mail")
    again = len(mails) - len(set(mails))
    lost = WORKERS * (house.kills["worker"] + house.kills["database"])
    counted = stack.sql("select coalesce(sum((facts->>'uncertain')::int), 0) as n from email_message")[0]["n"]
    with stack.database.connect().execution_options(isolation_level="REPEATABLE READ") as snapshot:
        books = oracle.read(snapshot, ledger.read(stack.sandbox), mails, now, lost_answers=min(lost, counted))
    findings = oracle.examine(books)
    told.counts |= {"mails": len(mails), "mails twice": again, "mails counted as uncertain": counted}
    told.oracle = findings.looked
    return findings


def taken_back(stack: Stack, notes: Notes) -> set[Any]:
    """What guests were told of their bookings, and which no history knows."""
    lived = {(str(row["id"]), "PENDING") for row in stack.sql("select id from booking")}
    events = stack.sql("select booking_id, to_status from booking_event where what = 'status'")
    keys = {(row["request_key"], str(row["id"])) for row in stack.sql("select request_key, id from booking")}
    return (notes.told - lived - {(str(row["booking_id"]), row["to_status"]) for row in events}) | (
        set(notes.keys.items()) - keys
    )


@pytest.mark.races
def test_whatever_falls_over_the_books_are_whole(house: House) -> None:
    notes = Notes()
    with part("chaos", THIS) as told:
        lasted = chaos(house, notes)
        house.stack.sandbox.http.timeout = 300  # its whole ledger is long
        faults = faults_used(house.stack)
        once_more(house)
        now = let_days_pass(house)
        letters = deliveries(house.stack)
        told.counts = {
            "seconds of chaos": round(lasted),
            "guests": GUESTS,
            "queue": "Redis" if house.settings else "PostgreSQL",
            **dict(sorted(notes.seen.items())),
            **{f"killed {victim}": n for victim, n in sorted(house.kills.items())},
            **{f"Stripe {fault}": n for fault, n in sorted(faults.items())},
            **{f"letters {state}": n for state, n in sorted(letters.items())},
        }
        findings = examine(house, now, told)
        print(findings.table())
        assert not findings.breaches, told.replay()
        verified = house.stack.run("verify")
        assert verified.returncode == 0, f"{told.replay()}\n{verified.stdout[-4000:]}{verified.stderr[-2000:]}"
        assert notes.wrong == [], f"{len(notes.wrong)} answers that nobody promised"
        assert taken_back(house.stack, notes) == set()
        assert house.ended_by_itself == []
        assert too_little(house, notes) == {}
        assert len(faults) >= 5, "kinds of faults at Stripe"
        assert faults.total() >= SECONDS // 3
        assert letters["dropped"] >= 1
        assert letters["delivered"] > letters["dropped"]
