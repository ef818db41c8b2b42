"""Limits under parallel fire, in memory and in Redis."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.kit.redis import available, redis_url
from truflow.errors import Busy, RateLimited
from truflow.services import limits
from truflow.settings import get_settings

HOME = "198.51.100.7"


@pytest.fixture(params=["memory", "redis"])
def storage(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "memory":
        fresh()
        yield "memory"
        fresh()
        return
    if not available():
        pytest.skip("there is no redis-server here")
    with redis_url(tmp_path) as url:
        monkeypatch.setenv("TRUFLOW_REDIS_URL", url)
        fresh()
        until_it_answers()
        yield "redis"
    monkeypatch.undo()
    fresh()


def fresh() -> None:
    get_settings.cache_clear()
    limits._limiter.cache_clear()


def until_it_answers() -> None:
    for _ in range(100):
        try:
            limits.take("book", "192.0.2.99")
        except Busy:
            threading.Event().wait(0.05)
        else:
            return
    raise AssertionError("Redis does not answer")


def heard(bucket: str, client: str = HOME) -> bool:
    try:
        limits.take(bucket, client)
    except RateLimited:
        return False
    return True


@pytest.mark.races
@pytest.mark.parametrize(("bucket", "most"), [("pay", 5), ("sign_in", 5), ("book", 30), ("token", 20), ("request", 5)])
def test_a_window_holds_its_number_and_no_more(storage: str, bucket: str, most: int) -> None:
    ready = threading.Barrier(50)

    def one(_: int) -> bool:
        ready.wait()
        return heard(bucket)

    with ThreadPoolExecutor(50) as pool:
        assert sum(pool.map(one, range(50))) == most
    assert heard(bucket, "198.51.100.8")


def test_the_refusal_says_how_long_to_wait(storage: str) -> None:
    for _ in range(5):
        limits.take("pay", HOME)
    with pytest.raises(RateLimited) as refusal:
        limits.take("pay", HOME)
    assert refusal.value.retry_after is not None
    assert 14 * 60 < refusal.value.retry_after <= 15 * 60 + 1
    assert "15 minutes" in refusal.value.message


def test_one_bucket_leaves_the_others_full(storage: str) -> None:
    assert [heard("pay") for _ in range(6)] == [True] * 5 + [False]
    assert heard("sign_in")


def test_an_account_that_was_forgotten_begins_anew(storage: str) -> None:
    for _ in range(5):
        limits.take_for("account", "maya")
    limits.forget("account", "maya")
    limits.take_for("account", "maya")


def test_relaxed_limits_are_for_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUFLOW_RELAXED_LIMITS", "true")
    fresh()
    assert all(heard("pay") for _ in range(500))
    monkeypatch.setenv("TRUFLOW_ENV", "production")
    get_settings.cache_clear()
    with pytest.raises(ValueError, match="TRUFLOW_RELAXED_LIMITS is for tests"):
        get_settings()
    monkeypatch.undo()
    fresh()
    assert "TRUFLOW_RELAXED_LIMITS" not in os.environ


@pytest.mark.parametrize(
    ("client", "counted"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::/64", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("nonsense", "unknown"),
    ],
)
def test_what_counts_as_one_visitor(client: str, counted: str) -> None:
    assert limits.address(client) == counted
