"""Who may sign in, and who has."""

import datetime as dt

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from truflow.models.base import maybe_moment, moment


class AdminUser(SQLModel, table=True):
    """Somebody who runs the practice; the address is unique whatever its case."""

    __tablename__ = "admin_user"
    __table_args__ = (Index("admin_user_email_uq", text("lower(email)"), unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    email: str
    name: str
    password_hash: str
    created_at: dt.datetime = moment()
    disabled_at: dt.datetime | None = maybe_moment()


class Session(SQLModel, table=True):
    """A sign-in; we keep the hash of its random id, so that a stolen backup opens nothing."""

    id_hash: str = Field(primary_key=True)
    admin_id: int = Field(foreign_key="admin_user.id", index=True)
    created_at: dt.datetime = moment()
    last_seen_at: dt.datetime = moment()
    expires_at: dt.datetime = moment()
    revoked_at: dt.datetime | None = maybe_moment()
