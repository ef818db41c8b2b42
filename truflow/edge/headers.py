"""What every answer carries: policies, caching, and who may index it."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from truflow.edge.csp import INERT, embedding_origins
from truflow.edge.visit import Visit
from truflow.settings import LOOPBACK, Settings

Lines = list[tuple[bytes, bytes]]

NO_REFERRER = ("/booking", "/book/success", "/plain", "/admin", "/account", "/payment")
PRIVATE = (*NO_REFERRER, "/api", "/sandbox", "/metrics")
PAYMENTS = ("/booking",)
NEVER_FRAMED = ("/admin", "/account", "/booking", "/plain")
SANDBOX = ("/sandbox/stripe", "/sandbox/mail")
HASHED = re.compile(r"/assets/.+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+")
FONTS = ("/fonts",)
EMBED = "/embed.js"

PERMISSIONS = (
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
    "microphone=(), midi=(), usb=(), payment="
)
WALLETS = '(self "https://js.stripe.com" "https://hooks.stripe.com")'
ALWAYS = {
    "x-content-type-options": "nosniff",
    "server": "truflow",  # the server that runs us would say its own name and more where we say nothing
    "cross-origin-opener-policy": "same-origin-allow-popups",
}


@dataclass(frozen=True)
class Wardrobe:
    """Dresses the head of a response; built once, when the process starts."""

    settings: Settings
    page_policy: str
    payment_policy: str

    def dress(self, visit: Visit, status: int, lines: Lines) -> Lines:
        """The response's own lines, cleaned, with ours."""
        given = {name.lower().decode("latin-1"): value.decode("latin-1") for name, value in lines}
        ancestors = self._ancestors(visit)
        ours = {
            **ALWAYS,
            "x-request-id": visit.request_id,
            "referrer-policy": self._referrer(visit),
            "permissions-policy": PERMISSIONS + (WALLETS if visit.shows(*PAYMENTS) else "()"),
        }
        if status != 304:  # a browser would put the policy of this empty answer on the page that it kept
            ours["content-security-policy"] = self._policy(visit, given).replace("{ancestors}", ancestors)
        if ancestors == "'none'":
            ours["x-frame-options"] = "DENY"
        if urlsplit(self.settings.origin).scheme == "https":
            ours["strict-transport-security"] = "max-age=31536000; includeSubDomains"
        if visit.shows(*PRIVATE):
            ours["x-robots-tag"] = "noindex, nofollow"
        cache = _caching(visit, status, given)
        if cache:
            ours["cache-control"] = cache
        kept = [line for line in lines if not _dropped(line[0].lower().decode("latin-1"), ours, given)]
        return kept + [(name.encode(), value.encode("latin-1")) for name, value in ours.items()]

    def _policy(self, visit: Visit, given: dict[str, str]) -> str:
        # The sandbox's pages and captured mails bring a policy of their own, made for what they show.
        if visit.within(*SANDBOX) and "content-security-policy" in given:
            return given["content-security-policy"]
        is_page = given.get("content-type", "").startswith("text/html")
        if not is_page:
            return INERT
        return self.payment_policy if visit.shows(*PAYMENTS) else self.page_policy

    def _ancestors(self, visit: Visit) -> str:
        if visit.within(*SANDBOX):
            return "'self'"
        if visit.shows(*NEVER_FRAMED):
            return "'none'"
        return " ".join(("'self'", *embedders)) if (embedders := embedding_origins(self.settings)) else "'none'"

    def _referrer(self, visit: Visit) -> str:
        if not visit.shows(*NO_REFERRER):
            return "strict-origin-when-cross-origin"
        # Under no-referrer a form posts "Origin: null", told from a forgery by Sec-Fetch-Site, which browsers
        # send to https and to their own machine only. A demo on another http address must do without.
        own = urlsplit(self.settings.origin)
        trustworthy = own.scheme == "https" or own.hostname in LOOPBACK
        return "no-referrer" if trustworthy else "same-origin"


def _caching(visit: Visit, status: int, given: dict[str, str]) -> str | None:
    if visit.within("/api/docs") and "cache-control" in given:
        return None
    if visit.shows(*PRIVATE):
        return "no-store"
    if status not in (200, 206, 304):
        return None if "cache-control" in given else "no-cache"
    if HASHED.fullmatch(visit.path):
        return "public, max-age=31536000, immutable"
    if visit.path == EMBED:
        return "public, max-age=3600"
    if visit.within(*FONTS):
        return "public, max-age=604800"
    return None if "cache-control" in given else "no-cache"


def _dropped(name: str, ours: dict[str, str], given: dict[str, str]) -> bool:
    if name == "access-control-allow-credentials":
        # Said to everybody by the framework; it means something only together with an origin.
        return "access-control-allow-origin" not in given
    return name in ours or name in ("x-powered-by", "x-frame-options")
