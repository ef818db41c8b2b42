"""The proof finds what is planted, names it, and says nothing about a house in which everything agrees."""

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from tests.kit.allowances import ALLOWED
from tests.kit.clean_house import CleanHouse, other_stripe
from tests.kit.clock import NOW
from tests.kit.corruptions import CORRUPTIONS
from tests.kit.looking import one, rows
from tests.kit.planting import AUDIT, Corruption, of
from tests.sandbox.kit import Sandbox, free_port
from truflow.cli import app
from truflow.services.verification import RULES
from truflow.services.verification.with_stripe import Books, differences, still_different
from truflow.services.verify import last_result, verify, verify_and_keep

ROOT = Path(__file__).resolve().parents[2]
AGAINST_STRIPE = {
    "payment_differs_from_stripe",
    "payment_unknown_to_stripe",
    "dispute_differs_from_stripe",
    "refund_differs_from_stripe",
    "stripe_payment_unknown_to_us",
    "stripe_refund_unknown_to_us",
}
INDEX = "select indexdef from pg_indexes where indexname = 'payment_one_live'"
CONSTRAINT = "select pg_get_constraintdef(oid) from pg_constraint where conname = 'diary_no_overlap'"


@pytest.fixture(scope="module")
def built(database: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CleanHouse]:
    box = Sandbox(tmp_path_factory.mktemp("verify") / "sandbox").start()
    undo = other_stripe(pytest.MonkeyPatch(), box.url)
    house = CleanHouse(database, box)
    yield house
    house.tear_down()
    undo()
    box.stop()


@pytest.fixture
def house(built: CleanHouse) -> Iterator[CleanHouse]:
    """The clean house; whatever a test does to its rows and their guards is undone."""
    index, constraint = one(built.database, INDEX), one(built.database, CONSTRAINT)
    yield built
    built.put_back()
    with built.database.begin() as connection:
        if not rows(built.database, INDEX):
            connection.execute(text(index))
        if not rows(built.database, CONSTRAINT):
            connection.execute(text(f"alter table diary_entry add constraint diary_no_overlap {constraint}"))
        connection.execute(text("alter table booking enable trigger booking_guard"))
        connection.execute(text(f"revoke update on {AUDIT} from truflow_app"))


def found(house: CleanHouse, *, now: dt.datetime | None = None, with_stripe: bool = True) -> set[str]:
    return {finding.rule for finding in verify(now=now or house.now, with_stripe=with_stripe).findings}


def test_the_house_holds_every_end_that_a_booking_can_have(house: CleanHouse) -> None:
    ends = {row["status"] for row in rows(house.database, "select distinct status from booking")}
    assert ends == {"PENDING", "CONFIRMED", "EXPIRED", "CANCELLED", "CONFLICT", "COMPLETED", "NO_SHOW"}
    refunds = {row["status"] for row in rows(house.database, "select distinct status from refund")}
    assert refunds == {"SUCCEEDED", "FAILED"}
    assert one(house.database, "select count(*) from booking") >= 16


def test_nothing_is_found_where_everything_agrees(house: CleanHouse) -> None:
    result = verify(now=house.now)
    assert result.findings == []
    assert result.ok
    assert result.checked["bookings"] == one(house.database, "select count(*) from booking")
    assert result.checked["stripeIntents"] == len(house.box.ledger["payment_intents"]) > 10
    assert result.checked["stripeRefunds"] == len(house.box.ledger["refunds"]) > 2


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda each: each.name)
def test_what_is_planted_is_found_by_its_rules_alone(house: CleanHouse, corruption: Corruption) -> None:
    house.behind_its_back(*corruption.statements)
    assert found(house) == corruption.rules
    assert found(house, with_stripe=False) == corruption.rules - AGAINST_STRIPE


def test_every_rule_has_something_planted_for_it() -> None:
    planted = {rule for corruption in CORRUPTIONS for rule in corruption.rules}
    assert planted == {rule.name for rule in RULES} | AGAINST_STRIPE


@pytest.mark.parametrize("allowed", ALLOWED, ids=lambda each: each.name)
def test_what_is_in_order_after_all_is_not_found(house: CleanHouse, allowed: Corruption) -> None:
    house.behind_its_back(*allowed.statements)
    assert found(house, with_stripe=False) == set()


def test_the_manual_explains_every_rule() -> None:
    page = (ROOT / "docs" / "verify.md").read_text()
    for rule in RULES:
        assert f"| `{rule.name}` | {rule.holds.splitlines()[0]} |" in page
    assert all(f"`{name}`" in page for name in (*AGAINST_STRIPE, "stripe_unreachable"))


def test_a_finding_names_the_row_and_says_what_to_do(house: CleanHouse) -> None:
    house.behind_its_back(f"delete from diary_entry where booking_id = {of('Fay')}")
    (finding,) = verify(now=house.now, with_stripe=False).findings
    booking = rows(house.database, f"select id, reference from booking where id = {of('Fay')}")[0]
    assert finding.row == f"booking {booking['reference']} ({booking['id']})"
    assert finding.what == "It is CONFIRMED and nothing in the diary keeps its time."
    assert finding.todo.endswith("if the time is taken, ask both guests.")


def test_a_mishap_of_many_rows_is_listed_to_a_hundred(house: CleanHouse) -> None:
    house.behind_its_back(
        "insert into email_message "
        "(id, dedupe_key, template, recipient, message_id, status, attempts, facts, created_at) select"
        " gen_random_uuid(), 'x' || n, 'x', 'x', 'x' || n, 'FAILED', 4, '{}', :now from generate_series(1, 300) n"
    )
    findings = verify(now=house.now, with_stripe=False).findings
    assert len(findings) == 101
    assert findings[-1].what == "More than 100 rows break this rule."


