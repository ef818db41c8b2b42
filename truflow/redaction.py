"""The last net under the logs: what looks like a person, a card or a secret is taken out of a finished line.

Nobody should write such a thing into a log in the first place; this is for the day when somebody does.
"""

import re
from collections.abc import Callable

from pydantic import SecretStr

from truflow.settings import Settings

SHORTEST_SECRET = 8
"""Shorter ones would take ordinary words out of every line."""

PATTERNS = (
    (re.compile(r"(?:sk|rk|whsec)_[A-Za-z0-9_]{4,}|\b(?:pi|seti)_\w+_secret_\w+"), "[secret]"),
    (re.compile(r"(?i)\b(bearer\s+|__host-truflow_\w+=|truflow_\w+=|[?&](?:t|token)=)[^\s\"'&;,]+"), r"\1[secret]"),
    (re.compile(r"(?<![\w.+-])[\w.+'-]+@[\w-]+(?:\.[\w-]+)+"), "[email]"),
    (re.compile(r"(?<![\w+])\+\d(?:[ ().-]{0,2}\d){7,14}(?!\w)"), "[phone]"),
)
DIGITS = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])")


def redactor(settings: Settings) -> Callable[[str], str]:
    """A function that takes what must not be there out of a line, this installation's own secrets first."""
    known = sorted(_secrets(settings), key=len, reverse=True)

    def redacted(line: str) -> str:
        for secret in known:
            line = line.replace(secret, "[secret]")
        for pattern, instead in PATTERNS:
            line = pattern.sub(instead, line)
        return DIGITS.sub(lambda found: "[card]" if _is_card(found[0]) else found[0], line)

    return redacted


def _secrets(settings: Settings) -> set[str]:
    values = (getattr(settings, name) for name in type(settings).model_fields)
    told = {value.get_secret_value() for value in values if isinstance(value, SecretStr)}
    return {secret for secret in told if len(secret) >= SHORTEST_SECRET and "://" not in secret}


def _is_card(digits: str) -> bool:
    """Whether a number ends in the check digit that card numbers end in."""
    numbers = [int(sign) for sign in digits if sign.isdigit()][::-1]
    doubled = [sum(divmod(number * 2, 10)) for number in numbers[1::2]]
    return (sum(numbers[::2]) + sum(doubled)) % 10 == 0
