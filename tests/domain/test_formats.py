import datetime as dt

import pytest

from truflow.domain.formats import (
    duration,
    format_date,
    format_day,
    format_money,
    format_month,
    format_number,
    format_time,
    format_when,
    weekdays,
    zone_label,
)
from truflow.texts import speaking


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("cents", "currency", "text"),
    [
        (4000, "usd", "$40.00"),
        (5, "USD", "$0.05"),
        (0, "EUR", "€0.00"),
        (124_000_05, "GBP", "£124,000.05"),
        (4000, "JPY", "¥4,000"),
        (40_125, "KWD", "KWD\u00a040.125"),
        (4000, "CHF", "CHF\u00a040.00"),
        (-4050, "USD", "−$40.50"),
    ],
)
def test_money_is_written_as_people_write_it(cents: int, currency: str, text: str) -> None:
    assert format_money(cents, currency) == text


@pytest.mark.parametrize(
    ("moment", "text"),
    [("2026-12-01T05:00", "12:00 AM"), ("2026-12-01T17:00", "12:00 PM"), ("2026-12-01T21:05", "4:05 PM")],
)
def test_time_is_on_a_twelve_hour_clock(moment: str, text: str) -> None:
    assert format_time(utc(moment), "America/New_York") == text


def test_date_is_the_local_one() -> None:
    assert format_date(utc("2026-12-02T03:00"), "America/New_York") == "Tuesday, December 1, 2026"
    assert format_date(dt.date(2026, 12, 1)) == "Tuesday, December 1, 2026"


def test_an_appointment_names_day_times_and_zone() -> None:
    when = format_when(utc("2026-12-01T21:30"), utc("2026-12-01T22:30"), "America/New_York")
    assert when == "Tuesday, December 1, 2026, 4:30 PM – 5:30 PM (New York time, EST)"


def test_an_appointment_over_midnight_names_both_days() -> None:
    when = format_when(utc("2026-12-02T04:30"), utc("2026-12-02T05:30"), "America/New_York")
    assert when == ("Tuesday, December 1, 2026, 11:30 PM – Wednesday, December 2, 2026, 12:30 AM (New York time, EST)")


def test_an_appointment_over_the_change_of_the_clock_names_each_ends_time() -> None:
    when = format_when(utc("2027-11-07T05:30"), utc("2027-11-07T06:30"), "America/New_York")
    assert when == "Sunday, November 7, 2027, 1:30 AM EDT – 1:30 AM EST (New York time)"


@pytest.mark.parametrize(
    ("zone", "label"),
    [
        ("UTC", "UTC"),
        ("Europe/Berlin", "Berlin time, CEST"),
        ("America/Sao_Paulo", "Sao Paulo time, UTC−3"),
        ("Asia/Kathmandu", "Kathmandu time, UTC+5:45"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires time, UTC−3"),
    ],
)
def test_zone_is_named_by_its_place(zone: str, label: str) -> None:
    assert zone_label(zone, utc("2027-07-01T12:00")) == label


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(1, "1 minute"), (30, "30 minutes"), (90, "90 minutes"), (120, "2 hours"), (150, "2 hours 30 minutes")],
)
def test_length_is_said_as_practices_say_it(minutes: int, text: str) -> None:
    assert duration(minutes) == text


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        format_time(dt.datetime(2026, 12, 1, 12, 0), "UTC")  # noqa: DTZ001


# The other languages


@pytest.mark.parametrize(
    ("code", "cents", "currency", "text"),
    [
        ("de", 124_050, "EUR", "1.240,50_€"),
        ("de", 4000, "USD", "40,00_$"),
        ("de", 4000, "CHF", "CHF_40.00"),
        ("es", 124_050, "EUR", "1.240,50_€"),
        ("es", 4000, "USD", "$40.00"),
        ("es", -4000, "EUR", "−40,00_€"),
        ("fr", 124_050, "EUR", "1_240,50_€"),
        ("fr", 4000, "CAD", "40,00_$"),
        ("fr", 4000, "JPY", "4_000_JPY"),
    ],
)
def test_money_is_written_as_where_it_is_spent(code: str, cents: int, currency: str, text: str) -> None:
    with speaking(code):
        assert format_money(cents, currency).replace("\u00a0", "_") == text


@pytest.mark.parametrize(
    ("code", "when"),
    [
        ("es", "martes, 1 de diciembre de 2026, 22:30 – 23:30 (hora de Viena, CET)"),
        ("de", "Dienstag, 1. Dezember 2026, 22:30 – 23:30 Uhr (Ortszeit Wien, MEZ)"),
        ("fr", "mardi 1er décembre 2026, 22:30 – 23:30 (heure de Vienne, CET)"),
    ],
)
def test_an_appointment_is_told_in_each_language(code: str, when: str) -> None:
    with speaking(code):
        assert format_when(utc("2026-12-01T21:30"), utc("2026-12-01T22:30"), "Europe/Vienna") == when


def test_spanish_tells_time_as_the_country_does() -> None:
    with speaking("es"):
        assert format_time(utc("2026-12-01T21:30"), "America/New_York").startswith("4:30 p")
        assert format_time(utc("2026-12-01T21:30"), "Europe/Madrid") == "22:30"


def test_french_knows_its_first_and_its_vowels() -> None:
    with speaking("fr"):
        assert format_date(dt.date(2026, 12, 1)) == "mardi 1er décembre 2026"
        assert format_date(dt.date(2026, 12, 11)) == "vendredi 11 décembre 2026"
        assert format_day(dt.date(2026, 5, 1)) == "vendredi 1er mai"
        assert zone_label("Europe/Amsterdam", utc("2027-07-01T12:00")) == "heure d’Amsterdam, CEST"


@pytest.mark.parametrize(
    ("code", "day", "month", "length", "short"),
    [
        ("en", "Tuesday, December 1", "December 2026", "2 hours 30 minutes", "Mon"),
        ("es", "martes, 1 de diciembre", "Diciembre de 2026", "2 horas 30 minutos", "lun"),
        ("de", "Dienstag, 1. Dezember", "Dezember 2026", "2 Stunden 30 Minuten", "Mo"),
        ("fr", "mardi 1er décembre", "Décembre 2026", "2 heures 30 minutes", "lun"),
    ],
)
def test_days_months_and_lengths_have_names(code: str, day: str, month: str, length: str, short: str) -> None:
    with speaking(code):
        assert format_day(dt.date(2026, 12, 1)) == day
        assert format_month(dt.date(2026, 12, 1)) == month
        assert duration(150) == length
        assert weekdays("short")[0] == short
        assert len(weekdays()) == 7


def test_numbers_are_set_apart() -> None:
    assert format_number(1000) == "1,000"
    with speaking("de"):
        assert format_number(1000) == "1.000"
