import base64
import dataclasses
import email
import email.policy
import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import resend

from truflow.integrations.mail import Attachment, MailFailed, Message, captured, deliver, mailbox
from truflow.settings import get_settings

Configure = Callable[..., None]
ICS = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
MESSAGE = Message(
    message_id="<0d6f@truflow.example>",
    sender="Stillwater <hello@stillwater.example>",
    to="ana@example.com",
    reply_to="hello@stillwater.example",
    subject="Your appointment – tomorrow",
    text="Hello Ana, ünïcode and a very long line: " + "x" * 2000,
    html="<p>Hello Ana</p>",
    attachments=[Attachment("appointment.ics", "text/calendar; method=REQUEST; charset=utf-8", ICS)],
)


def test_a_captured_mail_reads_back_as_it_was_sent(configure: Configure, tmp_path: Path) -> None:
    configure(mail_url="capture://")
    deliver(MESSAGE)
    (mail,) = captured()
    assert mail.message_id == MESSAGE.message_id
    assert (mail.to, mail.subject) == (MESSAGE.to, MESSAGE.subject)
    assert mail.text.strip() == MESSAGE.text
    assert mail.html.strip() == MESSAGE.html
    (file,) = mail.attachments
    assert file.filename == "appointment.ics"
    assert file.content_type.startswith("text/calendar")
    assert 'method="REQUEST"' in file.content_type
    assert "utf-8" in file.content_type
    assert file.content == ICS
    assert [path.suffix for path in (tmp_path / "mail").iterdir()] == [".eml"]


def test_the_invitation_is_an_alternative_to_the_text_too(configure: Configure, tmp_path: Path) -> None:
    configure(mail_url="capture://")
    deliver(MESSAGE)
    (path,) = (tmp_path / "mail").iterdir()
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "text/calendar",
    ]


def test_the_same_mail_twice_is_there_twice_newest_first(configure: Configure) -> None:
    configure(mail_url="capture://")
    deliver(MESSAGE)
    deliver(MESSAGE)
    deliver(dataclasses.replace(MESSAGE, subject="Later"))
    assert [mail.subject for mail in captured()] == ["Later", MESSAGE.subject, MESSAGE.subject]
    assert len({mail.id for mail in captured()}) == 3


@pytest.mark.parametrize(
    "to",
    [
        "ana@example.com, evil@example.com",
        "ana@example.com;evil@example.com",
        "ana@example.com\r\nBcc: evil@example.com",
        "ana@example.com\n",
        "Ana <ana@example.com>",
        '"a b"@example.com',
        "ana",
        "",
        "a@b@c",
        "x" * 300 + "@example.com",
    ],
)
def test_only_exactly_one_address_is_written_to(configure: Configure, to: str) -> None:
    configure(mail_url="capture://")
    with pytest.raises(MailFailed) as failed:
        deliver(dataclasses.replace(MESSAGE, to=to))
    assert failed.value.permanent
    assert captured() == []


