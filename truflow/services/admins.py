"""Who runs the practice: signing in and out, and who may. Hashing never inside a transaction."""

import datetime as dt
from uuid import UUID

import structlog
from sqlmodel import Session as DbSession
from sqlmodel import col, func, select

from truflow.clock import utc_now
from truflow.db import refuse_on, transaction
from truflow.domain.contact import parse_email, parse_name
from truflow.domain.passwords import parse_password
from truflow.errors import Invalid, InvalidCredentials, LastAdmin, NotFound
from truflow.models import AdminUser, SessionKind, SystemSettings
from truflow.services import limits, passwords, sessions, tokens
from truflow.services.views import AdminView, SessionView

KIND = SessionKind.ADMIN
ABSOLUTE, IDLE = sessions.LIVES[KIND].absolute, sessions.LIVES[KIND].idle
ADDRESS_UNIQUE = "admin_user_email_uq"
OPERATOR = "operator"
"""Who acts at a terminal of the machine itself."""

new_password = passwords.new
log = structlog.get_logger(__name__)


def sign_in(
    email: str, password: str, *, client: str, now: dt.datetime, device: str = "", instead_of: str | None = None
) -> tuple[str, AdminView]:
    """A new session for the right password: its raw id for the cookie, and who it is.

    The session that this browser had before (`instead_of`) ends. Refuses with InvalidCredentials, for unknown
    addresses too and in the same time, and with RateLimited: an address has five tries, and an account five failures
    from all the addresses together that are new to it, so that strangers cannot lock its owner out of her own office.
    """
    limits.take("sign_in", client)
    with transaction() as session:
        admin = by_email(session, email)
        admin_id = admin.id if admin and admin.id else 0
        at_home = sessions.knows(session, KIND, admin_id, client, now=now)
    account = account_of(email) + (f" {limits.address(client)}" if at_home else "")
    limits.take_for("account", account)
    if not passwords.is_right(password, admin.password_hash if admin else None) or admin is None:
        log.warning("sign_in_refused", admin_id=admin_id or None)
        raise InvalidCredentials
    limits.forget("account", account)
    with transaction() as session:
        raw = sessions.begin(session, KIND, admin_id, client=client, device=device, instead_of=instead_of, now=now)
    log.info("signed_in", admin_id=admin_id)
    return raw, view_of(admin)


def sign_out(raw: str | None, *, now: dt.datetime | None = None) -> None:
    """End the session of this cookie, if there is one."""
    with transaction() as session:
        sessions.end(session, KIND, raw, now=now or utc_now())


def who(raw: str | None, *, now: dt.datetime, seen: bool = True) -> AdminView | None:
    """Whose session the cookie opens; None when it is unknown, ended, 12 hours old or 30 minutes idle.

    `seen` says that somebody is there, not just a page that asks again by itself.
    """
    if not raw:
        return None
    with transaction() as session:
        row = sessions.opened(session, KIND, raw, now=now, seen=seen)
        admin = session.get(AdminUser, row.admin_id) if row is not None else None
        return view_of(admin) if admin is not None and admin.disabled_at is None else None


def has_admin() -> bool:
    """Whether anybody can sign in yet."""
    with transaction() as session:
        return session.exec(select(AdminUser.id).where(col(AdminUser.disabled_at).is_(None))).first() is not None


def all_admins() -> list[AdminView]:
    """Everybody who may sign in, in the order in which they came."""
    with transaction() as session:
        rows = session.exec(select(AdminUser).where(col(AdminUser.disabled_at).is_(None)).order_by(col(AdminUser.id)))
        return [view_of(row) for row in rows]


def create_admin(
    email: str, name: str, password: str, *, actor: str = OPERATOR, now: dt.datetime | None = None
) -> AdminView:
    """A new admin; refuses with Invalid for a taken address, or a password that is too short or easy to guess."""
    checked_name, address = check(email=email, name=name, password=password)
    hashed = passwords.hashed(password)
    with transaction() as session:
        return view_of(add(session, address, checked_name, hashed, actor=actor, now=now or utc_now()))


