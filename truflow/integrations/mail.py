"""Mail to the outside world: SMTP, Resend, or captured in a folder for the demo and the tests."""

import email.policy
import re
import smtplib
import ssl
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

import resend
from resend.exceptions import ResendError
from resend.http_client_requests import RequestsClient

from truflow.clock import utc_now
from truflow.integrations import mail_folder
from truflow.integrations.mail_folder import CapturedFile, CapturedMail
from truflow.settings import LOOPBACK, get_settings

__all__ = ["Attachment", "CapturedFile", "CapturedMail", "MailFailed", "Message", "captured", "deliver", "mailbox"]

TIMEOUT_S = 10
LONGEST_SUBJECT = 200
# Exactly one plain addr-spec: "a@b.c, evil@x" in a To header would be two recipients.
ADDR_SPEC = re.compile(r"[^\s@,;:<>()\[\]\"\\\x00-\x1f\x7f]{1,64}@[^\s@,;:<>()\[\]\"\\\x00-\x1f\x7f]{1,253}")
NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9._+=-]")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class MailFailed(Exception):
    """A mail did not go out; says how and a code, never to whom.

    `refused`: the server said no. `silent`: no answer, so it may have gone out all the same.
    `permanent`: the same mail to the same address would be refused again.
    """

    def __init__(self, kind: Literal["refused", "silent"], code: str, *, permanent: bool = False) -> None:
        super().__init__(f"{kind}: {code}")
        self.kind = kind
        self.code = code
        self.permanent = permanent


@dataclass(frozen=True)
class Attachment:
    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Message:
    """One mail to one address; `message_id` is the row's id and host, and the key against sending twice."""

    message_id: str
    sender: str
    to: str
    reply_to: str
    subject: str
    text: str
    html: str
    attachments: list[Attachment] = field(default_factory=list)


def mailbox(name: str, address: str) -> str:
    """A sender or reply-to with a name: `Stillwater <hello@stillwater.example>`, quoted where needed.

    A name that the address brings itself gives way.
    """
    return str(Address(display_name=_one_line(name), addr_spec=_addr_spec(parseaddr(address)[1] or address)))


def deliver(message: Message) -> None:
    """Hand the mail to whatever `TRUFLOW_MAIL_URL` names, or raise MailFailed."""
    try:
        failure = _handed_on(message, get_settings().mail_url.get_secret_value())
    except ValueError as error:  # text that no header and no encoding takes
        failure = MailFailed("refused", type(error).__name__, permanent=True)
    # Raised out here, where no library's exception is in reach: theirs name the recipient.
    if failure is not None:
        raise failure


def _handed_on(message: Message, url: str) -> MailFailed | None:
    scheme = url.split(":", 1)[0]
    if scheme == "capture":
        mail_folder.store(get_settings().data_dir / "mail", _as_email(message).as_bytes(), utc_now())
        return None
    if scheme in ("smtp", "smtps"):
        return _by_smtp(urlsplit(url), message)
    if scheme == "resend":
        return _by_resend(url.removeprefix("resend://").strip("/"), message)
    return MailFailed("refused", "no-mail-server")


def captured() -> list[CapturedMail]:
    """The captured mails, newest first; one captured twice is there twice."""
    return mail_folder.read(get_settings().data_dir / "mail")


def _as_email(message: Message) -> EmailMessage:
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["Message-ID"] = _message_id(message.message_id)
    mail["Date"] = format_datetime(utc_now())
    mail["From"] = _mailbox_again(message.sender)
    mail["To"] = _addr_spec(message.to)
    if message.reply_to:
        mail["Reply-To"] = _mailbox_again(message.reply_to)
    mail["Subject"] = _one_line(message.subject)
    # Asks out-of-office robots to keep quiet (RFC 3834).
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    for attachment in message.attachments:
        if attachment.content_type.startswith("text/calendar"):
            # Mail programs show an invitation only when it is an alternative to the text.
            method = {"method": _method(attachment.content_type)}
            mail.add_alternative(attachment.content.decode(), subtype="calendar", params=method, cte="base64")
    for attachment in message.attachments:
        _attach(mail, attachment)
    return mail


def _attach(mail: EmailMessage, attachment: Attachment) -> None:
    main, _, sub = attachment.content_type.split(";", 1)[0].strip().partition("/")
    if main == "text":
        params = {"method": _method(attachment.content_type)} if sub == "calendar" else None
        mail.add_attachment(
            attachment.content.decode(), subtype=sub, filename=attachment.filename, params=params, cte="base64"
        )
    else:
        mail.add_attachment(attachment.content, maintype=main, subtype=sub, filename=attachment.filename)


