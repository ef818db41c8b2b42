"""The API keeps what its description promises, whatever is sent to it: 0 server errors, 0 breaches of the contract."""

from collections.abc import Callable, Iterator
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
PATHS = create_api().openapi()["paths"]
OPERATIONS = [f"{verb.upper()} {path}" for path, verbs in PATHS.items() for verb in verbs]
BOOKINGS = [name for name in OPERATIONS if name.split()[1].startswith("/bookings")]
ONE_BY_ONE = ("examples", "coverage", "fuzzing")
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
        part.counts |= {"chains": found.chains} if found.chains else {}
        part.oracle = {"server errors": found.server_errors, "breaches": len(found.breaches)}
        assert not found.breaches, found.told()
        assert found.server_errors == 0
        return found


def cases() -> int:
    return amounts.amount("contract", 1, 1000)


def test_the_contract_holds_with_sign_in(product: Doors, practice: Engine) -> None:
    app, seen, names = product(relaxed=True), Visitors(practice, seed=amounts.SEED), amounts.share(OPERATIONS)
    given: dict[str, Any] = {"cases": cases(), "seed": amounts.SEED, "operations": names, "phases": ONE_BY_ONE}
    found = judge("contract, signed in", lambda: fuzzing.run(app, seen, one_in=1 if amounts.LONG else 10, **given))
    assert set(found.operations) == set(names), "each was asked"


def test_the_contract_holds_without_sign_in(product: Doors) -> None:
    app, names = product(relaxed=True), amounts.share(OPERATIONS)
    phases = ONE_BY_ONE if amounts.LONG else ("examples", "fuzzing")
    given: dict[str, Any] = {"cases": cases(), "seed": amounts.SEED, "operations": names, "phases": phases}
    found = judge("contract, strangers", lambda: fuzzing.run(app, **given))
    assert set(found.operations) == set(names), "each was asked"
    assert 401 in found.statuses or not any("/admin/" in name and "/auth/" not in name for name in names)


@pytest.mark.parametrize("signed_in", [True, False], ids=["signed in", "strangers"])
def test_the_contract_holds_from_one_request_to_the_next(product: Doors, practice: Engine, signed_in: bool) -> None:
    app, seen = product(relaxed=True), Visitors(practice, seed=amounts.SEED) if signed_in else None
    who = "signed in" if signed_in else "strangers"
    found = judge(f"contract, one after the other, {who}", lambda: chains(app, seen, cases()))
    assert found.phases["stateful"] > 0


def chains(app: ASGIApp, seen: Visitors | None, wanted: int) -> Found:
    """So many chains: a run ends early where a chain cannot be repeated, because an answer has changed the practice."""
    found = Found()
    for more in range(wanted):
        fuzzing.run(app, seen, cases=wanted, seed=amounts.SEED + more, phases=["stateful"], found=found)
        if found.chains >= wanted:
            break
    return found


def test_the_contract_holds_with_the_limits_on(product: Doors, practice: Engine) -> None:
    app, seen = product(relaxed=False), Visitors(practice, seed=amounts.SEED)
    given: dict[str, Any] = {"cases": 5, "seed": amounts.SEED, "operations": BOOKINGS}
    found = judge("contract, limits on", lambda: fuzzing.run(app, seen, phases=("examples", "fuzzing"), **given))
    assert 429 in found.statuses
