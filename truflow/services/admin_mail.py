"""What a mail to an admin says: a link to choose a password, made anew from its row each time it is sent."""

from uuid import UUID

from sqlmodel import Session

from truflow.integrations import mail
from truflow.mails.facts import MailFacts
from truflow.mails.rendering import render
from truflow.models import AdminUser, EmailMessage, OneTimeToken, TokenPurpose
from truflow.services import one_time, rules
from truflow.settings import get_settings

TEMPLATES = ("admin_password", "admin_invitation")
ASK, CHOOSE = "/admin/password-reset", "/admin/password-reset/new"


def message_of(session: Session, row: EmailMessage) -> mail.Message:
    """The mail that this row promises."""
    practice = rules.practice(session)
    origin = get_settings().origin
    token_id = UUID(row.facts["token"])
    token = session.get(OneTimeToken, token_id)
    admin = session.get(AdminUser, token.admin_id) if token is not None else None
    raw = one_time.raw_of(TokenPurpose.ADMIN_PASSWORD, token_id)
    facts = MailFacts(
        practice_name=practice.name,
        practice_address=practice.address,
        practice_phone=practice.phone,
        practice_email=practice.email,
        imprint=practice.tax_line,
        guest_name=admin.name if admin is not None else "",
        service="",
        when="",
        reference="",
        password_url=f"{origin}{CHOOSE}?t={raw}",
        ask_url=origin + ASK,
    )
    rendered = render(row.template, facts, get_settings().brand_color)
    sender = get_settings().mail_from or practice.email
    return mail.Message(
        message_id=row.message_id,
        sender=mail.mailbox(practice.name, sender),
        to=row.recipient,
        reply_to=practice.email or sender,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        attachments=[],
    )
