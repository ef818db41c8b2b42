"""One script tag on the practice's own site, of another origin: the booking grows there, payment leaves the frame."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page, expect

from tests.browser.road import card_form, free_time
from tests.kit.stack import Stack

pytestmark = pytest.mark.browser

HOST = """<!doctype html><html lang="{language}"><title>The practice</title><h1>Welcome</h1>
<script>
window.heard = [];
for (const type of ["ready", "service", "time", "booked"])
  addEventListener("truflow:" + type, (event) => heard.push([event.type, event.detail]));
addEventListener("message", (event) => {{ (window.letters ??= []).push(JSON.stringify(event.data)); }});
addEventListener("pagehide", () => sessionStorage.setItem("heard", JSON.stringify(heard)));
</script>
<script src="{url}/embed.js" data-service="{service}" async></script>
<p>Below</p></html>"""


@pytest.fixture(scope="module")
def host(stack: Stack) -> Iterator[Callable[..., str]]:
    """A page of another origin with our script in it: host(language="de", service="classic-massage")."""
    page: dict[str, str] = {}

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8" if self.path == "/" else "image/x-icon")
            self.end_headers()
            self.wfile.write(page["html"].encode() if self.path == "/" else b"")

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    origin = f"http://localhost:{server.server_port}"
    stack.kill("web", 15)
    stack.start("web", TRUFLOW_EMBED_ORIGINS=origin)
    _until(stack)

    def make(language: str = "en", service: str = "") -> str:
        page["html"] = HOST.format(language=language, url=stack.url, service=service)
        return origin

    yield make
    server.shutdown()
    stack.kill("web", 15)
    stack.start("web")
    _until(stack)


def _until(stack: Stack) -> None:
    from tests.sandbox.kit import until

    until(stack.answers, 60)


def test_the_booking_stands_on_the_practices_own_site(
    stack: Stack, open_page: Callable[..., Page], host: Callable[..., str]
) -> None:
    page = open_page(host("de"))
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Was wünschen Sie sich?")).to_be_visible()
    expect(page.locator("iframe")).to_have_attribute("title", "Termin buchen")
    expect(frame.locator("footer.foot")).to_be_hidden()
    page.set_viewport_size({"width": 375, "height": 812})
    page.wait_for_function("document.querySelector('iframe').getBoundingClientRect().height > 1000")
    assert page.frames[1].evaluate("document.documentElement.scrollHeight - innerHeight") <= 1
    frame.get_by_role("link", name="Classic massage").first.click()
    page.wait_for_function(
        "heard.some(([type, told]) => type == 'truflow:service' && told.service == 'classic-massage')"
    )
    assert page.evaluate("heard[0][0]") == "truflow:ready"


def test_payment_opens_in_the_top_window_and_tells_nobody_who_pays(
    stack: Stack, open_page: Callable[..., Page], host: Callable[..., str]
) -> None:
    origin = host("en", "classic-massage")
    page = open_page(origin)
    frame = page.frame_locator("iframe")
    day, start, _ = free_time(stack, 9)
    expect(frame.get_by_role("heading", name="Classic massage")).to_be_visible()
    page.frames[1].goto(f"{stack.url}/book/classic-massage?date={day}&time={start}")
    expect(frame.get_by_role("heading", name="Your details")).to_be_visible()
    frame.get_by_label("Your name").fill("Ana Lima")
    frame.get_by_label("Email").fill("embedded@example.com")
    frame.get_by_label("Phone").fill("+1 212 555 0100")
    letters = page.evaluate("letters")
    frame.get_by_role("button", name="Hold this time and go to payment").click()
    page.wait_for_url(f"{stack.url}/booking/**")
    expect(card_form(page).get_by_label("Card number")).to_be_visible()
    assert not [letter for letter in letters if "Ana" in letter or "example.com" in letter or "t=" in letter]
    page.goto(origin)
    heard = page.evaluate("JSON.parse(sessionStorage.getItem('heard'))")
    assert ["truflow:time", {"service": "classic-massage"}] in heard
    assert ["truflow:booked", {"service": "classic-massage"}] in heard


def test_a_site_that_is_not_named_shows_nothing(stack: Stack, host: Callable[..., str]) -> None:
    host()
    policy = stack.http.get("/book").headers["content-security-policy"]
    assert "frame-ancestors 'self' http://localhost:" in policy
    for path in ("/booking/TF-7K2M?t=x", "/plain/booking/TF-7K2M?t=x", "/admin/sign-in"):
        headers = stack.http.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"


def test_the_script_is_small_and_kept(stack: Stack) -> None:
    answer = stack.http.get("/embed.js", headers={"accept-encoding": "br, gzip"})
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert int(answer.headers.get("content-length", "0")) < 1500
