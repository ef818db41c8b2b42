"""The test is the table: every status to every status, in the code's door and in the database's net."""

import datetime as dt
import re
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from tests.kit.clock import NOW, Clock, local
from tests.kit.looking import one, rows
from tests.kit.wishes import booked
from truflow.errors import IllegalTransition
from truflow.models import Booking, BookingStatus, DisputeStatus, Payment, PaymentStatus, Refund, RefundStatus
from truflow.models.booking import TRANSITIONS
from truflow.models.messages import MAIL_TRANSITIONS
from truflow.models.payment import DISPUTE_TRANSITIONS, PAYMENT_TRANSITIONS, REFUND_TRANSITIONS


def pairs_in_trigger(database: Engine, name: str, column: str) -> set[tuple[str, str]]:
    body = one(database, "select prosrc from pg_proc where proname = :name", name=name)
    (listed,) = re.findall(rf"if new\.{column} <> old\.{column} and (.*?) then", body, re.DOTALL) or [""]
    return set(re.findall(r"\('([A-Z_]+)', '([A-Z_]+)'\)", listed))


@pytest.mark.parametrize(
    ("trigger", "column", "table"),
    [
        ("booking_guard", "status", TRANSITIONS),
        ("payment_guard", "status", PAYMENT_TRANSITIONS),
        ("payment_guard", "dispute", DISPUTE_TRANSITIONS),
        ("refund_guard", "status", REFUND_TRANSITIONS),
        ("mail_guard", "status", MAIL_TRANSITIONS),
    ],
)
def test_the_net_has_the_same_pairs_as_the_door(
    database: Engine, trigger: str, column: str, table: dict[str, frozenset[str]]
) -> None:
    pairs = {(str(a), str(b)) for a, ends in table.items() for b in ends if a != b}
    assert pairs_in_trigger(database, trigger, column) == pairs


@pytest.mark.parametrize("start", BookingStatus)
@pytest.mark.parametrize("end", BookingStatus)
def test_a_booking_goes_only_where_its_table_leads(start: BookingStatus, end: BookingStatus) -> None:
    booking = Booking(status=start, version=1)
    if end in TRANSITIONS[start]:
        booking.go(end)
        assert (booking.status, booking.version) == (end, 2)
    else:
        with pytest.raises(IllegalTransition):
            booking.go(end)
        assert booking.status == start


@pytest.mark.parametrize("start", PaymentStatus)
@pytest.mark.parametrize("end", PaymentStatus)
def test_a_payment_only_goes_up(start: PaymentStatus, end: PaymentStatus) -> None:
    payment = Payment(status=start)
    assert payment.go(end) is (end in PAYMENT_TRANSITIONS[start])
    assert payment.status == (end if end in PAYMENT_TRANSITIONS[start] else start)


@pytest.mark.parametrize("start", RefundStatus)
@pytest.mark.parametrize("end", RefundStatus)
def test_a_refund_only_goes_up(start: RefundStatus, end: RefundStatus) -> None:
    refund = Refund(status=start)
    assert refund.go(end) is (end in REFUND_TRANSITIONS[start])


@pytest.mark.parametrize("start", BookingStatus)
@pytest.mark.parametrize("end", BookingStatus)
def test_the_database_refuses_what_the_code_would_never_ask(
    practice: Engine, clock: Clock, start: BookingStatus, end: BookingStatus
) -> None:
    booked(local(2, "10:00"), clock.now)
    with practice.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        connection.execute(text("update booking set status = :s"), {"s": start})
    change = text("update booking set status = :s")
    if start == end or end in TRANSITIONS[start]:
        with practice.begin() as connection:
            connection.execute(change, {"s": end})
    else:
        with pytest.raises(DBAPIError, match="may not go"), practice.begin() as connection:
            connection.execute(change, {"s": end})


@pytest.mark.parametrize("start", DisputeStatus)
@pytest.mark.parametrize("end", DisputeStatus)
def test_the_database_refuses_a_dispute_that_goes_back(
    practice: Engine, clock: Clock, start: DisputeStatus, end: DisputeStatus
) -> None:
    booked(local(2, "10:00"), clock.now)
    with practice.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        connection.execute(text("update payment set dispute = :d"), {"d": start})
    change = text("update payment set dispute = :d")
    if start == end or end in DISPUTE_TRANSITIONS[start]:
        with practice.begin() as connection:
            connection.execute(change, {"d": end})
    else:
        with pytest.raises(DBAPIError, match=r"dispute of payment .* may not go"), practice.begin() as connection:
            connection.execute(change, {"d": end})


@pytest.mark.parametrize(
    "statement",
    [
        "update payment_audit_log set why = 'never'",
        "delete from payment_audit_log",
        "truncate payment_audit_log",
        "update booking_event set why = 'never'",
        "delete from booking_event",
        "delete from payment",
        "update payment set amount_cents = 1",
        "update booking set price_cents = 1, downpayment_cents = 0",
    ],
)
def test_books_are_written_once_even_for_the_superuser(practice: Engine, clock: Clock, statement: str) -> None:
    booked(local(2, "10:00"), clock.now)
    with pytest.raises(DBAPIError, match=r"written once|agreed"), practice.begin() as connection:
        connection.execute(text(statement))


def test_the_application_may_not_touch_the_audit(practice: Engine) -> None:
    may = rows(
        practice,
        """
        select t.name || ' ' || p.verb as what from (values ('payment_audit_log'), ('booking_event')) t(name),
          (values ('UPDATE'), ('DELETE'), ('TRUNCATE')) p(verb)
        where has_table_privilege('truflow_app', t.name, p.verb)
        """,
    )
    assert may == []
    assert not one(
        practice, "select rolsuper or rolcreaterole or rolcreatedb from pg_roles where rolname = 'truflow_app'"
    )


def test_the_exclusion_constraint_is_there(practice: Engine) -> None:
    """Alembic writes it with the table, but never compares it afterwards."""
    definition = one(practice, "select pg_get_constraintdef(oid) from pg_constraint where conname = 'diary_no_overlap'")
    key = "int8range((resource_id)::bigint, (resource_id)::bigint, '[]'::text)"
    assert definition == f"EXCLUDE USING gist ({key} WITH &&, during WITH &&)"


def test_a_naive_moment_is_refused(practice: Engine) -> None:
    from truflow.services import health

    with pytest.raises(Exception, match="needs a time zone"):
        health.beat("x", now=dt.datetime(2027, 3, 1))  # noqa: DTZ001


def test_a_service_is_never_cheaper_than_its_deposit(practice: Engine) -> None:
    values: dict[str, Any] = {"slug": str(uuid4()), "now": NOW}
    with pytest.raises(DBAPIError, match="downpayment_within_price"), practice.begin() as connection:
        connection.execute(
            text(
                "insert into service (slug, name, description, duration_min, price_cents, downpayment_cents, position) "
                "values (:slug, 'x', '', 60, 100, 101, 1)"
            ),
            values,
        )
