"""One `truflow up` a data folder, and commands beside it; the last of all to leave stops the database."""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from truflow.errors import Refusal

MOMENT = 30.0  # seconds that `up` waits for a command to finish


class AlreadyRunning(Refusal):
    code = "ALREADY_RUNNING"

    def __init__(self, data: Path, pid: str, where: str) -> None:
        super().__init__(
            f"TruFlow is already running for {data}: {where} (process {pid})."
            f" Use it there, stop it with Ctrl-C or `kill {pid}`, or set TRUFLOW_DATA_DIR for a second one."
        )


@contextlib.contextmanager
def hold(data: Path, holder: str) -> Iterator[None]:
    """Be the one `up` of this folder, or refuse and say who is."""
    with _file(data) as lock:
        give_up = time.monotonic() + MOMENT
        while not _taken(lock):
            lock.seek(0)
            kind, pid, where = [*lock.read().split(), "", "", ""][:3]
            if kind == "up" or time.monotonic() > give_up:
                raise AlreadyRunning(data, pid, where)
            time.sleep(0.1)
        _sign(lock, holder)
        yield


@contextlib.contextmanager
def share(data: Path) -> Iterator[Callable[[], bool]]:
    """Use the folder for one command; what it yields tells, at the end, whether nobody else uses the folder."""
    with _file(data) as lock:
        if _taken(lock, fcntl.LOCK_SH):
            _sign(lock, f"command {os.getpid()}")
            yield lambda: _taken(lock)
        else:
            yield lambda: False


def _file(data: Path) -> TextIO:
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return (data / "up.lock").open("a+")


def _taken(lock: TextIO, how: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sign(lock: TextIO, holder: str) -> None:
    lock.truncate(0)
    lock.write(holder)
    lock.flush()
