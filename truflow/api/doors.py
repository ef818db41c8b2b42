"""Every HTTP door beside the pages: the API, health, and in the demo the captured mail."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from truflow.api import captured_mail, metrics, plain
from truflow.api.app import create_api
from truflow.clock import utc_now
from truflow.services import health
from truflow.settings import get_settings
from truflow.threads import in_thread


async def healthz(_: Request) -> Response:
    """The process lives."""
    return JSONResponse({"status": "ok"})


async def readyz(_: Request) -> Response:
    """Every part works: 200, else 503 with what does not."""
    parts = await in_thread("db", health.ready, now=utc_now())
    well = all(word == "ok" for word in parts.values())
    return JSONResponse({"status": "ok" if well else "not ready", "parts": parts}, status_code=200 if well else 503)


def doors(*extra: BaseRoute) -> Starlette:
    """FastAPI is mounted here rather than handed to Reflex, where its unknown paths would fall through to the pages."""
    routes: list[BaseRoute] = [
        Mount("/api", create_api()),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", metrics.answer),
        *plain.routes(),
        *extra,
    ]
    if get_settings().captures_mail:
        routes += captured_mail.routes()
    return Starlette(routes=routes)
