"""Who runs the practice: signing in and out, and the operator's commands. Hashing never inside a transaction."""

import datetime as dt
import hashlib
import secrets
from functools import lru_cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlmodel import Session as DbSession
from sqlmodel import col, func, select

from truflow.clock import utc_now
from truflow.db import transaction
from truflow.domain.contact import parse_email, parse_name
from truflow.errors import Invalid, InvalidCredentials, NotFound
from truflow.models import AdminUser, Session
from truflow.services import limits
from truflow.services.views import AdminView

ABSOLUTE = dt.timedelta(hours=12)
IDLE = dt.timedelta(minutes=30)
SEEN_AGAIN_AFTER = dt.timedelta(minutes=1)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128


@lru_cache
def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(),))


@lru_cache
def _nobody() -> str:
    """A hash to compare with when the address is unknown, so that the answer takes as long."""
    return _hasher().hash(secrets.token_urlsafe(16))


def sign_in(email: str, password: str, *, client: str, now: dt.datetime) -> tuple[str, AdminView]:
    """A new session for the right password: its raw id for the cookie, and who it is.

    Refuses with InvalidCredentials, for unknown addresses too and in the same time, and with RateLimited.
    """
    limits.take("sign_in", client)
    with transaction() as session:
        admin = _by_email(session, email)
    known = admin.password_hash if admin is not None and admin.disabled_at is None else _nobody()
    right = _hasher().verify(password[:LONGEST_PASSWORD], known)
    if not right or admin is None or admin.id is None or admin.disabled_at is not None:
        raise InvalidCredentials
    raw = secrets.token_urlsafe(32)
    with transaction() as session:
        session.add(
            Session(id_hash=_hash(raw), admin_id=admin.id, created_at=now, last_seen_at=now, expires_at=now + ABSOLUTE)
        )
        return raw, _view(admin)


def sign_out(raw: str | None, *, now: dt.datetime | None = None) -> None:
    """End the session of this cookie, if there is one."""
    if not raw:
        return
    with transaction() as session:
        row = session.get(Session, _hash(raw))
        if row is not None and row.revoked_at is None:
            row.revoked_at = now or utc_now()
            session.add(row)


def who(raw: str | None, *, now: dt.datetime) -> AdminView | None:
    """Whose session the cookie opens; None when it is unknown, revoked, 12 hours old or 30 minutes idle."""
    if not raw or len(raw) > 200:
        return None
    with transaction() as session:
        row = session.get(Session, _hash(raw))
        if row is None or row.revoked_at is not None or row.expires_at <= now or row.last_seen_at + IDLE <= now:
            return None
        admin = session.get(AdminUser, row.admin_id)
        if admin is None or admin.disabled_at is not None:
            return None
        if now - row.last_seen_at >= SEEN_AGAIN_AFTER:
            row.last_seen_at = now
            session.add(row)
        return _view(admin)


def has_admin() -> bool:
    """Whether anybody can sign in yet."""
    with transaction() as session:
        return session.exec(select(AdminUser.id).where(col(AdminUser.disabled_at).is_(None))).first() is not None


def create_admin(email: str, name: str, password: str, *, now: dt.datetime | None = None) -> AdminView:
    """A new admin; refuses with Invalid for a taken address or a password outside 12 to 128 characters."""
    wrong: dict[str, list[str]] = {}
    for field, parse, text in (("email", parse_email, email), ("name", parse_name, name)):
        try:
            parse(text)
        except ValueError as refusal:
            wrong[field] = [str(refusal)]
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        wrong["password"] = [f"Please use {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters."]
    if wrong:
        raise Invalid(wrong)
    hashed = _hasher().hash(password)
    with transaction() as session:
        if _by_email(session, email) is not None:
            raise Invalid({"email": ["Somebody with this address can sign in already."]})
        admin = AdminUser(
            email=parse_email(email), name=parse_name(name), password_hash=hashed, created_at=now or utc_now()
        )
        session.add(admin)
        session.flush()
        return _view(admin)


def reset_password(email: str, *, now: dt.datetime | None = None) -> str:
    """A new random password, shown once; every session of this admin ends. Refuses with NotFound."""
    password = new_password()
    hashed = _hasher().hash(password)
    with transaction() as session:
        admin = _by_email(session, email)
        if admin is None:
            raise NotFound("admin")
        admin.password_hash = hashed
        session.add(admin)
        for row in session.exec(select(Session).where(Session.admin_id == admin.id, col(Session.revoked_at).is_(None))):
            row.revoked_at = now or utc_now()
            session.add(row)
    return password


def new_password() -> str:
    """Twenty characters in four groups, easy to type from a terminal; about 99 bits."""
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))


def _by_email(session: DbSession, email: str) -> AdminUser | None:
    return session.exec(select(AdminUser).where(func.lower(col(AdminUser.email)) == email.strip().lower())).first()


def _hash(raw: str) -> str:
    return hashlib.sha256(raw.encode()).hexdigest()


def _view(admin: AdminUser) -> AdminView:
    return AdminView(id=admin.id or 0, email=admin.email, name=admin.name)
