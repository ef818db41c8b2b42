"""Sessions, one mechanism for all who sign in: steps inside a transaction that is open.

The cookie holds 256 random bits and we keep their hash, so that a stolen backup opens nothing.
"""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from truflow.models import Session, SessionKind
from truflow.services import limits, tokens
from truflow.services.views import SessionView

SEEN_AGAIN_AFTER = dt.timedelta(minutes=1)
REMEMBERED = dt.timedelta(days=30)
"""How long an address counts as known to an account after a sign-in from there; as long we keep sessions."""

LONGEST_COOKIE = 200


@dataclass(frozen=True)
class Life:
    """How long a session lasts: without a sign of its owner, and at most."""

    idle: dt.timedelta
    absolute: dt.timedelta


LIVES = {SessionKind.ADMIN: Life(idle=dt.timedelta(minutes=30), absolute=dt.timedelta(hours=12))}
SUBJECTS = {SessionKind.ADMIN: col(Session.admin_id)}


def begin(
    session: DbSession,
    kind: SessionKind,
    subject: int,
    *,
    client: str,
    device: str,
    instead_of: str | None,
    now: dt.datetime,
) -> str:
    """A new session; returns the raw id for the cookie. The one that this browser had before ends."""
    forgotten = (col(Session.created_at) <= now - REMEMBERED) & (col(Session.expires_at) <= now)
    session.execute(delete(Session).where(forgotten))
    end(session, kind, instead_of, now=now)
    raw = secrets.token_urlsafe(32)
    session.add(
        Session(
            id_hash=digest(raw),
            kind=kind,
            place=place_of(client),
            device=device,
            created_at=now,
            last_seen_at=now,
            expires_at=now + LIVES[kind].absolute,
            admin_id=subject if kind == SessionKind.ADMIN else None,
        )
    )
    return raw


def opened(
    session: DbSession, kind: SessionKind, raw: str | None, *, now: dt.datetime, seen: bool = True
) -> Session | None:
    """The session that a cookie opens, unless it is unknown, ended, too old or idle for too long.

    `seen` says that its owner is there, not just a page of hers that asks again by itself.
    """
    if not raw or len(raw) > LONGEST_COOKIE:
        return None
    row = session.get(Session, digest(raw))
    if row is None or row.kind != kind or not _is_alive(row, now):
        return None
    if seen and now - row.last_seen_at >= SEEN_AGAIN_AFTER:
        row.last_seen_at = now
        session.add(row)
    return row


def end(session: DbSession, kind: SessionKind, raw: str | None, *, now: dt.datetime) -> None:
    """End the session of this cookie, if there is one."""
    if raw and len(raw) <= LONGEST_COOKIE:
        _end(session, (col(Session.kind) == kind) & (col(Session.id_hash) == digest(raw)), now)


def end_one(session: DbSession, kind: SessionKind, subject: int, session_id: UUID, *, now: dt.datetime) -> bool:
    """End one session of this account; False when it has no such session, or that has ended."""
    return _end(session, _of(kind, subject) & (col(Session.id) == session_id) & _alive(kind, now), now) > 0


def end_all(session: DbSession, kind: SessionKind, subject: int, *, now: dt.datetime) -> int:
    """End every session of this account; returns how many there were."""
    return _end(session, _of(kind, subject), now)


def listed(
    session: DbSession, kind: SessionKind, subject: int, raw: str | None, *, now: dt.datetime
) -> list[SessionView]:
    """The live sessions of this account, the last used first; `raw` is the cookie of whoever asks."""
    statement = select(Session).where(_of(kind, subject) & _alive(kind, now))
    rows = session.exec(statement.order_by(col(Session.last_seen_at).desc(), col(Session.id))).all()
    here = digest(raw or "")
    return [
        SessionView(row.id, row.device, row.created_at, row.last_seen_at, row.expires_at, row.id_hash == here)
        for row in rows
    ]


def knows(session: DbSession, kind: SessionKind, subject: int, client: str, *, now: dt.datetime) -> bool:
    """Whether somebody signed in to this account from this address within the last thirty days."""
    lately = (col(Session.place) == place_of(client)) & (col(Session.created_at) > now - REMEMBERED)
    return session.exec(select(Session.id).where(_of(kind, subject) & lately).limit(1)).first() is not None


def place_of(client: str) -> str:
    """An address as we keep it: recognizable by us, readable by nobody."""
    return tokens.fingerprint("place", limits.address(client))


def digest(raw: str) -> str:
    """What we keep of a random id."""
    return hashlib.sha256(raw.encode("utf-8", "replace")).hexdigest()


def _is_alive(row: Session, now: dt.datetime) -> bool:
    idle = LIVES[SessionKind(row.kind)].idle
    return row.revoked_at is None and row.expires_at > now and row.last_seen_at + idle > now


def _alive(kind: SessionKind, now: dt.datetime) -> ColumnElement[bool]:
    seen = col(Session.last_seen_at) > now - LIVES[kind].idle
    return col(Session.revoked_at).is_(None) & (col(Session.expires_at) > now) & seen


def _of(kind: SessionKind, subject: int) -> ColumnElement[bool]:
    return (col(Session.kind) == kind) & (SUBJECTS[kind] == subject)


def _end(session: DbSession, which: ColumnElement[bool], now: dt.datetime) -> int:
    live = which & col(Session.revoked_at).is_(None)
    return int(session.execute(update(Session).where(live).values(revoked_at=now)).rowcount)  # type: ignore[attr-defined]
