"""The database: one door for transactions, one for locks, one from constraint to refusal. Only this file commits."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TypeVar

import structlog
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session, SQLModel, col, select

from truflow.errors import Busy, Invalid, Refusal
from truflow.postgres import Embedded
from truflow.settings import get_settings

APP, OWNER, SUPERUSER = "truflow_app", "truflow_owner", "postgres"
LIMITS = {"lock_timeout": "3s", "statement_timeout": "15s", "idle_in_transaction_session_timeout": "20s"}
CROWDED = {"55P03", "40P01", "40001", "57014"}  # lock timeout, deadlock, serialization, statement timeout

log = structlog.get_logger(__name__)
Row = TypeVar("Row", bound=SQLModel)


def url_for(role: str, database: str = "truflow") -> URL:
    """Where the database is, for one of our two roles; on a server of the owner's, her login takes that role on."""
    given = get_settings().database_url
    if given is None:
        return make_url(Embedded(get_settings().data_dir).url(role, database))
    url = make_url(given.get_secret_value()).set(drivername="postgresql+psycopg")
    options = str(url.query.get("options", "")) + " -c timezone=UTC"
    if role != SUPERUSER:
        options += f" -c role={role}"
    return url.update_query_dict({"options": options.strip()})


def conninfo(role: str = APP) -> str:
    """The same address as libpq writes it, for Huey and LISTEN."""
    url = url_for(role)
    return make_conninfo(
        "",
        **url.translate_connect_args(username="user", database="dbname"),
        **{k: str(v) for k, v in url.query.items()},
    )


def make_engine(url: URL, *, pool_size: int) -> Engine:
    """An engine whose statements never wait for ever and whose errors never show parameters."""
    options = " ".join([str(url.query.get("options", "")), *(f"-c {name}={value}" for name, value in LIMITS.items())])
    return create_engine(
        url.update_query_dict({"options": options}),
        isolation_level="READ COMMITTED",
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=pool_size,
        max_overflow=25,
        pool_timeout=5,
    )


@lru_cache
def engine() -> Engine:
    """The engine of this process."""
    return make_engine(url_for(APP), pool_size=get_settings().db_pool_size)


@contextmanager
def transaction() -> Iterator[Session]:
    """One use case: commits when it ends well, else leaves nothing; a crowded or absent database is Busy."""
    with _as_refusals(), Session(engine(), expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def _as_refusals() -> Iterator[None]:
    try:
        yield
    except DataError as error:
        raise Invalid({}) from error  # a NUL or the like, in a text that no form of ours lets through
    except OperationalError as error:
        log.warning("database_busy", code=_sqlstate(error))
        raise Busy from error
    except PoolTimeout as error:
        log.warning("database_busy", code="pool")  # every connection of this process is in use
        raise Busy from error
    except DBAPIError as error:
        if error.connection_invalidated or _sqlstate(error) in CROWDED:
            log.warning("database_busy", code=_sqlstate(error))
            raise Busy from error
        raise


@contextmanager
def refuse_on(session: Session, constraint: str, refusal: Refusal) -> Iterator[None]:
    """Flush what the block adds; where the named constraint says no, raise the refusal and undo only the block."""
    try:
        with session.begin_nested():
            yield
            session.flush()
    except IntegrityError as error:
        if constraint_of(error) == constraint:
            raise refusal from error
        raise


def constraint_of(error: IntegrityError) -> str | None:
    """The name of the constraint that refused."""
    return getattr(getattr(error.orig, "diag", None), "constraint_name", None)


def lock(session: Session, table: type[Row], keys: Iterable[object]) -> Sequence[Row]:
    """The rows of these keys, in ascending order of key, locked and read anew.

    Lock order, one direction: resource, day, booking, payment, refund, customer, insert-only tables.
    """
    key = col(table.id)  # type: ignore[attr-defined]
    statement = select(table).where(key.in_(sorted(set(keys)))).order_by(key).with_for_update()
    return session.exec(statement.execution_options(populate_existing=True)).all()


def lock_one(session: Session, table: type[Row], key: object) -> Row | None:
    """One row, locked and read anew."""
    rows = lock(session, table, [key])
    return rows[0] if rows else None


def lock_name(session: Session, *names: str) -> None:
    """Hold these names until the transaction ends; for what has no row to lock."""
    for name in sorted(names):
        session.execute(text("select pg_advisory_xact_lock(:number)"), {"number": _number(name)})


@contextmanager
def alone(name: str) -> Iterator[bool]:
    """Whether we are the only process doing this; holds no transaction, so the block may call the outside world."""
    number = {"number": _number(name)}
    with _as_refusals(), engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        free = bool(connection.execute(text("select pg_try_advisory_lock(:number)"), number).scalar_one())
        try:
            yield free
        finally:
            if free:
                connection.execute(text("select pg_advisory_unlock(:number)"), number)


def lock_day(session: Session, day: dt.date) -> None:
    """Hold a local date: a daily cap cannot be a constraint, so count and insert under this."""
    lock_name(session, f"day {day.isoformat()}")


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)


def _sqlstate(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)
