"""A browser's long name for itself in two words, so that its owner knows it again in a list."""

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrom", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def device_of(agent: str) -> str:
    """ "Firefox on Windows"; "a program" for what is no browser we know."""
    browser, system = (next((name for mark, name in known if mark in agent), "") for known in (BROWSERS, SYSTEMS))
    if not browser:
        return "a program"
    return f"{browser} on {system}" if system else browser
