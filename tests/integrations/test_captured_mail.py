import asyncio
import dataclasses
from collections.abc import Callable

import httpx
import pytest
from starlette.applications import Starlette

from truflow.api.captured_mail import routes
from truflow.integrations.mail import Attachment, Message, deliver

Configure = Callable[..., None]
MESSAGE = Message(
    message_id="<0d6f@truflow.example>",
    sender="Stillwater <hello@stillwater.example>",
    to="ana@example.com",
    reply_to="",
    subject="<b>Your</b> appointment",
    text="Hello",
    html="<html><head></head><body><script>1</script><a href='https://x.example'>x</a></body></html>",
    attachments=[Attachment("appointment 1.ics", "text/calendar; method=REQUEST; charset=utf-8", b"BEGIN:VCALENDAR")],
)


class Client:
    def __init__(self) -> None:
        self.app = Starlette(routes=routes())

    def ask(self, method: str, path: str) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
                return await http.request(method, path)

        return asyncio.run(asked())

    def get(self, path: str) -> httpx.Response:
        return self.ask("GET", path)


@pytest.fixture
def client(configure: Configure) -> Client:
    configure(mail_url="capture://")
    return Client()


def test_without_mail_the_pages_say_so(client: Client) -> None:
    assert client.get("/sandbox/mail.json").json() == []
    assert "No mail yet" in client.get("/sandbox/mail").text


def test_programs_get_the_mails_newest_first(client: Client) -> None:
    deliver(MESSAGE)
    deliver(dataclasses.replace(MESSAGE, subject="Later", attachments=[]))
    later, mail = client.get("/sandbox/mail.json").json()
    assert later["subject"] == "Later"
    assert set(mail) == {"id", "messageId", "to", "subject", "html", "text", "at", "attachments"}
    assert (mail["messageId"], mail["to"], mail["html"]) == (MESSAGE.message_id, MESSAGE.to, MESSAGE.html + "\n")
    assert mail["at"].endswith("Z")
    (file,) = mail["attachments"]
    assert set(file) == {"filename", "contentType", "url"}
    assert file["filename"] == "appointment 1.ics"
    got = client.get(file["url"])
    assert got.content.startswith(b"BEGIN:VCALENDAR")
    assert got.headers["content-type"].startswith("text/calendar")
    assert got.headers["content-disposition"].startswith("attachment")


def test_two_attachments_of_one_name_have_two_addresses(client: Client) -> None:
    twins = [Attachment("a.txt", "text/plain", b"one"), Attachment("a.txt", "text/plain", b"two")]
    deliver(dataclasses.replace(MESSAGE, attachments=twins))
    (mail,) = client.get("/sandbox/mail.json").json()
    assert [client.get(file["url"]).text.strip() for file in mail["attachments"]] == ["one", "two"]


def test_people_see_a_mail_in_a_cage(client: Client) -> None:
    deliver(MESSAGE)
    (mail,) = client.get("/sandbox/mail.json").json()
    page = client.get(f"/sandbox/mail/{mail['id']}").text
    assert "<script" not in page
    assert "&lt;b&gt;Your" in page
    assert f'src="/sandbox/mail/{mail["id"]}.html" sandbox="allow-popups' in page
    body = client.get(f"/sandbox/mail/{mail['id']}.html")
    assert "sandbox allow-popups" in body.headers["content-security-policy"]
    assert "default-src 'none'" in body.headers["content-security-policy"]
    assert '<base target="_blank">' in body.text


@pytest.mark.parametrize(
    "path", ["/sandbox/mail/nope", "/sandbox/mail/nope.html", "/sandbox/mail/x/y", "/sandbox/mail/..%2f..%2fetc"]
)
def test_what_is_not_there_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_nothing_can_be_written(client: Client) -> None:
    assert client.ask("POST", "/sandbox/mail").status_code == 405
    assert client.ask("DELETE", "/sandbox/mail.json").status_code == 405
