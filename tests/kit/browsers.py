"""A browser without a page: keeps its cookies and says where it comes from; the edge is asked in this process."""

import asyncio
from typing import Any

import httpx
from starlette.types import ASGIApp

ORIGIN = "http://127.0.0.1:8000"
FIREFOX = "Mozilla/5.0 (X11; Linux) Firefox/130.0"


class Browser:
    """One visitor at one address."""

    def __init__(self, app: ASGIApp, address: str = "198.51.100.7", agent: str = FIREFOX) -> None:
        self.app, self.address = app, address
        self.headers = {"Origin": ORIGIN, "User-Agent": agent}
        self.jar = httpx.Cookies()

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=(self.address, 5000))
            given: Any = {"transport": transport, "base_url": ORIGIN, "headers": self.headers, "cookies": self.jar}
            async with httpx.AsyncClient(**given) as http:
                answer = await http.request(method, path, **more)
                self.jar = http.cookies
                return answer

        return asyncio.run(asked())

    def get(self, path: str) -> httpx.Response:
        return self.ask("GET", path)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("POST", path, **more)

    def delete(self, path: str) -> httpx.Response:
        return self.ask("DELETE", path)

    def cookie(self, name: str) -> str | None:
        """What this browser keeps under a name; None when it keeps nothing."""
        return next((each.value for each in self.jar.jar if each.name == name), None)

    def put(self, name: str, value: str) -> None:
        """Somebody puts a cookie there."""
        self.jar.set(name, value, domain="127.0.0.1", path="/")
