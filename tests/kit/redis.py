"""Redis from Debian, for as long as a block lasts."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.sandbox.kit import free_port

WANTED = os.environ.get("PROOF_QUEUE") == "redis"
"""Whether the proof's processes share their work by Redis in place of PostgreSQL."""


def available() -> bool:
    return shutil.which("redis-server") is not None


@contextmanager
def redis_url(folder: Path) -> Iterator[str]:
    """A server of its own, which keeps nothing, and its address."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", ""]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(10)


@contextmanager
def queue_settings(folder: Path) -> Iterator[dict[str, str]]:
    """What `Stack.up` needs for the queue that PROOF_QUEUE names: nothing, or the address of a Redis."""
    if not WANTED:
        yield {}
        return
    with redis_url(folder) as url:
        yield {"TRUFLOW_REDIS_URL": url}
