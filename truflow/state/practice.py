"""Who the visitor books with, for header, footer, terms and imprint."""

from urllib.parse import quote

import reflex as rx

from truflow.services import catalogue
from truflow.state.guard import public
from truflow.state.notices import Notices
from truflow.texts import t
from truflow.threads import in_thread


class Practice(rx.State):
    """The practice as guests see it."""

    name: str = ""
    address: str = ""
    phone: str = ""
    phone_href: str = ""
    call_label: str = ""
    email: str = ""
    email_href: str = ""
    tax_line: str = ""
    terms: str = ""
    cancellation: str = ""

    @rx.event
    @public
    async def load(self) -> None:
        """Read the practice; every page does so as it opens."""
        (await self.get_state(Notices)).trouble = ""
        practice = await in_thread("db", catalogue.get_practice)
        self.name = practice.name
        self.address = practice.address.replace("\n", ", ")
        self.phone = practice.phone
        self.phone_href = "tel:" + "".join(sign for sign in practice.phone if sign in "+0123456789")
        self.call_label = t("frame.call", phone=practice.phone)
        self.email = practice.email
        self.email_href = "mailto:" + quote(practice.email, safe="@")
        self.tax_line = practice.tax_line
        self.terms = practice.terms
        self.cancellation = practice.cancellation_terms
