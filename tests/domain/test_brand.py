"""Whatever colour the owner likes, what is written on it and in it can be read."""

import colorsys

import pytest

from truflow.domain import brand

COLORS = [
    "#" + "".join(f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue / 24, light, strength))
    for hue in range(24)
    for light in (0.1, 0.35, 0.5, 0.7, 0.95)
    for strength in (0.0, 0.5, 1.0)
]


def both(color: str) -> list[brand.Palette]:
    return [brand.light(brand.parse(color)), brand.dark(brand.parse(color))]


@pytest.mark.parametrize("color", COLORS)
def test_every_text_keeps_the_contrast_of_aa(color: str) -> None:
    for palette in both(color):
        assert brand.contrast(palette.ink, palette.brand) >= 4.5
        assert brand.contrast(palette.ink, palette.hover) >= 4.5
        for ground in (*palette.grounds, palette.wash):
            assert brand.contrast(palette.text, ground) >= 4.5


@pytest.mark.parametrize("color", COLORS)
def test_every_tint_can_be_shown(color: str) -> None:
    for palette in both(color):
        for tint in (palette.brand, palette.hover, palette.ink, palette.wash, palette.text):
            assert all(-0.001 <= part <= 1.001 for part in tint.linear())


def test_the_contrast_is_that_of_wcag() -> None:
    assert brand.contrast(brand.parse("#000000"), brand.parse("#ffffff")) == pytest.approx(21, abs=0.01)
    assert brand.contrast(brand.parse("#767676"), brand.parse("#ffffff")) == pytest.approx(4.54, abs=0.01)


def test_the_hue_is_the_owners() -> None:
    made = brand.light(brand.parse("#7a1f6a"))
    assert made.brand.hue == pytest.approx(brand.parse("#7a1f6a").hue)


def test_no_colour_changes_nothing() -> None:
    assert brand.stylesheet("") == ""
    assert brand.mail_tints("") == brand.MailTints()


@pytest.mark.parametrize("color", ["", *COLORS])
def test_a_mail_in_the_brands_colour_can_be_read(color: str) -> None:
    tints = brand.mail_tints(color)
    pairs = [
        (tints.fill, "#ffffff"),
        *((tints.text, ground) for ground in ("#fbfaf6", "#fffffd", tints.wash)),
        (tints.night_fill, tints.night_ink),
        *((tints.night_text, ground) for ground in ("#121814", "#19201c", "#252c27")),
    ]
    for words, ground in pairs:
        assert ratio(words, ground) >= 4.5, (words, ground)


def luminance(color: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("color", ["red", "#12", "#12345g", "#1234567", "}body{display:none"])
def test_what_is_no_colour_is_refused(color: str) -> None:
    with pytest.raises(ValueError, match="a colour is written like #2f6b4f"):
        brand.parse(color)
