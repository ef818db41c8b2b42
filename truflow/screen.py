"""What the operator sees while TruFlow works: one line a step, counting on a terminal, plain elsewhere."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator


class Screen:
    """Says things, one line each."""

    def __init__(self) -> None:
        self._live = sys.stdout.isatty()

    def say(self, words: str) -> None:
        """A line, or several."""
        self._write(f"{words}\n")

    @contextlib.contextmanager
    def step(self, doing: str) -> Iterator[Callable[[], None]]:
        """Show what is being done and how long it took; the caller's `tick` keeps the count moving."""
        began = time.monotonic()
        shown = -1

        def tick() -> None:
            nonlocal shown
            seconds = int(time.monotonic() - began)
            if self._live and seconds != shown:
                shown = seconds
                self._write(f"\r{doing}… {seconds} s ")

        if self._live:
            tick()
        else:
            self.say(f"{doing}…")
        try:
            yield tick
        except BaseException:
            if self._live:
                self.say("")
            raise
        took = f"{time.monotonic() - began:.1f} s"
        self.say(f"\r{doing}… {took}   " if self._live else f"  done in {took}")

    def _write(self, words: str) -> None:
        with contextlib.suppress(OSError):  # a terminal that was closed must not keep us from stopping in order
            sys.stdout.write(words)
            sys.stdout.flush()
