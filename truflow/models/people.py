"""Who may sign in, and who has."""

import datetime as dt
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from truflow.models.base import maybe_moment, moment, one_of, uuid_key


class SessionKind(StrEnum):
    ADMIN = "admin"
    CUSTOMER = "customer"


class TokenPurpose(StrEnum):
    ADMIN_PASSWORD = "admin_password"  # noqa: S105 - a purpose, not a password


class AdminUser(SQLModel, table=True):
    """Somebody who runs the practice; among those who may sign in, the address is unique whatever its case."""

    __tablename__ = "admin_user"
    __table_args__ = (
        Index("admin_user_email_uq", text("lower(email)"), unique=True, postgresql_where=text("disabled_at is null")),
    )

    id: int | None = Field(default=None, primary_key=True)
    email: str
    name: str
    password_hash: str
    created_at: dt.datetime = moment()
    disabled_at: dt.datetime | None = maybe_moment()


class Session(SQLModel, table=True):
    """A sign-in; we keep the hash of its random id, so that a stolen backup opens nothing.

    `id` is what a list shows. `place` is a keyed hash of the address it came from, `device` a word or two.
    """

    __table_args__ = (
        one_of("kind", list(SessionKind)),
        CheckConstraint("(kind = 'admin') = (admin_id is not null)", name="subject"),
        Index("session_id_uq", "id", unique=True),
    )

    id_hash: str = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid4, sa_column_kwargs={"server_default": text("gen_random_uuid()")})
    kind: str = Field(default=SessionKind.ADMIN, sa_column_kwargs={"server_default": "admin"})
    admin_id: int | None = Field(default=None, foreign_key="admin_user.id", index=True)
    place: str = Field(default="", sa_column_kwargs={"server_default": ""})
    device: str = Field(default="", sa_column_kwargs={"server_default": ""})
    created_at: dt.datetime = moment()
    last_seen_at: dt.datetime = moment()
    expires_at: dt.datetime = moment()
    revoked_at: dt.datetime | None = maybe_moment()


class OneTimeToken(SQLModel, table=True):
    """A link that works once; without a subject it is for nobody, and opens nothing."""

    __tablename__ = "one_time_token"
    __table_args__ = (
        one_of("purpose", list(TokenPurpose)),
        Index("one_time_token_hash_uq", "hash", unique=True),
    )

    id: UUID = uuid_key()
    hash: str
    purpose: str
    admin_id: int | None = Field(default=None, foreign_key="admin_user.id", index=True)
    created_at: dt.datetime = moment()
    expires_at: dt.datetime = moment()
    used_at: dt.datetime | None = maybe_moment()
