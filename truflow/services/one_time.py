"""Links that work once: steps inside a transaction that is open.

What the link carries is made from its row's id and our secret when the mail is written, and we keep its hash only.
"""

import datetime as dt
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from truflow.models import OneTimeToken, TokenPurpose
from truflow.services import sessions, tokens

VALID = {TokenPurpose.ADMIN_PASSWORD: dt.timedelta(minutes=30)}
KEPT = dt.timedelta(days=1)
LONGEST = 200


def make(session: DbSession, purpose: TokenPurpose, admin_id: int | None, *, now: dt.datetime) -> UUID:
    """A new link; without somebody to open it for, a row that no link belongs to."""
    session.execute(delete(OneTimeToken).where(col(OneTimeToken.expires_at) <= now - KEPT))
    token_id = uuid4()
    hashed = sessions.digest(raw_of(purpose, token_id))
    expires_at = now + VALID[purpose]
    session.add(
        OneTimeToken(
            id=token_id, hash=hashed, purpose=purpose, admin_id=admin_id, created_at=now, expires_at=expires_at
        )
    )
    session.flush()
    return token_id


def raw_of(purpose: TokenPurpose, token_id: UUID) -> str:
    """What the link carries: 43 characters."""
    return tokens.fingerprint("one-time", purpose, str(token_id))


def is_open(session: DbSession, purpose: TokenPurpose, raw: str, *, now: dt.datetime) -> int | None:
    """For whom this link would work now; None when it would not."""
    return session.exec(select(OneTimeToken.admin_id).where(_open(purpose, raw, now))).first()


def use(session: DbSession, purpose: TokenPurpose, raw: str, *, now: dt.datetime) -> int | None:
    """Use the link up and say for whom it worked; None when it did not. One statement, so that it works once only."""
    used = update(OneTimeToken).where(_open(purpose, raw, now)).values(used_at=now)
    return session.execute(used.returning(col(OneTimeToken.admin_id))).scalar_one_or_none()


def void(session: DbSession, purpose: TokenPurpose, admin_id: int, *, now: dt.datetime) -> None:
    """Close every other link of this kind that somebody has."""
    theirs = (col(OneTimeToken.purpose) == purpose) & (col(OneTimeToken.admin_id) == admin_id)
    session.execute(update(OneTimeToken).where(theirs & col(OneTimeToken.used_at).is_(None)).values(used_at=now))


def _open(purpose: TokenPurpose, raw: str, now: dt.datetime) -> ColumnElement[bool]:
    ours = (col(OneTimeToken.hash) == sessions.digest(raw[:LONGEST])) & (col(OneTimeToken.purpose) == purpose)
    live = col(OneTimeToken.used_at).is_(None) & (col(OneTimeToken.expires_at) > now)
    return ours & live & col(OneTimeToken.admin_id).is_not(None)
