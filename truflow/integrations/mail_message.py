"""One mail as an object: what may stand in a header, and how the parts fit together."""

import email.policy
import re
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Literal

from truflow.clock import utc_now

LONGEST_SUBJECT = 200
# Exactly one plain addr-spec: "a@b.c, evil@x" in a To header would be two recipients.
ADDR_SPEC = re.compile(r"[^\s@,;:<>()\[\]\"\\\x00-\x1f\x7f]{1,64}@[^\s@,;:<>()\[\]\"\\\x00-\x1f\x7f]{1,253}")
NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9._+=-]")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class MailFailed(Exception):
    """A mail did not go out; says how and a code, never to whom.

    `refused`: the server said no. `silent`: no answer. `permanent`: this server would refuse the same mail again.
    `uncertain`: the answer was lost after the text was handed over, so it may have gone out all the same: nobody
    else may be asked. `everywhere`: the mail or its address is at fault, so every server would say the same.
    """

    def __init__(
        self,
        kind: Literal["refused", "silent"],
        code: str,
        *,
        permanent: bool = False,
        uncertain: bool = False,
        everywhere: bool = False,
    ) -> None:
        super().__init__(f"{kind}: {code}")
        self.kind = kind
        self.code = code
        self.permanent = permanent or everywhere
        self.uncertain = uncertain
        self.everywhere = everywhere

    @property
    def settled(self) -> bool:
        """Whether asking another server would be wrong or useless."""
        return self.uncertain or self.everywhere


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
    return str(Address(display_name=one_line(name), addr_spec=addr_spec_of(parseaddr(address)[1] or address)))


def as_email(message: Message) -> EmailMessage:
    """The mail as servers take it; raises MailFailed or ValueError for what cannot be written."""
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["Message-ID"] = message_id_of(message.message_id)
    mail["Date"] = format_datetime(utc_now())
    mail["From"] = mailbox_again(message.sender)
    mail["To"] = addr_spec_of(message.to)
    if message.reply_to:
        mail["Reply-To"] = mailbox_again(message.reply_to)
    mail["Subject"] = one_line(message.subject)
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


def addr_spec_of(address: str) -> str:
    """Exactly one plain address; raises MailFailed for anything else."""
    if not ADDR_SPEC.fullmatch(address):
        raise MailFailed("refused", "not-one-address", everywhere=True)
    return address


def mailbox_again(text: str) -> str:
    """What `mailbox` made, or a plain address; anything else does not reach a header."""
    name, address = parseaddr(one_line(text))
    return mailbox(name, address) if name else addr_spec_of(address)


def message_id_of(text: str) -> str:
    """`<local@host>` of characters that every server takes."""
    local, at, host = text.strip("<>").partition("@")
    return f"<{NOT_IN_AN_ID.sub('-', local)}@{NOT_IN_AN_ID.sub('-', host) if at else 'truflow'}>"


def one_line(text: str) -> str:
    """A text as it may stand in a header."""
    line = CONTROL.sub(" ", text).strip()
    return line if len(line) <= LONGEST_SUBJECT else line[: LONGEST_SUBJECT - 1] + "…"
