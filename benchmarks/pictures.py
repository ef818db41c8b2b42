"""Every page and every mail as a picture, contact sheets of them, and what is wider than its window.

    .venv/bin/python benchmarks/pictures.py FOLDER [en de es fr]

English by day and night at 375, 768 and 1280 pixels, the other languages at 375 by day; mails at 375 and 680. Ends with
1 when something is wider than its window.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from playwright.sync_api import Browser, Page, expect, sync_playwright

import tests.conftest  # noqa: F401  the settings of a test
from tests.conftest import CHROMIUM_FLAGS
from tests.integrations.test_mails import FULL
from tests.kit.guests import bearer, book, card, free_times
from tests.kit.stack import Stack
from tests.kit.troubles import password_of, plant
from truflow.mails import TEMPLATES, render
from truflow.texts import LANGUAGES, speaking

WIDTHS, SCHEMES, MAIL_WIDTHS = (375, 768, 1280), ("light", "dark"), (375, 680)
HEIGHTS = {375: 812, 768: 1024, 1280: 900}
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
ADMIN, IN_A_ROW = "maya.desk@stillwater.example", 6
SHEET = """<body style="margin:24px;background:#888;font:14px sans-serif;color:#fff;display:grid;gap:20px;
grid-template-columns:repeat({columns},{width}px)">{figures}</body>"""
FIGURE = """<figure style="margin:0"><figcaption>{name}</figcaption><img src="{file}" width="{width}"></figure>"""


@dataclass
class Album:
    """Where the pictures go, and what was wider than its window."""

    folder: Path
    too_wide: list[str] = field(default_factory=list)

    def take(self, page: Page, name: str, *, whole: bool = True) -> None:
        page.wait_for_timeout(250)
        page.screenshot(path=str(self.folder / f"{name}.png"), full_page=whole)
        if page.evaluate(TOO_WIDE):
            self.too_wide.append(name)


@dataclass
class Bookings:
    """Addresses of bookings in each state that a guest can see: path and token."""

    held: str
    booked: str
    cancelled: str


def main(folder: Path, languages: list[str]) -> int:
    """Take them all; 1 when something is too wide."""
    folder.mkdir(parents=True, exist_ok=True)
    album = Album(folder)
    with tempfile.TemporaryDirectory(prefix="truflow-pictures-") as home, sync_playwright() as playwright:
        stack = Stack(Path(home)).up()
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS)
        try:
            _mails(browser, album, languages)
            made = _bookings(stack)
            password = password_of(stack, ADMIN)
            plant(stack, "deskalice", skip=8)
            for language in languages:
                for width in WIDTHS if language == "en" else WIDTHS[:1]:
                    for scheme in SCHEMES if language == "en" else SCHEMES[:1]:
                        with _window(browser, width, scheme) as page:
                            _guest(page, stack, made, album, language, f"{language}-{width}-{scheme}")
                            if language == "en":
                                _desk(page, stack, password, album, f"{language}-{width}-{scheme}")
            _sheets(browser, album)
        finally:
            browser.close()
            stack.down()
    print(f"{len(list(folder.glob('*.png')))} pictures; too wide: {', '.join(album.too_wide) or 'none'}")
    return 1 if album.too_wide else 0


@contextmanager
def _window(browser: Browser, width: int, scheme: str) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHTS.get(width, 900)},
        color_scheme="dark" if scheme == "dark" else "light",
        timezone_id="America/New_York",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


def _bookings(stack: Stack) -> Bookings:
    def made(guest: str, skip: int, *, pays: bool) -> tuple[str, dict[str, str], str]:
        told = book(stack, free_times(stack, skip=skip)[2], guest).json()
        path = f"/api/bookings/{told['booking']['id']}"
        if pays:
            stack.http.post(f"{path}/pay", json={"confirmationToken": card(stack)}, headers=bearer(told))
        return f"{told['booking']['reference']}?t={told['manageToken']}", bearer(told), path

    held, _, _ = made("nora", 20, pays=False)
    booked, _, _ = made("olive", 21, pays=True)
    cancelled, signed, path = made("petra", 22, pays=True)
    stack.http.post(f"{path}/cancel", json={}, headers=signed)
    return Bookings(held, booked, cancelled)


