"""The first start makes a practice and an admin; a backup holds everything; a restore replaces all of it or nothing."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from truflow import db, operations
from truflow.postgres import Embedded
from truflow.preparing import prepare
from truflow.settings import get_settings
from truflow.up_env import owner_settings


def forget_settings() -> None:
    if db.engine.cache_info().currsize:
        db.engine().dispose()
    db.engine.cache_clear()
    get_settings.cache_clear()


@pytest.fixture
def house(server: Embedded, monkeypatch: pytest.MonkeyPatch) -> Iterator[Embedded]:
    """This process as a command of the operator's, over a server of its own."""
    for name in owner_settings():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TRUFLOW_DATA_DIR", str(server.data))
    monkeypatch.setenv("TRUFLOW_ENV", "test")
    forget_settings()
    yield server
    forget_settings()


def name_of_practice(server: Embedded, new: str | None = None) -> str:
    """What the practice is called; given a name, after it was renamed."""
    with psycopg.connect(server.url("truflow_app").replace("+psycopg", "")) as connection:
        if new is not None:
            connection.execute("update system_settings set name = %s", [new])
        row = connection.execute("select name from system_settings").fetchone()
    assert row is not None
    return str(row[0])


def test_from_an_empty_cluster_to_a_backup_and_back(house: Embedded, tmp_path: Path) -> None:
    file = tmp_path / "practice.backup"
    with operations.database():
        first = prepare(empty=False)
        assert first["email"] == "owner@example.com"
        assert len(first["password"]) >= 20
        assert prepare(empty=False) == {}, "the password is shown once"

        saved = name_of_practice(house)
        operations.backup(file)
        assert file.stat().st_mode & 0o777 == 0o600

        name_of_practice(house, "Another one")
        whole = file.read_bytes()
        for broken in (whole[:-1200], whole[:-1200] + b"U" * 100 + whole[-1100:]):
            (tmp_path / "broken").write_bytes(broken)
            with pytest.raises((operations.NotABackup, operations.RestoreFailed)):
                operations.restore(tmp_path / "broken", replace=True)
            assert name_of_practice(house) == "Another one"

        operations.restore(file, replace=True)
        assert name_of_practice(house) == saved
    assert not house.answers(), "what was started only for this is stopped"


def test_an_empty_practice_has_an_admin_and_no_massages(house: Embedded) -> None:
    from truflow.services import admins, catalogue

    with operations.database():
        prepare(empty=True)
        assert admins.has_admin()
        assert catalogue.list_services() == []


def test_a_file_that_is_no_backup_is_refused(house: Embedded, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear guest")
    with pytest.raises(operations.NotABackup):
        operations.restore(tmp_path / "letter", replace=True)


def test_a_server_that_runs_already_is_left_running(house: Embedded) -> None:
    house.ensure()
    with operations.database():
        pass
    assert house.answers()
