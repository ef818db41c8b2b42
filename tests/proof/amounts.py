"""How much: short forms inside `scripts/test`, long ones by `scripts/prove`; the same code serves both.

PROOF_LONG=1 asks for the long form, PROOF_SEED for other dice, PROOF_SHARE=2/5 for the second of five equal shares,
PROOF_ONLY for one schedule of a failure, PROOF_QUEUE=redis for the other queue where whole processes run, and
PROOF_RESULTS names a file that each part adds its figures to.
"""

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

Item = TypeVar("Item")

LONG = os.environ.get("PROOF_LONG") == "1"
ONLY = os.environ.get("PROOF_ONLY", "")
SHARE, SHARES = map(int, os.environ.get("PROOF_SHARE", "1/1").split("/"))
SEED = int(os.environ.get("PROOF_SEED", "20270301"))
TOLD: list[str] = []
"""What each part has to say of itself; printed when the tests have ended."""


def amount(name: str, short: int, long: int) -> int:
    """How often in all; PROOF_<NAME> overrules both."""
    return int(os.environ.get(f"PROOF_{name.upper()}", long if LONG else short))


def share(items: Sequence[Item]) -> Sequence[Item]:
    """This run's share of what all shares do together."""
    return items[SHARE - 1 :: SHARES]


class Part:
    """One part of the proof while it runs: what it counts and what its oracle saw."""

    def __init__(self, name: str, test: str) -> None:
        self.name, self.test = name, test
        self.counts: dict[str, Any] = {}
        self.oracle: dict[str, int] = {}

    def replay(self, only: str = "") -> str:
        """The command that shows a failure again."""
        given = {name: os.environ[name] for name in ("PROOF_LONG", "PROOF_SHARE", "PROOF_QUEUE") if name in os.environ}
        given |= {"PROOF_SEED": str(SEED)} | ({"PROOF_ONLY": f"'{only}'"} if only else {})
        return f"{' '.join(f'{name}={value}' for name, value in given.items())} .venv/bin/python -m pytest {self.test}"


@contextmanager
def part(name: str, test: str) -> Iterator[Part]:
    """Time a part; tell its seed, its counts and how to run it again; keep the figures when it ended well."""
    made = Part(name, test)
    began = time.monotonic()
    ended_well = False
    try:
        yield made
        ended_well = True
    finally:
        took = time.monotonic() - began
        figures = f"{name}: seed {SEED}, share {SHARE}/{SHARES}, {took:.1f} s, {_words(made.counts)}"
        TOLD.append(f"{figures}\n  oracle: {_words(made.oracle)}\n  again: {made.replay()}")
    results = os.environ.get("PROOF_RESULTS")
    if results and ended_well:
        line = {
            "part": name,
            "form": "long" if LONG else "short",
            "seed": SEED,
            "share": f"{SHARE}/{SHARES}",
            "seconds": round(took, 1),
            "counts": made.counts,
            "oracle": made.oracle,
            "test": test,
        }
        with Path(results).open("a") as file:
            file.write(json.dumps(line) + "\n")


def _words(counts: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in counts.items()) or "nothing counted"