def _method(content_type: str) -> str:
    found = re.search(r"method=\"?(REQUEST|CANCEL|PUBLISH)", content_type)
    return found.group(1) if found else "PUBLISH"


def _by_smtp(url: SplitResult, message: Message) -> MailFailed | None:
    mail = _as_email(message)
    sender, recipient = parseaddr(message.sender)[1], message.to
    server: smtplib.SMTP | None = None
    try:
        server = _connected(url)
        server.send_message(mail, from_addr=sender, to_addrs=[recipient])
    except smtplib.SMTPRecipientsRefused as error:
        code = next((reply[0] for reply in error.recipients.values()), 0)
        return MailFailed("refused", f"smtp-{code}", permanent=code >= 500)
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPHeloError, smtplib.SMTPConnectError) as error:
        # The settings are wrong or the server is busy; neither is the mail's fault.
        return MailFailed("refused", f"smtp-{error.smtp_code}")
    except smtplib.SMTPResponseException as error:
        return MailFailed("refused", f"smtp-{error.smtp_code}", permanent=error.smtp_code >= 500)
    except smtplib.SMTPNotSupportedError:
        return MailFailed("refused", "smtp-not-supported")
    except (smtplib.SMTPException, OSError) as error:
        return MailFailed("silent", type(error).__name__)
    finally:
        if server is not None:
            _goodbye(server)
    return None


def _connected(url: SplitResult) -> smtplib.SMTP:
    context = ssl.create_default_context()
    host, port = url.hostname or "", url.port or 0
    server: smtplib.SMTP
    if url.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT_S, context=context)
    else:
        server = smtplib.SMTP(host, port or 587, timeout=TIMEOUT_S)
    try:
        server.ehlo_or_helo_if_needed()
        if url.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        elif url.scheme == "smtp" and url.username and host not in LOOPBACK:
            raise smtplib.SMTPNotSupportedError  # the password would cross the network in the clear
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _goodbye(server: smtplib.SMTP) -> None:
    """Part politely; a server that hangs now has the mail already, so nothing here is a failure."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()


def _by_resend(key: str, message: Message) -> MailFailed | None:
    resend.api_key = key
    resend.default_http_client = RequestsClient(timeout=TIMEOUT_S)
    mail: resend.Emails.SendParams = {
        "from": _mailbox_again(message.sender),
        "to": [_addr_spec(message.to)],
        "subject": _one_line(message.subject),
        "text": message.text,
        "html": message.html,
        "headers": {"Message-ID": _message_id(message.message_id), "Auto-Submitted": "auto-generated"},
        "attachments": [
            {"filename": a.filename, "content": list(a.content), "content_type": a.content_type}
            for a in message.attachments
        ],
    }
    if message.reply_to:
        mail["reply_to"] = _mailbox_again(message.reply_to)
    try:
        resend.Emails.send(mail, {"idempotency_key": message.message_id})
    except ResendError as error:
        code = int(error.code) if str(error.code).isdigit() else 0
        if 400 <= code < 500:
            return MailFailed("refused", f"resend-{code}", permanent=code in (400, 422))
        return MailFailed("silent", f"resend-{code or error.error_type}")
    except Exception as error:
        # Whatever a library raises, the outbox must learn that the mail did not go out.
        return MailFailed("silent", type(error).__name__)
    return None


def _addr_spec(address: str) -> str:
    if not ADDR_SPEC.fullmatch(address):
        raise MailFailed("refused", "not-one-address", permanent=True)
    return address


def _mailbox_again(text: str) -> str:
    """What `mailbox` made, or a plain address; anything else does not reach a header."""
    name, address = parseaddr(_one_line(text))
    return mailbox(name, address) if name else _addr_spec(address)


def _message_id(text: str) -> str:
    local, at, host = text.strip("<>").partition("@")
    return f"<{NOT_IN_AN_ID.sub('-', local)}@{NOT_IN_AN_ID.sub('-', host) if at else 'truflow'}>"


def _one_line(text: str) -> str:
    line = CONTROL.sub(" ", text).strip()
    return line if len(line) <= LONGEST_SUBJECT else line[: LONGEST_SUBJECT - 1] + "…"
