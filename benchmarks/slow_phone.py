"""A slow phone on a slow line, as Lighthouse's mobile preset has it: 150 ms there and back, 1.6 Mbit/s, a slow CPU.

Chromium's own throttle leaves sockets alone, and our pages live by one. So the line is a real one: a relay on loopback
that passes every byte on later, and only so many a second, to whichever of our ports the browser asks for.
"""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Playwright

from tests.conftest import CHROMIUM_FLAGS

ROUND_TRIP_S, DOWN, UP = 0.150, 1_638_400 / 8, 768_000 / 8  # Lighthouse's mobileSlow4G, in bytes a second
SLOWER = 4
PIECE = 4096
PHONE = {"width": 375, "height": 667}


class SlowLine:
    """One visitor's line to one of our ports; `port` is where her browser is led instead."""

    def __init__(self, target: int) -> None:
        self.target, self.round_trip_s = target, ROUND_TRIP_S
        self._free = {DOWN: 0.0, UP: 0.0}
        self._cut: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        threading.Thread(target=self._live, args=(started,), daemon=True).start()
        started.wait(10)

    def cut(self) -> None:
        """Drop every connection, as a tunnel does."""
        for writer in list(self._cut):
            self._loop.call_soon_threadsafe(writer.close)

    def _live(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port: int = server.sockets[0].getsockname()[1]
        started.set()
        self._loop.run_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(2 * self.round_trip_s)  # one for TCP, one for TLS, which loopback does not need
        there, back = await asyncio.open_connection("127.0.0.1", self.target)
        self._cut.add(writer)
        try:
            await asyncio.gather(self._pass(reader, back, UP), self._pass(there, writer, DOWN))
        except OSError:
            pass  # either side may hang up
        finally:
            self._cut.discard(writer)
            back.close()
            writer.close()

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, bandwidth: float) -> None:
        """Each piece goes when the line is free for it, and arrives half a round trip later."""
        on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(256)

        async def arrive() -> None:
            while True:
                due, piece = await on_the_way.get()
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                if not piece:
                    sink.write_eof()
                    return
                sink.write(piece)
                await sink.drain()

        arriving = asyncio.ensure_future(arrive())
        try:
            while not arriving.done():
                piece = await source.read(PIECE)
                gone = max(time.monotonic(), self._free[bandwidth]) + len(piece) / bandwidth
                self._free[bandwidth] = gone
                await on_the_way.put((gone + self.round_trip_s / 2, piece))
                if not piece:
                    break
            await arriving
        finally:
            arriving.cancel()


@contextmanager
def slow_browser(playwright: Playwright, *ports: int) -> Iterator[tuple[Browser, list[SlowLine]]]:
    """A browser for which each of these ports of ours is at the end of a slow line."""
    lines = [SlowLine(port) for port in ports]
    rules = ",".join(f"MAP 127.0.0.1:{line.target} 127.0.0.1:{line.port}" for line in lines)
    flags = [*CHROMIUM_FLAGS, f"--host-resolver-rules={rules}"]
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
    try:
        yield browser, lines
    finally:
        browser.close()


def phone(browser: Browser) -> BrowserContext:
    """A visitor's phone with an empty cache; `slow_down` its pages."""
    return browser.new_context(
        viewport=PHONE, has_touch=True, is_mobile=True, timezone_id="America/New_York", locale="en-US"
    )


def slow_down(context: BrowserContext, page: object, times: int = SLOWER) -> None:
    """Make the page's CPU so many times slower."""
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": times})  # type: ignore[arg-type]
