"""What went wrong on our side, said kindly; refusals are said by the state that met them."""

import hashlib
import re
import secrets
from typing import Any

import reflex as rx
import structlog
from reflex.event import EventSpec

from truflow.state.guard import public
from truflow.texts import t

log = structlog.get_logger(__name__)
LONGEST_REPORT = 500
KIND_OF_ERROR = re.compile(r"\b(?:Type|Reference|Range|Syntax|Security|ChunkLoad|Network|Abort|Eval|URI)Error\b")


class Notices(rx.State):
    """The notice at the top of the page."""

    trouble: str = ""

    @rx.event
    @public
    async def tell(self, code: str) -> None:
        """Say that something broke; `code` finds it in the log."""
        self.trouble = t("frame.trouble", code=str(code)[:12])

    @rx.event
    @public
    async def clear(self) -> None:
        """A new page begins without the old page's notice."""
        self.trouble = ""


def on_bug(exception: Exception) -> EventSpec:
    """A handler failed: log its type and place, never its text, and tell the visitor a code."""
    code = secrets.token_hex(4)
    log.error("handler_failed", code=code, kind=type(exception).__name__, place=_place(exception))
    return Notices.tell(code)  # type: ignore[operator]


def on_page_bug(exception: Exception) -> None:
    """A page failed in a browser: the kind of error and a mark to know it by; its words may be anybody's."""
    report = str(exception)
    kind = KIND_OF_ERROR.search(report[:LONGEST_REPORT])
    mark = hashlib.sha256(report.encode(errors="replace")).hexdigest()[:12]
    log.warning("page_failed", kind=kind[0] if kind else "", report=mark)


def _place(exception: Exception) -> str:
    trace: Any = exception.__traceback__
    place = ""
    while trace is not None:
        code = trace.tb_frame.f_code
        if "truflow" in code.co_filename:
            place = f"{code.co_filename.rsplit('truflow/', 1)[-1]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
