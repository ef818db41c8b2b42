"""One brand colour, and from it every tint of the site, so that text on each of them can be read: WCAG 2.2 AA.

The hue is the owner's; how light and how strong a tint is follows from the contrast it must have. Colours are OKLCH:
lightness 0 to 1, chroma, hue in degrees. The stylesheet (assets/look.css) has the same tints for our own green.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

HEX = re.compile(r"#[0-9a-fA-F]{6}")
MOST_CHROMA = 0.13
ENOUGH = 4.6  # AA asks for 4.5; the rest is for rounding
STEP = 0.005

Linear = tuple[float, float, float]
Measure = Callable[["Tint"], float]


@dataclass(frozen=True)
class Tint:
    """One colour as OKLCH."""

    lightness: float
    chroma: float
    hue: float

    def linear(self) -> Linear:
        """Its linear sRGB, each from 0 to 1 when the screen can show it."""
        a = self.chroma * math.cos(math.radians(self.hue))
        b = self.chroma * math.sin(math.radians(self.hue))
        long = (self.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
        medium = (self.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
        short = (self.lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
        return (
            4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
        )

    def shown(self) -> "Tint":
        """The strongest tint of this lightness and hue that a screen can show."""
        tint = self
        while tint.chroma > 0 and not all(-0.0005 <= part <= 1.0005 for part in tint.linear()):
            tint = Tint(self.lightness, max(0.0, tint.chroma - STEP), self.hue)
        return tint

    @property
    def luminance(self) -> float:
        red, green, blue = (min(1.0, max(0.0, part)) for part in self.linear())
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def css(self) -> str:
        return f"oklch({self.lightness:.3f} {self.chroma:.3f} {self.hue:.1f})"

    def hex(self) -> str:
        """As `#rrggbb`, for mail programs, which know no OKLCH."""
        parts = (_from_linear(min(1.0, max(0.0, part))) for part in self.linear())
        return "#" + "".join(f"{round(255 * part):02x}" for part in parts)


def contrast(one: Tint, other: Tint) -> float:
    """The ratio of WCAG: 1 for the same, 21 for black on white."""
    dark, light = sorted((one.luminance, other.luminance))
    return (light + 0.05) / (dark + 0.05)


@dataclass(frozen=True)
class Palette:
    """The tints of one appearance, and the grounds that are the same for every brand."""

    brand: Tint
    hover: Tint
    ink: Tint
    wash: Tint
    text: Tint
    grounds: tuple[Tint, ...]

    def css(self) -> str:
        names = {"brand": self.brand, "brand-hover": self.hover, "brand-ink": self.ink, "brand-wash": self.wash}
        return "".join(f"--{name}:{tint.css()};" for name, tint in {**names, "brand-text": self.text}.items())


def parse(color: str) -> Tint:
    """From `#rrggbb`; anything else is a ValueError that says so."""
    if not HEX.fullmatch(color):
        raise ValueError("a colour is written like #2f6b4f")
    red, green, blue = (_to_linear(int(color[place : place + 2], 16) / 255) for place in (1, 3, 5))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    return Tint(lightness, min(MOST_CHROMA, math.hypot(a, b)), math.degrees(math.atan2(b, a)) % 360)


def light(brand: Tint) -> Palette:
    """The brand by day: dark enough for white on it, and for itself as text on every ground."""
    hue, chroma = brand.hue, brand.chroma
    ink, wash = Tint(0.99, 0.008, hue).shown(), Tint(0.945, chroma * 0.4, hue).shown()
    grounds = (Tint(0.985, 0.006, 95), Tint(0.999, 0.002, 95), Tint(0.945, 0.008, 100))
    fill = _until(lambda tint: contrast(tint, ink), min(max(brand.lightness, 0.2), 0.56), -STEP, chroma, hue)
    text = _until(lambda tint: min(contrast(tint, each) for each in (*grounds, wash)), 0.5, -STEP, chroma, hue)
    return Palette(fill, Tint(fill.lightness - 0.06, fill.chroma, hue).shown(), ink, wash, text, grounds)


def dark(brand: Tint) -> Palette:
    """The brand by night: light enough for dark on it, and for itself as text on every ground."""
    hue, chroma = brand.hue, brand.chroma * 0.9
    ink, wash = Tint(0.2, 0.03, hue).shown(), Tint(0.3, chroma * 0.5, hue).shown()
    grounds = (Tint(0.2, 0.012, hue), Tint(0.235, 0.014, hue), Tint(0.285, 0.014, hue))
    fill = _until(lambda tint: contrast(tint, ink), min(max(brand.lightness, 0.74), 0.9), STEP, chroma, hue)
    text = _until(lambda tint: min(contrast(tint, each) for each in (*grounds, wash)), 0.78, STEP, chroma, hue)
    return Palette(fill, Tint(fill.lightness + 0.06, fill.chroma, hue).shown(), ink, wash, text, grounds)


def stylesheet(color: str) -> str:
    """The variables that make the site the brand's; nothing for no colour."""
    if not color:
        return ""
    brand = parse(color)
    day = f"--hue:{brand.hue:.1f};--chroma:{brand.chroma:.3f};{light(brand).css()}"
    return f":root{{{day}}}@media (prefers-color-scheme:dark){{:root{{{dark(brand).css()}}}}}"


@dataclass(frozen=True)
class MailTints:
    """The brand in a mail, as `#rrggbb`: a button, words, and the ground of a time, by day and by night."""

    fill: str = "#336449"
    text: str = "#27593e"
    wash: str = "#def3e6"
    edge: str = "#c9e6d4"
    night_fill: str = "#89c8a3"
    night_ink: str = "#091a11"
    night_text: str = "#a1d6b6"


def mail_tints(color: str) -> MailTints:
    """The tints of the owner's colour, or of our own green."""
    if not color:
        return MailTints()
    brand = parse(color)
    day, night = light(brand), dark(brand)
    edge = Tint(day.wash.lightness - 0.045, day.wash.chroma, brand.hue).shown()
    return MailTints(
        *(tint.hex() for tint in (day.brand, day.text, day.wash, edge, night.brand, night.ink, night.text))
    )


def _until(measure: Measure, lightness: float, step: float, chroma: float, hue: float) -> Tint:
    """From this lightness on, the first tint that is far enough from what it must be told apart from."""
    tint = Tint(lightness, chroma, hue).shown()
    while measure(tint) < ENOUGH and 0 < tint.lightness < 1:
        tint = Tint(tint.lightness + step, chroma, hue).shown()
    return tint


def _to_linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _from_linear(part: float) -> float:
    return part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055
