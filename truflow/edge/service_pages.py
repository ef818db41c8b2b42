"""What `/book/{slug}` says before any JavaScript: its title, its description, and 404 for a service there is not."""

import gzip
import html
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

import structlog

from truflow.edge.answers import Answer, redirect
from truflow.edge.build import Build
from truflow.edge.visit import Visit
from truflow.errors import NotFound
from truflow.threads import in_thread

PAGE = re.compile(r"/book/([^/]+)/?")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
KEPT_FOR_S = 5.0
MOST_KEPT = 500
LONGEST_SLUG = 100
LONGEST_DESCRIPTION = 300

log = structlog.get_logger()


@dataclass(frozen=True)
class Head:
    """What a service's page says about itself."""

    slug: str
    title: str
    description: str


LookUp = Callable[[str], Head | None]


def look_up(slug_or_id: str) -> Head | None:
    """The head of a service's page; None when there is no such service."""
    from truflow.services.catalogue import find_service, get_practice  # late: see sign_in_courtesy

    try:
        service = find_service(slug_or_id)
        practice = get_practice()
    except NotFound:
        return None
    return Head(service.slug, f"{service.name} · {practice.name}", service.description)


class ServicePages:
    """Answers for the pages of services; remembers each for a few seconds."""

    def __init__(self, build: Build, find: LookUp = look_up, clock: Callable[[], float] = time.monotonic) -> None:
        self._build, self._find, self._clock = build, find, clock
        self._known: dict[str, tuple[float, Head | None]] = {}

    async def answer(self, visit: Visit) -> Answer | None:
        """The page, or None when it is not a service's and others answer."""
        match = PAGE.fullmatch(visit.path)
        if not match or not visit.reads or not self._build.fallback or visit.path.rstrip("/") in self._build.folders:
            return None
        slug = match[1]
        if len(slug) > LONGEST_SLUG or not SLUG.fullmatch(slug):
            return self._page(visit, 404, None)
        try:
            head = await self._head(slug)
        except Exception as error:
            log.warning("service_page_without_head", error=type(error).__name__)
            return None
        if head is None:
            return self._page(visit, 404, None)
        if head.slug != slug:
            return redirect(302, f"/book/{quote(head.slug)}" + (f"?{visit.query}" if visit.query else ""))
        return self._page(visit, 200, head)

    async def _head(self, slug: str) -> Head | None:
        now = self._clock()
        known = self._known.get(slug)
        if known and known[0] > now:
            return known[1]
        head = await in_thread("db", self._find, slug)
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        self._known[slug] = (now + KEPT_FOR_S, head)
        return head

    def _page(self, visit: Visit, status: int, head: Head | None) -> Answer:
        body = (with_head(self._build.fallback, head) if head else self._build.fallback).encode()
        headers = {"vary": "Accept-Encoding"}
        if re.search(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", visit.headers.get("accept-encoding", "")):
            body, headers["content-encoding"] = gzip.compress(body, 6, mtime=0), "gzip"
        return Answer(status, body, "text/html; charset=utf-8", headers)


def with_head(page: str, head: Head) -> str:
    """The page with title and description; the page's own, which JavaScript adds later, goes before them."""
    description = " ".join(head.description.split())[:LONGEST_DESCRIPTION]
    lines = f"<title>{html.escape(head.title)}</title>"
    if description:
        lines += f'<meta name="description" content="{html.escape(description)}">'
    return page.replace("</head>", f"{lines}</head>", 1)
