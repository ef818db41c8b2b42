"""What our mails say and how they look; pure functions from facts to subject, text and HTML."""

from truflow.mails.facts import FreeTime, MailFacts, Rendered
from truflow.mails.rendering import TEMPLATES, render

__all__ = ["TEMPLATES", "FreeTime", "MailFacts", "Rendered", "render"]
