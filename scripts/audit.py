"""Known holes in what we depend on: fails on one, and says what was not audited when nobody can be asked."""

import datetime as dt
import hashlib
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
DONE = ROOT / ".truflow" / "audited"
SECONDS = 60


def main(command: list[str] | None = None, done: Path = DONE) -> int:
    """1 for a known hole; an unknown package or a silent service is told, and fails nothing."""
    stamp = f"{hashlib.sha256(LOCK.read_bytes()).hexdigest()} {dt.datetime.now(dt.UTC).date()}"
    if done.exists() and done.read_text() == stamp:
        print("audited today already")
        return 0
    asked = command or [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "-r", str(LOCK)]
    try:
        answer = subprocess.run(
            [*asked, "--format", "json", "--desc", "off", "--progress-spinner", "off", "--timeout", "10"],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        packages = json.loads(answer.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        print(f"not audited: the service did not answer within {SECONDS} s")
        return 0
    except (ValueError, KeyError, TypeError):
        lines = answer.stderr.strip().splitlines()
        print(f"not audited: {lines[-1][:200] if lines else 'pip-audit said nothing'}")
        return 0
    return _judge(packages, stamp, done)


def _judge(packages: list[dict], stamp: str, done: Path) -> int:  # type: ignore[type-arg]
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    holes = [(package, hole) for package in packages for hole in package.get("vulns", [])]
    if unknown:
        some = ", ".join(unknown[:5]) + (", …" if len(unknown) > 5 else "")
        print(f"not audited: {len(unknown)} of {len(packages)} packages, which the service does not know ({some})")
    for package, hole in holes:
        mend = f"mended in {', '.join(hole['fix_versions'])}" if hole["fix_versions"] else "not mended yet"
        print(f"{package['name']} {package['version']}: {hole['id']}, {mend}")
    if holes:
        print("Put a mended version into pyproject.toml, then scripts/lock.")
        return 1
    if len(unknown) < len(packages):
        print(f"no known hole in {len(packages) - len(unknown)} packages")
    if not unknown:
        done.parent.mkdir(exist_ok=True)
        done.write_text(stamp)
    return 0


if __name__ == "__main__":
    sys.exit(main())
