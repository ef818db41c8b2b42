"""Money, dates and times as people read them; pages, mails and admin all say them through here.

Words and patterns sit in one `Language`, so that a second one is a second value and no new code.
"""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"

# How Stripe counts: these have no smaller unit, or a thousandth instead of a hundredth.
# fmt: off
WITHOUT_CENTS = frozenset({
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
})
IN_THOUSANDTHS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
SYMBOLS = {
    "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "ILS": "₪", "VND": "₫",
    "CAD": "CA$", "AUD": "A$", "NZD": "NZ$", "HKD": "HK$", "SGD": "S$", "MXN": "MX$", "BRL": "R$",
}
# fmt: on


@dataclass(frozen=True)
class Language:
    """The words and patterns of one language; `weekdays` starts with Monday."""

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    date: str
    date_and_time: str
    span: str
    place_time: str
    with_zone: str
    minute: tuple[str, str]
    hour: tuple[str, str]
    symbols: dict[str, str]


ENGLISH = Language(
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    date="{weekday}, {month} {day}, {year}",
    date_and_time="{date}, {time}",
    span="{start} " + DASH + " {end}",
    place_time="{place} time",
    with_zone="{text} ({zone})",
    minute=("minute", "minutes"),
    hour=("hour", "hours"),
    symbols=SYMBOLS,
)


def format_money(cents: int, currency: str, language: Language = ENGLISH) -> str:
    """An amount in the currency's smallest unit as people write it: "$1,240.00", "¥4,000", "CHF 40.00"."""
    code = currency.upper()
    digits = 0 if code in WITHOUT_CENTS else 3 if code in IN_THOUSANDTHS else 2
    whole, part = divmod(abs(cents), 10**digits)
    number = f"{whole:,}" + (f".{part:0{digits}d}" if digits else "")
    return (MINUS if cents < 0 else "") + language.symbols.get(code, f"{code} ") + number


def format_date(moment: dt.datetime | dt.date, zone: str | None = None, language: Language = ENGLISH) -> str:
    """The local date of an instant, or a date that is local already: "Tuesday, December 1, 2026"."""
    day = _local(moment, zone) if isinstance(moment, dt.datetime) and zone else moment
    return language.date.format(
        weekday=language.weekdays[day.weekday()], month=language.months[day.month - 1], day=day.day, year=day.year
    )


def format_time(moment: dt.datetime, zone: str) -> str:
    """The local time of day on a 12-hour clock: "4:30 PM"."""
    local = _local(moment, zone)
    return f"{local.hour % 12 or 12}:{local.minute:02d} {'AM' if local.hour < 12 else 'PM'}"


def format_when(start: dt.datetime, end: dt.datetime, zone: str, language: Language = ENGLISH) -> str:
    """An appointment's time: "Tuesday, December 1, 2026, 4:30 PM – 5:30 PM (New York time, EST)"."""
    first, last = format_time(start, zone), format_time(end, zone)
    label = zone_label(zone, start, language)
    if _abbreviation(start, zone) != _abbreviation(end, zone):
        # The clock changes meanwhile: 1:30 AM can end at 1:30 AM, so each end names its own time.
        first, last = f"{first} {_abbreviation(start, zone)}", f"{last} {_abbreviation(end, zone)}"
        label = _place_time(zone, language)
    if _local(start, zone).date() != _local(end, zone).date():
        last = language.date_and_time.format(date=format_date(end, zone, language), time=last)
    begins = language.date_and_time.format(date=format_date(start, zone, language), time=first)
    return language.with_zone.format(text=language.span.format(start=begins, end=last), zone=label)


def zone_label(zone: str, moment: dt.datetime, language: Language = ENGLISH) -> str:
    """A zone as people say it at that instant: "New York time, EST"; plain "UTC" for UTC."""
    if zone in ("UTC", "Etc/UTC"):
        return "UTC"
    return f"{_place_time(zone, language)}, {_abbreviation(moment, zone)}"


def duration(minutes: int, language: Language = ENGLISH) -> str:
    """A length as practices say it: "90 minutes", from two hours on "2 hours 30 minutes"."""
    if minutes < 120:
        return _count(minutes, language.minute)
    hours, rest = divmod(minutes, 60)
    return _count(hours, language.hour) + (f" {_count(rest, language.minute)}" if rest else "")


def _local(moment: dt.datetime, zone: str) -> dt.datetime:
    if moment.tzinfo is None:
        raise ValueError("an instant needs its zone")
    return moment.astimezone(ZoneInfo(zone))


def _place_time(zone: str, language: Language) -> str:
    return language.place_time.format(place=zone.rsplit("/", 1)[-1].replace("_", " "))


def _abbreviation(moment: dt.datetime, zone: str) -> str:
    """EST where the zone has letters; many have none ("-03"), there the offset: UTC−3."""
    local = _local(moment, zone)
    name = local.tzname() or ""
    if name.isalpha():
        return name
    minutes = int((local.utcoffset() or dt.timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{MINUS if minutes < 0 else '+'}{hours}" + (f":{rest:02d}" if rest else "")


def _count(number: int, words: tuple[str, str]) -> str:
    return f"{number} {words[0] if number == 1 else words[1]}"
