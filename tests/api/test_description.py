"""The API's description is true and whole: models, examples and refusals of each route, as programs read them."""

import json
import re
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel

from truflow.api import admin_booking_schemas, admin_practice_schemas, schemas
from truflow.api.app import create_api
from truflow.api.refusals import STATUS

API = create_api()
SPEC = API.openapi()
OPERATIONS = [(path, verb, each) for path, verbs in SPEC["paths"].items() for verb, each in verbs.items()]
DESK = [each for each in OPERATIONS if each[0].startswith("/admin/") and "/auth/" not in each[0]]


def names(operation: tuple[str, str, dict[str, Any]]) -> str:
    return f"{operation[1].upper()} {operation[0]}"


def refusals_of(operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every refusal that is shown as an example: its code, and the status it stands under."""
    return {
        code: {"status": int(status), **example["value"]["error"]}
        for status, answer in operation["responses"].items()
        for code, example in answer.get("content", {}).get("application/json", {}).get("examples", {}).items()
    }


@pytest.mark.parametrize("operation", OPERATIONS, ids=names)
def test_each_refusal_stands_under_its_status_in_the_one_shape(operation: tuple[str, str, dict[str, Any]]) -> None:
    shown = refusals_of(operation[2])
    assert {code: error["status"] for code, error in shown.items()} == {code: STATUS[code] for code in shown}
    assert {"INVALID", "BUSY"} <= set(shown)
    assert all(set(error) - {"declineCode"} == {"status", "code", "message", "fields"} for error in shown.values())
    assert "HTTPValidationError" not in str(operation[2])


@pytest.mark.parametrize("operation", DESK, ids=names)
def test_each_desk_route_says_who_may_and_what_it_answers(operation: tuple[str, str, dict[str, Any]]) -> None:
    described = operation[2]
    assert described["security"] == [{"cookieAuth": []}]
    assert described.get("description")
    (made,) = [answer for status, answer in described["responses"].items() if status.startswith("2")]
    assert "$ref" in made["content"]["application/json"]["schema"]
    assert refusals_of(described).get("NOT_SIGNED_IN", {}).get("status") == 401


@pytest.mark.parametrize("room", [schemas, admin_booking_schemas, admin_practice_schemas])
def test_each_example_fits_its_model(room: ModuleType) -> None:
    models = [each for each in vars(room).values() if isinstance(each, type) and issubclass(each, BaseModel)]
    shown = [(model, model.model_config.get("json_schema_extra") or {}) for model in models]
    for model, extra in shown:
        assert isinstance(extra, dict)
        for example in extra.get("examples", []):  # type: ignore[union-attr]
            model.model_validate_json(json.dumps(example))
    assert any(extra for _, extra in shown)


def test_each_body_has_an_example() -> None:
    bodies = [each["requestBody"] for *_, each in OPERATIONS if "requestBody" in each]
    named = re.findall(r"#/components/schemas/(\w+)", json.dumps(bodies))
    without = {name for name in named if not SPEC["components"]["schemas"][name].get("examples")}
    assert without <= {"NothingIn"}
