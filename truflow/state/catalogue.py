"""The services as cards."""

from dataclasses import dataclass

import reflex as rx

from truflow.domain.formats import duration, format_money
from truflow.errors import Refusal
from truflow.services import catalogue
from truflow.services.views import ServiceView
from truflow.state.guard import public
from truflow.texts import t
from truflow.threads import in_thread


@dataclass(frozen=True)
class ServiceCard:
    """A service in words."""

    slug: str = ""
    name: str = ""
    description: str = ""
    lasts: str = ""
    price: str = ""
    deposit: str = ""
    link: str = ""


def card_of(service: ServiceView) -> ServiceCard:
    """The words of a service."""
    deposit = format_money(service.downpayment_cents, service.currency)
    return ServiceCard(
        slug=service.slug,
        name=service.name,
        description=service.description,
        lasts=duration(service.duration_min),
        price=format_money(service.price_cents, service.currency),
        deposit=t("book.deposit", amount=deposit) if service.downpayment_cents else t("book.no_deposit"),
        link=f"/book/{service.slug}",
    )


class Catalogue(rx.State):
    """What can be booked; `stage` is loading, ready, empty or failed."""

    stage: str = "loading"
    services: rx.Field[list[ServiceCard]] = rx.field(default_factory=list)

    @rx.event
    @public
    async def load(self) -> None:
        """Read the services."""
        try:
            services = await in_thread("db", catalogue.list_services)
        except Refusal:
            self.stage = "failed"
            return
        self.services = [card_of(service) for service in services]
        self.stage = "ready" if services else "empty"
