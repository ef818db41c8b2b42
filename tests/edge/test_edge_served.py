"""The edge on real sockets, behind the server that runs it."""

import base64
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest


@dataclass
class Served:
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ours = {"ENV": "test", "DATA_DIR": str(folder), "MAIL_URL": "capture://", "PORT": str(port)}
    environment = {**os.environ, **{f"TRUFLOW_{name}": value for name, value in ours.items()}}
    environment["PYTHONPATH"] = os.pathsep.join([str(Path.cwd()), str(Path(__file__).parent)])
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(port), "served:app"]
    log = folder / "log"
    with log.open("wb") as words:
        process = subprocess.Popen(command, env=environment, stdout=words, stderr=words)
    try:
        _wait_for(port)
        yield Served(port, log)
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError


def _chunked(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield b"x" * 8192


def test_a_chunked_body_is_counted_on_the_wire(served: Served) -> None:
    assert httpx.post(served.url + "/api/x", content=_chunked(8)).text == str(64 * 1024)
    refused = httpx.post(served.url + "/api/x", content=_chunked(9))
    assert (refused.status_code, refused.json()["error"]["code"]) == (413, "TOO_LARGE")


def test_a_bug_is_told_by_number_and_the_log_holds_no_word_of_it(served: Served) -> None:
    answer = httpx.get(served.url + "/boom")
    assert answer.status_code == 500
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(served.url + "/late")
    log = served.log.read_text()
    assert answer.headers["x-request-id"] in log
    assert "canary" not in log + answer.text


def _open(served: Served, origin: str) -> tuple[socket.socket, str]:
    connection = socket.create_connection(("127.0.0.1", served.port), timeout=5)
    lines = [
        "GET /_event/ HTTP/1.1",
        f"Host: 127.0.0.1:{served.port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        f"Origin: {origin}",
    ]
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(1)
    return connection, head.split(b" ")[1].decode()


def _frame(data: bytes) -> bytes:
    length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xff" + struct.pack(">Q", len(data))
    return b"\x81" + length + bytes(4) + data  # a mask of zeros leaves the data as it is


def test_a_foreign_page_opens_no_socket(served: Served) -> None:
    connection, status = _open(served, "http://evil.example")
    connection.close()
    assert status == "403"


def test_a_frame_too_large_ends_the_socket(served: Served) -> None:
    connection, status = _open(served, f"http://localhost:{served.port}")
    with connection:
        assert status == "101"
        connection.sendall(_frame(b"hello"))
        assert connection.recv(100) == b"\x81\x015"
        connection.sendall(_frame(b"x" * 70_000))
        assert connection.recv(100)[:4] == b"\x88\x02" + struct.pack(">H", 1009)
