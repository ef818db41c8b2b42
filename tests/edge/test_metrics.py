"""`/metrics`: honest figures for who knows the token, nothing at all for everybody else."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, text

from tests.kit.browsers import Browser
from tests.kit.clock import NOW, local
from tests.kit.wishes import wish
from truflow.api.doors import doors
from truflow.edge import Edge
from truflow.services.bookings import book
from truflow.settings import get_settings

TOKEN = "a-token-of-the-monitor-0123456789"
KNOWN = {"headers": {"Authorization": f"Bearer {TOKEN}"}}
Asks = Callable[..., httpx.Response]


@pytest.fixture
def ask(practice: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Asks]:
    monkeypatch.setenv("TRUFLOW_METRICS_TOKEN", TOKEN)
    get_settings.cache_clear()
    browser = Browser(Edge(doors(), None, tmp_path))
    yield lambda path="/metrics", **more: browser.ask("GET", path, **more)
    monkeypatch.undo()
    get_settings.cache_clear()


def figures(answer: httpx.Response) -> dict[str, float]:
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.text)
    return {
        each.name + "".join(f" {value}" for value in each.labels.values()): each.value
        for family in families
        for each in family.samples
    }


def test_it_tells_how_many_there_are_of_what(ask: Asks, practice: Engine) -> None:
    before = figures(ask(**KNOWN))
    assert before["truflow_bookings pending"] == before["truflow_outbox_waiting"] == before["truflow_alerts_open"] == 0
    made = book(wish(local(9, "10:00"), guest="Ann"), key=None, client="198.51.100.9", now=NOW)
    with practice.begin() as connection:
        for statement in (
            "insert into outbox (kind, ref, dedupe_key, status, run_after, attempts, created_at) values "
            "('mail', 'x', 'x', 'READY', now(), 0, now() - interval '1 hour')",
            "insert into admin_alert (rule, object_ref, message, opened_at) values ('a', 'b', 'c', now())",
            "insert into admin_alert (rule, object_ref, message, opened_at, closed_at) values "
            "('a', 'd', 'c', now(), now())",
            "insert into email_message (id, dedupe_key, template, recipient, message_id, status, attempts, facts, "
            "created_at) values (gen_random_uuid(), 'k', 'links', 'ann@example.com', 'm', 'FAILED', 4, '{}', now())",
        ):
            connection.execute(text(statement))
    after = figures(ask(**KNOWN))
    assert after["truflow_bookings pending"] == 1
    assert after["truflow_payments open"] == 1
    assert after["truflow_outbox_waiting"] == 1
    assert 3600 <= after["truflow_outbox_oldest_seconds"] < 3700
    assert after["truflow_alerts_open"] == 1
    assert after["truflow_email_messages failed"] == 1
    assert after["truflow_bookings cancelled"] == 0, "a status without rows is there too"
    words = ask(**KNOWN).text
    assert not any(word in words for word in ("ann@", "Ann", str(made.booking.id), made.booking.reference))


def test_it_counts_what_this_process_answered(ask: Asks) -> None:
    before = figures(ask(**KNOWN)).get("truflow_requests_total 404", 0)
    for _ in range(3):
        ask("/nothing-here")
    assert figures(ask(**KNOWN))["truflow_requests_total 404"] == before + 3


WRONG: list[dict[str, Any]] = [
    {},
    {"headers": {"Authorization": "Bearer"}},
    {"headers": {"Authorization": "Bearer "}},
    {"headers": {"Authorization": TOKEN}},
    {"headers": {"Authorization": f"Bearer {TOKEN}x"}},
    {"headers": {"Authorization": f"Bearer {TOKEN[:-1]}"}},
    {"headers": {"Authorization": "Bearer \xff".encode("latin-1")}},
    {"params": {"token": TOKEN}},
]


@pytest.mark.parametrize("given", WRONG)
def test_without_the_token_there_is_no_such_page(ask: Asks, given: dict[str, Any]) -> None:
    answer = ask(**given)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert "truflow_" not in answer.text


@pytest.mark.parametrize("token", ["", None])
def test_where_no_token_is_set_nobody_may_read(ask: Asks, monkeypatch: pytest.MonkeyPatch, token: str | None) -> None:
    if token is None:
        monkeypatch.delenv("TRUFLOW_METRICS_TOKEN")
    else:
        monkeypatch.setenv("TRUFLOW_METRICS_TOKEN", token)
    get_settings.cache_clear()
    for given in (*WRONG, KNOWN, {"headers": {"Authorization": "Bearer None"}}):
        assert ask(**given).status_code == 404


def test_it_is_kept_by_nobody(ask: Asks) -> None:
    headers = ask(**KNOWN).headers
    assert (headers["cache-control"], headers["x-robots-tag"]) == ("no-store", "noindex, nofollow")
    assert headers["content-type"].startswith("text/plain")
