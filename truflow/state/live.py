"""Open pages follow the diary: whoever looks at free times sees at once what others take and what comes free again.

A page that shows times watches from its `load` on: it says so first and reads then, so that nothing falls between.
One listener a process hears of every change; each page is drawn anew from its own address, under its own lock, so that
a slow one keeps nobody waiting. No guard stands in front of it: what goes out this way is what everybody may see, or is
asked for anew with the token of a booking.
"""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import reflex as rx
import structlog
from reflex.state import BaseState

from truflow.clock import utc_now
from truflow.errors import Refusal
from truflow.services import availability
from truflow.services.diary_news import listen
from truflow.state.readings import Readings
from truflow.texts import language_of, speaking
from truflow.threads import in_thread

log = structlog.get_logger(__name__)

LONGEST_WAIT_S = 30.0
"""Without news the pages are drawn all the same: time passes, and what begins too soon is no longer offered."""
AFTER_A_HOLD_S = 0.05


@dataclass
class _Watch:
    """One open page, which state draws it, and what it is to be drawn from next.

    That state has `async _follow(readings) -> bool`: it draws what is free now, and says False when its visitor is
    elsewhere.
    """

    state: type[rx.State]
    readings: Readings | None = None
    task: asyncio.Task[None] | None = None


class Watchers:
    """The open pages of this process, by the token of their tab."""

    def __init__(self) -> None:
        self._open: dict[str, _Watch] = {}

    def __len__(self) -> int:
        return len(self._open)

    def add(self, visitor: BaseState, state: type[rx.State]) -> None:
        """This visitor's page follows from now on."""
        token = str(visitor.router.session.client_token)
        if token and (known := self._open.get(token)) is not None:
            known.state = state
        elif token:
            self._open[token] = _Watch(state)

    def tell(self, app: rx.App) -> None:
        """The diary changed: draw every page, each by itself, from one reading."""
        readings = Readings(utc_now())
        for token, watch in list(self._open.items()):
            watch.readings = readings
            if watch.task is None or watch.task.done():
                watch.task = asyncio.create_task(self._draw(app, token, watch))

    async def _draw(self, app: rx.App, token: str, watch: _Watch) -> None:
        while watch.readings is not None:
            readings, watch.readings = watch.readings, None
            try:
                follows = await _is_there(app, token) and await _redraw(app, token, watch.state, readings)
            except Refusal:
                continue  # a database that is busy: the next news, or the next look, does it
            except Exception as error:
                log.error("page_not_redrawn", error=type(error).__name__)
                follows = False
            if not follows and watch.readings is None:
                self._open.pop(token, None)


watchers = Watchers()


@contextlib.asynccontextmanager
async def following(app: rx.App) -> AsyncIterator[None]:
    """Follow the diary as long as the process serves pages."""
    heard, stop = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()
    ear = threading.Thread(target=listen, args=(lambda: loop.call_soon_threadsafe(heard.set), stop), daemon=True)
    ear.start()
    teller = asyncio.create_task(_tell(app, heard))
    try:
        yield
    finally:
        stop.set()
        teller.cancel()


async def _tell(app: rx.App, heard: asyncio.Event) -> None:
    while True:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(heard.wait(), await _until_the_next_change())
        heard.clear()
        watchers.tell(app)


async def _until_the_next_change() -> float:
    """Seconds until a hold ends, which changes what is free without any word from the diary."""
    try:
        now = utc_now()
        ends = await in_thread("db", availability.next_change, now=now)
    except Exception as error:
        log.warning("next_change_unknown", error=type(error).__name__)
        return 1.0
    return min((ends - now).total_seconds() + AFTER_A_HOLD_S, LONGEST_WAIT_S) if ends else LONGEST_WAIT_S


async def _is_there(app: rx.App, token: str) -> bool:
    # The one private name of Reflex that we need: it has no public way to ask whether a tab is still open.
    return app.event_namespace is not None and await app.event_namespace._token_manager.is_token_connected(token)


async def _redraw(app: rx.App, token: str, state: type[rx.State], readings: Readings) -> bool:
    async with app.modify_state(rx.BaseStateToken(ident=token, cls=state)) as root:
        page: Any = await root.get_state(state)
        with speaking(language_of(str(root.router.url.path))):
            return await page._follow(readings)
