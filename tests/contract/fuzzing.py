"""Schemathesis over the API behind its edge, in this process: real tables, a real sandbox, a real https origin."""

import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events
from schemathesis.openapi.checks import IgnoredAuth, RejectedPositiveData
from starlette.types import ASGIApp

from tests.contract.beyond_schema import is_such_a_rule
from tests.contract.fuzz_visitors import Visitors

ORIGIN = "https://book.example.com"
SETTINGS = Path(__file__).with_name("schemathesis.toml")
PHASES = ("examples", "coverage", "fuzzing", "stateful")
FIRST_FEW = 4


@dataclass
class Found:
    """What a run has asked, what was answered, and each breach of the contract once."""

    operations: Counter[str] = field(default_factory=Counter)
    phases: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    chains: int = 0
    breaches: dict[str, str] = field(default_factory=dict)

    @property
    def cases(self) -> int:
        return self.operations.total()

    @property
    def server_errors(self) -> int:
        """Answers that nobody promised; BUSY and PAYMENTS_UNAVAILABLE are promised."""
        return sum(count for status, count in self.statuses.items() if status >= 500 and status != 503)

    def told(self) -> str:
        """Each breach with one request that shows it."""
        return "\n\n".join(f"{what}\n{how}" for what, how in sorted(self.breaches.items()))


def run(
    app: ASGIApp,
    visitors: Visitors | None = None,
    *,
    cases: int,
    seed: int,
    operations: Sequence[str] = (),
    phases: Sequence[str] = PHASES,
    one_in: int = 1,
    found: Found | None = None,
) -> Found:
    """Every check over each operation, or the named ones (`GET /services`), in each phase or the named ones.

    The coverage phase asks hundreds of things of one operation: `one_in` thins it out. `found` is added to.
    """
    settings = tomllib.loads(SETTINGS.read_text())
    settings["generation"]["max-examples"] = cases
    settings["phases"] = {name: {"enabled": name in phases} for name in PHASES}
    config = SchemathesisConfig.from_dict({**settings, "seed": seed, "base-url": f"{ORIGIN}/api"})
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", app, config=config)
    if operations:
        schema = schema.include(name=list(operations))
    if visitors is not None:
        schema.auth(refresh_interval=None)(visitors.provider())
    schema.hook("filter_failure")(filter_failure)
    schema.hook("filter_case")(thinned(one_in, seed))
    found = found or Found()
    for event in engine.from_schema(schema).execute():
        _take(found, event)
    return found


def thinned(one_in: int, seed: int) -> Callable[[Any, Any], bool]:
    """Keep of the coverage phase each operation's first few and one in so many of the rest; which, the seed says."""
    met: Counter[str] = Counter()

    def filter_case(context: Any, case: Any) -> bool:
        if one_in == 1 or case.meta is None or case.meta.phase.name != "coverage":
            return True
        met[case.operation.label] += 1
        number = met[case.operation.label]
        return number <= FIRST_FEW or (number + seed) % one_in == 0

    return filter_case


def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Keep every failure but two: valid data refused by a rule that no schema can tell, and a guest without a token.

    Whoever has no token is told 404, so that nobody learns which bookings there are, and 429 after many tries.
    """
    if isinstance(failure, IgnoredAuth) and case.operation.path.startswith("/bookings/"):
        return not any(f"got `{status} " in failure.message for status in (404, 429))
    refused = isinstance(failure, RejectedPositiveData) and response.status_code in (402, 422)
    return not (refused and is_such_a_rule(response.json()))


def _take(found: Found, event: Any) -> None:
    if isinstance(event, events.ScenarioFinished):
        found.chains += event.phase.value == "stateful"
        for key, node in event.recorder.cases.items():
            asked = event.recorder.interactions.get(key)
            if asked is None:
                continue
            found.operations[node.value.operation.label] += 1
            found.phases[event.phase.value] += 1
            if asked.response is not None:
                found.statuses[asked.response.status_code] += 1
            for check in event.recorder.checks.get(key, []):
                if check.failure_info is not None:
                    failure = check.failure_info.failure
                    answer = asked.response.text[:600] if asked.response is not None else "no answer"
                    what = f"{node.value.operation.label}: {check.name}: {failure.title}"
                    how = f"{event.phase.value}: {failure.message}\n{check.failure_info.code_sample}\n{answer}"
                    found.breaches.setdefault(what, how)
    elif isinstance(event, (events.NonFatalError, events.FatalError)):
        error = event.value if isinstance(event, events.NonFatalError) else event.exception
        found.breaches.setdefault(f"{getattr(event, 'label', 'engine')}: {type(error).__name__}", str(error)[:2000])
