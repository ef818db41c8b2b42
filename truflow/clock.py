"""The one place that reads the clock; rules take `now` as a parameter."""

import datetime as dt


def utc_now() -> dt.datetime:
    """The present instant, aware, in UTC."""
    return dt.datetime.now(dt.UTC)
