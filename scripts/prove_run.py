"""Runs the parts of the proof one after the other and keeps each one's figures in docs/proof.json."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import prove_mutants
import prove_report
from prove_parts import PARTS

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "docs" / "proof.json"


def main(words: list[str]) -> int:
    """Run what is asked for; 1 when something failed."""
    again = "--again" in words
    asked = [word for word in words if word != "--again"] or [*PARTS, "mutants", "report"]
    failed = []
    for name in asked:
        if name == "list":
            print("\n".join(f"{name:<14}{part.what}" for name, part in PARTS.items()))
            print(f"{'mutants':<14}guards switched off in a copy, one at a time\n{'report':<14}docs/proof.md")
        elif name == "report":
            prove_report.write()
        elif name == "mutants":
            failed += [] if prove_mutants.run(keep) else [name]
        elif name not in PARTS:
            print(f"There is no part {name}; scripts/prove list names them.", file=sys.stderr)
            return 2
        elif not again and _done(name):
            print(f"{name}: done at this commit already")
        elif not _run(name):
            failed.append(name)
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def commit() -> str:
    """The commit that is proved, marked when the tree differs from it; PROOF_COMMIT names an exported tree's."""
    if named := os.environ.get("PROOF_COMMIT"):
        return named
    changed = _git("status", "--porcelain", "--", "truflow", "stripe_sandbox", "alembic")
    return (_git("rev-parse", "--short", "HEAD") or "unknown") + ("+" if changed else "")


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


def keep(lines: list[dict[str, Any]]) -> None:
    """Append results, each with the commit and the day; a reader never sees half a file."""
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    stamp = {"commit": commit(), "at": dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "queue": _queue()}
    draft = RESULTS.with_suffix(".tmp")
    draft.write_text(json.dumps(known + [{**line, **stamp} for line in lines], indent=1, ensure_ascii=False) + "\n")
    draft.replace(RESULTS)


def _queue() -> str:
    return "PostgresHuey"  # the tests' own settings name no Redis yet


def _done(name: str) -> bool:
    if not RESULTS.exists():
        return False
    here, queue = commit(), _queue()
    return any(
        line.get("asked") == name and line["commit"] == here and line["queue"] == queue
        for line in json.loads(RESULTS.read_text())
    )


def _run(name: str) -> bool:
    """One part in a process of its own, in a group of its own, ended when its time is over."""
    part = PARTS[name]
    with tempfile.TemporaryDirectory(prefix="truflow-proof-") as folder:
        results = Path(folder) / "results"
        environment = {**os.environ, "PROOF_LONG": "1", "PROOF_RESULTS": str(results), **part.amounts}
        command = [sys.executable, "-m", "pytest", "-s", *part.tests]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        try:
            ended = process.wait(part.minutes * 60)
        except subprocess.TimeoutExpired:
            print(f"{name}: longer than {part.minutes} minutes", file=sys.stderr)
            process.send_signal(signal.SIGINT)
            process.wait(60)
            return False
        found = results.read_text().splitlines() if results.exists() else []
        keep([{**json.loads(line), "asked": name} for line in found])
        return ended == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
