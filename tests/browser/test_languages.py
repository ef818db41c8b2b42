"""Guests read, book and get their mail in their own language, and what arrives says which one it is."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Complaints
from tests.browser.road import card_form, enter_card, free_time, mail_to
from tests.kit.stack import Stack

pytestmark = pytest.mark.browser

HEADLINES = {"es": "¿Qué le apetece?", "de": "Was wünschen Sie sich?", "fr": "De quoi avez-vous envie ?"}
DETAILS = {"es": "Sus datos", "de": "Ihre Angaben", "fr": "Vos coordonnées"}
LABELS = {"es": ("Su nombre", "Correo", "Teléfono"), "fr": ("Votre nom", "E-mail", "Téléphone")}
LABELS["de"] = ("Ihr Name", "E-Mail", "Telefon")
SUBMITS = {"es": "Reservar esta hora e ir al pago", "de": "Zeit reservieren und weiter zur Zahlung"}
SUBMITS["fr"] = "Réserver cet horaire et passer au paiement"
PAYS = {"es": "Pagar", "de": "bezahlen", "fr": "Payer"}
BOOKED = {"es": "Su cita está reservada", "de": "Ihr Termin ist gebucht", "fr": "Votre rendez-vous est réservé"}
SUBJECTS = {"es": "Su cita en", "de": "Ihr Termin bei", "fr": "Votre rendez-vous chez"}
LOST = {"es": "Aquí no hay nada", "de": "Hier gibt es nichts", "fr": "Il n’y a rien ici"}
TITLES = {"es": "Página no encontrada", "de": "Seite nicht gefunden", "fr": "Page introuvable"}
ENGLISH = re.compile(r"\b(appointment|booking|choose|your|please|free times?|massages and|pay now|held for)\b", re.I)


def plainly(text: str) -> str:
    return text.replace("\u00a0", " ")


def english_in(stack: Stack, text: str) -> re.Match[str] | None:
    """English words, beside those of the practice: what it sells is named and described in its own."""
    for service in stack.http.get("/api/services").json()["items"]:
        text = text.replace(service["description"], "").replace(service["name"], "")
    return ENGLISH.search(text)


@pytest.mark.parametrize("code", HEADLINES)
def test_what_arrives_is_in_the_language_of_its_address(stack: Stack, code: str) -> None:
    for path in (f"/{code}", f"/{code}/book", f"/{code}/terms", f"/{code}/privacy"):
        page = stack.http.get(path).text
        assert f'<html lang="{code}"' in page
        assert "<h1" in page
        assert english_in(stack, re.sub(r"<script.*?</script>|<[^>]*>", " ", page, flags=re.DOTALL)) is None, path
    assert HEADLINES[code] in plainly(stack.http.get(f"/{code}/book").text)
    assert '<html lang="en"' in stack.http.get("/book").text


@pytest.mark.parametrize("code", LOST)
def test_an_address_that_leads_nowhere_says_so_in_its_language(
    stack: Stack, open_page: Callable[..., Page], complaints: Complaints, code: str
) -> None:
    page = open_page(f"{stack.url}/{code}/nothing-here")
    expect(page.get_by_role("heading", level=1)).to_have_text(LOST[code])
    expect(page).to_have_title(re.compile(TITLES[code]))
    assert english_in(stack, page.locator("body").inner_text()) is None
    complaints.forgive("404")


@pytest.mark.parametrize("code", HEADLINES)
def test_a_guest_books_in_her_language(stack: Stack, open_page: Callable[..., Page], code: str) -> None:
    page = open_page(f"{stack.url}/{code}/book", phone=True)
    expect(page.locator("html")).to_have_attribute("lang", code)
    page.get_by_role("link", name=re.compile("Classic massage")).first.click()
    page.wait_for_url(f"**/{code}/book/classic-massage**")
    day, start, _ = free_time(stack, {"es": 5, "de": 6, "fr": 7}[code])
    page.goto(f"{stack.url}/{code}/book/classic-massage?date={day}&time={start}")
    expect(page.get_by_role("heading", name=DETAILS[code])).to_be_visible()
    assert english_in(stack, page.locator("main").inner_text()) is None
    name, email, phone = LABELS[code]
    page.get_by_role("button", name=SUBMITS[code]).click()
    expect(page.locator("#name")).to_have_attribute("aria-invalid", "true")
    assert english_in(stack, page.locator("main").inner_text()) is None
    guest = f"{code}-guest"
    page.get_by_label(name).fill("Ana Lima")
    page.get_by_label(email).first.fill(f"{guest}@example.com")
    page.get_by_label(phone).fill("+1 212 555 0100")
    page.get_by_role("button", name=SUBMITS[code]).click()
    page.wait_for_url(f"**/{code}/booking/**")
    expect(card_form(page).get_by_label("Card number")).to_be_visible()
    enter_card(page, "4242424242424242")
    page.get_by_role("button", name=re.compile(PAYS[code])).click()
    expect(page.get_by_role("heading", name=BOOKED[code])).to_be_visible()
    expect(page).to_have_url(re.compile(f"/{code}/book/success"))
    assert english_in(stack, page.locator("main").inner_text()) is None
    mail = mail_to(stack, guest)
    assert mail["subject"].startswith(SUBJECTS[code])
    assert f"/{code}/booking/" in mail["text"]
    assert english_in(stack, re.sub(r"\S*://\S*", "", mail["text"])) is None


def test_another_language_shows_the_same_page(stack: Stack, open_page: Callable[..., Page]) -> None:
    day, _, _ = free_time(stack, 8)
    page = open_page(f"{stack.url}/book/classic-massage?date={day}")
    chooser = page.get_by_role("navigation", name="Languages")
    expect(chooser.get_by_role("link", name="English")).to_have_attribute("aria-current", "true")
    french = chooser.get_by_role("link", name="Français")
    expect(french).to_have_attribute("href", f"/fr/book/classic-massage?date={day}")  # once the page is alive
    french.click()
    page.wait_for_url(f"**/fr/book/classic-massage?date={day}")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    english = page.get_by_role("navigation", name="Langues").get_by_role("link", name="English")
    expect(english).to_have_attribute("href", f"/book/classic-massage?date={day}")
    english.click()
    page.wait_for_url(f"{stack.url}/book/classic-massage?date={day}")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_links_keep_the_language(stack: Stack, open_page: Callable[..., Page]) -> None:
    page = open_page(f"{stack.url}/de")
    expect(page.get_by_role("link", name=re.compile("Classic massage")).first).to_be_visible()
    ours = page.eval_on_selector_all("a[href^='/']:not([hreflang])", "all => all.map(a => a.getAttribute('href'))")
    assert len(ours) > 4
    assert [link for link in ours if not link.startswith("/de")] == []
