"""The pages as they leave us: built once, and dressed here with what a build cannot know.

That is the practice's name, live services and prices for readers without JavaScript, the page's own address and its
other languages, and 404 for a service that there is not.
"""

import gzip
import hashlib
import html
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, quote

from truflow.edge import heads, without_script
from truflow.edge.answers import Answer, redirect
from truflow.edge.build import Build
from truflow.edge.shop import Shop, Window
from truflow.edge.visit import Visit
from truflow.services.views import ServiceView
from truflow.texts import language_of, plain, speaking, t

SERVICE = re.compile(r"/book/([^/]+)")
BOOKING = re.compile(r"/booking/([^/]+)(/move)?")
REFERENCE = re.compile(r"[A-Z0-9]{4}-[A-Z0-9]{4}")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_SLUG = 100
IN_A_FRAME = b'<head><script src="/frame.js"></script>'  # before all others: see there
MOST_KEPT = 500
PUBLIC = ("/", "/book", "/terms", "/privacy")
PRIVATE = {"/book/success": "", "/booking/find": "/plain/find"}  # each with its plain page

TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
DESCRIPTION = re.compile(r'<meta(?=[^>]*name="description")[^>]*content="([^"]*)"[^>]*/?>')
PICTURE = re.compile(r'<meta(?=[^>]*property="og:image")[^>]*/?>')
NAME = re.compile(r'<h1([^>]*) data-name=""([^>]*)>.*?</h1>', re.DOTALL)
NO_SCRIPT = re.compile(r"<noscript>.*?</noscript>", re.DOTALL)
TAKES_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")


@dataclass(frozen=True)
class Dressed:
    """A page ready to go out, plain and packed."""

    status: int
    body: bytes
    packed: bytes
    tag: str


class GuestPages:
    """Answers for the guests' pages; keeps what it dressed until the shop changes."""

    def __init__(self, build: Build, origin: str, window: Window) -> None:
        self._build, self._origin, self._window = build, origin, window
        self._kept: dict[str, Dressed] = {}
        self._version = -1

    async def answer(self, visit: Visit) -> Answer | None:
        """The page, or None when there is none and others answer."""
        page = plain(visit.path).rstrip("/") or "/"
        if not visit.reads or not self._build.fallback:
            return None
        language = language_of(visit.path)
        built = self._build.pages.get(visit.path.rstrip("/") or "/")
        if built is not None and page in PRIVATE:
            return _packed(visit, _dressed(_private(built, language, PRIVATE[page])))
        if booking := BOOKING.fullmatch(page):
            token = parse_qs(visit.query).get("t", [""])[0]
            way = without_script.plain_page(booking[1], token) if token else PRIVATE["/booking/find"]
            drawn = self._build.drawn(visit.path) if REFERENCE.fullmatch(booking[1]) else self._build.fallback
            return _packed(visit, _dressed(_private(drawn, language, way)))
        if service := SERVICE.fullmatch(page):
            return self._service(visit, page, language, service[1], await self._window.look())
        if built is None and language != "en":  # no page; what stands in for it is to know its language
            return _packed(visit, _dressed(in_language(self._build.fallback, language), 404))
        if built is None:
            return None
        if page not in PUBLIC:
            return _packed(visit, _dressed(built))  # the owner's desk: nothing to dress but her colour, which it has on
        return _packed(visit, self._page(page, language, built, await self._window.look()))

    def _page(self, page: str, language: str, built: str, shop: Shop | None) -> Dressed:
        """A page of its own file."""
        if shop is None:
            return _dressed(in_language(built, language))
        if known := self._known(page, language):
            return known
        title, description = TITLE.search(built), DESCRIPTION.search(built)
        head = heads.Head(
            page=page,
            language=language,
            title=html.unescape(title[1]) if title else "",
            description=html.unescape(description[1]) if description else "",
            data=[heads.business(shop, self._origin, language)] if page in ("/", "/book") else [],
        )
        with speaking(language):
            catalogue = without_script.catalogue(shop) if page in ("/", "/book") else ""
        return self._keep(page, language, dress(built, head, shop, self._origin, catalogue))

    def _service(self, visit: Visit, page: str, language: str, slug: str, shop: Shop | None) -> Answer | None:
        """The page of a service: the one that is built for all of them, dressed for this one."""
        bare = in_language(self._build.fallback, language)
        if not SLUG.fullmatch(slug) or len(slug) > LONGEST_SLUG:
            return _packed(visit, _dressed(bare, 404))
        if shop is None:
            return _packed(visit, _dressed(in_language(self._build.drawn(visit.path), language)))
        service = shop.find(slug)
        if service is None:
            return _packed(visit, _dressed(bare, 404))
        if service.slug != slug:
            there = visit.path[: -len(slug)] if visit.path.endswith(slug) else visit.path.rstrip("/")[: -len(slug)]
            return redirect(302, f"{there}{quote(service.slug)}" + (f"?{visit.query}" if visit.query else ""))
        return _packed(visit, self._known(page, language) or self._sold(visit.path, language, service, shop))

    def _sold(self, path: str, language: str, service: ServiceView, shop: Shop) -> Dressed:
        page = plain(path).rstrip("/")
        data = [heads.sold(service, shop, self._origin, language)]
        with speaking(language):
            head = heads.Head(page, language, service.name, service.description or t("choose.description"), data)
            words = without_script.service(service, shop)
        drawn = named(self._build.drawn(path), service.name)
        return self._keep(page, language, dress(drawn, head, shop, self._origin, words))

    def _known(self, page: str, language: str) -> Dressed | None:
        if self._version != self._window.version or len(self._kept) >= MOST_KEPT:
            self._kept.clear()
            self._version = self._window.version
        return self._kept.get(f"{language} {page}")

    def _keep(self, page: str, language: str, text: str) -> Dressed:
        dressed = self._kept[f"{language} {page}"] = _dressed(text)
        return dressed


