"""Runs the parts of the proof one after the other and keeps each one's figures in docs/proof.json."""

import datetime as dt
import fcntl
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
from prove_parts import PARTS, chosen

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "docs" / "proof.json"
PROVED = ("truflow", "stripe_sandbox", "alembic")


def main(words: list[str]) -> int:
    """Run what is asked for; 1 when something failed."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # started with `&`, it and its parts would not hear it
    again, redis = "--again" in words, "--redis" in words
    os.environ["PROOF_QUEUE"] = "redis" if redis else "postgres"
    wanted = [word for word in words if not word.startswith("--")] or [
        *PARTS,
        *([] if redis else ["mutants"]),
        "report",
    ]
    failed = []
    for word in wanted:
        if word == "list":
            _list()
        elif word == "report":
            prove_report.write()
        elif word == "mutants":
            failed += [] if prove_mutants.run(keep) else [word]
        elif not chosen(word):
            print(f"There is no part {word}; scripts/prove list names them.", file=sys.stderr)
            return 2
        elif redis and not PARTS[word.split(".")[0]].processes:
            print(f"{word}: no queue takes part in it")
        else:
            failed += [share for share in chosen(word) if not (_done(share) and not again) and not _run(share)]
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _list() -> None:
    for name, part in PARTS.items():
        shares = f", in {part.shares} shares" if part.shares > 1 else ""
        print(f"{name:<14}{part.what}{shares}{'; also --redis' if part.processes else ''}")
    print(f"{'mutants':<14}guards switched off in a copy, one at a time\n{'report':<14}docs/proof.md")


def commit() -> str:
    """The last commit that changed what is proved, marked when the tree differs from it."""
    changed = _git("status", "--porcelain", "--", *PROVED)
    return (_git("log", "-1", "--format=%h", "--", *PROVED) or "unknown") + ("+" if changed else "")


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


def keep(lines: list[dict[str, Any]]) -> None:
    """Append results, each with the commit, the day and the queue; two runs at once lose none."""
    stamp = {"commit": commit(), "at": dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "queue": _queue()}
    RESULTS.touch()
    with RESULTS.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        known = json.loads(file.read() or "[]")
        file.seek(0)
        file.write(json.dumps(known + [{**line, **stamp} for line in lines], indent=1, ensure_ascii=False) + "\n")


def _queue() -> str:
    return "RedisHuey" if os.environ["PROOF_QUEUE"] == "redis" else "PostgresHuey"


def _done(name: str) -> bool:
    known = json.loads(RESULTS.read_text() or "[]") if RESULTS.exists() else []
    here = (name, commit(), _queue())
    found = any((line.get("asked"), line["commit"], line["queue"]) == here for line in known)
    if found:
        print(f"{name}: done at this commit already")
    return found


def _run(name: str) -> bool:
    """One share in a process of its own, in a group of its own, ended when its time is over."""
    part = PARTS[name.split(".")[0]]
    number = name.partition(".")[2] or "1"
    if part.processes:
        subprocess.run([sys.executable, "-m", "truflow", "build"], cwd=ROOT, check=True)
    with tempfile.TemporaryDirectory(prefix="truflow-proof-") as folder:
        results = Path(folder) / "results"
        environment = os.environ | {
            "PROOF_LONG": "1",
            "PROOF_RESULTS": str(results),
            "PROOF_SHARE": f"{number}/{part.shares}",
        }
        own = f"--basetemp={folder}/tmp"  # pytest tidies the usual place up while others still run there
        patient = ["-o", "faulthandler_timeout=0"]  # a long part has its own limit, below
        command = [sys.executable, "-m", "pytest", "-s", own, *patient, *part.tests]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        try:
            ended = process.wait(part.minutes * 60)
        except subprocess.TimeoutExpired:
            print(f"{name}: longer than {part.minutes} minutes", file=sys.stderr)
            process.send_signal(signal.SIGINT)  # so that its database and its sandbox end with it
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
            return False
        if ended != 0:  # a share of which one half held has not held
            return False
        found = results.read_text().splitlines() if results.exists() else []
        keep([{**json.loads(line), "asked": name, "processes": part.processes} for line in found])
        return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
