"""Looking behind the services' back, with SQL that shares nothing with theirs."""

from typing import Any

from sqlalchemy import Engine, text


def rows(database: Engine, sql: str, **values: Any) -> list[dict[str, Any]]:
    with database.connect() as connection:
        return [dict(row) for row in connection.execute(text(sql), values).mappings()]


def one(database: Engine, sql: str, **values: Any) -> Any:
    """The single value that this query answers with."""
    with database.connect() as connection:
        return connection.execute(text(sql), values).scalar_one()


def overlaps(database: Engine) -> list[dict[str, Any]]:
    """Pairs of bookings that take one practitioner's time twice: a self-join, without the constraint's help."""
    return rows(
        database,
        """
        select a.id as one, b.id as other
        from booking a join booking b on a.resource_id = b.resource_id and a.id < b.id
        where a.status in ('PENDING', 'CONFIRMED', 'COMPLETED', 'NO_SHOW')
          and b.status in ('PENDING', 'CONFIRMED', 'COMPLETED', 'NO_SHOW')
          and a.starts_at < b.ends_at + make_interval(mins => b.buffer_minutes)
          and b.starts_at < a.ends_at + make_interval(mins => a.buffer_minutes)
        """,
    )
