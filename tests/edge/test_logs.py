import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from truflow import logs

CANARY = "canary-ana@example.com"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    stream = io.StringIO()
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    monkeypatch.setenv("TRUFLOW_ENV", "test")
    monkeypatch.setattr(sys, "stderr", stream)
    logs.setup("web")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.reset_defaults()
    root.handlers[:], root.level = before


def test_a_line_is_an_object_with_time_process_and_ids(written: Any) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        structlog.get_logger().info("booked", booking_id="b1")
    (line,) = written()
    assert {"event": "booked", "booking_id": "b1", "request_id": "r1", "process": "web"}.items() <= line.items()
    assert {"timestamp", "level"} <= set(line)


def test_an_error_is_logged_by_type_and_way_never_by_its_words(written: Any) -> None:
    try:
        raise ValueError(CANARY)
    except ValueError as error:
        structlog.get_logger().exception("failed")
        structlog.get_logger().error("failed", exc_info=error)
        logging.getLogger("somebody.else").exception("failed too")
        logging.getLogger("_granian").exception("failed as well")
    assert len(written()) >= 3
    text = json.dumps(written())
    assert CANARY not in text
    assert text.count("ValueError") >= 3
    assert "test_logs.py:" in text


@pytest.mark.parametrize("name", logs.TALKATIVE)
def test_loggers_that_quote_visitors_lose_their_words(written: Any, name: str) -> None:
    logger = logging.getLogger(name)
    logger.setLevel(logging.INFO)
    try:
        raise KeyError(CANARY)
    except KeyError:
        logger.exception(f"Error processing {CANARY} %s", CANARY, extra={"event_data": CANARY})
    (line,) = written()
    assert CANARY not in json.dumps(line)
    assert "KeyError" in line["event"]


def test_the_loggers_named_here_are_those_of_the_installed_reflex() -> None:
    import reflex.app
    from reflex_base.event.processor import base_state_processor, event_processor

    names = {module.logger.name for module in (reflex.app, base_state_processor, event_processor)}
    assert names <= set(logs.TALKATIVE)


def test_access_logs_are_off(written: Any) -> None:
    for name in logs.SILENT:
        logging.getLogger(name).info("GET /booking/1?t=%s", CANARY)
    assert written() == []
