"""Children are started again when they die, end when asked, and never outlive the one that started them."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from truflow.postgres import Embedded
from truflow.processes import end, spawn
from truflow.supervisor import Child, Supervisor

ROOT = Path(__file__).resolve().parents[2]
SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


def wait_for(true: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def house(said: list[str]) -> Iterator[Supervisor]:
    house = Supervisor(said.append)
    yield house
    house.stop()


def child(tmp_path: Path, command: list[str]) -> Child:
    return Child("web", command, dict(os.environ), tmp_path / "logs" / "web.log")


def test_a_child_that_dies_is_started_again_and_its_log_is_named(
    house: Supervisor, said: list[str], tmp_path: Path
) -> None:
    web = child(tmp_path, SLEEPER)
    house.start(web)
    assert web.process is not None
    first = web.process.pid
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: (house.beat(), web.process is not None and web.process.pid != first)[1])
    assert said == [f"web ended (SIGKILL); it starts again in 0.5 s. Its log: {web.log}"]


def test_pauses_grow_while_it_keeps_dying(house: Supervisor, said: list[str], tmp_path: Path) -> None:
    house.start(child(tmp_path, [sys.executable, "-S", "-c", "raise SystemExit(3)"]))
    wait_for(lambda: (house.beat(), len(said) >= 3)[1])
    assert [line.split(" s. ")[0].rsplit(" ", 1)[1] for line in said[:3]] == ["0.5", "1", "2"]
    assert "exit code 3" in said[0]


def test_what_a_dead_child_had_started_goes_with_it(house: Supervisor, tmp_path: Path) -> None:
    nest = tmp_path / "grandchild"
    code = textwrap.dedent(f"""
        import pathlib, subprocess, time
        grandchild = subprocess.Popen({SLEEPER!r})
        pathlib.Path({str(nest)!r}).write_text(f"{{grandchild.pid}}.")
        time.sleep(60)
    """)
    web = child(tmp_path, [sys.executable, "-c", code])
    house.start(web)
    wait_for(lambda: nest.exists() and nest.read_text().endswith("."))
    assert web.process is not None
    os.kill(web.process.pid, signal.SIGKILL)
    wait_for(lambda: (house.beat(), not is_alive(int(nest.read_text()[:-1])))[1])


def test_a_child_that_does_not_listen_is_killed_in_the_end(tmp_path: Path) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    log = tmp_path / "deaf.log"
    process = spawn([sys.executable, "-c", deaf], log=log, env=os.environ)
    wait_for(lambda: log.read_text())
    end([process], patience=0.2)
    assert process.returncode == -signal.SIGKILL


def test_children_die_with_the_one_that_started_them(tmp_path: Path) -> None:
    code = textwrap.dedent(f"""
        import os, pathlib, time
        from truflow.processes import spawn
        child = spawn({SLEEPER!r}, log=pathlib.Path({str(tmp_path / "log")!r}), env=os.environ)
        print(child.pid, flush=True)
        time.sleep(60)
    """)
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_alive(pid)
        parent.kill()
    wait_for(lambda: not is_alive(pid))


def test_a_database_that_was_killed_is_started_again(server: Embedded, said: list[str]) -> None:
    house = Supervisor(said.append, server, check_database=0.2)
    house.start_database()
    os.kill(int((server.cluster / "postmaster.pid").read_text().split("\n", 1)[0]), signal.SIGKILL)
    wait_for(lambda: (house.beat(), said[-1:] == ["The database answers again."])[1])
    assert server.answers()
    house.stop()
    assert not server.answers()
