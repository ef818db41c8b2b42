"""Money, dates and times as people read them, in the language that is spoken just now (`truflow/texts`).

Months, days, marks and currencies are Babel's (Unicode CLDR); the few patterns CLDR does not have stand here.
"""

import copy
import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, dates, localedata, numbers, units

from truflow.texts import language, t

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
NBSP = "\N{NO-BREAK SPACE}"
THIN = "\N{NARROW NO-BREAK SPACE}"  # in few fonts: a plain one takes its place

# How Stripe counts: these have no smaller unit, or a thousandth instead of a hundredth.
# fmt: off
WITHOUT_CENTS = frozenset({
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
})
IN_THOUSANDTHS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
# fmt: on

LOCALES = {"en": "en_US", "es": "es", "de": "de", "fr": "fr"}
# Money is written as where it is spent: a guest in New York reads "$40.00" in Spanish, too, and not "40,00 US$".
AT_HOME = {
    ("es", "USD"): "es_US",
    ("es", "MXN"): "es_MX",
    ("es", "ARS"): "es_AR",
    ("es", "COP"): "es_CO",
    ("es", "CLP"): "es_CL",
    ("es", "PEN"): "es_PE",
    ("de", "CHF"): "de_CH",
    ("fr", "CAD"): "fr_CA",
}
GERMAN_ZONES = {"CET": "MEZ", "CEST": "MESZ", "WET": "WEZ", "WEST": "WESZ", "EET": "OEZ", "EEST": "OESZ"}
_LETTER_THEN_DIGIT = re.compile(r"(?<=[A-Za-z])(?=\d)")


def format_money(cents: int, currency: str) -> str:
    """An amount in the currency's smallest unit as people write it: "$1,240.00", "¥4,000", "40,00 €"."""
    code, digits = currency.upper(), decimals(currency)
    locale = AT_HOME.get((language(), code), LOCALES[language()])
    amount = Decimal(abs(cents)).scaleb(-digits)
    text = _money_pattern(locale, digits).apply(amount, locale, currency=code, currency_digits=False)
    text = _LETTER_THEN_DIGIT.sub(NBSP, str(text).replace(THIN, NBSP))
    return (MINUS if cents < 0 else "") + text


def decimals(currency: str) -> int:
    """How many digits a currency has behind the point, as Stripe counts."""
    code = currency.upper()
    return 0 if code in WITHOUT_CENTS else 3 if code in IN_THOUSANDTHS else 2


def format_number(number: int) -> str:
    """A whole number with its thousands set apart: "1,000", "1.000"."""
    return str(numbers.format_decimal(number, locale=LOCALES[language()])).replace(THIN, NBSP)


def format_date(moment: dt.datetime | dt.date, zone: str | None = None) -> str:
    """The local date of an instant, or a date that is local already: "Tuesday, December 1, 2026"."""
    day = _local(moment, zone) if isinstance(moment, dt.datetime) and zone else moment
    return _first(dates.format_date(day, "full", LOCALES[language()]))


def format_day(day: dt.date) -> str:
    """A date without its year: "Tuesday, December 1"."""
    return _first(dates.format_date(day, t("pattern.day"), LOCALES[language()]))


def format_short_day(day: dt.date) -> str:
    """A date in little space: "Tue, Dec 1"."""
    return _first(dates.format_date(day, t("pattern.short_day"), LOCALES[language()]))


def format_month(day: dt.date) -> str:
    """Month and year, as a heading says them: "December 2026", "Diciembre de 2026"."""
    text = dates.format_date(day, t("pattern.month"), LOCALES[language()])
    return text[:1].upper() + text[1:]


def weekdays(width: str = "wide") -> tuple[str, ...]:
    """The names of the days from Monday on; `width` is wide or short: "Tuesday", "Tue"."""
    names = dates.get_day_names("wide" if width == "wide" else "abbreviated", "stand-alone", LOCALES[language()])
    return tuple(str(names[day]).removesuffix(".") for day in range(7))


