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


@pytest.mark.parametrize("name", ["reflex_base.vars.base", "asyncio", "a.library.of.tomorrow"])
def test_a_logger_that_nobody_has_looked_at_says_where_and_nothing_else(written: Any, name: str) -> None:
    logging.getLogger(name).warning("Expected a number, but got %s", CANARY)
    (line,) = written()
    assert line["event"].startswith(f"{name} line ")
    assert CANARY not in json.dumps(line)


@pytest.mark.parametrize(
    "leak",
    [
        CANARY,
        "<Ana.B+c@sub.example.co.uk>",
        "+1 646 555 7139",
        "+49 (30) 1234567",
        "4242424242424242",
        "4000 0566 5566 5556",
        "3782-822463-10005",
        "sk_test_of_the_tests",
        "whsec_of_the_tests",
        "path-token-of-the-tests",
        "a-secret-key-of-the-tests-0123456789abcdef",
        "pi_3abc_secret_9xyz",
        "Bearer 47HkcwqLldROEubCcXsV_BzVrWfiuc",
        "/booking/FZJ7?t=47HkcwqLldROEubCcXsV",
        "truflow_admin=u3p1JSLlobNRI5RudyOW",
    ],
)
def test_the_last_net_takes_people_cards_and_secrets_out_of_our_own_lines(written: Any, leak: str) -> None:
    structlog.get_logger().error("oops", what=f"said {leak} here", booking_id="b1")
    logging.getLogger("huey").warning("said %s here", leak)
    text = json.dumps(written())
    assert leak not in text
    assert leak[-8:] not in text
    assert {"booking_id": "b1"}.items() <= written()[0].items()


def test_the_net_leaves_ids_times_and_numbers_alone(written: Any) -> None:
    kept = "290349b1-60b8-4004-ab66-31afcf875745 pi_3abc 1795315201 4242424242424241 TF-7K2M evt_1 12345 2026-11-22"
    structlog.get_logger().info("fine", what=kept)
    assert written()[0]["what"] == kept
