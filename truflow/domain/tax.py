"""The tax inside a price."""

from decimal import Decimal

from babel import numbers

from truflow.domain.formats import LOCALES
from truflow.texts import language

FULL = 100_000
"""A hundred percent, in thousandths of a percent."""


def included(cents: int, rate_milli: int) -> int:
    """How much of a price is tax, when the price includes it; the rate in thousandths of a percent, half cents up."""
    whole = FULL + rate_milli
    return (2 * cents * rate_milli + whole) // (2 * whole)


def percent(rate_milli: int) -> str:
    """The rate as people write it: "8.875", "19"; with a comma where they do so."""
    return str(numbers.format_decimal(Decimal(rate_milli) / 1000, "0.###", LOCALES[language()]))
