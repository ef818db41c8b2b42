"""Reads form parameters as Stripe does, and refuses those that Stripe refuses."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from stripe_sandbox.errors import Malformed

Params = dict[str, Any]
Parse = Callable[[Any, str], Any]

_PART = re.compile(r"\[([^\]]*)\]")
_RANGE = ("gt", "gte", "lt", "lte")


def words(text_: str) -> list[str]:
    """The words of a line: long lists of names read better so."""
    return text_.split()


CURRENCIES = frozenset(
    words(
        "aed ars aud bgn brl cad chf clp cop crc czk dkk egp eur gbp gel hkd huf idr ils inr isk jpy kes "
        "krw mad mxn myr ngn nok nzd pen php pkr pln qar ron rsd sar sek sgd thb try twd uah usd uyu vnd "
        "zar"
    )
)


@dataclass(frozen=True)
class Rule:
    """How one parameter is read; `parse` is None for what Stripe takes and the sandbox does not."""

    parse: Parse | None
    required: bool = False


Rules = Mapping[str, Rule]


def unfold(pairs: Iterable[tuple[str, str]]) -> Params:
    """`a[b]=1&c[0]=2` becomes `{"a": {"b": "1"}, "c": ["2"]}`."""
    tree: Params = {}
    for name, value in pairs:
        path = [name.split("[", 1)[0], *_PART.findall(name)]
        if len(path) > 8:
            raise Malformed("Invalid request: a parameter is nested too deeply", param=path[0])
        here = tree
        for step in path[:-1]:
            key = step or str(len(here))
            if not isinstance(here.setdefault(key, {}), dict):
                raise Malformed("Invalid request: a parameter is both a value and a hash", param=path[0])
            here = here[key]
        here[path[-1] or str(len(here))] = value
    return {name: _with_lists(value) for name, value in tree.items()}


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isascii() and key.isdigit() for key in value):
        return [_with_lists(value[key]) for key in sorted(value, key=int)]
    return {key: _with_lists(inner) for key, inner in value.items()}


def read(given: Params, rules: Rules, inside: str = "") -> Params:
    """The parameters, parsed; unknown, missing and misshapen ones are refused."""
    unknown = [_name(inside, name) for name in given if name not in rules]
    if unknown:
        many = "s" if len(unknown) > 1 else ""
        raise Malformed(
            f"Received unknown parameter{many}: {', '.join(unknown)}", code="parameter_unknown", param=unknown[0]
        )
    for name, rule in rules.items():
        if rule.required and name not in given:
            full = _name(inside, name)
            raise Malformed(f"Missing required param: {full}.", code="parameter_missing", param=full)
    return {name: _parsed(rules[name], value, _name(inside, name)) for name, value in given.items()}


def _parsed(rule: Rule, value: Any, name: str) -> Any:
    if rule.parse is None:
        raise Malformed(
            f"Stripe takes '{name}', this sandbox does not know it yet.", code="sandbox_unsupported", param=name
        )
    return rule.parse(value, name)


def _name(inside: str, name: str) -> str:
    return f"{inside}[{name}]" if inside else name


def text(limit: int = 5000, *, required: bool = False, clears: bool = False) -> Rule:
    """A string; the empty one unsets where `clears`, and is refused elsewhere."""

    def parse(value: Any, name: str) -> str | None:
        if not isinstance(value, str):
            raise Malformed("Invalid string: a hash or a list was given", param=name)
        if value == "":
            if clears:
                return None
            raise Malformed(
                f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a "
                f"parameter; however '{name}' cannot be unset. You should remove '{name}' from your request or "
                "supply a non-empty value.",
                code="parameter_invalid_empty",
                param=name,
            )
        if len(value) > limit:
            raise Malformed(f"Invalid string: must be at most {limit} characters", param=name)
        return value

    return Rule(parse, required)


def whole(least: int | None = None, most: int | None = None, *, required: bool = False) -> Rule:
    """An integer between two bounds."""

    def parse(value: Any, name: str) -> int:
        if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,18}", value):
            raise Malformed(f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
        number = int(value)
        if least is not None and number < least:
            raise Malformed(
                f"This value must be greater than or equal to {least}.", code="parameter_invalid_integer", param=name
            )
        if most is not None and number > most:
            raise Malformed(
                f"This value must be less than or equal to {most}.", code="parameter_invalid_integer", param=name
            )
        return number

    return Rule(parse, required)


def flag() -> Rule:
    """`true` or `false`."""

    def parse(value: Any, name: str) -> bool:
        if value not in ("true", "false"):
            raise Malformed(f"Invalid boolean: {value}", param=name)
        return bool(value == "true")

    return Rule(parse)


def one_of(*choices: str, required: bool = False) -> Rule:
    """One of a few words."""

    def parse(value: Any, name: str) -> str:
        if value not in choices:
            listed = ", ".join(choices[:-1]) + (f", or {choices[-1]}" if len(choices) > 1 else choices[-1])
            raise Malformed(f"Invalid {name}: must be one of {listed}", param=name)
        return str(value)

    return Rule(parse, required)


def currency(*, required: bool = False) -> Rule:
    """A currency that Stripe knows, in lower case."""

    def parse(value: Any, name: str) -> str:
        if not isinstance(value, str) or value.lower() not in CURRENCIES:
            raise Malformed(
                f"Invalid currency: {value}. Stripe currently supports these currencies: "
                f"{', '.join(sorted(CURRENCIES))}",
                param=name,
            )
        return value.lower()

    return Rule(parse, required)


def amount(*, required: bool = False) -> Rule:
    """Money in the smallest unit, within Stripe's bounds."""
    integer = whole(1)

    def parse(value: Any, name: str) -> int:
        assert integer.parse is not None
        number: int = integer.parse(value, name)
        if number > 99_999_999:
            raise Malformed("Amount must be no more than $999,999.99", code="amount_too_large", param=name)
        return number

    return Rule(parse, required)


