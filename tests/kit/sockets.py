"""A tab without a browser: a raw socket.io client that may say anything to any handler."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import socketio

NAMESPACE = "/_event"


class Tab:
    """One open socket; `frames` is all that it was told, as text."""

    def __init__(self, url: str, token: str = "", **headers: str) -> None:
        self.url, self.token, self.headers = url, token or str(uuid4()), headers
        self.frames: list[str] = []
        self.io = socketio.AsyncClient(reconnection=False)
        self.io.on("event", self._hear, namespace=NAMESPACE)

    async def __aenter__(self) -> "Tab":
        await self.io.connect(
            f"{self.url}?token={self.token}",
            headers={"Origin": self.url, **self.headers},
            transports=["websocket"],
            namespaces=[NAMESPACE],
            socketio_path=NAMESPACE,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.io.disconnect()

    async def say(self, handler: str, page: str, **payload: Any) -> None:
        """Call a handler, as if from this page."""
        parts = urlsplit(page)
        router = {"pathname": parts.path, "asPath": page, "query": {k: v[0] for k, v in parse_qs(parts.query).items()}}
        event = {"name": handler, "payload": payload, "router_data": router}
        await self.io.emit("event", event, namespace=NAMESPACE)

    async def until(self, text: str, seconds: float = 60) -> None:
        """Wait until some frame holds this text."""
        for _ in range(int(seconds / 0.05)):
            if any(text in frame for frame in self.frames):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"no frame holds {text!r}: {self.frames}")

    def _hear(self, data: Any) -> None:
        self.frames.append(data if isinstance(data, str) else json.dumps(data, separators=(",", ":")))
