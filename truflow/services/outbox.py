"""Effects on the outside world: written in the transaction that wants them, done later, at least once.

A row that is not DONE is the retry. A worker leases it (`FOR UPDATE SKIP LOCKED`) with a token of its
own, so that one which slept past its lease cannot write the end of somebody else's work.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy import event, text, update
from sqlmodel import Session, col, select

from truflow.db import transaction
from truflow.integrations import queue
from truflow.models import Outbox
from truflow.models.messages import OutboxStatus
from truflow.services.alerts import raise_alert
from truflow.settings import get_settings
from truflow.tracing import following, request_id

log = structlog.get_logger(__name__)

LEASE = dt.timedelta(seconds=120)
"""Longer than the slowest effect, which makes at most four outside calls that give up after ten seconds each."""

Minutes = tuple[int, ...]
QUICK: Minutes = (0, 1, 5, 15, 60, 240, 720, 1440)


class Fenced(Exception):
    """The lease ran out meanwhile and the row is somebody else's: whatever we found is discarded."""


class Later(Exception):
    """The effect did not happen; try again after the usual wait. `code` says why, without personal data."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class GiveUp(Exception):
    """The effect will never happen; the handler has told whoever must know."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Lease:
    """One claimed row; `attempt` counts from 1, `last` says that no further try will follow.

    `request_id` is what it is done for.
    """

    id: int
    kind: str
    ref: str
    token: UUID
    attempt: int
    last: bool
    request_id: str = ""

    def done(self, session: Session, *, now: dt.datetime) -> None:
        """Write the end in the same transaction as what it changed; raises Fenced."""
        _finish(session, self, now, status=OutboxStatus.DONE, done_at=now, lease_token=None)


Handler = Callable[[Lease, dt.datetime], None]
"""Does one effect; calls `lease.done` in its last transaction, or raises Later or GiveUp."""


@dataclass(frozen=True)
class Kind:
    """A kind of effect: who does it, and after how many minutes it is tried again."""

    handle: Handler
    waits: Minutes = QUICK


def record(session: Session, kind: str, ref: UUID | str, *, dedupe: str, now: dt.datetime) -> None:
    """Promise an effect, once per `dedupe`, and ring the worker's bell when this transaction commits."""
    values = {
        "kind": kind,
        "ref": str(ref),
        "dedupe_key": dedupe,
        "status": OutboxStatus.READY,
        "run_after": now,
        "attempts": 0,
        "request_id": request_id(),
        "created_at": now,
    }
    session.execute(
        text(
            "insert into outbox (kind, ref, dedupe_key, status, run_after, attempts, request_id, created_at) values "
            "(:kind, :ref, :dedupe_key, :status, :run_after, :attempts, :request_id, :created_at) "
            "on conflict do nothing"
        ),
        values,
    )
    ring(session)


def ring(session: Session) -> None:
    """Wake a worker when this transaction commits, and only then."""
    if session.info.get("rung"):
        return
    session.info["rung"] = True
    if get_settings().redis_url is None:
        session.execute(
            text("insert into huey_task (queue, data, priority) values (:queue, :data, 0)"),
            {"queue": queue.QUEUE, "data": queue.doorbell()},
        )
        session.execute(text("select pg_notify(:channel, '')"), {"channel": queue.channel()})
    else:
        event.listen(session, "after_commit", _ring_redis, once=True)


def _ring_redis(session: Any) -> None:  # noqa: ARG001
    try:
        queue.ring_redis()
    except Exception as error:  # the row is committed: the sweep finds it
        log.warning("doorbell_failed", error=type(error).__name__)


def deliver_due(kinds: dict[str, Kind], clock: Callable[[], dt.datetime], *, most: int = 1000) -> int:
    """Do every effect that is due, one after the other; returns how many were tried."""
    tried = 0
    while tried < most:
        lease = claim(kinds, now=clock())
        if lease is None:
            break
        tried += 1
        with following(lease.request_id):
            _deliver(kinds[lease.kind], lease, clock)
    return tried


def claim(kinds: dict[str, Kind], *, now: dt.datetime) -> Lease | None:
    """Lease the row that has waited longest, or None; a lease that ran out may be taken by anybody."""
    with transaction() as session:
        free = (col(Outbox.status) == OutboxStatus.READY) & (col(Outbox.run_after) <= now)
        left_behind = (col(Outbox.status) == OutboxStatus.LEASED) & (col(Outbox.lease_until) <= now)
        statement = (
            select(Outbox)
            .where(free | left_behind, col(Outbox.kind).in_(kinds))
            .order_by(col(Outbox.run_after), col(Outbox.id))
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = session.exec(statement).first()
        if row is None:
            return None
        row.status = OutboxStatus.LEASED
        row.lease_until = now + LEASE
        row.lease_token = uuid4()
        row.attempts += 1
        session.add(row)
        last = row.attempts >= len(kinds[row.kind].waits)
        return Lease(row.id or 0, row.kind, row.ref, row.lease_token, row.attempts, last, row.request_id)


def _deliver(kind: Kind, lease: Lease, clock: Callable[[], dt.datetime]) -> None:
    try:
        kind.handle(lease, clock())
    except Fenced:
        log.warning("outbox_fenced", outbox_id=lease.id, kind=lease.kind)
    except GiveUp as end:
        _postpone(lease, clock(), status=OutboxStatus.DEAD, code=end.code)
    except Exception as error:
        code = error.code if isinstance(error, Later) else type(error).__name__
        log.warning("outbox_failed", outbox_id=lease.id, kind=lease.kind, attempt=lease.attempt, code=code)
        if lease.last:
            _postpone(lease, clock(), status=OutboxStatus.DEAD, code=code, tell=True)
        else:
            wait = dt.timedelta(minutes=kind.waits[lease.attempt])
            _postpone(lease, clock(), status=OutboxStatus.READY, code=code, wait=wait)


def _postpone(
    lease: Lease,
    now: dt.datetime,
    *,
    status: OutboxStatus,
    code: str,
    wait: dt.timedelta | None = None,
    tell: bool = False,
) -> None:
    try:
        with transaction() as session:
            run_after = now + (wait or dt.timedelta())
            _finish(session, lease, now, status=status, last_code=code[:200], run_after=run_after, lease_token=None)
            if tell:
                message = f"Something that should have happened did not ({lease.kind}: {code}). See the worker's log."
                raise_alert(session, "effect_dead", f"{lease.kind} {lease.ref}", message, now=now)
    except Fenced:
        log.warning("outbox_fenced", outbox_id=lease.id, kind=lease.kind)


def _finish(session: Session, lease: Lease, now: dt.datetime, **values: Any) -> None:  # noqa: ARG001
    ours = (col(Outbox.id) == lease.id) & (col(Outbox.lease_token) == lease.token)
    if session.execute(update(Outbox).where(ours).values(**values)).rowcount != 1:  # type: ignore[attr-defined]
        raise Fenced
