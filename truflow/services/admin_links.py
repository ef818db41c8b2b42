"""A password that an admin chooses herself: asked for by mail, through a link that works once within half an hour.

Asking does the same work for every address, known or not: one row and one promise. Only the worker, where nobody
can watch the clock, looks whether there is somebody to write to.
"""

import datetime as dt
import secrets
from uuid import UUID

from sqlmodel import Session

from truflow.db import lock_one, transaction
from truflow.domain.contact import parse_email
from truflow.errors import Invalid, LinkSpent, RateLimited
from truflow.models import AdminUser, OneTimeToken, TokenPurpose
from truflow.services import admin_mail, admins, limits, mails, one_time, outbox, passwords
from truflow.services.outbox import Lease
from truflow.services.views import AdminView

PURPOSE = TokenPurpose.ADMIN_PASSWORD
RESET, INVITATION = admin_mail.TEMPLATES


def ask(email: str, *, client: str, now: dt.datetime) -> None:
    """Promise a link to whoever may sign in with this address, at most five in fifteen minutes; says nothing of it.

    Refuses with Invalid for what is no address, and with RateLimited.
    """
    try:
        parse_email(email)
    except ValueError as refusal:
        raise Invalid({"email": [str(refusal)]}) from None
    limits.take("request", client)
    enough = False
    try:
        limits.take_for("letters", admins.account_of(email))
    except RateLimited:
        enough = True  # the five that were sent all work; telling would tell who has an account
    with transaction() as session:
        admin = admins.by_email(session, email)
        _promise(session, RESET, admin.id if admin is not None and not enough else None, now=now)


def invite(email: str, name: str, *, actor: str, now: dt.datetime) -> AdminView:
    """A new admin who chooses her password herself, through a link by mail; refuses with Invalid."""
    checked_name, address = admins.check(email=email, name=name, password=None)
    nobody_knows = passwords.hashed(secrets.token_urlsafe(32))
    with transaction() as session:
        admin = admins.add(session, address, checked_name, nobody_knows, actor=actor, now=now)
        _promise(session, INVITATION, admin.id, now=now)
        return admins.view_of(admin)


def choose(raw: str, password: str, *, client: str, now: dt.datetime) -> AdminView:
    """Use the link for a new password: every session and every other link of this admin ends.

    Refuses with Invalid, with LinkSpent for a link that is old, used or made up, and with RateLimited after many.
    """
    with transaction() as session:
        admin_id = one_time.is_open(session, PURPOSE, raw, now=now)
        admin = session.get(AdminUser, admin_id) if admin_id else None
    if admin is None:
        wrong = admins.password_troubles(password, "", "")
    else:
        wrong = admins.password_troubles(password, admin.email, admin.name)
    if wrong:
        raise Invalid(wrong)
    if admin is None or admin.disabled_at is not None:
        limits.take("token", client)
        raise LinkSpent
    hashed = passwords.hashed(password)
    with transaction() as session:
        locked = lock_one(session, AdminUser, admin.id)
        if one_time.use(session, PURPOSE, raw, now=now) is None or locked is None or locked.disabled_at is not None:
            raise LinkSpent
        one_time.void(session, PURPOSE, locked.id or 0, now=now)
        admins.change_password(session, locked, hashed, now=now)
    limits.forget("account", admins.account_of(locked.email))  # whoever has the mail is the owner: let her in
    return admins.view_of(locked)


def write(lease: Lease, now: dt.datetime) -> None:
    """Outbox effect: the mail with the link, if there is somebody to write to."""
    template, _, token_id = lease.ref.partition(" ")
    with transaction() as session:
        token = session.get(OneTimeToken, UUID(token_id))
        admin = session.get(AdminUser, token.admin_id) if token is not None and token.admin_id else None
        if admin is not None and admin.disabled_at is None:
            mails.to_admin(session, template, admin.email, token_id, now=now)
        lease.done(session, now=now)


def _promise(session: Session, template: str, admin_id: int | None, *, now: dt.datetime) -> None:
    token_id = one_time.make(session, PURPOSE, admin_id, now=now)
    outbox.record(session, "admin_link", f"{template} {token_id}", dedupe=f"admin-link-{token_id}", now=now)
