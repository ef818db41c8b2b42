"""What an operator does now and then: a database to work with, a backup, and the way back."""

import contextlib
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, pool, text

from truflow.data_lock import share
from truflow.db import OWNER, SUPERUSER, url_for
from truflow.errors import Refusal
from truflow.postgres import Embedded, binary
from truflow.settings import get_settings

NEWER_THAN_SOME_SERVERS = b"SET transaction_timeout = 0;\n"  # PostgreSQL 17 and later know it; 15 and 16 refuse it
HEADER_LINES = 40


class BackupFailed(Refusal):
    code = "BACKUP_FAILED"


class NotABackup(Refusal):
    code = "NOT_A_BACKUP"

    def __init__(self, file: Path) -> None:
        super().__init__(f"{file} is not a backup that `truflow backup` made. Nothing was changed.")


class RestoreFailed(Refusal):
    code = "RESTORE_FAILED"

    def __init__(self, trouble: str) -> None:
        super().__init__(f"The backup could not be restored, and nothing was changed:\n{trouble.strip()}")


class DataExist(Refusal):
    code = "DATA_EXIST"

    def __init__(self) -> None:
        super().__init__(
            "There are bookings here, and restoring replaces everything. Make a backup first (`truflow backup FILE`),"
            " then repeat with --yes."
        )


@contextlib.contextmanager
def database() -> Iterator[None]:
    """The database answers while this lasts; one that was started only for it is stopped at the end."""
    settings = get_settings()
    if settings.database_url is not None:
        yield
        return
    server = Embedded(settings.data_dir)
    with share(server.data) as nobody_else:
        found = server.answers()
        server.ensure()
        try:
            yield
        finally:
            if not found and nobody_else():
                server.stop()


def backup(file: Path) -> None:
    """Write everything the database holds into one file, readable by its owner alone; whole or not at all."""
    address, environment = _address()
    unfinished = file.with_name(file.name + ".unfinished")
    os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    command: list[str | Path] = [binary("pg_dump"), "--format=custom", "--file", unfinished, address]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)  # noqa: S603
    if done.returncode != 0:
        unfinished.unlink()
        raise BackupFailed(f"The backup failed: {done.stderr.strip()}")
    with unfinished.open("rb") as written:
        os.fsync(written.fileno())
    unfinished.replace(file)


def restore(file: Path, *, replace: bool) -> None:
    """Replace everything by what the backup holds, in one transaction, then bring its tables up to date."""
    from truflow.migrations import migrate

    _refuse_what_is_no_backup(file)
    migrate()  # a new server gets its roles and its database
    if not replace and _has_bookings():
        raise DataExist
    _load(file)
    migrate()


def _load(file: Path) -> None:
    """The backup as SQL into psql; only a backup that was read to its end is committed."""
    address, environment = _address()
    psql: list[str | Path] = [binary("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", address]
    with tempfile.TemporaryFile() as troubles:
        reader = _start([binary("pg_restore"), "--file=-", file], stdout=subprocess.PIPE, stderr=troubles)
        writer = _start(psql, stdin=subprocess.PIPE, stdout=troubles, stderr=troubles, env=environment)
        assert reader.stdout is not None
        assert writer.stdin is not None
        # A broken pipe: psql stopped at an error, and says so in `troubles`.
        with contextlib.suppress(BrokenPipeError), reader.stdout as dump, writer.stdin as sql:
            sql.write(f"begin; drop owned by {OWNER} cascade;\n".encode())
            sql.write(f"grant create, usage on schema public to {OWNER};\n".encode())
            sql.writelines(line for line in itertools.islice(dump, HEADER_LINES) if line != NEWER_THAN_SOME_SERVERS)
            shutil.copyfileobj(dump, sql)
            if reader.wait() == 0:
                sql.write(b"\ncommit;\n")
        if reader.wait() != 0 or writer.wait() != 0:
            troubles.seek(0)
            raise RestoreFailed(troubles.read().decode(errors="replace"))


def _refuse_what_is_no_backup(file: Path) -> None:
    listed = subprocess.run([binary("pg_restore"), "--list", file], capture_output=True, check=False)  # noqa: S603
    if listed.returncode != 0 or b" TABLE public booking " not in listed.stdout:
        raise NotABackup(file)


def _has_bookings() -> bool:
    with create_engine(url_for(SUPERUSER), poolclass=pool.NullPool).connect() as connection:
        return bool(connection.execute(text("select exists (select 1 from booking)")).scalar())


def _address() -> tuple[str, dict[str, str]]:
    """The database as libpq's programs take it; the password goes by the environment, where `ps` does not show it."""
    # Without `options`: SQLAlchemy writes a space in them as a plus sign, which libpq takes for a plus sign.
    url = url_for(SUPERUSER).set(drivername="postgresql").difference_update_query(["options"])
    environment = {**os.environ, "PGPASSWORD": url.password} if url.password else dict(os.environ)
    return url._replace(password=None).render_as_string(), environment


def _start(command: Sequence[str | Path], **how: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, **how)  # noqa: S603
