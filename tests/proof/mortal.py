"""The product's web or worker, which knows nothing of it, with checkpoints around it: armed, it kills itself at one.

    python -m tests.proof.mortal web|worker     as `python -m truflow web|worker`
    python -m tests.proof.mortal later          for every line it reads: the chores of the hour to come

Armed by a file `arm-web` or `arm-worker` in the folder that PROOF_MORTAL names, with the number of points to pass;
before it dies it leaves `died-web` or `died-worker` there, with the point. Both look alike to `kill -9` from outside.
"""

import datetime as dt
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from sqlalchemy import text

from tests.proof.checkpoints import watched

FOLDER = "PROOF_MORTAL"


class Trap:
    """Counts the points of all threads from the moment it is armed."""

    def __init__(self, name: str, *victims: int) -> None:
        self.name, self.victims, self.folder = name, victims, Path(os.environ[FOLDER])
        self._left: int | None = None
        self._lock = threading.Lock()

    def notice(self, point: str, _: int | None) -> None:
        with self._lock:
            if self._left is None:
                try:
                    self._left = int((self.folder / f"arm-{self.name}").read_text())
                except FileNotFoundError:
                    return
            self._left -= 1
            if self._left > 0:
                return
            (self.folder / f"died-{self.name}").write_text(point)
            for victim in (*self.victims, os.getpid()):
                os.kill(victim, signal.SIGKILL)

    def lay(self) -> None:
        """Hang it around the product for as long as this process lives."""
        from truflow.db import engine

        self._hung = watched(engine(), self.notice, statements=False)
        self._hung.__enter__()


def app() -> Any:
    """What granian's one worker process serves: the product, as its own factory makes it; granian dies with it."""
    Trap("web", os.getppid()).lay()
    from truflow.truflow import app as product

    return product()


def web() -> None:
    """The product's own command, but for the name of the application."""
    from truflow import cli

    execute = os.execv
    os.execv = lambda program, words: execute(program, [*words[:-1], f"{__spec__.name}:app"])  # type: ignore[assignment, union-attr]
    cli.web()


def worker() -> None:
    Trap("worker").lay()
    from truflow.worker import run

    run()


def later() -> None:
    """At least two reconciliations in the time when every hold is over, until nothing is due; says what time it was."""
    from truflow.clock import utc_now
    from truflow.db import transaction
    from truflow.services import effects, holds, reconcile

    for _ in sys.stdin:
        now = utc_now() + dt.timedelta(minutes=41)
        for step in range(10):
            now += dt.timedelta(minutes=3)
            effects.deliver_due(lambda now=now: now)  # type: ignore[misc]
            holds.expire_overdue(now=now)
            whole = reconcile.run(now=now, wide=True)
            effects.deliver_due(lambda now=now: now)  # type: ignore[misc]
            with transaction() as session:
                waiting = session.execute(text("select 1 from outbox where status in ('READY', 'LEASED')")).first()
            if whole and step and not waiting:
                break
        print(now.isoformat(), "whole" if whole else "not whole", flush=True)


if __name__ == "__main__":
    {"web": web, "worker": worker, "later": later}[sys.argv[1]]()
