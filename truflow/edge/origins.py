"""Who may ask for a change: our own pages, and programs that bring no cookie."""

from truflow.edge.visit import Visit

WEBHOOKS = "/api/webhooks"
SESSION_COOKIES = ("truflow_", "__Host-truflow_")


def may_change(visit: Visit, ours: frozenset[str]) -> bool:
    """Whether an unsafe request comes from where it should."""
    if visit.safe or visit.within(WEBHOOKS):
        return True
    return _may_ask(visit, ours)


def may_connect(visit: Visit, ours: frozenset[str]) -> bool:
    """Whether a socket may open; a socket can change things, so it is judged like an unsafe request."""
    return _may_ask(visit, ours)


def _may_ask(visit: Visit, ours: frozenset[str]) -> bool:
    origin = visit.headers.get("origin")
    site = visit.headers.get("sec-fetch-site", "")
    if origin == "null":
        # Browsers say so for a form on a page with no-referrer, as our private pages are. No page can forge
        # Sec-Fetch-Site, so a browser's own word that the form was ours is enough.
        return site == "same-origin"
    if origin is not None:
        return origin.lower() in ours
    return site not in ("cross-site", "same-site") and not has_session(visit)


def has_session(visit: Visit) -> bool:
    """Whether the request carries one of our session cookies, good or not."""
    return any(name.startswith(SESSION_COOKIES) for name in visit.cookies)
