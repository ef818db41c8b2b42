"""What an admin changes is a line in the log: who, what, and in which request, with nothing that was typed."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from tests.kit.browsers import Browser
from truflow.api.doors import doors
from truflow.edge import Edge
from truflow.services import admins

MAYA, PASSWORD = "maya@example.com", "correct horse battery staple"
SOON = (dt.datetime.now(dt.UTC) + dt.timedelta(days=9)).date().isoformat()
PERSON = {"email": "ben@example.com", "name": "Ben Quillfeather"}
CHANGES: list[tuple[str, str, str, Any]] = [
    ("settings_changed", "PUT", "/settings", {"name": "Quillfeather's"}),
    ("business_hours_changed", "PUT", "/business-hours", {"items": []}),
    ("date_override_added", "POST", "/date-overrides", {"date": SOON}),
    ("date_override_deleted", "DELETE", f"/date-overrides?date={SOON}", None),
    ("service_added", "POST", "/services", {"name": "Quillfeather", "durationMin": 30, "priceCents": 4000}),
    ("service_changed", "PATCH", "/services/1", {"name": "Quillfeather"}),
    ("service_deleted", "DELETE", "/services/2", None),
    ("admin_added", "POST", "/admins", PERSON),
    ("admin_added", "POST", "/admins", {**PERSON, "email": "eve@example.com", "password": "a quiet field of oats"}),
    ("admin_removed", "DELETE", "/admins/2", None),
]


@pytest.fixture
def maya(practice: Engine, tmp_path: Path) -> Browser:
    admins.create_admin(MAYA, "Maya Weaver", PASSWORD)
    browser = Browser(Edge(doors(), None, tmp_path))
    assert browser.post("/api/admin/auth/login", json={"email": MAYA, "password": PASSWORD}).status_code == 200
    return browser


def test_each_change_names_its_admin_and_its_request(maya: Browser) -> None:
    for event, method, path, body in CHANGES:
        with capture_logs(processors=[merge_contextvars]) as lines:
            answer = maya.ask(method, f"/api/admin{path}", json=body)
        assert answer.status_code in (200, 201), answer.text
        (line,) = [line for line in lines if line["event"] == event]
        assert (line["actor"], line["request_id"]) == ("admin:1", answer.headers["x-request-id"])
        assert "Quillfeather" not in str(lines)
        assert "@example.com" not in str(lines)
