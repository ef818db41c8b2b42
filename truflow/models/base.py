"""What every table shares: moments that refuse to be naive, named constraints, checks of allowed words."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from sqlalchemy import CheckConstraint, DateTime, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

metadata: MetaData = SQLModel.metadata
metadata.naming_convention = {
    "pk": "%(table_name)s_pk",
    "fk": "%(table_name)s_%(column_0_name)s_fk",
    "ix": "%(table_name)s_%(column_0_N_name)s_ix",
    "uq": "%(table_name)s_%(column_0_N_name)s_uq",
    "ck": "%(table_name)s_%(constraint_name)s",
}


class Moment(TypeDecorator[dt.datetime]):
    """`timestamptz`, and only aware datetimes: a naive one would go in silently as some zone's wall clock."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:  # noqa: ARG002
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value


def one_of(column: str, words: Iterable[str]) -> CheckConstraint:
    """A named CHECK that the column holds one of these words; text, so that a new word needs no new type."""
    allowed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} in ({allowed})", name=f"{column}_known")


def uuid_key() -> Any:
    return Field(default_factory=uuid4, primary_key=True)


def moment() -> Any:
    return Field(sa_type=Moment)


def maybe_moment() -> Any:
    return Field(default=None, sa_type=Moment)


def origin() -> Any:
    """The request that a row was made in; empty for rows that no request made."""
    return Field(default="", sa_column_kwargs={"server_default": ""})


def json_column() -> Any:
    return Field(default_factory=dict, sa_type=JSONB)