def format_time(moment: dt.datetime, zone: str) -> str:
    """The local time of day as people there write it: "4:30 PM", "16:30"."""
    return dates.format_time(_local(moment, zone), "short", locale=_clock(language(), zone)).replace(THIN, " ")


def format_when(start: dt.datetime, end: dt.datetime, zone: str) -> str:
    """An appointment's time: "Tuesday, December 1, 2026, 4:30 PM – 5:30 PM (New York time, EST)"."""
    first, last = format_time(start, zone), format_time(end, zone)
    label = zone_label(zone, start)
    if _abbreviation(start, zone) != _abbreviation(end, zone):
        # The clock changes meanwhile: 1:30 AM can end at 1:30 AM, so each end names its own time.
        first, last = f"{first} {_abbreviation(start, zone)}", f"{last} {_abbreviation(end, zone)}"
        label = _place_time(language(), zone)
    if _local(start, zone).date() != _local(end, zone).date():
        last = f"{format_date(end, zone)}, {last}"
    return t("pattern.when", start=f"{format_date(start, zone)}, {first}", end=last, zone=label)


def zone_label(zone: str, moment: dt.datetime) -> str:
    """A zone as people say it at that instant: "New York time, EST"; plain "UTC" for UTC."""
    if zone in ("UTC", "Etc/UTC"):
        return "UTC"
    return f"{_place_time(language(), zone)}, {_abbreviation(moment, zone)}"


def duration(minutes: int) -> str:
    """A length as practices say it: "90 minutes", from two hours on "2 hours 30 minutes"."""
    if minutes < 120:
        return _count(minutes, "duration-minute")
    hours, rest = divmod(minutes, 60)
    return _count(hours, "duration-hour") + (f" {_count(rest, 'duration-minute')}" if rest else "")


def _local(moment: dt.datetime, zone: str) -> dt.datetime:
    if moment.tzinfo is None:
        raise ValueError("an instant needs its zone")
    return moment.astimezone(ZoneInfo(zone))


def _first(date: str) -> str:
    """French writes the first of a month as an ordinal, which CLDR leaves out."""
    return re.sub(r"(?<=\D)1(?= [^\W\d])", "1er", date, count=1) if language() == "fr" else date


@lru_cache(maxsize=64)
def _money_pattern(locale: str, digits: int) -> numbers.NumberPattern:
    pattern = copy.copy(Locale.parse(locale).currency_formats["standard"])
    pattern.frac_prec = (digits, digits)
    return pattern


@lru_cache(maxsize=256)
def _clock(spoken: str, zone: str) -> str:
    """Whose clock: that of the country in which the zone lies, where it has one for the language."""
    theirs = f"{spoken}_{dates.get_global('zone_territories').get(zone, '')}"
    return theirs if spoken != "en" and localedata.exists(theirs) else LOCALES[spoken]


@lru_cache(maxsize=256)
def _place_time(spoken: str, zone: str) -> str:
    known = Locale.parse(LOCALES[spoken]).time_zones.get(zone, {})
    place = known.get("city") or zone.rsplit("/", 1)[-1].replace("_", " ")
    label = t("pattern.place_time", place=place)
    return re.sub(r"\bde (?=[AEIOUYÉÈÎÀ])", "d\N{RIGHT SINGLE QUOTATION MARK}", label) if spoken == "fr" else label


def _abbreviation(moment: dt.datetime, zone: str) -> str:
    """EST where the zone has letters; many have none ("-03"), there the offset: UTC−3."""
    local = _local(moment, zone)
    name = local.tzname() or ""
    if name.isalpha():
        return GERMAN_ZONES.get(name, name) if language() == "de" else name
    minutes = int((local.utcoffset() or dt.timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{MINUS if minutes < 0 else '+'}{hours}" + (f":{rest:02d}" if rest else "")


def _count(number: int, unit: str) -> str:
    return units.format_unit(number, unit, "long", locale=LOCALES[language()]).replace(NBSP, " ")
