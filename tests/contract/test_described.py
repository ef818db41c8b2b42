"""The API's description as a file and as a promise: whole, true, and the same each time."""

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from truflow.api import written
from truflow.api.app import create_api

SPEC = create_api().openapi()
OPERATIONS = {f"{verb.upper()} {path}": each for path, verbs in SPEC["paths"].items() for verb, each in verbs.items()}
MODELS: dict[str, dict[str, Any]] = SPEC["components"]["schemas"]


def answers(operation: dict[str, Any]) -> list[str]:
    """The models of what it answers when all goes well."""
    (made,) = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    schema = made["content"].get("application/json", {}).get("schema", {})
    each = schema.get("anyOf", [schema] if schema else [])
    return [model["$ref"].rpartition("/")[2] for model in each]


def test_the_file_is_written_the_same_each_time_and_a_stale_one_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"
    assert not written.is_written(file)
    assert written.write(file).read_text() == written.text()
    assert written.is_written(file)
    file.write_text(file.read_text().replace('"/services"', '"/service"'))
    assert not written.is_written(file)


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_answer_has_a_model_and_an_example(name: str) -> None:
    models = answers(OPERATIONS[name])
    assert models or name.endswith("calendar.ics")
    assert [model for model in models if not MODELS[model].get("examples")] == []


@pytest.mark.parametrize("model", [name for name in MODELS if MODELS[name].get("examples")])
def test_each_example_is_one(model: str) -> None:
    validator = jsonschema_rs.validator_for({**MODELS[model], "components": SPEC["components"]}, validate_formats=True)
    for shown in MODELS[model]["examples"]:
        assert [str(error) for error in validator.iter_errors(shown)] == []


def test_each_write_tells_what_the_edge_refuses() -> None:
    writes = [each for name, each in OPERATIONS.items() if not name.startswith("GET")]
    assert writes
    assert all({"403", "413"} <= set(each["responses"]) for each in writes)


def test_those_who_must_show_who_they_are_read_so() -> None:
    assert set(SPEC["components"]["securitySchemes"]) == {"cookieAuth", "manageToken"}
    for name, operation in OPERATIONS.items():
        path = name.partition(" ")[2]
        if path.startswith("/bookings/{"):
            assert {"manageToken": []} in operation["security"], name
        elif path.startswith("/admin/") and not path.startswith("/admin/auth/"):
            assert operation["security"] == [{"cookieAuth": []}], name
