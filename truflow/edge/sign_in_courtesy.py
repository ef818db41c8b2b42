"""A direct load of an admin page without a session leads to the sign-in.

A courtesy, not the guard: every handler and every route checks for itself.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

import structlog

from truflow.clock import utc_now
from truflow.edge.answers import Answer, redirect
from truflow.edge.visit import Visit
from truflow.settings import Settings
from truflow.threads import in_thread

SIGN_IN = "/admin/sign-in"
OPEN = (SIGN_IN, "/admin/password-reset")

IsSignedIn = Callable[[str], Awaitable[bool]]

log = structlog.get_logger()


def admin_cookie(settings: Settings) -> str:
    """The name of the admins' session cookie."""
    return "__Host-truflow_admin" if settings.secure_cookies else "truflow_admin"


async def is_admin(raw: str) -> bool:
    """Whether this cookie's session is alive."""
    from truflow.services.admins import who  # late: the edge starts before the services have settled

    return await in_thread("db", who, raw, now=utc_now()) is not None


async def sign_in_first(visit: Visit, settings: Settings, signed_in: IsSignedIn = is_admin) -> Answer | None:
    """The way to the sign-in, when the visitor asks for an admin page and nobody is signed in."""
    if not visit.reads or not visit.within("/admin") or visit.within(*OPEN):
        return None
    raw = visit.cookie(admin_cookie(settings))
    try:
        if raw and await signed_in(raw):
            return None
    except Exception as error:
        # A database that is down must not hide the page that says so.
        log.warning("sign_in_courtesy_failed", error=type(error).__name__)
        return None
    wanted = visit.path + (f"?{visit.query}" if visit.query else "")
    return redirect(302, f"{SIGN_IN}?next={quote(wanted, safe='/')}")
