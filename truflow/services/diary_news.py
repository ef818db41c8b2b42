"""News of the diary: the database says that something changed, and whoever shows free times reads them anew.

The word comes from triggers (alembic 0007), so that no door of ours, no task and no hand at the database can forget it.
"""

import threading
from collections.abc import Callable

import psycopg
import structlog

from truflow.db import conninfo

CHANNEL = "diary"
BURST_S = 0.05
LOOK_S = 1.0
ALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "connect_timeout": 5}

log = structlog.get_logger(__name__)


def listen(tell: Callable[[], None], stop: threading.Event) -> None:
    """Call `tell` after every change, several close together once; runs in a thread of its own until `stop` is set.

    A lost connection is made anew, and then `tell` is called once for whatever was missed.
    """
    while not stop.is_set():
        try:
            with psycopg.connect(conninfo(), autocommit=True, **ALIVE) as connection:  # type: ignore[arg-type]
                connection.execute(f"listen {CHANNEL}")
                tell()
                while not stop.is_set():
                    if _heard(connection, LOOK_S):
                        while _heard(connection, BURST_S):
                            pass
                        tell()
        except (psycopg.Error, OSError) as error:
            log.warning("diary_news_lost", error=type(error).__name__)
            stop.wait(LOOK_S)
        except RuntimeError:  # the loop that was told is closed: the process ends
            return


def _heard(connection: psycopg.Connection[tuple[object, ...]], seconds: float) -> bool:
    """Whether any word came within so many seconds."""
    return any(True for _ in connection.notifies(timeout=seconds, stop_after=1))