def _guest(page: Page, stack: Stack, made: Bookings, album: Album, language: str, suffix: str) -> None:
    """The guest's pages in their order."""
    before = stack.url if language == "en" else f"{stack.url}/{language}"
    start = free_times(stack, service=2, skip=14)[3]
    flow = f"{before}/book/classic-massage"
    reference, token = made.booked.split("?t=")
    plain = f"{stack.url}/plain/booking/{reference}"
    places = {
        "01-home": before,
        "02-services": f"{before}/book",
        "03-month": flow,
        "04-list": f"{flow}?view=list",
        "05-times": f"{flow}?date={start[:10]}",
        "06-details": f"{flow}?date={start[:10]}&time={start}",
        "08-payment": f"{before}/booking/{made.held}",
        "09-booked": f"{before}/book/success?reference={reference}&t={token}",
        "10-managing": f"{before}/booking/{made.booked}",
        "12-moving": f"{before}/booking/{made.booked}&move=1",
        "13-cancelled": f"{before}/booking/{made.cancelled}",
        "14-find": f"{before}/booking/find",
        "15-terms": f"{before}/terms",
        "16-privacy": f"{before}/privacy",
        "17-lost": f"{before}/nothing-here",
    }
    for name, address in places.items():
        page.goto(address)
        _ready(page)
        if name == "08-payment":
            page.frame_locator('iframe[src*="elements/payment"]').locator("input").first.wait_for()
        album.take(page, f"{name}-{suffix}")
        if name == "06-details":
            page.locator("#details button[type=submit]").click()
            expect(page.locator("#name-wrong")).not_to_be_empty()
            album.take(page, f"07-errors-{suffix}")
        if name == "10-managing":
            page.locator("button[aria-haspopup=dialog]").click()
            expect(page.get_by_role("dialog")).to_be_visible()
            album.take(page, f"11-question-{suffix}", whole=False)
    for step in ("", "/cancel", "/move", "/receipt"):
        page.goto(f"{plain}{step}?t={token}")
        album.take(page, f"18-plain{step.replace('/', '-')}-{suffix}")


def _desk(page: Page, stack: Stack, password: str, album: Album, suffix: str) -> None:
    """The owner's pages, and the design's."""
    for name, path in (("20-styleguide", "/styleguide"), ("21-forgot", "/admin/password-reset")):
        page.goto(stack.url + path)
        _ready(page)
        album.take(page, f"{name}-{suffix}")
    page.goto(f"{stack.url}/admin/sign-in")
    _ready(page)
    album.take(page, f"22-sign-in-{suffix}")
    page.get_by_label("Email").fill(ADMIN)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Needs you")).to_be_visible()
    album.take(page, f"23-today-{suffix}")
    page.goto(f"{stack.url}/admin/bookings/{stack.sql('select id from booking order by created_at limit 1')[0]['id']}")
    _ready(page)
    album.take(page, f"24-booking-{suffix}")


def _ready(page: Page) -> None:
    expect(page.locator("main h1:visible").first).to_be_visible()
    if not page.url.endswith("/styleguide"):  # which shows one
        expect(page.locator("main .skeleton:visible")).to_have_count(0)


def _mails(browser: Browser, album: Album, languages: list[str]) -> None:
    for language in languages:
        for width in MAIL_WIDTHS if language == "en" else MAIL_WIDTHS[:1]:
            for scheme in SCHEMES if language == "en" else SCHEMES[:1]:
                with _window(browser, width, scheme) as page:
                    for template in sorted(TEMPLATES):
                        with speaking(language):
                            page.set_content(render(template, FULL).html)
                        album.take(page, f"mail-{template}-{language}-{width}-{scheme}")


def _sheets(browser: Browser, album: Album) -> None:
    """Side by side, one sheet for each kind of window."""
    kinds: dict[str, list[Path]] = {}
    for file in sorted(album.folder.glob("*-*-*-*.png")):
        what = "mails" if file.name.startswith("mail") else "pages"
        kinds.setdefault(f"{what}-{'-'.join(file.stem.split('-')[-3:])}", []).append(file)
    for kind, files in kinds.items():
        figures = "".join(FIGURE.format(name=file.stem, file=file.as_uri(), width=360) for file in files)
        page = browser.new_page(viewport={"width": IN_A_ROW * 380 + 48, "height": 900})
        sheet = album.folder / f"sheet-{kind}.html"
        sheet.write_text(SHEET.format(columns=IN_A_ROW, width=360, figures=figures))
        page.goto(sheet.as_uri())
        page.screenshot(path=str(album.folder / f"sheet-{kind}.jpg"), full_page=True, type="jpeg", quality=70)
        page.close()
        sheet.unlink()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:] or list(LANGUAGES)))
