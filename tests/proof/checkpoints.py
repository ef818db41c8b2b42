"""Points between which anything may happen: around statements, commits, requests to Stripe and mails.

Hung from outside onto the engine, the SDK's HTTP client and the mailer; the product knows nothing of them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import stripe
from sqlalchemy import Engine, event

from truflow.integrations import mail

Notice = Callable[[str, int | None], None]
"""Told at each point, by the thread that came there: which point, and its database connection's process."""


@contextmanager
def watched(engine: Engine, notice: Notice, *, statements: bool = True) -> Iterator[None]:
    """Call `notice` at every point until the block ends; what it raises goes up as if the point itself had."""

    def before_statement(_: Any, cursor: Any, statement: str, *__: Any) -> None:
        notice(_short(statement), cursor.connection.info.backend_pid)

    commit, request, deliver = engine.dialect.do_commit, stripe.RequestsClient.request, mail.deliver

    def do_commit(connection: Any) -> None:
        pid = getattr(connection, "driver_connection", connection).info.backend_pid
        notice("before commit", pid)
        commit(connection)
        notice("after commit", None)

    def ask(self: Any, method: str, url: str, *given: Any, **more: Any) -> Any:
        where = f"{method.upper()} {'/'.join(url.split('/v1/')[-1].split('?')[0].split('/')[::2])}"
        notice(f"before {where}", None)
        answer = request(self, method, url, *given, **more)
        notice(f"after {where}", None)
        return answer

    def send(*given: Any, **more: Any) -> Any:
        notice("before mail", None)
        answer = deliver(*given, **more)
        notice("after mail", None)
        return answer

    if statements:
        event.listen(engine, "before_cursor_execute", before_statement)
    engine.dialect.do_commit = do_commit  # type: ignore[method-assign]
    stripe.RequestsClient.request = ask  # type: ignore[method-assign]
    mail.deliver = send
    try:
        yield
    finally:
        if statements:
            event.remove(engine, "before_cursor_execute", before_statement)
        del engine.dialect.do_commit
        stripe.RequestsClient.request = request  # type: ignore[method-assign]
        mail.deliver = deliver


def _short(statement: str) -> str:
    words = " ".join(statement.split())
    return words if len(words) < 60 else f"{words[:40]} … {words[-18:]}"
