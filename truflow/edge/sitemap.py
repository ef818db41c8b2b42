"""`/sitemap.xml` and `/robots.txt`: the public pages in all languages, at the address of the settings."""

from xml.sax.saxutils import escape

from truflow.edge.answers import Answer
from truflow.edge.heads import alternates
from truflow.edge.shop import Window
from truflow.edge.visit import Visit
from truflow.texts import LANGUAGES, here

SITEMAP, ROBOTS = "/sitemap.xml", "/robots.txt"
PAGES = ("/", "/book", "/terms", "/privacy")
NOT_FOR_ROBOTS = ("/admin", "/booking", "/plain", "/api", "/sandbox")
NAMESPACES = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'


class Sitemap:
    """Answers for the list of pages and the rules for robots."""

    def __init__(self, origin: str, window: Window) -> None:
        self._origin, self._window = origin, window

    async def answer(self, visit: Visit) -> Answer | None:
        """Both; without a database, the pages that need none."""
        if not visit.reads or visit.path not in (SITEMAP, ROBOTS):
            return None
        if visit.path == ROBOTS:
            return Answer(200, self._rules().encode())
        shop = await self._window.look()
        pages = [*PAGES, *(f"/book/{each.slug}" for each in (shop.services if shop else ()))]
        places = "".join(self._place(page) for page in pages)
        body = f'<?xml version="1.0" encoding="UTF-8"?><urlset {NAMESPACES}>{places}</urlset>'
        return Answer(200, body.encode(), "application/xml; charset=utf-8")

    def _place(self, page: str) -> str:
        """The page once for each language, and each time all of them, as search engines ask."""
        others = "".join(
            f'<xhtml:link rel="alternate" hreflang="{code}" href="{escape(address)}"/>'
            for code, address in alternates(page, self._origin)
        )
        return "".join(f"<url><loc>{escape(self._origin + here(page, code))}</loc>{others}</url>" for code in LANGUAGES)

    def _rules(self) -> str:
        kept_out = [here(place, code) for place in NOT_FOR_ROBOTS for code in LANGUAGES if _is_page(place, code)]
        lines = ["User-agent: *", *(f"Disallow: {place}" for place in kept_out)]
        return "\n".join([*lines, "", f"Sitemap: {self._origin}{SITEMAP}", ""])


def _is_page(place: str, language: str) -> bool:
    """Only a booking's page has an address in each language."""
    return language == "en" or place == "/booking"
