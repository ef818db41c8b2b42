"""Mail by Resend's API; its idempotency key makes a repeated hand-over one mail."""

import requests
import resend
from resend.exceptions import ResendError
from resend.http_client_requests import RequestsClient
from urllib3.exceptions import MaxRetryError, NewConnectionError

from truflow.integrations.mail_message import (
    MailFailed,
    Message,
    addr_spec_of,
    mailbox_again,
    message_id_of,
    one_line,
)

TIMEOUT_S = 10
TOO_BUSY = 503


def send(key: str, message: Message) -> MailFailed | None:
    """Hand the mail to Resend; None when it was taken."""
    resend.api_key = key
    resend.default_http_client = RequestsClient(timeout=TIMEOUT_S)
    mail: resend.Emails.SendParams = {
        "from": mailbox_again(message.sender),
        "to": [addr_spec_of(message.to)],
        "subject": one_line(message.subject),
        "text": message.text,
        "html": message.html,
        "headers": {"Message-ID": message_id_of(message.message_id), "Auto-Submitted": "auto-generated"},
        "attachments": [
            {"filename": a.filename, "content": list(a.content), "content_type": a.content_type}
            for a in message.attachments
        ],
    }
    if message.reply_to:
        mail["reply_to"] = mailbox_again(message.reply_to)
    try:
        resend.Emails.send(mail, {"idempotency_key": message.message_id})
    except ResendError as error:
        if error.error_type == "HttpClientError":
            return MailFailed("silent", "resend-no-answer", uncertain=not _never_left(error))
        code = int(error.code) if str(error.code).isdigit() else 0
        if 400 <= code < 500 or code == TOO_BUSY:
            return MailFailed("refused", f"resend-{code}", permanent=code in (400, 422))
        return MailFailed("silent", f"resend-{code or error.error_type}", uncertain=True)
    except Exception as error:
        # Whatever a library raises, the outbox must learn that nobody knows what became of the mail.
        return MailFailed("silent", type(error).__name__, uncertain=True)
    return None


def _never_left(error: BaseException) -> bool:
    """Whether no connection was made, so that Resend has heard nothing; the library buries the reason."""
    reason: BaseException | None = error
    while reason is not None:
        if isinstance(reason, requests.exceptions.ConnectTimeout | requests.exceptions.SSLError):
            return True
        if isinstance(reason, MaxRetryError) and isinstance(reason.reason, NewConnectionError):
            return True
        reason = reason.__cause__ or reason.__context__
    return False
