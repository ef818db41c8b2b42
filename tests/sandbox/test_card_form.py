"""v3.js in a real browser, on a page of another origin with a strict policy."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import stripe
from playwright.sync_api import FrameLocator, Page, expect

from tests.sandbox.kit import PUBLISHABLE, Sandbox, until

pytestmark = pytest.mark.browser

CARD_ONLY: Any = {"amount": 4500, "currency": "eur", "allowed_payment_method_types": ["card"]}
HTML = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Pay</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/page.css">
<main><h1>Deposit</h1><form id="pay">
<div id="card"></div><button>Pay €45.00</button><p id="said" role="status"></p></form>
<script src="{base}/v3.js"></script><script src="/page.js"></script></main></html>"""
CSS = """body{margin:0;font:16px/1.5 system-ui;background:#faf9f6;color:#1f2924}
body.night{background:#151b18;color:#eef3f0}
main{max-width:420px;margin:0 auto;padding:24px 16px}button{margin-top:16px;width:100%;min-height:48px}"""
JS = """
const stripe = Stripe(KEY), query = new URLSearchParams(location.search), night = query.has("night");
document.body.classList.toggle("night", night);
const elements = stripe.elements({ mode: "payment", amount: 4500, currency: "eur", paymentMethodCreation: "manual",
  appearance: { theme: night ? "night" : "stripe", variables: night ? {} : { colorPrimary: "#2f6f5e" } } });
const card = elements.create("payment");
window.seen = [];
for (const name of ["ready", "change", "focus", "blur", "escape", "loaderror"]) card.on(name, () => seen.push(name));
card.mount("#card");
const said = document.getElementById("said");
const say = (what) => (said.textContent = JSON.stringify(what));
document.getElementById("pay").addEventListener("submit", async (event) => {
  event.preventDefault();
  const checked = await elements.submit();
  if (checked.error) return say({ error: checked.error.code });
  if (query.has("secret")) {
    const done = await stripe.confirmPayment({ elements, clientSecret: query.get("secret"), redirect: "if_required" });
    return say(done.error ? { error: done.error.code } : { status: done.paymentIntent.status });
  }
  const { error, confirmationToken } = await stripe.createConfirmationToken({ elements });
  say(error ? { error: error.code } : { token: confirmationToken.id });
});
window.ask = async (clientSecret) => {
  const { error, paymentIntent } = await stripe.handleNextAction({ clientSecret });
  say(error ? { error: error.code } : { status: paymentIntent.status });
};
window.again = () => { card.unmount(); card.mount(document.getElementById("card")); };
"""


