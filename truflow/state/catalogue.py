"""The services as cards."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import reflex as rx

from truflow.clock import utc_now
from truflow.domain.formats import duration, format_money, format_time
from truflow.errors import Refusal
from truflow.services import availability, catalogue
from truflow.services.views import ServiceView
from truflow.state.calendar import Look, near_label
from truflow.state.guard import public
from truflow.state.live import watchers
from truflow.state.readings import Readings
from truflow.state.visitor import STAMP
from truflow.texts import here, plain, t

SHOWN_AT = ("", "/book")


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
    soonest: str = ""
    soonest_link: str = ""


def card_of(service: ServiceView, soonest: dt.datetime | None = None, zone: str = "UTC") -> ServiceCard:
    """The words of a service, and of the first time that is free."""
    deposit = format_money(service.downpayment_cents, service.currency)
    return ServiceCard(
        slug=service.slug,
        name=service.name,
        description=service.description,
        lasts=duration(service.duration_min),
        price=format_money(service.price_cents, service.currency),
        deposit=t("book.deposit", amount=deposit) if service.downpayment_cents else t("book.no_deposit"),
        link=here(f"/book/{service.slug}"),
        **_soonest(service, soonest, zone),
    )


def _soonest(service: ServiceView, start: dt.datetime | None, zone: str) -> dict[str, str]:
    """ "Tomorrow 9:00 AM", and where it is booked."""
    if start is None:
        return {}
    day, today = (moment.astimezone(ZoneInfo(zone)).date() for moment in (start, utc_now()))
    words = t("book.soonest", day=near_label(day, today), time=format_time(start, zone))
    address = Look().link(date=day.isoformat(), time=start.astimezone(dt.UTC).strftime(STAMP))
    return {"soonest": words, "soonest_link": here(f"/book/{service.slug}{address}")}


class Catalogue(rx.State):
    """What can be booked; `stage` is loading, ready, empty or failed."""

    stage: str = "loading"
    services: rx.Field[list[ServiceCard]] = rx.field(default_factory=list)

    @rx.event
    @public
    async def load(self) -> None:
        """Read the services, and when each is free next."""
        watchers.add(self, Catalogue)
        try:
            await self._draw(Readings(utc_now()))
        except Refusal:
            self.stage = "failed"

    async def _follow(self, readings: Readings) -> bool:
        """The diary changed: say the first free times again; False when the visitor is elsewhere."""
        if plain(str(self.router.url.path)).rstrip("/") not in SHOWN_AT:
            return False
        await self._draw(readings)
        return True

    async def _draw(self, readings: Readings) -> None:
        services = await readings.ask(catalogue.list_services)
        practice = await readings.ask(catalogue.get_practice)
        soonest = await readings.ask(availability.soonest, now=readings.now)
        cards = [card_of(service, soonest.get(service.id), practice.timezone) for service in services]
        if self.services != cards:
            self.services = cards
        self.stage = "ready" if services else "empty"
