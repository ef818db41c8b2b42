"""What the pages before the desk take from their address; the password and the link's secret never come here."""

import reflex as rx

from truflow.state.guard import public
from truflow.state.visitor import last_segment, query_of
from truflow.texts import t

LONGEST_WAIT = 15


class SignIn(rx.State):
    """Why the visitor is here, and where she wanted to go."""

    notice: str = ""
    said: str = ""
    sent: bool = False
    next: str = "/admin"

    @rx.event
    @public
    async def load(self) -> None:
        """Read the address; whatever it says is one of our own sentences."""
        query = query_of(self)
        self.notice = _why(query, last_segment(self))
        self.said = t("admin.password_changed") if "changed" in query and not self.notice else ""
        self.sent = "sent" in query and not self.notice
        there = query.get("next", "")
        self.next = there if there == "/admin" or there.startswith("/admin/") else "/admin"


def _why(query: dict[str, str], page: str) -> str:
    match query.get("error", ""):
        case "":
            return ""
        case "wait":
            minutes = query.get("minutes", "")
            known = minutes.isascii() and minutes.isdigit() and 1 < int(minutes[:3]) <= LONGEST_WAIT
            return t("admin.wait_minutes", minutes=int(minutes)) if known else t("admin.wait")
        case "fields":
            return t("admin.check_password" if page == "new" else "admin.check_email")
        case "link":
            return t("admin.link_spent")
        case "busy":
            return t("admin.busy")
        case _:
            return t("admin.refused")