@pytest.fixture(scope="module")
def shop(shared_sandbox: Sandbox) -> Iterator[str]:
    """A page with a card form, with nothing unsafe in its policy."""
    origin = shared_sandbox.url.removesuffix("/sandbox/stripe")
    policy = (
        f"default-src 'none'; script-src 'self' {origin}; style-src 'self'; connect-src {origin}; frame-src {origin}; "
        "base-uri 'none'; form-action 'self'"
    )
    files = {
        "/": ("text/html", HTML.format(base=shared_sandbox.url)),
        "/page.css": ("text/css", CSS),
        "/page.js": ("text/javascript", f"const KEY = {json.dumps(PUBLISHABLE)};{JS}"),
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, text = files.get(self.path.partition("?")[0], ("text/plain", ""))
            self.send_response(200)
            self.send_header("content-type", f"{kind}; charset=utf-8")
            self.send_header("content-security-policy", policy)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(chromium: Any) -> Iterator[Page]:
    """A phone's page; a complaint in its console fails the test."""
    complaints: list[str] = []
    context = chromium.new_context(viewport={"width": 375, "height": 700})
    page = context.new_page()
    page.set_default_timeout(8000)
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert [each for each in complaints if "status of 402" not in each and "favicon" not in each] == []


def form(page: Page) -> FrameLocator:
    return page.frame_locator("#card iframe")


def type_card(page: Page, number: str, expiry: str = "1234", cvc: str = "123") -> None:
    form(page).get_by_label("Card number").press_sequentially(number)
    form(page).get_by_label("Expiration date").press_sequentially(expiry)
    form(page).get_by_label("Security code").press_sequentially(cvc)


def said(page: Page) -> dict[str, Any]:
    text = until(lambda: page.locator("#said").text_content())
    return dict(json.loads(text))


def test_a_guest_types_a_card_and_the_page_gets_a_token(page: Page, shop: str, client: stripe.StripeClient) -> None:
    page.goto(shop)
    type_card(page, "4242424242424242")
    expect(form(page).get_by_label("Card number")).to_have_value("4242 4242 4242 4242")
    expect(form(page).get_by_label("Expiration date")).to_have_value("12 / 34")

    page.get_by_role("button", name="Pay").click()

    made = client.v1.confirmation_tokens.retrieve(said(page)["token"])
    assert made.payment_method_preview
    assert made.payment_method_preview.card
    assert made.payment_method_preview.card.last4 == "4242"
    seen = page.evaluate("seen")
    assert seen[0] == "ready"
    assert {"change", "focus", "blur"} <= set(seen)


def test_mistakes_are_told_beside_the_field(page: Page, shop: str) -> None:
    page.goto(shop)
    expect(form(page).get_by_label("Card number")).to_be_visible()
    page.get_by_role("button", name="Pay").click()
    assert said(page) == {"error": "incomplete_number"}
    number = form(page).get_by_label("Card number")
    expect(number).to_be_focused()
    expect(number).to_have_attribute("aria-invalid", "true")
    expect(form(page).get_by_text("Your card number is incomplete.")).to_be_visible()
    number.fill("4242424242424241")
    number.press("Tab")
    expect(form(page).get_by_text("Your card number is invalid.")).to_be_visible()
    form(page).get_by_label("Expiration date").fill("0120")
    form(page).get_by_label("Security code").focus()
    expect(form(page).get_by_text("in the past")).to_be_visible()


def test_the_form_fits_a_narrow_phone_and_grows_with_its_errors(page: Page, shop: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(shop)
    until(lambda: page.evaluate("seen.includes('ready')"))
    frame = page.locator("#card iframe")
    before = frame.bounding_box()
    assert before
    page.get_by_role("button", name="Pay").click()
    until(lambda: page.evaluate("document.querySelector('#card iframe').offsetHeight") > before["height"])
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    inner = form(page).locator("html")
    assert inner.evaluate("node => node.scrollHeight <= node.clientHeight && node.scrollWidth <= node.clientWidth")
    for name in ("Card number", "Expiration date", "Security code"):
        box = form(page).get_by_label(name).bounding_box()
        assert box
        assert box["height"] >= 44


def test_the_form_may_be_taken_off_and_put_back(page: Page, shop: str) -> None:
    page.goto(shop)
    until(lambda: page.evaluate("seen.includes('ready')"))
    page.evaluate("again()")
    until(lambda: page.evaluate("seen.filter((name) => name === 'ready').length") == 2)
    assert page.locator("#card iframe").count() == 1


@pytest.mark.parametrize(
    ("do", "outcome"),
    [
        (lambda page: bank(page).get_by_role("button", name="Complete").click(), {"status": "succeeded"}),
        (
            lambda page: bank(page).get_by_role("button", name="Fail").click(),
            {"error": "payment_intent_authentication_failure"},
        ),
        (lambda page: page.keyboard.press("Escape"), {"error": "payment_intent_authentication_failure"}),
    ],
    ids=["complete", "fail", "escape"],
)
def test_the_bank_asks_in_a_dialog(
    page: Page,
    shop: str,
    client: stripe.StripeClient,
    token: Callable[..., str],
    do: Callable[[Page], None],
    outcome: dict[str, str],
) -> None:
    intent = client.v1.payment_intents.create(CARD_ONLY)
    client.v1.payment_intents.confirm(intent.id, {"confirmation_token": token("pm_card_authenticationRequired")})
    page.goto(shop)
    page.evaluate("secret => void ask(secret)", intent.client_secret)
    expect(page.get_by_role("dialog", name="Your bank wants to check that it is you")).to_be_visible()
    expect(bank(page).get_by_text("€45.00")).to_be_visible()
    expect(bank(page).get_by_role("button", name="Complete")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(bank(page).get_by_role("button", name="Complete")).to_be_focused()

    do(page)

    assert said(page) == outcome
    assert page.get_by_role("dialog").count() == 0
    status = client.v1.payment_intents.retrieve(intent.id).status
    assert status == ("succeeded" if outcome == {"status": "succeeded"} else "requires_payment_method")


def test_a_bank_that_cannot_be_reached_keeps_nobody(
    page: Page, shop: str, client: stripe.StripeClient, token: Callable[..., str]
) -> None:
    intent = client.v1.payment_intents.create(CARD_ONLY)
    client.v1.payment_intents.confirm(intent.id, {"confirmation_token": token("pm_card_authenticationRequired")})
    page.route("**/bank.html*", lambda route: route.fulfill(status=200, body="nothing here"))
    page.goto(shop)
    page.evaluate("secret => void ask(secret)", intent.client_secret)
    expect(page.get_by_role("dialog")).to_be_visible()
    page.locator("dialog").evaluate("node => node.dispatchEvent(new Event('cancel'))")
    until(lambda: page.locator("#said").text_content())
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_action"


def bank(page: Page) -> FrameLocator:
    return page.frame_locator("dialog iframe")


@pytest.mark.parametrize(
    ("number", "outcome"),
    [("4242424242424242", {"status": "succeeded"}), ("4000000000000002", {"error": "card_declined"})],
)
def test_a_page_may_confirm_by_itself(
    page: Page, shop: str, client: stripe.StripeClient, number: str, outcome: dict[str, str]
) -> None:
    intent = client.v1.payment_intents.create(CARD_ONLY)
    page.goto(f"{shop}?secret={intent.client_secret}")
    type_card(page, number)
    form(page).get_by_label("Security code").press("Enter")
    assert said(page) == outcome


def test_a_bank_page_of_its_own_leads_back(
    page: Page, shop: str, client: stripe.StripeClient, token: Callable[..., str]
) -> None:
    intent = client.v1.payment_intents.create(CARD_ONLY)
    card = {"confirmation_token": token("pm_card_authenticationRequired"), "return_url": f"{shop}?back=1"}
    asked: Any = client.v1.payment_intents.confirm(intent.id, card)  # type: ignore[arg-type]
    assert asked.next_action.type == "redirect_to_url"
    page.goto(asked.next_action.redirect_to_url.url)
    page.get_by_role("button", name="Complete").click()
    page.wait_for_url(f"{shop}**")
    assert f"payment_intent={intent.id}" in page.url
    assert "redirect_status=succeeded" in page.url
