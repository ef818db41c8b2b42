"""The Content-Security-Policy: our own files, the built pages' own inline scripts by hash, and Stripe."""

from urllib.parse import urlsplit

from truflow.settings import Settings

# What Stripe asks for in its guide to content security policies.
STRIPE = {
    "script-src": ("https://js.stripe.com", "https://*.js.stripe.com"),
    "connect-src": ("https://api.stripe.com",),
    "frame-src": ("https://js.stripe.com", "https://*.js.stripe.com", "https://hooks.stripe.com"),
    "img-src": ("https://*.stripe.com",),
}
# For everything that is not a page: nothing may come of it, even if a browser takes it for one.
INERT = "default-src 'none'; frame-ancestors {ancestors}"


def page_policy(settings: Settings, hashes: frozenset[str], *, payments: bool) -> str:
    """The policy of our pages, all but who may frame them: `{ancestors}` is still to be filled in.

    A policy is its document's, whatever page is drawn in it later; so a booking's page, the only one on which somebody
    pays, is always loaded as a document of its own (`OwnDocument` in components/routing.jsx), and only its policy
    names Stripe's hosts.
    """
    stripe = _payment_sources(settings) if payments else {}
    parts = {
        "default-src": ("'self'",),
        "script-src": ("'self'", *stripe.get("script-src", ()), *sorted(f"'{h}'" for h in hashes)),
        # Reflex writes style elements and attributes; styles cannot send anything anywhere under this policy.
        "style-src": ("'self'", "'unsafe-inline'"),
        "img-src": ("'self'", "data:", *stripe.get("img-src", ())),
        "font-src": ("'self'",),
        "connect-src": ("'self'", *_sockets(settings), *stripe.get("connect-src", ())),
        "frame-src": ("'self'", *stripe.get("frame-src", ())),
        "object-src": ("'none'",),
        "base-uri": ("'self'",),
        "form-action": ("'self'",),
        "frame-ancestors": ("{ancestors}",),
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in parts.items())


def embedding_origins(settings: Settings) -> tuple[str, ...]:
    """Who may show our public pages in a frame, by TRUFLOW_EMBED_ORIGINS; what is no origin is left out."""
    words = settings.embed_origins.replace(",", " ").split()
    parts = [urlsplit(word) for word in words]
    return tuple(f"{p.scheme}://{p.netloc}" for p in parts if p.scheme in ("https", "http") and _is_host(p.netloc))


def _is_host(netloc: str) -> bool:
    return bool(netloc) and not set(netloc) & set("'\"; @{}")


def _payment_sources(settings: Settings) -> dict[str, tuple[str, ...]]:
    url = urlsplit(settings.stripe_js_url)
    if url.hostname == "js.stripe.com":
        return STRIPE
    origin = f"{url.scheme}://{url.netloc}"
    if not url.netloc or origin in settings.origins:
        return {}  # the sandbox behind our own address is 'self'
    return dict.fromkeys(STRIPE, (origin,))


def _sockets(settings: Settings) -> list[str]:
    # 'self' ought to include them; not every browser in use agrees. A policy cannot name an IPv6 address.
    return sorted("ws" + origin.removeprefix("http") for origin in settings.origins if "[" not in origin)
