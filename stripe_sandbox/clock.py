"""The sandbox's clock: the real one plus what a test added."""

import time

from stripe_sandbox.store import Store


class Clock:
    """Keeps its offset in the ledger's file, so that a restart does not turn time back."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._offset = float(store.setting("clock_offset", "0"))

    @property
    def offset(self) -> float:
        return self._offset

    def now(self) -> float:
        return time.time() + self._offset

    def advance(self, seconds: float) -> None:
        self._keep(self._offset + seconds)

    def set(self, instant: float) -> None:
        self._keep(instant - time.time())

    def _keep(self, offset: float) -> None:
        self._offset = offset
        self._store.set("clock_offset", repr(offset))