def add(session: DbSession, address: str, name: str, password_hash: str, *, actor: str, now: dt.datetime) -> AdminUser:
    """A new admin, as a step inside a transaction that is open; refuses with Invalid for a taken address."""
    admin = AdminUser(email=address, name=name, password_hash=password_hash, created_at=now)
    taken = Invalid({"email": ["Somebody with this address can sign in already."]})
    with refuse_on(session, ADDRESS_UNIQUE, taken):
        session.add(admin)
    log.info("admin_added", admin_id=admin.id, actor=actor)
    return admin


def remove(admin_id: int, *, actor: str = OPERATOR, now: dt.datetime) -> AdminView:
    """Take somebody's way in away, and end their sessions; refuses with NotFound, and with LastAdmin for the last."""
    with transaction() as session:
        left = col(AdminUser.disabled_at).is_(None)
        everybody = select(AdminUser).where(left).order_by(col(AdminUser.id)).with_for_update()
        admins = session.exec(everybody.execution_options(populate_existing=True)).all()
        admin = next((one for one in admins if one.id == admin_id), None)
        if admin is None:
            raise NotFound("person")
        if len(admins) == 1:
            raise LastAdmin
        admin.disabled_at = now
        session.add(admin)
        sessions.end_all(session, KIND, admin_id, now=now)
    log.info("admin_removed", admin_id=admin_id, actor=actor)
    return view_of(admin)


def reset_password(email: str, *, now: dt.datetime | None = None) -> str:
    """A new random password, shown once; every session of this admin ends. Refuses with NotFound."""
    password = passwords.new()
    hashed = passwords.hashed(password)
    with transaction() as session:
        admin = by_email(session, email)
        if admin is None or admin.id is None:
            raise NotFound("admin")
        change_password(session, admin, hashed, now=now or utc_now())
    return password


def change_password(session: DbSession, admin: AdminUser, password_hash: str, *, now: dt.datetime) -> None:
    """Write a new password and end every session that the old one opened."""
    admin.password_hash = password_hash
    session.add(admin)
    sessions.end_all(session, KIND, admin.id or 0, now=now)
    log.info("password_changed", admin_id=admin.id)


def own_sessions(admin_id: int, raw: str | None, *, now: dt.datetime) -> list[SessionView]:
    """Where this admin is signed in, the last used first."""
    with transaction() as session:
        return sessions.listed(session, KIND, admin_id, raw, now=now)


def end_sessions(admin_id: int, *, now: dt.datetime) -> None:
    """Sign this admin out everywhere."""
    with transaction() as session:
        sessions.end_all(session, KIND, admin_id, now=now)


def end_session(admin_id: int, session_id: UUID, *, now: dt.datetime) -> None:
    """Sign this admin out in one place; refuses with NotFound for a session that is not theirs or has ended."""
    with transaction() as session:
        if not sessions.end_one(session, KIND, admin_id, session_id, now=now):
            raise NotFound("session")


def check(*, email: str, name: str, password: str | None) -> tuple[str, str]:
    """Name and address as we keep them; refuses with Invalid, one sentence for each field."""
    wrong: dict[str, list[str]] = {}
    found = {"name": "", "email": ""}
    for field, parse, text in (("email", parse_email, email), ("name", parse_name, name)):
        try:
            found[field] = parse(text)
        except ValueError as refusal:
            wrong[field] = [str(refusal)]
    if password is not None:
        wrong |= password_troubles(password, email, name)
    if wrong:
        raise Invalid(wrong)
    return found["name"], found["email"]


def password_troubles(password: str, email: str, name: str) -> dict[str, list[str]]:
    """What is wrong with a password for this person, as the fields of a refusal."""
    with transaction() as session:
        practice = session.get(SystemSettings, 1)  # the first admin may come before the practice
    try:
        parse_password(password, about=(email, name, practice.name if practice else ""))
    except ValueError as refusal:
        return {"password": [str(refusal)]}
    return {}


def by_email(session: DbSession, email: str) -> AdminUser | None:
    """Who may sign in with this address, whatever its case."""
    same = func.lower(col(AdminUser.email)) == email.strip().lower()
    return session.exec(select(AdminUser).where(same, col(AdminUser.disabled_at).is_(None))).first()


def account_of(email: str) -> str:
    """How limits call an account, existing or not: recognizable by us, readable by nobody."""
    return tokens.fingerprint("account", KIND, email.strip().lower())


def view_of(admin: AdminUser) -> AdminView:
    return AdminView(id=admin.id or 0, email=admin.email, name=admin.name, created_at=admin.created_at)
