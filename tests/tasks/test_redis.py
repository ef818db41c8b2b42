"""The same road with Redis as queue and counter, where several processes share the work."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.guests import bearer, book, card, free_times
from tests.kit.redis import available, redis_url
from tests.kit.stack import Stack
from tests.sandbox.kit import until

pytestmark = pytest.mark.skipif(not available(), reason="needs Debian's redis-server")


@pytest.fixture(scope="module")
def redis_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with redis_url(tmp_path_factory.mktemp("redis")) as url:
        stack = Stack(Path(tmp_path_factory.mktemp("redis-stack"))).up(TRUFLOW_REDIS_URL=url)
        yield stack
        stack.down()


def test_a_paid_booking_is_confirmed_and_mailed_by_the_bell_alone(redis_stack: Stack) -> None:
    made = book(redis_stack, free_times(redis_stack)[0], "redis").json()
    path = f"/api/bookings/{made['booking']['id']}/pay"
    paid = redis_stack.http.post(path, json={"confirmationToken": card(redis_stack)}, headers=bearer(made))
    assert paid.json()["booking"]["status"] == "CONFIRMED"
    redis_stack.until_mails(lambda mails: [mail for mail in mails if mail["to"] == "redis@example.com"], 15)
    assert redis_stack.sql("select count(*) as n from huey_task") == [{"n": 0}], "PostgreSQL's queue is not used"


def test_a_worker_killed_in_between_loses_nothing(redis_stack: Stack) -> None:
    redis_stack.kill("worker")
    for number, start in enumerate(free_times(redis_stack, skip=1)[:20:6]):
        made = book(redis_stack, start, f"gap{number}").json()
        path = f"/api/bookings/{made['booking']['id']}/pay"
        redis_stack.http.post(path, json={"confirmationToken": card(redis_stack)}, headers=bearer(made))
    redis_stack.start("worker")
    until(lambda: not redis_stack.sql("select 1 from email_message where status <> 'SENT'"), 30)
