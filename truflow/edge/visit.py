"""One request as the edge sees it."""

from dataclasses import dataclass

from starlette.types import Scope

from truflow.edge.address import client_address, is_secure
from truflow.texts import plain
from truflow.tracing import new_request_id

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Visit:
    """`headers` holds the first value of each name, in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    client_ip: str
    secure: bool
    request_id: str

    @classmethod
    def of(cls, scope: Scope, hops: int) -> "Visit":
        """Read a scope once."""
        headers: dict[str, str] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
        return cls(
            method=scope.get("method", "GET"),
            path=scope["path"],
            query=scope.get("query_string", b"").decode("latin-1"),
            headers=headers,
            client_ip=client_address(scope, hops),
            secure=is_secure(scope, hops),
            request_id=new_request_id(),
        )

    @property
    def safe(self) -> bool:
        """Whether the method by itself promises to change nothing."""
        return self.method in SAFE_METHODS

    @property
    def reads(self) -> bool:
        return self.method in ("GET", "HEAD")

    def within(self, *places: str) -> bool:
        """Whether the path is one of these places or lies below one."""
        return any(self.path == place or self.path.startswith(place.rstrip("/") + "/") for place in places)

    def shows(self, *pages: str) -> bool:
        """Whether the path is one of these pages or lies below one, in whatever language."""
        page = plain(self.path)
        return any(page == place or page.startswith(place + "/") for place in pages)

    def cookie(self, name: str) -> str | None:
        """The value of a cookie."""
        return self.cookies.get(name)

    @property
    def cookies(self) -> dict[str, str]:
        pairs = (pair.strip().partition("=") for pair in self.headers.get("cookie", "").split(";"))
        return {name: value for name, _, value in pairs if name}
