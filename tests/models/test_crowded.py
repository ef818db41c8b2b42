"""A crowded database is a clear word to the visitor, never a fault."""

from contextlib import ExitStack

import pytest
from sqlalchemy import Engine, text

from truflow.db import alone, engine, transaction
from truflow.errors import Busy


def test_when_every_connection_is_in_use_the_next_one_is_told_to_wait(practice: Engine) -> None:
    pool = engine().pool
    with ExitStack() as crowd:
        for _ in range(pool.size() + pool._max_overflow):  # type: ignore[attr-defined]
            crowd.enter_context(engine().connect())
        with pytest.raises(Busy), transaction() as session:
            session.execute(text("select 1"))
        with pytest.raises(Busy), alone("anything"):
            pass