@pytest.mark.parametrize("field", ["subject", "message_id", "sender", "reply_to"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\x00"])
def test_no_field_smuggles_a_header(configure: Configure, tmp_path: Path, field: str, end: str) -> None:
    configure(mail_url="capture://")
    value = getattr(MESSAGE, field) + end + "Bcc: evil@example.com" + end + end + "<script>"
    try:
        deliver(dataclasses.replace(MESSAGE, **{field: value}))
    except MailFailed:
        return
    (path,) = (tmp_path / "mail").iterdir()
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert mail["Bcc"] is None
    assert mail["To"] == MESSAGE.to
    assert mail.get_body(("html",)) is not None


def test_a_practice_name_of_any_kind_is_one_sender() -> None:
    assert mailbox('Mara, "the hands"; Co.', "a@b.example") == r'"Mara, \"the hands\"; Co." <a@b.example>'


def test_smtp_takes_one_recipient_and_the_password(configure: Configure, sink: Any) -> None:
    configure(mail_url=f"smtp://user%40x:p%3Aw@127.0.0.1:{sink.port}")
    deliver(MESSAGE)
    assert sink.recipients == ["rcpt TO:<ana@example.com>"]
    assert base64.b64decode(sink.auth[0].split()[-1]) == b"\0user@x\0p:w"
    mail = email.message_from_bytes(sink.mails[0], policy=email.policy.default)
    assert mail["Message-ID"] == "<0d6f@truflow.example>"
    assert mail["Reply-To"] == "hello@stillwater.example"


@pytest.mark.parametrize(
    ("verb", "reply", "kind", "code", "permanent"),
    [
        ("RCPT", "550 no such user ana@example.com", "refused", "smtp-550", True),
        ("RCPT", "450 grey ana@example.com", "refused", "smtp-450", False),
        ("MAIL", "553 sender ana@example.com", "refused", "smtp-553", True),
        ("AUTH", "535 bad password of ana@example.com", "refused", "smtp-535", False),
        ("END", "554 spam to ana@example.com", "refused", "smtp-554", True),
        ("END", "HANG UP", "silent", "SMTPServerDisconnected", False),
        ("DATA", "HANG UP", "silent", "SMTPServerDisconnected", False),
        ("EHLO", "HANG UP", "silent", "SMTPServerDisconnected", False),
    ],
)
def test_a_failure_says_how_and_never_to_whom(
    configure: Configure, sink: Any, verb: str, reply: str, kind: str, code: str, permanent: bool
) -> None:
    sink.replies[verb] = reply
    configure(mail_url=f"smtp://u:p@127.0.0.1:{sink.port}")
    with pytest.raises(MailFailed) as failed:
        deliver(MESSAGE)
    error = failed.value
    assert (error.kind, error.code, error.permanent) == (kind, code, permanent)
    assert "ana" not in str(error)
    assert error.__context__ is None
    assert error.__cause__ is None


@pytest.mark.parametrize("field", ["subject", "text", "html"])
def test_text_that_cannot_be_written_is_refused_for_good(configure: Configure, field: str) -> None:
    configure(mail_url="capture://")
    with pytest.raises(MailFailed) as failed:
        deliver(dataclasses.replace(MESSAGE, **{field: "ana \ud800"}))
    assert failed.value.permanent
    assert failed.value.__context__ is None


def test_a_password_never_crosses_the_network_in_the_clear(
    configure: Configure, sink: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("truflow.integrations.mail_smtp.LOOPBACK", frozenset())
    configure(mail_url=f"smtp://u:p@127.0.0.1:{sink.port}")
    with pytest.raises(MailFailed, match="smtp-not-supported"):
        deliver(MESSAGE)
    assert sink.auth == []


def test_a_server_that_drops_the_goodbye_has_the_mail(configure: Configure, sink: Any) -> None:
    sink.replies["QUIT"] = "HANG UP"
    configure(mail_url=f"smtp://127.0.0.1:{sink.port}")
    deliver(MESSAGE)
    assert len(sink.mails) == 1


@pytest.mark.parametrize("url", ["smtp://127.0.0.1:1", "smtps://127.0.0.1:1"])
def test_nobody_at_home_is_silence(configure: Configure, url: str) -> None:
    configure(mail_url=url)
    with pytest.raises(MailFailed, match="silent") as failed:
        deliver(MESSAGE)
    assert not failed.value.uncertain


def test_without_a_mail_server_nothing_pretends_to_be_sent(configure: Configure) -> None:
    configure(mail_url="")
    with pytest.raises(MailFailed, match="no-mail-server"):
        deliver(MESSAGE)


@pytest.fixture
def resend_door(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    door: dict[str, Any] = {"status": 200, "calls": []}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            door["calls"].append((dict(self.headers), body))
            answer = {"id": "1"} if door["status"] == 200 else {"name": "x", "message": "no ana@example.com"}
            data = json.dumps(answer).encode()
            self.send_response(door["status"])
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    monkeypatch.setattr(resend, "api_url", f"http://127.0.0.1:{server.server_address[1]}")
    yield door
    server.shutdown()
    server.server_close()
    thread.join(5)


def test_resend_gets_the_message_id_as_its_key(configure: Configure, resend_door: dict[str, Any]) -> None:
    configure(mail_url="resend://re_key")
    deliver(MESSAGE)
    ((headers, body),) = resend_door["calls"]
    assert headers["Authorization"] == "Bearer re_key"
    assert headers["Idempotency-Key"] == MESSAGE.message_id
    assert body["to"] == [MESSAGE.to]
    assert bytes(body["attachments"][0]["content"]) == ICS
    assert body["attachments"][0]["content_type"].startswith("text/calendar; method=REQUEST")


@pytest.mark.parametrize(
    ("status", "kind", "permanent", "uncertain"),
    [
        (422, "refused", True, False),
        (401, "refused", False, False),
        (429, "refused", False, False),
        (503, "refused", False, False),
        (500, "silent", False, True),
        (504, "silent", False, True),
    ],
)
def test_resend_refusals_are_told_from_silence(
    configure: Configure, resend_door: dict[str, Any], status: int, kind: str, permanent: bool, uncertain: bool
) -> None:
    configure(mail_url="resend://re_key")
    resend_door["status"] = status
    with pytest.raises(MailFailed) as failed:
        deliver(MESSAGE)
    assert (failed.value.kind, failed.value.permanent, failed.value.uncertain) == (kind, permanent, uncertain)
    assert "ana" not in str(failed.value)
    assert failed.value.__context__ is None


def test_resend_out_of_reach_is_silence(configure: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(mail_url="resend://re_key")
    monkeypatch.setattr(resend, "api_url", "http://127.0.0.1:1")
    with pytest.raises(MailFailed, match="silent") as failed:
        deliver(MESSAGE)
    assert not failed.value.uncertain


def test_resend_that_hears_and_does_not_answer_may_have_sent_it(
    configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        monkeypatch.setattr(resend, "api_url", f"http://127.0.0.1:{deaf.getsockname()[1]}")
        monkeypatch.setattr("truflow.integrations.mail_resend.TIMEOUT_S", 0.2)
        configure(mail_url="resend://re_key")
        with pytest.raises(MailFailed, match="silent") as failed:
            deliver(MESSAGE)
    assert failed.value.uncertain


@pytest.mark.parametrize(
    ("urls", "servers"),
    [
        ("smtp://a", ("smtp://a",)),
        (" smtp://a  resend://KEY ", ("smtp://a", "resend://KEY")),
        ("smtps://u:p,w@a, smtp://b", ("smtps://u:p,w@a", "smtp://b")),
        ("", ()),
    ],
)
def test_one_or_two_servers_may_be_named(configure: Configure, urls: str, servers: tuple[str, ...]) -> None:
    configure(mail_url=urls)
    assert get_settings().mail_urls == servers


@pytest.mark.parametrize("urls", ["smtp://a smtp://b smtp://c", "mail.example.com", "smtp://a ftp://secret@b", "smtp"])
def test_what_names_no_mail_server_is_refused_without_repeating_it(configure: Configure, urls: str) -> None:
    configure(mail_url=urls)
    with pytest.raises(ValueError, match="TRUFLOW_MAIL_URL names one mail server, or two") as refused:
        get_settings()
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("urls", ["capture://", "smtps://a capture://", "capture://, smtps://a"])
def test_production_captures_no_mail_with_either_server(configure: Configure, urls: str) -> None:
    configure(env="production", mail_url=urls)
    with pytest.raises(ValueError, match="TRUFLOW_MAIL_URL must name a mail server"):
        get_settings()


def test_production_takes_two_servers(configure: Configure) -> None:
    configure(env="production", mail_url="smtps://a resend://KEY")
    with pytest.raises(ValueError, match="TRUFLOW_PUBLIC_URL") as refused:
        get_settings()
    assert "TRUFLOW_MAIL_URL" not in str(refused.value)