def metadata() -> Rule:
    """Up to 50 keys of 40 characters with values of 500; an empty value deletes its key."""

    def parse(value: Any, name: str) -> dict[str, str] | None:
        if value == "":
            return None
        if not isinstance(value, dict) or not all(isinstance(inner, str) for inner in value.values()):
            raise Malformed("Invalid hash", param=name)
        if len(value) > 50:
            raise Malformed("You can have up to 50 keys in metadata.", param=name)
        for key, inner in value.items():
            if len(key) > 40:
                raise Malformed("Metadata keys can have up to 40 characters.", param=f"{name}[{key}]")
            if len(inner) > 500:
                raise Malformed("Metadata values can have up to 500 characters.", param=f"{name}[{key}]")
        return value

    return Rule(parse)


def strings(*choices: str) -> Rule:
    """A list of strings."""

    def parse(value: Any, name: str) -> list[str]:
        if not isinstance(value, list) or not all(isinstance(inner, str) for inner in value):
            raise Malformed("Invalid array", param=name)
        for index, inner in enumerate(value):
            if choices and inner not in choices:
                raise Malformed(
                    f"Invalid {name}[{index}]: must be one of {', '.join(choices)}", param=f"{name}[{index}]"
                )
        return value

    return Rule(parse)


def group(rules: Rules, *, required: bool = False) -> Rule:
    """A hash with rules of its own."""

    def parse(value: Any, name: str) -> Params:
        if not isinstance(value, dict):
            raise Malformed("Invalid object", param=name)
        return read(value, rules, name)

    return Rule(parse, required)


def instants() -> Rule:
    """An exact Unix time, or bounds: `created[gte]=…`."""
    bound = whole(0)

    def parse(value: Any, name: str) -> dict[str, int]:
        assert bound.parse is not None
        if isinstance(value, str):
            return {"eq": bound.parse(value, name)}
        if not isinstance(value, dict):
            raise Malformed("Invalid object", param=name)
        return read(value, dict.fromkeys(_RANGE, bound), name)

    return Rule(parse)


def unsupported(names: str) -> dict[str, Rule]:
    """Parameters, by name and divided by spaces, that Stripe takes and the sandbox does not know."""
    return dict.fromkeys(words(names), Rule(None))


def paging() -> dict[str, Rule]:
    """What every list takes."""
    return {
        "limit": whole(1, 100),
        "starting_after": text(),
        "ending_before": text(),
        "expand": strings(),
    }
