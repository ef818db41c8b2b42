"""Effects happen at least once, and a worker that slept past its lease changes nothing."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from tests.kit.clock import Clock, local
from tests.kit.looking import one, rows
from tests.kit.wishes import booked
from truflow.db import transaction
from truflow.integrations import mail, queue
from truflow.services import outbox
from truflow.services.outbox import Fenced, GiveUp, Kind, Later, Lease

SLOT = local(2, "10:00")


def promise(clock: Clock, ref: str = "1") -> None:
    with transaction() as session:
        outbox.record(session, "test", ref, dedupe=f"test-{ref}", now=clock.now)


def run(clock: Clock, handle: Callable[[Lease, dt.datetime], None], waits: tuple[int, ...] = (0, 1, 5)) -> int:
    return outbox.deliver_due({"test": Kind(handle, waits)}, lambda: clock.now)


def finish(lease: Lease, now: dt.datetime) -> None:
    with transaction() as session:
        lease.done(session, now=now)


def fail(lease: Lease, now: dt.datetime) -> None:
    raise Later("down")


def test_the_same_promise_is_kept_once(practice: Engine, clock: Clock) -> None:
    promise(clock)
    promise(clock)
    assert run(clock, finish) == 1
    assert run(clock, finish) == 0


def test_it_is_tried_again_at_its_times_and_then_given_up_with_an_alert(practice: Engine, clock: Clock) -> None:
    promise(clock)
    assert run(clock, fail) == 1
    clock.forward(seconds=59)
    assert run(clock, fail) == 0
    clock.forward(seconds=1)
    assert run(clock, fail) == 1
    clock.forward(minutes=5)
    assert run(clock, fail) == 1
    clock.forward(days=1)
    assert run(clock, fail) == 0
    assert rows(practice, "select status, attempts, last_code from outbox") == [
        {"status": "DEAD", "attempts": 3, "last_code": "down"}
    ]
    assert one(practice, "select rule from admin_alert") == "effect_dead"


def test_one_that_gives_up_is_not_tried_again(practice: Engine, clock: Clock) -> None:
    def give_up(lease: Lease, now: dt.datetime) -> None:
        raise GiveUp("never")

    promise(clock)
    run(clock, give_up)
    clock.forward(days=1)
    assert run(clock, finish) == 0


def test_a_worker_killed_in_the_middle_leaves_a_lease_that_runs_out(practice: Engine, clock: Clock) -> None:
    def killed(lease: Lease, now: dt.datetime) -> None:
        raise SystemExit

    promise(clock)
    with pytest.raises(SystemExit):
        run(clock, killed)
    assert run(clock, finish) == 0, "still leased"
    clock.forward(seconds=121)
    assert run(clock, finish) == 1


def test_a_worker_that_wakes_after_its_lease_is_fenced(practice: Engine, clock: Clock) -> None:
    promise(clock)
    kinds = {"test": Kind(finish)}
    asleep = outbox.claim(kinds, now=clock.now)
    assert asleep is not None
    awake = outbox.claim(kinds, now=clock.forward(seconds=121))
    assert awake is not None
    with pytest.raises(Fenced):
        finish(asleep, clock.now)
    finish(awake, clock.now)
    assert one(practice, "select status from outbox") == "DONE"


def test_a_rolled_back_promise_rings_no_bell(practice: Engine, clock: Clock) -> None:
    def dies() -> None:
        with transaction() as session:
            outbox.record(session, "test", "1", dedupe="test-1", now=clock.now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        dies()
    assert one(practice, "select count(*) from huey_task") == 0
    promise(clock)
    promise(clock, "2")
    assert one(practice, "select count(*) from huey_task") == 2


def test_the_bell_is_an_entry_that_huey_itself_would_make(practice: Engine, clock: Clock) -> None:
    from truflow.tasks.huey import huey
    from truflow.tasks.outbox import deliver_due

    promise(clock)
    data = bytes(one(practice, "select data from huey_task"))
    task = huey.deserialize_task(data)
    assert type(task) is deliver_due.task_class
    assert huey.storage.channel == queue.channel()
    assert (huey.storage.table_task, huey.storage.name) == ("huey_task", queue.QUEUE)


def test_a_mail_goes_out_again_with_the_same_message_id_and_then_an_admin_is_told(
    practice: Engine, clock: Clock, deliver: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from truflow.settings import get_settings

    with practice.begin() as connection:
        connection.execute(text("update service set downpayment_cents = 0; update system_settings set email = ''"))
    booked(SLOT, clock.now)
    started = clock.now
    monkeypatch.setenv("TRUFLOW_MAIL_URL", "smtp://127.0.0.1:9")
    get_settings.cache_clear()
    tried = []
    while clock.now < started + dt.timedelta(minutes=30):
        if deliver():
            tried.append(int((clock.now - started).total_seconds() // 60))
        clock.forward(minutes=1)
    monkeypatch.undo()
    get_settings.cache_clear()
    assert tried == [0, 1, 6, 21]
    assert one(practice, "select status from email_message") == "FAILED"
    assert rows(practice, "select rule from admin_alert") == [{"rule": "mail_failed"}]
    assert mail.captured() == []
