"""The API keeps what its description promises, whatever is sent to it: 0 server errors, 0 breaches of the contract."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.types import ASGIApp

from tests.contract import fuzzing
from tests.contract.fuzz_visitors import Visitors
from tests.contract.fuzzing import Found
from tests.proof import amounts
from truflow.api.app import create_api
from truflow.api.doors import doors
from truflow.edge import Edge
from truflow.settings import get_settings

HERE = "tests/contract/test_schemathesis.py"
OPERATIONS = [each for verbs in create_api().openapi()["paths"].values() for each in verbs.values()]
TAGS = sorted({tag for operation in OPERATIONS for tag in operation["tags"]})
Doors = Callable[..., ASGIApp]


@pytest.fixture
def product(practice: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Doors]:
    """The doors behind their edge, at an https address."""

    def make(*, relaxed: bool) -> ASGIApp:
        monkeypatch.setenv("TRUFLOW_PUBLIC_URL", fuzzing.ORIGIN)
        monkeypatch.setenv("TRUFLOW_RELAXED_LIMITS", str(relaxed).lower())
        get_settings.cache_clear()
        return Edge(doors(), get_settings(), tmp_path)

    yield make
    monkeypatch.undo()
    get_settings.cache_clear()


def judge(name: str, run: Callable[[], Found]) -> Found:
    """Write down what was asked; fail on any breach, with a request that shows it."""
    with amounts.part(name, HERE) as part:
        found = run()
        part.counts = {"operations": len(found.operations), "cases": found.cases, **found.phases}
        part.oracle = {"server errors": found.server_errors, "breaches": len(found.breaches)}
        assert not found.breaches, found.told()
        assert found.server_errors == 0
        return found


def tags() -> Sequence[str]:
    """This share's operations; all of them when nothing is shared out."""
    return amounts.share(TAGS) if amounts.SHARES > 1 else ()


def test_the_contract_holds_with_sign_in(product: Doors, practice: Engine) -> None:
    app, seen = product(relaxed=True), Visitors(practice, seed=amounts.SEED)
    given: dict[str, Any] = {"cases": amounts.amount("contract", 1, 1000), "seed": amounts.SEED, "tags": tags()}
    judge("contract, signed in", lambda: fuzzing.run(app, seen, **given))


def test_the_contract_holds_without_sign_in(product: Doors) -> None:
    app = product(relaxed=True)
    given: dict[str, Any] = {"cases": amounts.amount("contract", 1, 1000), "seed": amounts.SEED, "tags": tags()}
    found = judge("contract, strangers", lambda: fuzzing.run(app, quick=not amounts.LONG, **given))
    assert 401 in found.statuses or not any(tag.startswith("admin") for tag in tags() or TAGS)


def test_the_contract_holds_with_the_limits_on(product: Doors, practice: Engine) -> None:
    app, seen = product(relaxed=False), Visitors(practice, seed=amounts.SEED)
    given: dict[str, Any] = {"cases": 10, "seed": amounts.SEED, "tags": ["bookings"]}
    found = judge("contract, limits on", lambda: fuzzing.run(app, seen, quick=True, **given))
    assert 429 in found.statuses
