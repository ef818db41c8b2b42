"""`/sitemap.xml`: the public pages at the address of the settings, not of the build."""

import time
from collections.abc import Callable
from xml.sax.saxutils import escape

import structlog

from truflow.edge.answers import Answer
from truflow.edge.visit import Visit
from truflow.threads import in_thread

PATH = "/sitemap.xml"
PAGES = ("/", "/book", "/terms", "/privacy")
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
KEPT_FOR_S = 60.0

log = structlog.get_logger()


def slugs_on_sale() -> list[str]:
    """The slugs of all services that can be booked."""
    from truflow.services.catalogue import list_services  # late: see sign_in_courtesy

    return [service.slug for service in list_services()]


class Sitemap:
    """Answers for the sitemap; asks for the services once a minute."""

    def __init__(
        self, origin: str, find: Callable[[], list[str]] = slugs_on_sale, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._origin, self._find, self._clock = origin, find, clock
        self._slugs: list[str] = []
        self._fresh_until = 0.0

    async def answer(self, visit: Visit) -> Answer | None:
        """The list of pages; without a database, of those that need none."""
        if visit.path != PATH or not visit.reads:
            return None
        if self._clock() >= self._fresh_until:
            try:
                self._slugs = await in_thread("db", self._find)
                self._fresh_until = self._clock() + KEPT_FOR_S
            except Exception as error:
                log.warning("sitemap_without_services", error=type(error).__name__)
        places = [*PAGES, *(f"/book/{slug}" for slug in self._slugs)]
        lines = "".join(f"<url><loc>{escape(self._origin + place)}</loc></url>" for place in places)
        body = f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="{NAMESPACE}">{lines}</urlset>'
        return Answer(200, body.encode(), "application/xml; charset=utf-8")