def in_language(page: str, language: str) -> str:
    """The built page with its language in its first tag; the build itself knows only one."""
    return page.replace('<html lang="en"', f'<html lang="{language}"', 1)


def named(drawn: str, name: str) -> str:
    """The page of a kind with the name of this one in its heading, where routing.jsx finds it and draws the same."""
    said = html.escape(name)
    return NAME.sub(lambda found: f'<h1{found[1]} data-name="written"{found[2]}>{said}</h1>', drawn, count=1)


def _private(built: str, language: str, way: str) -> str:
    """A page that nobody may find; without JavaScript it leads to its plain one."""
    page = in_language(built, language)
    if not way:
        return page
    with speaking(language):
        words = without_script.leading_to(way)
    return _with_words(page, words)


def _with_words(page: str, words: str) -> str:
    told = f"<noscript>{words}</noscript>"
    if NO_SCRIPT.search(page):
        return NO_SCRIPT.sub(lambda _: told, page, count=1)
    return page.replace("</body>", f"{told}</body>", 1)


def dress(built: str, head: heads.Head, shop: Shop, origin: str, words: str) -> str:
    """The built page with its head and, for readers without JavaScript, its words.

    React adopts what it drew itself and leaves the rest alone: head lines stay, `<noscript>` is not its to draw.
    """
    page = in_language(built, head.language)
    for pattern in (TITLE, DESCRIPTION, PICTURE):
        page = pattern.sub("", page, count=1)
    page = page.replace("</head>", f"{heads.lines_of(head, shop, origin)}</head>", 1)
    return _with_words(page, words) if words else page


def _dressed(page: str, status: int = 200) -> Dressed:
    body = page.encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    return Dressed(status, body, gzip.compress(body, 6, mtime=0), tag)


def _packed(visit: Visit, page: Dressed) -> Answer:
    headers = {"vary": "Accept-Encoding, Sec-Fetch-Dest"}
    if visit.headers.get("sec-fetch-dest") == "iframe":
        return Answer(page.status, page.body.replace(b"<head>", IN_A_FRAME, 1), "text/html; charset=utf-8", headers)
    if page.status == 200:
        headers["etag"] = page.tag
        if page.tag in visit.headers.get("if-none-match", ""):
            return Answer(304, b"", "text/html; charset=utf-8", headers)
    body = page.body
    if TAKES_GZIP.search(visit.headers.get("accept-encoding", "")):
        body, headers["content-encoding"] = page.packed, "gzip"
    return Answer(page.status, body, "text/html; charset=utf-8", headers)
