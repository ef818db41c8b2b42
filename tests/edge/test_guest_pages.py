"""What the guests' pages say before any script runs, in each language."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from truflow.edge.shop import Shop

Make = Callable[..., Any]
DATA = re.compile(r'<script type="application/ld\+json">(\{"@context.*?)</script>')


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def head_of(page: str) -> str:
    return page.split("</head>")[0]


def test_a_services_page_has_its_title_and_description_before_any_script(visitor: Make, inside: Any) -> None:
    answer = visitor().get("/book/deep-tissue")
    assert answer.status_code == 200
    assert answer.text.count("<title>") == 1
    assert "<title>Deep &lt;tissue&gt; · Stillwater</title>" in answer.text
    assert answer.text.count('name="description"') == 1
    assert '<meta name="description" content="Slow &quot;work&quot; on the back.">' in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    assert "script-src" in answer.headers["content-security-policy"]
    assert answer.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in visitor().get("/book/deep-tissue", headers={"accept-encoding": "gzip;q=0"}).headers
    assert inside.scopes == []


def test_a_page_names_itself_its_languages_and_its_picture(visitor: Make) -> None:
    someone = visitor()
    for path, language in (("/book", "en"), ("/de/book", "de"), ("/de/book/deep-tissue", "de"), ("/", "en")):
        page = someone.get(path, headers={"host": "evil.example"}).text
        assert f'<html lang="{language}"' in page
        assert f'<link rel="canonical" href="http://book.example{path}">' in page
        bare = path.removeprefix("/de") or "/"
        for code, there in (("en", bare), ("es", "/es" + bare.rstrip("/")), ("x-default", bare)):
            assert f'<link rel="alternate" hreflang="{code}" href="http://book.example{there}">' in page
        assert '<meta property="og:image" content="http://book.example/share.png">' in page
        assert "favicon.ico" not in page
        assert f'<meta property="og:locale" content="{"de_DE" if language == "de" else "en_US"}">' in page
        assert "evil" not in page


def test_the_practice_and_its_prices_are_there_for_machines(visitor: Make) -> None:
    someone = visitor()
    business = json.loads(DATA.findall(head_of(someone.get("/").text))[0])
    assert (business["@type"], business["name"]) == ("LocalBusiness", "Stillwater")
    assert business["openingHoursSpecification"][1]["closes"] == "23:59"
    assert business["makesOffer"][0]["price"] == "120.00"
    page = someone.get("/de/book/deep-tissue").text
    service = json.loads(DATA.findall(head_of(page))[0])
    assert (service["@type"], service["name"]) == ("Service", "Deep <tissue>")
    assert service["offers"]["priceCurrency"] == "USD"
    assert service["offers"]["url"] == "http://book.example/de/book/deep-tissue"


def test_nothing_that_an_owner_types_ends_the_data(visitor: Make) -> None:
    page = visitor().get("/").text
    assert "Deep <tissue>" not in page
    assert "Deep \\u003ctissue\\u003e" in page


@pytest.mark.parametrize(("path", "price"), [("/", "$120.00"), ("/book", "$120.00"), ("/de/book", "120,00\u00a0$")])
def test_without_javascript_the_catalogue_and_a_way_to_a_person_are_there(visitor: Make, path: str, price: str) -> None:
    told = re.findall(r"<noscript>(.*?)</noscript>", visitor().get(path).text, re.DOTALL)
    assert len(told) == 1
    link = "/de/book/deep-tissue" if path.startswith("/de") else "/book/deep-tissue"
    assert f'href="{link}"' in told[0]
    assert "Deep &lt;tissue&gt;" in told[0]
    assert price in told[0]
    assert 'href="tel:+15185550100"' in told[0]
    assert 'href="mailto:hello@stillwater.example?subject=' in told[0]


def test_a_page_whose_address_is_open_arrives_drawn(visitor: Make, static_dir: Path) -> None:
    drawn = (
        '<html lang="en"><head></head><body><h1 data-name="" class="big">{}</h1>'
        '<a href="/{}/-/">English</a><a href="/de/{}/-/">Deutsch</a>'
    )
    for room, heading in (("book", "Choose a day"), ("booking", "Your appointment")):
        for place in (f"{room}/-", f"de/{room}/-"):
            (static_dir / place).mkdir(parents=True)
            (static_dir / place / "index.html").write_text(drawn.format(heading, room, room) + "</body></html>")
    someone = visitor()
    page = someone.get("/de/book/deep-tissue").text
    assert '<h1 data-name="written" class="big">Deep &lt;tissue&gt;</h1>' in page
    assert '<a href="/book/deep-tissue">English</a><a href="/de/book/deep-tissue">Deutsch</a>' in page
    assert '<h1 data-name="" class="big">Your appointment</h1>' in someone.get("/booking/7K3M-9QXA").text
    for unknown in ("/book/nope", "/book/-", "/booking/-", "/booking/%3Cscript%3E"):
        assert "<h1" not in someone.get(unknown).text.split("<noscript>")[0]


def test_a_booking_leads_to_its_plain_page_without_javascript(visitor: Make) -> None:
    answer = visitor().get("/es/booking/TF-7K2M?t=a%22b%26c")
    assert '<html lang="es"' in answer.text
    assert 'href="/plain/booking/TF-7K2M?t=a%22b%26c"' in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "noindex" in answer.headers["x-robots-tag"]
    assert "canonical" not in answer.text


def test_other_private_pages_are_in_their_language_and_name_no_address(visitor: Make) -> None:
    someone = visitor()
    found = someone.get("/booking/find").text
    assert 'href="/plain/find"' in found
    assert 'href="/plain/find"' in someone.get("/fr/booking/TF-7K2M").text
    for page in (found, someone.get("/book/success").text):
        assert "canonical" not in page
        assert "og:url" not in page


@pytest.mark.parametrize("slug", ["nope", "Nope", "a%20b", "x" * 101, "%3Cscript%3E", "-"])
def test_a_service_there_is_not_is_404_with_the_page(visitor: Make, slug: str) -> None:
    for path in (f"/book/{slug}", f"/fr/book/{slug}"):
        answer = visitor().get(path)
        assert answer.status_code == 404
        assert "one()" in answer.text
        assert "canonical" not in answer.text


def test_an_address_that_leads_nowhere_is_404_in_its_language(visitor: Make, inside: Any) -> None:
    answer = visitor().get("/fr/nothing-here")
    assert answer.status_code == 404
    assert '<html lang="fr"' in answer.text
    assert "canonical" not in answer.text
    visitor().get("/nothing-here")
    assert len(inside.scopes) == 1


def test_an_id_leads_to_the_slug_in_the_same_language(visitor: Make) -> None:
    for before in ("", "/fr"):
        answer = visitor().get(f"{before}/book/3?day=2026-12-01")
        assert (answer.status_code, answer.headers["location"]) == (302, f"{before}/book/deep-tissue?day=2026-12-01")


def test_what_was_seen_is_not_sent_again(visitor: Make) -> None:
    someone = visitor()
    first = someone.get("/book")
    again = someone.get("/book", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert someone.get("/de/book").headers["etag"] != first.headers["etag"]


def test_in_a_frame_a_page_brings_what_it_needs_there(visitor: Make) -> None:
    framed = visitor().get("/de/book", headers={"sec-fetch-dest": "iframe"})
    assert '<head><script src="/frame.js"></script>' in framed.text
    assert "Sec-Fetch-Dest" in framed.headers["vary"]
    assert "frame.js" not in visitor().get("/de/book", headers={"sec-fetch-dest": "document"}).text


def test_the_shop_is_asked_for_once_in_five_seconds(visitor: Make) -> None:
    clock, asked = Clock(), []
    someone = visitor(clock=clock)
    window = someone.edge.guest_pages._window
    found = window._find
    window._find = lambda: asked.append(1) or found()
    for moment in (0.0, 4.9, 5.1):
        clock.now = moment
        assert someone.get("/book/deep-tissue").status_code == 200
    assert len(asked) == 2


def test_a_new_price_is_told_within_five_seconds(visitor: Make) -> None:
    clock = Clock()
    someone = visitor(clock=clock)
    assert "$120.00" in someone.get("/book").text
    window = someone.edge.guest_pages._window
    shop: Shop = window._find()
    window._find = lambda: Shop(shop.practice, ())
    clock.now = 5.1
    assert "$120.00" not in someone.get("/book").text
    assert someone.get("/book/deep-tissue").status_code == 404


def test_without_a_database_the_pages_come_all_the_same(visitor: Make) -> None:
    def broken() -> None:
        raise OSError("down")

    someone = visitor()
    someone.edge.guest_pages._window._find = broken
    for path in ("/book/deep-tissue", "/book", "/de"):
        answer = someone.get(path)
        assert answer.status_code == 200
        assert "one()" in answer.text
        assert f'<html lang="{"de" if path == "/de" else "en"}"' in answer.text


def test_the_sitemap_lists_each_public_page_with_all_its_languages(visitor: Make) -> None:
    answer = visitor().get("/sitemap.xml", headers={"host": "evil.example"})
    assert answer.headers["content-type"].startswith("application/xml")
    assert "evil" not in answer.text
    root = ElementTree.fromstring(answer.text)
    sitemap, xhtml = "{http://www.sitemaps.org/schemas/sitemap/0.9}", "{http://www.w3.org/1999/xhtml}"
    places = {url.findtext(f"{sitemap}loc"): len(url.findall(f"{xhtml}link")) for url in root}
    assert places["http://book.example/es/book/deep-tissue"] == 5
    assert len(places) == 5 * 4
    assert not [place for place in places if re.search("admin|booking|plain|success", str(place))]


def test_the_sitemap_comes_without_a_database_too(visitor: Make) -> None:
    def broken() -> None:
        raise OSError("down")

    someone = visitor()
    someone.edge.sitemap._window._find = broken
    assert "<loc>http://book.example/book</loc>" in someone.get("/sitemap.xml").text


def test_robots_are_told_where_the_sitemap_is_and_what_is_private(visitor: Make) -> None:
    rules = visitor().get("/robots.txt").text.splitlines()
    assert "Sitemap: http://book.example/sitemap.xml" in rules
    assert {"Disallow: /admin", "Disallow: /booking", "Disallow: /de/booking"} <= set(rules)