def test_a_letter_on_its_way_is_nothing_wrong_until_it_is_late(house: CleanHouse) -> None:
    """Quin has paid at Stripe five minutes ago, and we have not heard of it yet."""
    assert "payment_differs_from_stripe" not in found(house, now=house.now + dt.timedelta(minutes=34))
    late = verify(now=house.now + dt.timedelta(minutes=36)).findings
    (finding,) = (each for each in late if each.rule == "payment_differs_from_stripe")
    assert finding.what == "It is OPEN here and succeeded at Stripe."


def test_what_was_made_while_we_read_is_asked_about_again(house: CleanHouse) -> None:
    books = Books(since=NOW)
    del books.intents[one(house.database, f"select stripe_intent_id from payment where booking_id = {of('Fay')}")]
    del books.refunds[one(house.database, f"select stripe_refund_id from refund where booking_id = {of('Kim')}")]
    suspects = [each.finding.rule for each in differences(books, now=house.now)]
    assert suspects == ["payment_unknown_to_stripe", "refund_differs_from_stripe"]
    assert still_different(books, now=house.now) == []


def test_a_stripe_that_does_not_answer_is_said_and_hides_nothing_else(house: CleanHouse) -> None:
    house.behind_its_back(f"delete from diary_entry where booking_id = {of('Fay')}")
    undo = other_stripe(pytest.MonkeyPatch(), f"http://127.0.0.1:{free_port()}")
    try:
        assert found(house) == {"stripe_unreachable", "booking_without_its_time"}
        assert found(house, with_stripe=False) == {"booking_without_its_time"}
    finally:
        undo()


def test_it_changes_nothing(house: CleanHouse) -> None:
    tables = rows(house.database, "select tablename as name from pg_tables where schemaname = 'public'")
    versions = "(select md5(string_agg(t.ctid || ' ' || t.xmin, ',' order by t.ctid)) from {} t)"
    everything = [versions.format(table["name"]) for table in tables]
    picture = f"select concat_ws(' ', {', '.join(everything)})"
    before = one(house.database, picture)
    verify(now=house.now)
    assert one(house.database, picture) == before


def test_each_night_is_kept_for_ninety_days_and_told_when_something_was_found(house: CleanHouse) -> None:
    assert last_result() is None
    verify_and_keep(now=house.now)
    assert one(house.database, "select count(*) from admin_alert where rule = 'verification'") == 0
    house.behind_its_back(f"delete from diary_entry where booking_id = {of('Fay')}")
    for _ in range(2):
        result = verify_and_keep(now=house.now + dt.timedelta(seconds=1))
    kept = last_result()
    assert kept is not None
    assert kept == result
    assert kept.rows == sum(kept.checked.values()) - len(RULES) > 100
    assert [finding.rule for finding in kept.findings] == ["booking_without_its_time"]
    assert one(house.database, "select count(*) from admin_alert where rule = 'verification'") == 1
    verify_and_keep(now=house.now + dt.timedelta(days=90, seconds=1))
    assert one(house.database, "select count(*) from verification") == 3, "only the first night is forgotten"


def test_a_night_that_finds_nothing_closes_the_alert_of_the_nights_before(house: CleanHouse) -> None:
    told = "select message, closed_by from admin_alert where rule = 'verification'"
    lost = f"booking_id = {of('Fay')}"
    house.behind_its_back(f"delete from diary_entry where {lost}")
    verify_and_keep(now=house.now)
    (alert,) = rows(house.database, told)
    assert "found one thing that does not agree" in alert["message"]
    house.behind_its_back(f"update booking set status = 'NO_SHOW' where id = {of('Fay')}")
    count = len(verify_and_keep(now=house.now).findings)
    (alert,) = rows(house.database, told)
    assert f"found {count} things that do not agree" in alert["message"]
    house.behind_its_back(
        f"insert into diary_entry select * from kept.diary_entry where {lost}",
        f"update booking set status = 'CONFIRMED' where id = {of('Fay')}",
    )
    assert verify_and_keep(now=house.now).ok
    assert rows(house.database, told) == [{**alert, "closed_by": "system"}]


def test_the_command_is_calm_when_nothing_was_found(house: CleanHouse) -> None:
    whole = [sys.executable, "-m", "truflow", "verify"]
    done = subprocess.run(whole, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Looked at everything in ")
    assert done.stdout.endswith("\n\nEverything agrees.\n")


def test_the_command_speaks_json(house: CleanHouse) -> None:
    done = CliRunner().invoke(app, ["verify", "--json", "--no-stripe"])
    assert done.exit_code == 0
    answer = json.loads(done.output)
    assert (answer["ok"], answer["findings"]) == (True, [])
    assert answer["at"].endswith("Z")
    assert answer["tookMs"] >= 0
    assert answer["checked"]["bookings"] >= 16
    assert "stripeIntents" not in answer["checked"]


def test_the_command_ends_with_one_and_the_findings(house: CleanHouse) -> None:
    house.behind_its_back(f"delete from diary_entry where booking_id = {of('Fay')}")
    done = CliRunner().invoke(app, ["verify"])
    assert done.exit_code == 1
    assert "One thing does not agree:\n\n  booking_without_its_time\n    booking " in done.output
    asked = CliRunner().invoke(app, ["verify", "--json"])
    assert asked.exit_code == 1
    answer = json.loads(asked.output)
    assert answer["ok"] is False
    assert [set(finding) for finding in answer["findings"]] == [{"rule", "row", "what", "todo"}]
