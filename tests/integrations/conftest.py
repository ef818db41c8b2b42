import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from truflow.settings import get_settings

Configure = Callable[..., None]


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Configure]:
    """Settings of this test alone: configure(mail_url="capture://")."""
    monkeypatch.setenv("TRUFLOW_ENV", "test")
    monkeypatch.setenv("TRUFLOW_DATA_DIR", str(tmp_path))

    def change(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"TRUFLOW_{name.upper()}", value)
        get_settings.cache_clear()

    yield change
    monkeypatch.undo()
    get_settings.cache_clear()


@dataclass
class Sink:
    """What arrived, and what the server answers in place of its usual replies."""

    port: int = 0
    replies: dict[str, str] = field(default_factory=dict)
    recipients: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    auth: list[str] = field(default_factory=list)


@pytest.fixture
def sink() -> Iterator[Sink]:
    """An SMTP server small enough to read: takes mails, or misbehaves as told."""
    sink = Sink()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, text: str) -> None:
            self.wfile.write(text.encode() + b"\r\n")

        def handle(self) -> None:
            self.say("220 sink")
            while line := self.rfile.readline():
                verb = line.split()[0].decode().upper() if line.split() else ""
                reply = sink.replies.get(verb)
                if reply == "HANG UP":
                    return
                if reply:
                    self.say(reply)
                elif verb == "EHLO":
                    self.wfile.write(b"250-sink\r\n250-AUTH PLAIN\r\n250 SIZE 10000000\r\n")
                elif verb == "AUTH":
                    sink.auth.append(line.decode().strip())
                    self.say("235 welcome")
                elif verb == "RCPT":
                    sink.recipients.append(line.decode().strip())
                    self.say("250 ok")
                elif verb == "DATA":
                    self.take_mail()
                    if sink.replies.get("END") == "HANG UP":
                        return
                    self.say(sink.replies.get("END", "250 taken"))
                elif verb == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

        def take_mail(self) -> None:
            self.say("354 go on")
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line)
            sink.mails.append(b"".join(lines))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        sink.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield sink
        server.shutdown()
        thread.join(5)
