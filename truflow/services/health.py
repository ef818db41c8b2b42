"""Whether the house works: for load balancers, and for whoever looks."""

import datetime as dt

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from truflow.db import transaction
from truflow.errors import Refusal
from truflow.models import Heartbeat

WORKER = "worker"
SILENT_AFTER = dt.timedelta(minutes=3)


def ready(*, now: dt.datetime) -> dict[str, str]:
    """Each part by name, `ok` or one phrase of what is wrong with it."""
    try:
        with transaction() as session:
            beat = session.get(Heartbeat, WORKER)
    except (Refusal, SQLAlchemyError):
        return {"database": "does not answer", "worker": "unknown"}
    silent = beat is None or now - beat.at > SILENT_AFTER
    return {"database": "ok", "worker": "no sign of life for three minutes" if silent else "ok"}


def beat(name: str = WORKER, *, now: dt.datetime) -> None:
    """Say that a part lives."""
    with transaction() as session:
        statement = insert(Heartbeat).values(name=name, at=now)
        session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"at": now}))
