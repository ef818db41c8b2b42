"""Schemathesis over the API behind its edge, in this process: real tables, a real sandbox, a real https origin."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events
from starlette.types import ASGIApp

ORIGIN = "https://book.example.com"
SETTINGS = Path(__file__).with_name("schemathesis.toml")


@dataclass
class Found:
    """What a run has asked, and each breach of the contract once."""

    cases: Counter[str] = field(default_factory=Counter)
    phases: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    breaches: dict[str, str] = field(default_factory=dict)


def run(app: ASGIApp, *, cases: int, seed: int | None = None, only: str = "", prepare: Any = None) -> Found:
    """Every phase and every check over each operation, or over those whose name matches `only`."""
    config = SchemathesisConfig.from_path(SETTINGS)
    if seed is not None:
        config._seed = seed
    config.projects.default.generation.max_examples = cases
    config.projects.default.update(base_url=f"{ORIGIN}/api")
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", app, config=config)
    if only:
        schema = schema.include(name_regex=only)
    if prepare is not None:
        prepare(schema)
    found = Found()
    for event in engine.from_schema(schema).execute():
        take(found, event)
    return found


def take(found: Found, event: Any) -> None:
    """Count what was asked and keep what went wrong."""
    if isinstance(event, events.ScenarioFinished):
        recorder = event.recorder
        for key, node in recorder.cases.items():
            asked = recorder.interactions.get(key)
            if asked is None:
                continue
            found.cases[node.value.operation.label] += 1
            found.phases[event.phase.value] += 1
            if asked.response is not None:
                found.statuses[asked.response.status_code] += 1
            for check in recorder.checks.get(key, []):
                if check.failure_info is not None:
                    told = f"{node.value.operation.label}: {check.name}: {check.failure_info.failure.title}"
                    sentence = f"{check.failure_info.failure.message}\n{check.failure_info.code_sample}"
                    answer = asked.response.text[:600] if asked.response is not None else ""
                    found.breaches.setdefault(told, f"{event.phase.value}: {sentence}\n{answer}")
    elif isinstance(event, (events.NonFatalError, events.FatalError)):
        error = event.value if isinstance(event, events.NonFatalError) else event.exception
        label = getattr(event, "label", "engine")
        found.breaches.setdefault(f"{label}: {type(error).__name__}", str(error)[:2000])
