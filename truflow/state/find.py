"""Asking for lost links: the address goes to one service call and is forgotten."""

from collections.abc import AsyncGenerator
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from truflow.clock import utc_now
from truflow.errors import Invalid, Refusal
from truflow.services import finding
from truflow.state.guard import public
from truflow.state.visitor import client_of
from truflow.threads import in_thread


class Find(rx.State):
    """Whether it was asked for, and what is wrong with the address."""

    sent: bool = False
    busy: bool = False
    notice: str = ""
    email_error: str = ""

    @rx.event
    @public
    async def begin(self) -> None:
        """An empty form."""
        self.reset()

    @rx.event
    @public
    async def ask(self, form: dict[str, Any]) -> AsyncGenerator[EventSpec | None, None]:
        """Have the links mailed; the answer says nothing of whether there are any."""
        given = form.get("email", "")
        self.notice, self.email_error, self.busy = "", "", True
        yield None
        try:
            email = given[:1000] if isinstance(given, str) else ""
            await in_thread("db", finding.ask, email, client=client_of(self), now=utc_now())
            self.sent = True
        except Invalid as refusal:
            self.email_error = " ".join(refusal.fields.get("email", []))
            yield rx.set_focus("email")
        except Refusal as refusal:
            self.notice = refusal.message
        self.busy = False
