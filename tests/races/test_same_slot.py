"""A time is sold once: real threads, real commits, and a control that shows the race without the guard."""

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import IntegrityError

from tests.kit.clock import Clock, local
from tests.kit.guests import body, free_times
from tests.kit.looking import one, overlaps
from tests.kit.stack import Stack
from tests.kit.wishes import wish
from truflow.errors import Refusal
from truflow.services import payments
from truflow.services.bookings import book

pytestmark = pytest.mark.races
GUESTS = 50


def together(number: int, do: Callable[[int], Any]) -> list[Any]:
    """Call `do` from as many threads, all let go at once."""
    gate = threading.Barrier(number)

    def one_of_them(index: int) -> Any:
        gate.wait(30)
        return do(index)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one_of_them, range(number)))


def test_fifty_guests_want_the_same_time_over_http(stack: Stack) -> None:
    start = free_times(stack, skip=3)[0]
    clients = [httpx.Client(base_url=stack.url, timeout=60, trust_env=False) for _ in range(GUESTS)]
    answers = together(GUESTS, lambda i: clients[i].post("/api/bookings", json=body(start, f"guest{i}")))
    outcomes = Counter((answer.status_code, answer.json().get("error", {}).get("code", "")) for answer in answers)
    assert outcomes == {(201, ""): 1, (409, "SLOT_TAKEN"): GUESTS - 1}
    during = "lower(during) = cast(:start as timestamptz)"
    assert stack.sql(f"select count(*) as n from diary_entry where {during}", start=start)[0]["n"] == 1
    assert overlaps(stack.database) == []


def test_the_same_key_twenty_times_in_parallel_is_one_booking(stack: Stack) -> None:
    start = free_times(stack, skip=4)[0]
    clients = [httpx.Client(base_url=stack.url, timeout=60, trust_env=False) for _ in range(20)]
    key = {"Idempotency-Key": "twenty-times-the-same"}
    answers = together(20, lambda i: clients[i].post("/api/bookings", json=body(start, "again"), headers=key))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1, "twenty equal answers"
    made = answers[0].json()
    assert stack.sql("select count(*) as n from booking where request_key = :k", k="twenty-times-the-same")[0]["n"] == 1
    intents = [
        each
        for each in stack.sandbox.ledger["payment_intents"]
        if each["metadata"].get("booking_id") == made["booking"]["id"]
    ]
    assert len(intents) == 1


@pytest.mark.parametrize("seed", range(3))
def test_overlapping_lengths_of_one_practitioner_never_overlap(practice: Engine, clock: Clock, seed: int) -> None:
    """Services of 30 to 120 minutes at shifted starts: whoever wins, no two take the same minute."""
    times = [local(2 + seed, "09:00") + dt.timedelta(minutes=15 * n) for n in range(30)]

    def try_it(index: int) -> str:
        asked = wish(times[(index * 7 + seed) % 30], guest=f"Guest {index}", service_id=1 + (index + seed) % 5)
        try:
            book(asked, key=None, client=f"10.{seed}.0.{index}", now=clock.now)
        except Refusal as refusal:
            return refusal.code
        return "BOOKED"

    outcomes = Counter(together(GUESTS, try_it))
    assert set(outcomes) <= {"BOOKED", "SLOT_TAKEN", "SLOT_NOT_OFFERED", "BUSY"}
    assert outcomes["BOOKED"] == one(practice, "select count(*) from diary_entry") >= 3
    assert overlaps(practice) == []


def test_the_cap_is_exact_under_fire(practice: Engine, clock: Clock) -> None:
    with practice.begin() as connection:
        connection.execute(text("update system_settings set max_bookings_per_day = 3"))
    times = [local(2, "09:00") + dt.timedelta(minutes=75 * n) for n in range(7)]

    def try_it(index: int) -> str:
        asked = wish(times[index % 7], guest=f"Guest {index}")
        try:
            book(asked, key=None, client=f"10.9.0.{index}", now=clock.now)
        except Refusal as refusal:
            return refusal.code
        return "BOOKED"

    outcomes = Counter(together(GUESTS, try_it))
    assert outcomes["BOOKED"] == 3
    assert outcomes["DAY_FULL"] > 0


def test_a_decline_and_its_own_letter_do_not_wait_for_each_other(
    practice: Engine, clock: Clock, token: Callable[..., str]
) -> None:
    """The letter about a declined card arrives in the very moment in which we note the decline."""
    for day in range(2, 5):
        made = book(wish(local(day, "10:00"), guest=f"Guest {day}"), key=None, client=f"10.8.0.{day}", now=clock.now)
        intent = str(made.client_secret).split("_secret_")[0]

        def decline_or_settle(index: int, made: Any = made, intent: str = intent, day: int = day) -> str:
            if index % 2:
                payments.settle(intent, now=clock.now)
                return "SETTLED"
            try:
                client = f"10.7.{day}.{index}"
                card = token("pm_card_visa_chargeDeclined")
                payments.pay(made.booking.id, made.manage_token, card, client=client, now=clock.now)
            except Refusal as refusal:
                return refusal.code
            return "PAID"

        assert set(together(8, decline_or_settle)) <= {"SETTLED", "PAYMENT_DECLINED", "PAYMENTS_UNAVAILABLE"}


@pytest.fixture
def scratch(practice: Engine) -> Iterator[Engine]:
    """The diary alone in a schema of its own, where a test may take its constraint away."""
    with practice.begin() as connection:
        connection.execute(text("drop schema if exists scratch cascade"))
        connection.execute(text("create schema scratch"))
        connection.execute(text("create table scratch.diary_entry (like public.diary_entry including all)"))
    inside = create_engine(
        practice.url.update_query_dict({"options": "-c timezone=UTC -c search_path=scratch"}), pool_size=GUESTS
    )
    yield inside
    inside.dispose()
    with practice.begin() as connection:
        connection.execute(text("drop schema scratch cascade"))


CHECK = "select count(*) from diary_entry where resource_id = 1 and during && cast(:span as tstzrange)"
INSERT = "insert into diary_entry (resource_id, during, kind, note) values (1, cast(:span as tstzrange), 'BLOCK', '')"
PAIRS = "select count(*) from diary_entry a join diary_entry b on a.id < b.id and a.during && b.during"


def check_then_insert(scratch: Engine) -> int:
    """What others do: look, then write. Returns the pairs that overlap afterwards."""
    looked = threading.Barrier(20)

    def try_it(_: int) -> None:
        with scratch.begin() as connection:
            span = {"span": "[2027-03-02 15:00+00, 2027-03-02 16:15+00)"}
            free = connection.execute(text(CHECK), span).scalar_one() == 0
            looked.wait(30)
            if free:
                connection.execute(text(INSERT), span)

    def quietly(index: int) -> None:
        try:
            try_it(index)
        except IntegrityError as refused:
            assert "diary_entry_int8range_during_excl" in str(refused) or "diary_no_overlap" in str(refused)  # noqa: PT017

    together(20, quietly)
    return int(one(scratch, PAIRS))


def test_control_without_the_constraint_the_race_sells_a_time_many_times(scratch: Engine) -> None:
    with scratch.begin() as connection:
        found = connection.execute(
            text("select conname from pg_constraint where contype = 'x' and conrelid = 'diary_entry'::regclass")
        ).scalar_one()
        connection.execute(text(f'alter table diary_entry drop constraint "{found}"'))
    assert check_then_insert(scratch) == 20 * 19 // 2


def test_with_the_constraint_the_same_race_sells_it_once(scratch: Engine) -> None:
    assert check_then_insert(scratch) == 0
    assert one(scratch, "select count(*) from diary_entry") == 1
