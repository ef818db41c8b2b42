"""Without a mouse, on the smallest phone, over a bad connection, and without waiting for bytes."""

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Complaints
from tests.browser.road import GOOD, card_form, enter_card, expect_booked, fill_details, free_time, hold
from tests.browser.weight import BUILT, first_paint
from tests.kit.stack import Stack
from tests.sandbox.kit import until

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
KIB = 1024
PUBLIC = ("/", "/book", "/book/classic-massage", "/terms", "/privacy", "/book/success", "/admin/sign-in")
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.mark.parametrize("page", ["", "book"])
def test_little_is_sent_before_the_first_paint(stack: Stack, page: str) -> None:
    """All files of the build, and the HTML as it goes out: dressed with the catalogue."""
    files = {name: size for name, size in first_paint(page).items() if not name.endswith(".html")}
    with httpx.stream("GET", f"{stack.url}/{page}", headers={"accept-encoding": "br, gzip"}, trust_env=False) as answer:
        html = sum(len(part) for part in answer.iter_raw())
    assert sum(files.values()) + html <= 165 * KIB


def test_the_name_of_a_service_stands_there_before_any_script_and_stays(
    stack: Stack, open_page: Open, complaints: Complaints
) -> None:
    page = open_page(stack.url, phone=True)
    page.route("**/*.js", lambda route: route.abort())
    page.goto(f"{stack.url}/book/classic-massage", wait_until="commit")
    expect(page.get_by_role("heading", level=1, name="Classic massage")).to_be_visible()
    page.unroute("**/*.js")
    page.add_init_script(
        "window.heads = new Set(); new MutationObserver(() => { const head = document.querySelector('h1'); "
        "if (head) window.heads.add(head.textContent) })"
        ".observe(document, {childList: true, subtree: true, characterData: true})"
    )
    page.goto(f"{stack.url}/book/deep-tissue")
    expect(page.locator("button.day").first).to_be_visible()
    assert page.evaluate("[...window.heads]") == ["Deep tissue"]
    complaints.forgive("net::ERR_FAILED")


@pytest.mark.parametrize("path", ["/book/classic-massage", "/de/book/classic-massage", "/booking/7K3M-9QXA"])
def test_a_page_of_an_open_address_arrives_drawn(stack: Stack, path: str) -> None:
    """docs/decisions/0014: words before any script, and links to this very address in other languages."""
    page = re.sub(r"<noscript>.*?</noscript>", "", stack.http.get(path).text, flags=re.DOTALL)
    assert "<h1" in page or 'class="skeleton' in page
    assert f'href="/fr{path.removeprefix("/de")}"' in page
    assert "/-/" not in page


def test_both_fonts_together_stay_small() -> None:
    fonts = {name: size for name, size in first_paint("book").items() if name.endswith(".woff2")}
    assert len(fonts) == 2
    assert sum(fonts.values()) <= 30 * KIB


def test_nothing_that_was_built_needs_the_styles_we_left_out() -> None:
    """See truflow/lean_build.py: a `style` of Reflex's kind would become a `css` that nobody reads."""
    drawn = [file for folder in ("app", "app_components") for file in (BUILT.parents[1] / folder).rglob("*.jsx")]
    assert drawn
    assert [file.name for file in drawn if re.search(r"\bcss:", file.read_text())] == []


@pytest.mark.parametrize("path", ["/", "/book", "/book/classic-massage", "/terms", "/privacy", "/booking/find"])
def test_nothing_moves_while_a_page_comes(stack: Stack, open_page: Open, path: str) -> None:
    page = open_page(stack.url, phone=True)
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(e => "
        "{ if (!e.hadRecentInput) window.shift += e.value })).observe({type: 'layout-shift', buffered: true})"
    )
    page.goto(stack.url + path)
    expect(page.locator(".skeleton")).to_have_count(0)
    page.wait_for_timeout(500)
    assert page.evaluate("window.shift") < 0.02


@pytest.mark.parametrize("path", PUBLIC)
def test_no_page_is_wider_than_the_smallest_phone(stack: Stack, open_page: Open, path: str) -> None:
    page = open_page(stack.url)
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(stack.url + path)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert not page.evaluate(TOO_WIDE)


def test_a_restart_of_the_server_takes_nothing_that_was_typed(
    stack: Stack, open_page: Open, complaints: Complaints
) -> None:
    page = open_page(stack.url, phone=True)
    day, start, _ = free_time(stack, 12)
    page.goto(f"{stack.url}/book/classic-massage?date={day}&time={start}")
    fill_details(page, "ruth")
    restart(stack, page)
    assert page.get_by_label("Your name").input_value() == "Ruth"
    page.get_by_role("button", name="Hold this time and go to payment").click()
    page.wait_for_url("**/booking/**")
    enter_card(page, GOOD)
    restart(stack, page)
    assert card_form(page).get_by_label("Card number").input_value() == "4242 4242 4242 4242"
    page.get_by_role("button", name="Pay $25.00").click()
    expect_booked(page)
    complaints.forgive("WebSocket connection")


def test_the_way_back_to_a_held_time_is_in_sight(stack: Stack, open_page: Open) -> None:
    page = open_page(stack.url, phone=True)
    held = hold(page, stack, "holly", skip=14)
    page.goto(f"{stack.url}/book")
    expect(page.get_by_text(re.compile("A time is held for you until"))).to_be_visible()
    page.get_by_role("link", name="Go on to payment").click()
    page.wait_for_url(held)


def restart(stack: Stack, page: Page) -> None:
    """The web ends and starts again; the page says so meanwhile and finds back by itself."""
    stack.kill("web")
    lost = page.get_by_text("Connection lost, trying again")
    expect(lost).to_be_visible()
    stack.start("web")
    until(stack.answers, 60)
    expect(lost).not_to_be_visible(timeout=30_000)
