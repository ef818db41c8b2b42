"""The tests' time: a Monday morning in New York, and a clock that only a test moves."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
NOW = dt.datetime(2027, 3, 1, 8, 0, tzinfo=NEW_YORK).astimezone(dt.UTC)


@dataclass
class Clock:
    now: dt.datetime

    def forward(self, **span: float) -> dt.datetime:
        """Move on, and say what time it is then."""
        self.now += dt.timedelta(**span)
        return self.now


def local(day: int, time: str, month: int = 3) -> dt.datetime:
    """A wall-clock time of New York in 2027, in UTC: local(2, "16:30") is Tuesday, March 2, 4:30 PM."""
    hours, minutes = time.split(":")
    return dt.datetime(2027, month, day, int(hours), int(minutes), tzinfo=NEW_YORK).astimezone(dt.UTC)
