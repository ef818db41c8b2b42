"""Answers that the edge gives itself, without asking anybody behind it."""

import html
import json
from dataclasses import dataclass, field

from starlette.types import Send

from truflow.edge.visit import Visit

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><link rel="icon" href="/icon.svg"><title>{title}</title><style>
:root {{ color-scheme: light dark; --ground: #fbfaf6; --ink: #1e2a23; --soft: #4f5c54; --brand: #27593e }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ground: #121814; --ink: #ecebe4; --soft: #aeb3a9; --brand: #a1d6b6 }}
}}
body {{ margin: 0; min-height: 100vh; display: grid; place-content: center; background: var(--ground) }}
main {{ max-width: 34rem; padding: 24px; font: 17px/1.6 system-ui, sans-serif; color: var(--ink) }}
h1 {{ font: 400 28px/1.25 Georgia, serif; margin: 0 0 12px }} p {{ margin: 0 0 12px }}
a {{ color: var(--brand) }} small {{ color: var(--soft) }}
</style></head><body><main>
<h1>{title}</h1><p>{message}</p><p><a href="/">To the first page</a></p>{quote}
</main></body></html>
"""


@dataclass(frozen=True)
class Answer:
    """A whole response."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)

    async def give(self, visit: Visit, send: Send) -> None:
        """Send it; a HEAD gets the head only."""
        headers = {"content-type": self.content_type, "content-length": str(len(self.body)), **self.headers}
        lines = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": lines})
        await send({"type": "http.response.body", "body": b"" if visit.method == "HEAD" else self.body})


def refused(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Answer:
    """A refusal in the API's shape."""
    body = json.dumps({"error": {"code": code, "message": message, "fields": {}}}).encode()
    return Answer(status, body, "application/json", headers or {})


def redirect(status: int, location: str) -> Answer:
    """Somewhere else."""
    return Answer(status, headers={"location": location, "cache-control": "no-cache"})


def broken(visit: Visit) -> Answer:
    """A bug of ours, with an id to quote and nothing internal."""
    if visit.within("/api"):
        message = f"Something went wrong on our side. If it happens again, tell us this number: {visit.request_id}"
        return refused(500, "INTERNAL", message)
    page = PAGE.format(
        title="Something went wrong on our side",
        message="Please try again in a moment. If you were paying, your booking and your money are safe: "
        "reload the page and you see where they stand.",
        quote=f"<p><small>If it happens again, tell us this number: {html.escape(visit.request_id)}</small></p>",
    )
    return Answer(500, page.encode(), "text/html; charset=utf-8", {"cache-control": "no-store"})
