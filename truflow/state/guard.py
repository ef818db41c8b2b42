"""Who may call what: one guard in front of every event, deny by default.

Reflex lets anybody call any handler with any arguments, so each handler carries a mark, and this
middleware reads it before the handler runs. It also ties the state to the session that filled it:
another session behind the same tab starts from nothing.
"""

import hashlib
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any, TypeVar
from urllib.parse import quote

import reflex as rx
from reflex.istate.delta import _resolve_delta
from reflex.state import BaseState, StateUpdate
from reflex_base.event import Event
from reflex_base.registry import RegistrationContext

from truflow import tracing
from truflow.clock import utc_now
from truflow.services import admins
from truflow.services.views import AdminView
from truflow.settings import get_settings
from truflow.texts import language_of, speak
from truflow.threads import in_thread

PUBLIC = "public"
ADMIN = "admin"
SIGN_IN = "/admin/sign-in"

# Reflex's own events that a page needs; `setvar` is left out on purpose.
FRAMEWORK = frozenset({"hydrate", "hydrate_and_load", "on_load_internal", "set_is_hydrated", "update_vars_internal"})
REPORT = "handle_frontend_exception"

F = TypeVar("F", bound=Callable[..., Any])


def public(handler: F) -> F:
    """Mark: anybody may call this handler."""
    handler.__guard__ = PUBLIC  # type: ignore[attr-defined]
    return handler


def admin_only(handler: F) -> F:
    """Mark: only a signed-in admin may call this handler."""
    handler.__guard__ = ADMIN  # type: ignore[attr-defined]
    return handler


def quiet(handler: F) -> F:
    """Mark, beside another: a page calls this by itself, so it says nothing of whether its owner is still there."""
    handler.__quiet__ = True  # type: ignore[attr-defined]
    return handler


def mark_of(handler: Callable[..., Any]) -> str | None:
    """The mark of a handler, if it has one."""
    return getattr(handler, "__guard__", None)


def is_framework(name: str, handler: Callable[..., Any]) -> bool:
    """Whether `name` is one of Reflex's own events that pages need."""
    return handler.__module__.startswith("reflex") and name.rsplit(".", 1)[-1] in FRAMEWORK | {REPORT}


class Session(rx.State):
    """Which session filled this tab's state; only a digest, and only on the server."""

    _digest: str = ""


class Guard(rx.Middleware):
    """Runs before every event: binds the state to its session, then lets marked handlers through."""

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:  # noqa: ARG002
        """None lets the event run; anything else refuses it."""
        tracing.begin()  # each event runs in a task of its own, and so does what it asks for
        root = state._get_root_state()
        speak(language_of(str(root.router.url.path)))  # the words of this event are those of the page it comes from
        raw = session_cookie(root)
        await _bind(root, raw)
        registered = RegistrationContext.get().event_handlers.get(event.name)
        if registered is None:
            return StateUpdate()
        handler = registered.handler.fn
        mark = mark_of(handler)
        if mark == PUBLIC or is_framework(event.name, handler):
            return None
        if mark == ADMIN:
            seen = not getattr(handler, "__quiet__", False)
            signed_in = await in_thread("db", admins.who, raw, now=utc_now(), seen=seen)
            return None if signed_in else await _to_sign_in(root)
        return StateUpdate()


async def current_admin(state: BaseState) -> AdminView | None:
    """The admin behind this socket, asked anew of the database; the guard has noted already that she is there."""
    return await in_thread("db", admins.who, session_cookie(state), now=utc_now(), seen=False)


def session_cookie(state: BaseState) -> str | None:
    """The raw session id of the socket's handshake."""
    name = "__Host-truflow_admin" if get_settings().secure_cookies else "truflow_admin"
    try:
        morsel = SimpleCookie(state.router.headers.cookie).get(name)
    except CookieError:
        return None
    return morsel.value if morsel else None


async def _bind(root: BaseState, raw: str | None) -> None:
    digest = hashlib.sha256(raw.encode()).hexdigest() if raw else ""
    session = await root.get_state(Session)
    if session._digest != digest:
        await _forget(root, digest)


async def _forget(root: BaseState, digest: str) -> None:
    root.reset()
    session = await root.get_state(Session)
    session._digest = digest


async def _to_sign_in(root: BaseState) -> StateUpdate:
    """Take what an earlier session left on the page away, and lead to the sign-in."""
    await _forget(root, (await root.get_state(Session))._digest)
    delta = await _resolve_delta(root.get_delta())
    root._clean()
    there = root.router.url.path or "/admin"
    back = f"?next={quote(there)}" if there.startswith("/admin") else ""
    return StateUpdate(delta=delta, events=Event.from_event_type(rx.redirect(SIGN_IN + back, replace=True)))
