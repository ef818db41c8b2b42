"""Starting and ending other processes so that none is left behind."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from truflow.settings import ROOT

PR_SET_PDEATHSIG = 1
LARGEST_LOG = 5_000_000
PRIVATE, AS_IT_IS = 0o077, -1

_libc = ctypes.CDLL(None, use_errno=True)


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str],
    cwd: Path = ROOT,
    answers: bool = False,
    umask: int = PRIVATE,
) -> subprocess.Popen[bytes]:
    """Start a process whose words go to the log, which hears no Ctrl-C of ours and which dies when we die.

    One that `answers` has its standard output read by us instead. What it writes, guests' mails among it, is for
    our own user alone unless `umask` says otherwise.
    """
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _keep_small(log)
    us = os.getpid()

    def die_with_us() -> None:
        if hasattr(_libc, "prctl"):
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != us:
            os._exit(1)

    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as words:
        return subprocess.Popen(  # noqa: S603
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if answers else words,
            stderr=words,
            cwd=cwd,
            env=dict(env),
            start_new_session=True,
            umask=umask,
            preexec_fn=die_with_us,  # safe: this process has one thread
        )


def ask_to_end(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, the signal that every part of TruFlow answers by finishing what it does."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()


def sweep(process: subprocess.Popen[bytes]) -> None:
    """Kill whatever is left of a process and of those it started, and collect it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)


def end(
    processes: Sequence[subprocess.Popen[bytes]], patience: float, *, impatient: Callable[[], bool] = lambda: False
) -> None:
    """End all of them together: SIGTERM, then SIGKILL for those that take longer than `patience` seconds."""
    for process in processes:
        ask_to_end(process)
    deadline = time.monotonic() + patience
    while any(process.poll() is None for process in processes):
        if time.monotonic() > deadline or impatient():
            break
        time.sleep(0.05)
    for process in processes:
        sweep(process)


def tail(log: Path, characters: int = 3000) -> str:
    """What a log said last."""
    try:
        return log.read_text(errors="replace")[-characters:].strip()
    except FileNotFoundError:
        return ""


def _keep_small(log: Path) -> None:
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_name(log.name + ".1"))
