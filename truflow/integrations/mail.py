"""Mail to the outside world: SMTP, Resend, or captured in a folder for the demo and the tests.

`TRUFLOW_MAIL_URL` may name two servers. Each call here hands one mail to one of them; who is asked next, and that
never two have the same mail, is decided where the mail's row is (services/mail_sending.py).
"""

from urllib.parse import urlsplit

from truflow.clock import utc_now
from truflow.integrations import mail_folder, mail_resend, mail_smtp
from truflow.integrations.mail_folder import CapturedFile, CapturedMail
from truflow.integrations.mail_message import Attachment, MailFailed, Message, as_email, mailbox
from truflow.settings import get_settings

__all__ = [
    "Attachment",
    "CapturedFile",
    "CapturedMail",
    "MailFailed",
    "Message",
    "captured",
    "deliver",
    "mailbox",
    "servers",
]


def servers() -> range:
    """The numbers of the mail servers, in the order in which they are asked; never empty."""
    return range(max(1, len(get_settings().mail_urls)))


def deliver(message: Message, server: int = 0) -> None:
    """Hand the mail to one of the servers that `TRUFLOW_MAIL_URL` names, or raise MailFailed."""
    urls = get_settings().mail_urls
    try:
        failure = _handed_on(message, urls[server] if server < len(urls) else "")
    except MailFailed as refusal:
        failure = refusal
    except ValueError as error:  # text that no header and no encoding takes
        failure = MailFailed("refused", type(error).__name__, everywhere=True)
    # Raised out here, where no library's exception is in reach: theirs name the recipient.
    if failure is not None:
        raise failure


def _handed_on(message: Message, url: str) -> MailFailed | None:
    scheme = url.split(":", 1)[0]
    if scheme == "capture":
        mail_folder.store(get_settings().data_dir / "mail", as_email(message).as_bytes(), utc_now())
        return None
    if scheme in ("smtp", "smtps"):
        return mail_smtp.send(urlsplit(url), message)
    if scheme == "resend":
        return mail_resend.send(url.removeprefix("resend://").strip("/"), message)
    return MailFailed("refused", "no-mail-server")


def captured() -> list[CapturedMail]:
    """The captured mails, newest first; one captured twice is there twice."""
    return mail_folder.read(get_settings().data_dir / "mail")
