"""Patterns of dates that CLDR does not have; `pattern.day` and `pattern.month` are written in CLDR's own letters."""

TEXTS: dict[str, str] = {
    "pattern.day": "EEEE, d. MMMM",
    "pattern.short_day": "EEE, d. MMM",
    "pattern.month": "MMMM y",
    "pattern.when": "{start} \N{EN DASH} {end} Uhr ({zone})",
    "pattern.place_time": "Ortszeit {place}",
}
