"""What pages read of the services, once for all that are drawn at the same moment."""

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from truflow.texts import language
from truflow.threads import in_thread

P = ParamSpec("P")
T = TypeVar("T")


class Readings:
    """The answers of one moment, `now`: whoever asks the same again gets the same, and the database is asked once."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now
        self._known: dict[Any, asyncio.Future[Any]] = {}

    async def ask(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `read` says to these arguments, which are hashable; a refusal is an answer, too."""
        question = (read, args, tuple(sorted(kwargs.items())), language())
        if question not in self._known:
            self._known[question] = asyncio.ensure_future(in_thread("db", read, *args, **kwargs))
        answer: T = await asyncio.shield(self._known[question])
        return answer
