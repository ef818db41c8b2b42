"""`truflow up` says in one line why it does not start, before it starts anything."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from truflow.data_lock import AlreadyRunning, hold, share
from truflow.up import CannotStart, refuse_a_taken_port

ROOT = Path(__file__).resolve().parents[2]


def truflow(*command: str, data: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """The command as an operator runs it, with her settings."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("TRUFLOW_")}
    own |= {"TRUFLOW_DATA_DIR": str(data), **settings}
    return subprocess.run(
        [sys.executable, "-m", "truflow", *command], cwd=ROOT, env=own, capture_output=True, text=True, timeout=60
    )


def test_a_port_in_use_is_said_in_one_line_and_nothing_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = truflow("up", "--port", str(port), data=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert f"Port {port} is already in use" in done.stderr
    assert f"--port {port + 1}" in done.stderr
    assert not (tmp_path / "pg").exists()
    assert not (tmp_path / "up.env").exists()


def test_a_port_just_left_is_free(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            server.accept()[0].close()  # leaves a connection in TIME_WAIT
    refuse_a_taken_port("127.0.0.1", port)


def test_an_address_that_is_not_ours_is_refused() -> None:
    with pytest.raises(CannotStart, match=r"Cannot listen on 192\.0\.2\.1"):
        refuse_a_taken_port("192.0.2.1", 8000)


def test_a_second_up_says_where_the_first_one_is(tmp_path: Path) -> None:
    with hold(tmp_path, "up 4711 http://127.0.0.1:8000/book"):
        done = truflow("up", data=tmp_path)
    assert done.returncode == 1
    assert "already running" in done.stderr
    assert "http://127.0.0.1:8000/book" in done.stderr
    assert "kill 4711" in done.stderr


def test_production_is_refused_kindly(tmp_path: Path) -> None:
    done = truflow("up", data=tmp_path, TRUFLOW_ENV="production")
    assert done.returncode == 1
    assert "`truflow web`" in done.stderr
    assert not (tmp_path / "up.env").exists()


def test_settings_that_do_not_hold_are_said_in_words(tmp_path: Path) -> None:
    done = truflow("settings", data=tmp_path)
    assert done.returncode == 2
    assert "TRUFLOW_PUBLIC_URL must be" in done.stderr
    assert "start scripts/up" in done.stderr
    assert "Traceback" not in done.stderr
    done = truflow("settings", data=tmp_path, TRUFLOW_ENV="test", TRUFLOW_PORT="many")
    assert done.returncode == 2
    assert done.stderr.startswith("TRUFLOW_PORT: ")


def test_secrets_are_shown_only_when_asked_for(tmp_path: Path) -> None:
    given = {"TRUFLOW_ENV": "test", "TRUFLOW_SECRET_KEY": "not for your eyes"}
    hidden = truflow("settings", data=tmp_path, **given).stdout
    shown = truflow("settings", "--show-secrets", data=tmp_path, **given).stdout
    assert "TRUFLOW_SECRET_KEY=********\n" in hidden
    assert "not for your eyes" not in hidden
    assert "TRUFLOW_SECRET_KEY=not for your eyes\n" in shown
    assert "TRUFLOW_ENV=test\n" in shown


def test_commands_share_a_folder_and_the_last_one_knows_it(tmp_path: Path) -> None:
    with share(tmp_path) as last_first:
        with share(tmp_path) as last_second:
            assert not last_second()
        assert last_first()


def test_beside_up_no_command_is_the_last_one(tmp_path: Path) -> None:
    with hold(tmp_path, "up 1 x"):
        with share(tmp_path) as last:
            assert not last()
        with pytest.raises(AlreadyRunning), hold(tmp_path, "up 2 y"):
            pass
