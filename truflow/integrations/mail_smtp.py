"""Mail by SMTP: one conversation, which knows from when on the mail may have gone out."""

import smtplib
import ssl
import time
from email.utils import parseaddr
from typing import Any
from urllib.parse import SplitResult, unquote

from truflow.integrations.mail_message import MailFailed, Message, as_email
from truflow.settings import LOOPBACK

TIMEOUT_S = 10.0
"""For one answer."""

PATIENCE_S = 40.0
"""For all answers together: two servers must fit into the lease of a worker (services/outbox.py)."""

NO_SUCH_ADDRESS = (550, 551, 553)


class _Conversation(smtplib.SMTP):
    """Keeps to the time it has, and notices when the text is on its way."""

    handed_over = False

    def __init__(self, host: str, port: int, **named: Any) -> None:
        self.ends_at = time.monotonic() + PATIENCE_S
        super().__init__(host, port, timeout=TIMEOUT_S, **named)

    def getreply(self) -> tuple[int, bytes]:
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if self.sock is not None:
            self.sock.settimeout(min(TIMEOUT_S, left))
        return super().getreply()

    def send(self, s: Any) -> None:
        # Commands go out as text; bytes are the mail itself, and a lost answer to them means anything.
        self.handed_over = self.handed_over or isinstance(s, bytes)
        super().send(s)


class _TlsConversation(_Conversation, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


def send(url: SplitResult, message: Message) -> MailFailed | None:
    """Hand the mail to the server that `url` names; None when it was taken."""
    mail = as_email(message)
    server: _Conversation | None = None
    try:
        server = _connected(url)
        server.send_message(mail, from_addr=parseaddr(message.sender)[1], to_addrs=[message.to])
    except smtplib.SMTPRecipientsRefused as error:
        return _recipient_refused(*next(iter(error.recipients.values()), (0, b"")))
    except smtplib.SMTPNotSupportedError:
        return MailFailed("refused", "smtp-not-supported")
    except smtplib.SMTPResponseException as error:
        code = error.smtp_code
        if _lost(server) and not (isinstance(error, smtplib.SMTPDataError) and 400 <= code <= 599):
            return MailFailed("silent", f"smtp-{code}", uncertain=True)
        # Settings that are wrong and a server that is busy are not the mail's fault.
        passing = (smtplib.SMTPAuthenticationError, smtplib.SMTPHeloError, smtplib.SMTPConnectError)
        return MailFailed("refused", f"smtp-{code}", permanent=code >= 500 and not isinstance(error, passing))
    except (smtplib.SMTPException, OSError) as error:
        return MailFailed("silent", type(error).__name__, uncertain=_lost(server))
    finally:
        if server is not None:
            _goodbye(server)
    return None


def _lost(server: _Conversation | None) -> bool:
    return server is not None and server.handed_over


def _recipient_refused(code: int, words: bytes) -> MailFailed:
    """ "No such address" is true everywhere; "not by this server" (5.7.1: relaying, policy, a block) is not."""
    enhanced = words.split(maxsplit=1)[0] if words.split() else b""
    if enhanced.count(b".") == 2 and enhanced.replace(b".", b"").isdigit():
        unknown = enhanced.startswith(b"5.1.")
    else:
        unknown = code in NO_SUCH_ADDRESS
    return MailFailed("refused", f"smtp-{code}", permanent=code >= 500, everywhere=unknown)


def _connected(url: SplitResult) -> _Conversation:
    context = ssl.create_default_context()
    host, port = url.hostname or "", url.port or 0
    server: _Conversation
    if url.scheme == "smtps":
        server = _TlsConversation(host, port or 465, context=context)
    else:
        server = _Conversation(host, port or 587)
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
