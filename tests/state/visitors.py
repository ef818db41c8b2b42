"""A visitor's state without a browser: the tree that Reflex would keep, on a page, with a cookie."""

from collections.abc import AsyncGenerator, Awaitable
from typing import Any, TypeVar

import reflex as rx
from reflex.istate.data import HeaderData, ReflexURL, SessionData, URLData
from reflex.state import BaseState

ORIGIN = "http://127.0.0.1:8000"
S = TypeVar("S", bound=BaseState)


class Visitor:
    """One tab of one browser."""

    def __init__(self, path: str = "/", cookie: str = "") -> None:
        import truflow.pages.table  # noqa: F401 - the states of every page

        self.root = rx.State(_reflex_internal_init=True)
        self.root.rx_router_session = SessionData(client_token="tab", client_ip="198.51.100.7", session_id="socket")
        self.go(path)
        self.bring(cookie)

    def go(self, path: str) -> None:
        """Come to another page."""
        self.root.rx_router_url = URLData.from_url(ReflexURL(ORIGIN + path))

    def bring(self, cookie: str) -> None:
        """Come back with another cookie."""
        self.root.rx_router_headers = HeaderData(cookie=cookie)

    async def state(self, kind: type[S]) -> S:
        return await self.root.get_state(kind)

    async def call(self, handler: Any, *arguments: Any) -> list[Any]:
        """Run a handler as Reflex would, and return the events it sent to the browser."""
        state = await self.root.get_state(handler.fn.__globals__[handler.fn.__qualname__.split(".")[0]])
        return await events_of(handler.fn(state, *arguments))


async def events_of(answer: Awaitable[Any] | AsyncGenerator[Any, None]) -> list[Any]:
    if isinstance(answer, AsyncGenerator):
        return [event async for event in answer if event is not None]
    event = await answer
    return [] if event is None else [event]


def redirect_of(events: list[Any]) -> str:
    """Where the browser is sent."""
    (event,) = [event for event in events if "_redirect" in str(event.handler.fn.__qualname__)]
    return next(str(value._decode()) for name, value in event.args if str(name) == "path")
