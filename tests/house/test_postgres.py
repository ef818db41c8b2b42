"""The embedded server starts, is found again, and heals after every way of dying we know."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from truflow.postgres import Embedded, ServerTrouble

ROOT = Path(__file__).resolve().parents[2]


def ask(server: Embedded, question: str) -> object:
    """The server's answer to one question."""
    with psycopg.connect(server.url("postgres", "postgres").replace("+psycopg", "")) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def postmaster(server: Embedded) -> int:
    return int((server.cluster / "postmaster.pid").read_text().split("\n", 1)[0])


def start_in_another_process(data_dir: Path) -> subprocess.Popen[bytes]:
    code = (
        "import pathlib, sys; from truflow.postgres import Embedded;"
        "Embedded(pathlib.Path(sys.argv[1]), durable=False).ensure()"
    )
    return subprocess.Popen([sys.executable, "-c", code, str(data_dir)], cwd=ROOT)


def test_starts_is_found_again_and_stops(server: Embedded) -> None:
    assert not server.answers()
    server.ensure()
    first = postmaster(server)
    Embedded(server.data).ensure()
    assert postmaster(server) == first
    assert ask(server, "show timezone") == "UTC"
    assert ask(server, "show listen_addresses") == ""
    assert ask(server, "show fsync") == "off"
    server.stop()
    assert not server.answers()
    server.stop()


def test_is_durable_unless_told_otherwise(server: Embedded) -> None:
    durable = Embedded(server.data)
    durable.ensure()
    assert ask(durable, "show fsync") == "on"
    assert ask(durable, "show synchronous_commit") == "on"


def test_heals_after_its_postmaster_was_killed(server: Embedded) -> None:
    server.ensure()
    os.kill(postmaster(server), signal.SIGKILL)
    server.ensure()
    assert ask(server, "select 1") == 1


def test_a_pid_file_that_names_a_stranger_is_forgotten_and_the_stranger_lives(server: Embedded) -> None:
    server.ensure()
    pid_file = server.cluster / "postmaster.pid"
    kept = pid_file.read_text()
    server.stop()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        pid_file.write_text(f"{stranger.pid}\n" + kept.split("\n", 1)[1])
        server.stop()
        server.ensure()
        assert ask(server, "select 1") == 1
        assert stranger.poll() is None
        stranger.communicate(b"\n")


def test_an_empty_pid_file_is_forgotten(server: Embedded) -> None:
    (server.cluster / "postmaster.pid").touch()
    server.ensure()
    assert server.answers()


def test_a_killed_initdb_is_done_again(data_dir: Path) -> None:
    starter = start_in_another_process(data_dir)
    making = data_dir / "pg.making"
    while not (making / "base").exists():
        time.sleep(0.005)
    starter.kill()
    starter.wait()
    server = Embedded(data_dir, durable=False)
    server.ensure()
    assert ask(server, "select 1") == 1
    assert not making.exists()


def test_three_starters_at_once_make_one_server(server: Embedded) -> None:
    starters = [start_in_another_process(server.data) for _ in range(3)]
    assert [starter.wait(60) for starter in starters] == [0, 0, 0]
    assert server.answers()


@pytest.mark.parametrize("name", ["x" * 120, "a b,c'd"])
def test_a_path_that_is_too_long_or_too_odd_for_a_socket(data_dir: Path, cluster: Path, name: str) -> None:
    server = Embedded(data_dir / name, durable=False)
    shutil.copytree(cluster, server.cluster)
    try:
        server.ensure()
        assert ask(server, "select 1") == 1
        assert server.socket_dir.stat().st_mode & 0o077 == 0
    finally:
        server.stop()
        shutil.rmtree(server.socket_dir, ignore_errors=True)


def test_a_socket_that_nobody_serves_is_no_answer(data_dir: Path) -> None:
    server = Embedded(data_dir)
    server.socket_dir.mkdir()
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(server.socket_dir / ".s.PGSQL.5432"))
        assert not server.answers()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_socket_folder_of_another_user_is_refused(server: Embedded) -> None:
    server.socket_dir.mkdir()
    os.chown(server.socket_dir, 12345, 12345)
    with pytest.raises(ServerTrouble, match="belongs to another user"):
        server.ensure()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the server as somebody else")
def test_as_root_the_folders_above_may_be_passed_but_not_read(server: Embedded) -> None:
    server.ensure()
    assert server.data.stat().st_mode & 0o777 == 0o701
    assert server.cluster.stat().st_mode & 0o077 == 0
    assert server.cluster.stat().st_uid != 0
