"""What the edge tells of the practice before any script runs: who it is, when it is open, what it sells."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from truflow.errors import NotFound
from truflow.services.views import PracticeView, ServiceView
from truflow.threads import in_thread

KEPT_FOR_S = 5.0
MOST_OPENINGS = 100

log = structlog.get_logger()


@dataclass(frozen=True)
class Opening:
    """One opening of the week; Monday is 1."""

    weekday: int
    opens: str
    closes: str


@dataclass(frozen=True)
class Shop:
    """The practice, its week and its services in the owner's order."""

    practice: PracticeView
    services: tuple[ServiceView, ...] = ()
    week: tuple[Opening, ...] = ()

    def find(self, slug_or_id: str) -> ServiceView | None:
        """The service of that name in an address, which may be its number."""
        known = {**{str(each.id): each for each in self.services}, **{each.slug: each for each in self.services}}
        return known.get(slug_or_id)


LookUp = Callable[[], Shop | None]


def look_up() -> Shop | None:
    """The shop as it is now; None before the practice is set up."""
    from truflow.services import catalogue, hours  # late: see sign_in_courtesy

    try:
        practice = catalogue.get_practice()
    except NotFound:
        return None
    week = tuple(Opening(o.weekday, o.opens, o.closes) for o in hours.week(page=1, limit=MOST_OPENINGS).items)
    return Shop(practice, tuple(catalogue.list_services()), week)


class Window:
    """Looks the shop up at most once in five seconds; without a database it shows what it saw last."""

    def __init__(self, find: LookUp = look_up, clock: Callable[[], float] = time.monotonic) -> None:
        self._find, self._clock = find, clock
        self._seen: Shop | None = None
        self._fresh_until = float("-inf")
        self.version = 0

    async def look(self) -> Shop | None:
        """The shop, or None when it was never seen."""
        if self._clock() >= self._fresh_until:
            self._fresh_until = self._clock() + KEPT_FOR_S  # first: who comes meanwhile need not ask as well
            try:
                found = await in_thread("db", self._find)
            except Exception as error:
                log.warning("shop_not_found", error=type(error).__name__)
                return self._seen
            if found != self._seen:
                self._seen, self.version = found, self.version + 1
        return self._seen

    def in_force(self) -> bool:
        """Whether what was seen last was seen at all."""
        return self._seen is not None
