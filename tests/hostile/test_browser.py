"""What a real browser makes of our headers: no violation anywhere, no page of ours in a stranger's frame,
and guests who come back from another site go on where they were."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.road import ASKS, card_form, expect_booked, hold, pay
from tests.hostile.conftest import Prey
from tests.kit.canary import told
from tests.kit.stack import Stack
from tests.kit.troubles import password_of
from truflow.pages.table import PAGES

pytestmark = pytest.mark.browser
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (e) => window.violations.push(
  `${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber} ${e.sample}`));
"""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """Another site: a bank or a mailbox, whose one page links, frames and posts to wherever its query says."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            target = self.path.partition("?")[2]
            html = (
                f'<!doctype html><a href="{target}">go on</a>'
                f'<form method="post" action="{target}"><button>send</button></form><iframe src="{target}"></iframe>'
            )
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.2", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.2:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(locale="en-US", timezone_id="America/New_York")
    context.add_init_script(WATCH)
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.set_default_navigation_timeout(30_000)
    yield page
    context.close()


def signs_in(page: Page, stack: Stack, address: str) -> None:
    password = password_of(stack, address)
    page.goto(f"{stack.url}/admin/sign-in")
    page.get_by_label("Email").fill(address)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()


@contextlib.contextmanager
def nothing_violated(page: Page) -> Iterator[Callable[[], None]]:
    """Call what comes back before each step away from a document."""
    heard: list[str] = []
    page.on(
        "console", lambda message: heard.append(message.text) if "Content Security Policy" in message.text else None
    )

    def look() -> None:
        heard.extend(page.evaluate("window.violations"))

    yield look
    look()
    assert heard == []


def test_no_page_violates_its_policy(stack: Stack, page: Page, prey: Prey) -> None:
    with nothing_violated(page) as look:
        for each in PAGES:
            if each.route.startswith("/") and "[" not in each.route and not each.route.startswith("/admin"):
                page.goto(stack.url + each.route)
                expect(page.get_by_role("heading", level=1)).to_have_count(1)
                look()
        for path in (
            *("/book/classic-massage", "/de/book/classic-massage", prey.page, f"/es{prey.page}", "/nothing-here"),
            *(f"/plain{prey.page}", "/plain/find", "/api/docs", "/sandbox/mail"),
        ):
            page.goto(stack.url + path)
            page.wait_for_load_state("networkidle")
            look()
        signs_in(page, stack, f"policy-{uuid4()}@desk-7c1f.example")
        look()
        for path in (
            "/admin/password-reset",
            "/admin/password-reset/new?token=x",
            f"/admin/bookings/{prey.booking_id}",
        ):
            page.goto(stack.url + path)
            expect(page.get_by_role("heading", level=1)).to_have_count(1)
            look()


def test_the_payment_with_the_banks_question_violates_nothing(stack: Stack, page: Page) -> None:
    with nothing_violated(page):
        hold(page, stack, "policyguest", skip=21)
        loaded = page.evaluate("performance.getEntriesByType('navigation')[0].name")
        assert "/booking/" in loaded, "it has a document of its own, and with it the one policy that lets Stripe in"
        pay(page, ASKS)
        page.frame_locator('iframe[src*="bank"]').get_by_role("button", name="Complete").click()
        expect_booked(page)


def test_a_guest_gets_no_cookie_and_the_desks_is_not_for_scripts(stack: Stack, page: Page, prey: Prey) -> None:
    for path in ("/", "/book", "/book/classic-massage", prey.page, f"/plain{prey.page}"):
        page.goto(stack.url + path)
        page.wait_for_load_state("networkidle")
    assert page.context.cookies() == []
    signs_in(page, stack, f"cookie-{uuid4()}@desk-7c1f.example")
    (cookie,) = page.context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (
        *("truflow_admin", True, "Strict", "/"),
    )
    assert page.evaluate("document.cookie") == ""
    kept = page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    assert cookie["value"] not in kept
    assert not told(kept), "nothing of a guest stays in the browser's own stores"


def test_the_watch_sees_a_violation(stack: Stack, page: Page) -> None:
    page.goto(f"{stack.url}/book")
    page.evaluate(
        "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.head.append(s)"
    )
    page.evaluate("setTimeout('window.ran = 2')")
    page.wait_for_function("window.violations.length > 1")
    assert page.evaluate("window.ran") is None
    assert [line.split()[1] for line in page.evaluate("window.violations")] == ["inline", "eval"]


def test_a_guest_comes_back_from_her_bank_to_where_she_was(stack: Stack, page: Page, elsewhere: str) -> None:
    held = hold(page, stack, "backfrombank", skip=22)
    page.goto(elsewhere + "?" + held)
    page.get_by_role("link", name="go on").click()
    expect(card_form(page).get_by_label("Card number")).to_be_visible()
    assert page.url == held


def test_a_link_in_a_mail_opens_the_booking(stack: Stack, page: Page, elsewhere: str, prey: Prey) -> None:
    page.goto(elsewhere + "?" + stack.url + prey.page)
    page.get_by_role("link", name="go on").click()
    expect(page.get_by_role("heading", name="Your appointment", exact=True)).to_be_visible()
    assert page.url == stack.url + prey.page


def test_the_desk_asked_for_from_another_site_asks_to_sign_in_and_does_not_go_in_circles(
    stack: Stack, page: Page, elsewhere: str
) -> None:
    signs_in(page, stack, f"elsewhere-{uuid4()}@desk-7c1f.example")
    page.goto(elsewhere + "?" + stack.url + "/admin")
    loaded: list[str] = []
    page.on("request", lambda asked: loaded.append(asked.url) if asked.is_navigation_request() else None)
    page.get_by_role("link", name="go on").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.wait_for_timeout(1500)
    assert loaded == [f"{stack.url}/admin", f"{stack.url}/admin/sign-in?next=/admin"]
    page.goto(f"{stack.url}/admin")  # typed by herself, the strict cookie comes along
    expect(page.get_by_role("heading", name="Today")).to_be_visible()


def test_a_form_on_another_site_changes_nothing(stack: Stack, page: Page, elsewhere: str) -> None:
    signs_in(page, stack, f"forged-{uuid4()}@desk-7c1f.example")
    page.goto(elsewhere + "?" + stack.url + "/api/admin/auth/logout")
    with page.expect_response("**/logout") as answer:
        page.get_by_role("button", name="send").click()
    assert answer.value.status == 403
    page.goto(f"{stack.url}/admin")
    expect(page.get_by_role("heading", name="Today")).to_be_visible()


@pytest.mark.parametrize("path", ["/book", "/admin/sign-in", "/booking/ABCD-1234"])
def test_no_stranger_puts_our_pages_into_a_frame(stack: Stack, page: Page, elsewhere: str, path: str) -> None:
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(elsewhere + "?" + stack.url + path)
    page.wait_for_timeout(500)
    assert any("frame-ancestors" in text or "X-Frame-Options" in text for text in refused), refused
