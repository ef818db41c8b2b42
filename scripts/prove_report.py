"""Makes docs/proof.md from docs/proof.json: the newest run of each share of each part, the shares added up."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from prove_mutants import MUTANTS

ROOT = Path(__file__).resolve().parents[1]
RESULTS, PAGE = ROOT / "docs" / "proof.json", ROOT / "docs" / "proof.md"
Line = dict[str, Any]

HEAD = """# What was proved, and how often

Made by `scripts/prove report` from `proof.json`, to which `scripts/prove` appends what it ran; `scripts/prove list`
names the parts, and `scripts/test` runs the short form of the same code. Every part prints its seed and the command
that plays a failure again. A commit is the last one that had changed the product when the part ran.

The oracle is plain SQL over our tables and Stripe's own ledger, and shares no code with the product
(`tests/proof/oracle_rules.py`); `tests/proof/test_oracle.py` plants breaches and sees each one found. The numbers in
its column are the rows it looked at in all rounds of a part; every one held.
"""


def write() -> None:
    """Write the page anew."""
    lines = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    mutants = {line["mutant"]: line for line in lines if line["part"] == "mutant"}
    mutants = {mutant.name: mutants[mutant.name] for mutant in MUTANTS if mutant.name in mutants}
    shares: dict[tuple[str, str], dict[str, Line]] = defaultdict(dict)
    for line in lines:
        if line["part"] != "mutant":
            known = shares[line["part"], line["queue"]]
            if any(_of(share) != _of(line["share"]) for share in known):
                known.clear()  # the part is cut into another number of shares since
            known[line["share"]] = line
    page = [
        HEAD,
        "| part | counts | oracle | seed | minutes | queue | commit |",
        "|---|---|---|---|---|---|---|",
        *(_row(list(each.values())) for each in shares.values()),
        "",
        "## Mutants",
        "",
        "Each guard switched off in a copy of the tree; a test turns red for every one.",
        "",
        "| switched off | turns red | seconds | commit |",
        "|---|---|---|---|",
        *(_mutant(line) for line in mutants.values()),
    ]
    PAGE.write_text("\n".join(page) + "\n")
    print(f"{PAGE.relative_to(ROOT)}: {len(shares)} parts, {len(mutants)} mutants")


def _of(share: str) -> int:
    return int(share.split("/")[1])


def _row(lines: list[Line]) -> str:
    first = lines[0]
    whole = _of(first["share"])
    rows = sum(sum(line["oracle"].values()) for line in lines)
    cells = [
        first["part"] + (f" ({len(lines)} of {whole} shares)" if len(lines) < whole else ""),
        ", ".join(f"{key} {_number(value)}" for key, value in _together(lines).items()),
        f"{rows:,} rows, 0 broken" if rows else "–",
        ", ".join(sorted({str(line["seed"]) for line in lines})),
        round(sum(line["seconds"] for line in lines) / 60, 1),
        first["queue"] if first.get("processes") else "–",
        ", ".join(sorted({line["commit"] for line in lines})),
    ]
    return f"| {' | '.join(map(str, cells))} |"


SAME = ("steps at most", "points", "seconds", "guests", "clients")
"""Counts that shares have in common and that do not add up."""


def _together(lines: list[Line]) -> Line:
    counts: Line = {}
    for line in lines:
        for key, value in line["counts"].items():
            known = counts.get(key)
            adds_up = isinstance(value, int) and isinstance(known, int) and key not in SAME
            counts[key] = known + value if adds_up else value
    return counts


def _mutant(line: Line) -> str:
    killed = f"`{line['killed_by']}`" if line["killed_by"] else "**survived**"
    return f"| {line['mutant']} | {killed} | {line['seconds']} | {line['commit']} |"


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    write()
