"""An SMTP server small enough to read: takes mails, or misbehaves as told."""

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

HANG_UP, SILENT = "HANG UP", "SILENT"


@dataclass
class PostOffice:
    """What arrived, and what the server answers in place of its usual replies.

    `replies` is by verb; GREETING is the first word, END the answer to the text.
    """

    port: int = 0
    replies: dict[str, str] = field(default_factory=dict)
    recipients: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    auth: list[str] = field(default_factory=list)
    calls: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def message_ids(self) -> list[str]:
        """Of every text that arrived whole, answered or not."""
        return [str(email.message_from_bytes(mail, policy=email.policy.default)["Message-ID"]) for mail in self.mails]


@contextmanager
def post_office() -> Iterator[PostOffice]:
    """One that runs, on a port of its own."""
    office = PostOffice()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, text: str) -> None:
            self.wfile.write(text.encode() + b"\r\n")

        def odd(self, verb: str) -> bool:
            """Whether the conversation is over, because of what the test ordered for this verb."""
            if office.replies.get(verb) == SILENT:
                self.rfile.read()  # until the other side gives up
            return office.replies.get(verb) in (SILENT, HANG_UP)

        def handle(self) -> None:
            office.calls += 1
            if self.odd("GREETING"):
                return
            self.say(office.replies.get("GREETING", "220 here"))
            while line := self.rfile.readline():
                verb = line.split()[0].decode().upper() if line.split() else ""
                reply = office.replies.get(verb)
                if self.odd(verb):
                    return
                if reply:
                    self.say(reply)
                elif verb == "EHLO":
                    self.wfile.write(b"250-here\r\n250-AUTH PLAIN\r\n250 SIZE 10000000\r\n")
                elif verb == "AUTH":
                    office.auth.append(line.decode().strip())
                    self.say("235 welcome")
                elif verb == "RCPT":
                    office.recipients.append(line.decode().strip())
                    self.say("250 ok")
                elif verb == "DATA":
                    self.take_mail()
                    if self.odd("END"):
                        return
                    self.say(office.replies.get("END", "250 taken"))
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
            office.mails.append(b"".join(lines))

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """The other side has gone: no news."""

    with Server(("127.0.0.1", 0), Handler) as server:
        office.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield office
        server.shutdown()
        thread.join(5)
