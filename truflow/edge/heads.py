"""What a page says in its head to search engines and to those who share it: title, address, languages, data."""

import html
import json
from dataclasses import dataclass, field
from typing import Any

from truflow.domain.formats import decimals
from truflow.edge.shop import Shop
from truflow.services.views import ServiceView
from truflow.texts import LANGUAGES, here

PICTURE = "/share.png"
LONGEST_DESCRIPTION = 300
OPEN_GRAPH_LOCALES = {"en": "en_US", "es": "es_ES", "de": "de_DE", "fr": "fr_FR"}
WEEK = ("", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Head:
    """One public page: `page` is its address without language and origin."""

    page: str
    language: str
    title: str
    description: str
    data: list[dict[str, Any]] = field(default_factory=list)


def lines_of(head: Head, shop: Shop, origin: str) -> str:
    """The lines between `<title>` and `</head>`, for this address and language."""
    address = origin + here(head.page, head.language)
    title, description = titled(head.title, shop), in_short(head.description)
    lines = [f"<title>{html.escape(title)}</title>"]
    if description:
        lines.append(_meta("name", "description", description))
    lines.append(f'<link rel="canonical" href="{html.escape(address)}">')
    for code, place in alternates(head.page, origin):
        lines.append(f'<link rel="alternate" hreflang="{code}" href="{html.escape(place)}">')
    shared = {
        "og:type": "website",
        "og:site_name": shop.practice.name,
        "og:title": title,
        "og:description": description,
        "og:url": address,
        "og:locale": OPEN_GRAPH_LOCALES[head.language],
        "og:image": origin + PICTURE,
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": shop.practice.name,
    }
    lines += [_meta("property", name, value) for name, value in shared.items() if value]
    lines.append(_meta("name", "twitter:card", "summary_large_image"))
    lines += [_data(each) for each in head.data]
    return "".join(lines)


def alternates(page: str, origin: str) -> list[tuple[str, str]]:
    """The page's addresses in all languages, and where a reader of none of them goes."""
    return [*((code, origin + here(page, code)) for code in LANGUAGES), ("x-default", origin + page)]


def titled(title: str, shop: Shop) -> str:
    """A title with the practice's name, as the page itself will say it."""
    return f"{title} \u00b7 {shop.practice.name}" if shop.practice.name else title


def in_short(text: str) -> str:
    return " ".join(text.split())[:LONGEST_DESCRIPTION]


def business(shop: Shop, origin: str, language: str) -> dict[str, Any]:
    """The practice in the words of schema.org, with all it offers."""
    practice = shop.practice
    told = {
        "@context": "https://schema.org",
        "@type": "LocalBusiness",
        "@id": f"{origin}/#business",
        "name": practice.name,
        "url": origin + here("/", language),
        "telephone": practice.phone,
        "email": practice.email,
        "address": practice.address.replace("\n", ", "),
        "image": origin + PICTURE,
        "currenciesAccepted": practice.currency.upper(),
        "openingHoursSpecification": [
            {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": WEEK[each.weekday],
                "opens": each.opens,
                "closes": "23:59" if each.closes == "24:00" else each.closes,
            }
            for each in shop.week
        ],
        "makesOffer": [_offer(each, origin, language) for each in shop.services],
    }
    return {name: value for name, value in told.items() if value}


def sold(service: ServiceView, shop: Shop, origin: str, language: str) -> dict[str, Any]:
    """One service in the words of schema.org, with its offer."""
    return {
        "@context": "https://schema.org",
        "@type": "Service",
        "name": service.name,
        "description": in_short(service.description),
        "url": origin + here(f"/book/{service.slug}", language),
        "provider": {"@type": "LocalBusiness", "@id": f"{origin}/#business", "name": shop.practice.name},
        "offers": _price(service, origin, language),
    }


def _offer(service: ServiceView, origin: str, language: str) -> dict[str, Any]:
    named = {"@type": "Service", "name": service.name, "description": in_short(service.description)}
    return {**_price(service, origin, language), "itemOffered": named}


def _price(service: ServiceView, origin: str, language: str) -> dict[str, Any]:
    digits = decimals(service.currency)
    whole, part = divmod(service.price_cents, 10**digits)
    return {
        "@type": "Offer",
        "price": f"{whole}.{part:0{digits}d}" if digits else str(whole),
        "priceCurrency": service.currency.upper(),
        "availability": "https://schema.org/InStock",
        "url": origin + here(f"/book/{service.slug}", language),
    }


def _meta(kind: str, name: str, content: str) -> str:
    return f'<meta {kind}="{name}" content="{html.escape(content)}">'


def _data(told: dict[str, Any]) -> str:
    """A data block; nothing that an owner types can end it."""
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return f'<script type="application/ld+json">{text}</script>'
