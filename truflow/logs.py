"""Logs: one JSON object a line on stderr, with ids and never with what a visitor typed."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

from truflow.redaction import redactor
from truflow.settings import get_settings

Event = MutableMapping[str, Any]

# These write what came over the wire into their messages: whole events with the session cookie among their
# headers, arguments that do not convert, reports of a visitor's browser, frames.
TALKATIVE = (
    "reflex_base.event.processor.event_processor",
    "reflex_base.event.processor.base_state_processor",
    "reflex.app",
    "engineio.server",
    "socketio.server",
    "stripe",
    "multipart",
    "python_multipart",
)
# Whose words are let through: our own, and those of programs that say nothing of what a visitor typed.
KNOWN = frozenset({"truflow", "_granian", "granian", "huey", "alembic"})
# These write addresses with their query, every statement with its values, or a line a call.
SILENT = ("stripe", "granian.access", "uvicorn.access", "httpx", "httpcore", "urllib3", "sqlalchemy.engine")


def setup(process: str) -> None:
    """Send every log of this process through one formatter; call it once, when the process starts."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_process(process),
    ]
    structlog.configure(
        processors=[*shared, _without_message, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(only_known_voices)
    handler.addFilter(without_exception_text)
    redacted: Any = redactor(get_settings())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
                lambda _logger, _method, line: redacted(line),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=get_settings().log_level, force=True)
    quieten()


def quieten() -> None:
    """Blunt the loggers that would tell too much; a filter on their parent would not see their records."""
    for name in TALKATIVE:
        logger = logging.getLogger(name)
        if discreet not in logger.filters:
            logger.addFilter(discreet)
    # The server logs what an app raises, with its message.
    server = logging.getLogger("_granian")
    if without_exception_text not in server.filters:
        server.addFilter(without_exception_text)
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.WARNING)


def only_known_voices(record: logging.LogRecord) -> bool:
    """Drop the text of every logger that nobody has looked at: the next release of a library may quote anything."""
    ours = isinstance(record.msg, dict)  # an event of structlog's, which nobody else here writes
    return True if ours or record.name.partition(".")[0] in KNOWN else discreet(record)


def discreet(record: logging.LogRecord) -> bool:
    """Keep where a record was written and which error it was about; drop all of its text."""
    if getattr(record, "is_discreet", False):
        return True
    record.is_discreet = True
    error = _error_name(record.exc_info)
    record.msg = f"{record.name} line {record.lineno}" + (f": {error}" if error else "")
    record.args = ()
    record.exc_info = record.exc_text = record.stack_info = None
    return True


def without_exception_text(record: logging.LogRecord) -> bool:
    """Keep an error's type and the way it took; its message may quote a visitor."""
    if record.exc_info:
        record.msg = f"{record.getMessage()} [{_error_name(record.exc_info)} {_way(record.exc_info)}]"
        record.args = ()
    record.exc_info = record.exc_text = record.stack_info = None
    return True


def _without_message(_logger: Any, _method: str, event: Event) -> Event:
    """The same for our own logs."""
    exc_info = event.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    elif isinstance(exc_info, BaseException):
        exc_info = (type(exc_info), exc_info, exc_info.__traceback__)
    if exc_info:
        event["error"], event["way"] = _error_name(exc_info), _way(exc_info)
    return event


def _with_process(process: str) -> Any:
    def add(_logger: Any, _method: str, event: Event) -> Event:
        event["process"] = process
        return event

    return add


def _error_name(exc_info: Any) -> str:
    return exc_info[0].__name__ if isinstance(exc_info, tuple) and exc_info[0] else ""


def _way(exc_info: Any) -> str:
    frames = traceback.extract_tb(exc_info[2]) if isinstance(exc_info, tuple) else []
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames[-6:]))
