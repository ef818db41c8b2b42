"""No key or password gets into a commit: what looks like one must stand in `.secrets.baseline`, seen by somebody.

scripts/scan_secrets.py [--staged] [--accept]   all files of the repository, or those about to be committed
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from detect_secrets.core import baseline
from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import configure_settings_from_baseline

ROOT = Path(__file__).resolve().parents[1]
BASELINE = ROOT / ".secrets.baseline"
CLEAN = ROOT / ".truflow" / "clean-of-secrets"
"""What was found clean before, so that only what has changed is read again."""

NOT_READ = (".lock", ".svg", ".png", ".webp", ".ico", ".woff2", "docs/openapi.json", "docs/proof.json", BASELINE.name)
MEND = "Take it out, and change it where it is in use. If it is none: .venv/bin/python scripts/scan_secrets.py --accept"


def main(words: list[str]) -> int:
    """1 when something is found that nobody has accepted."""
    os.chdir(ROOT)
    known = json.loads(BASELINE.read_text())
    configure_settings_from_baseline(known)
    accepted = baseline.load(known)
    clean = set(CLEAN.read_text().split()) if CLEAN.exists() else set()
    found, seen = SecretsCollection(), set()
    for name in _files(staged="--staged" in words):
        mark = hashlib.sha256(f"{known['plugins_used']} {name} ".encode() + Path(name).read_bytes()).hexdigest()
        if mark not in clean:
            found.scan_file(name)
        if not _new(found, SecretsCollection(), name):
            seen.add(mark)
    if "--accept" in words:
        return _accept(known, accepted, found)
    CLEAN.parent.mkdir(exist_ok=True)
    CLEAN.write_text("\n".join(sorted(seen | clean if "--staged" in words else seen)))
    new = [f"{secret.filename}:{secret.line_number}: {secret.type}" for secret in _all_new(found, accepted)]
    print("\n".join([*new, MEND]) if new else "nothing that looks like a secret")
    return 1 if new else 0


def _files(*, staged: bool) -> list[str]:
    asked = ["diff", "--cached", "--name-only", "--diff-filter=ACMR"] if staged else ["ls-files", "-co"]
    excluded = [] if staged else ["--exclude-standard"]
    names = subprocess.run(["git", *asked, *excluded, "-z"], capture_output=True, text=True, check=True).stdout.split(
        "\0"
    )
    return [name for name in names if name and not name.endswith(NOT_READ) and Path(name).is_file()]


def _new(found: SecretsCollection, accepted: SecretsCollection, name: str) -> list:  # type: ignore[type-arg]
    """What of a file nobody has accepted; a word like `password` beside a text is no news in a test."""
    return [
        secret
        for secret in found[name]
        if secret not in accepted[name] and not (name.startswith("tests/") and secret.type == "Secret Keyword")
    ]


def _all_new(found: SecretsCollection, accepted: SecretsCollection) -> list:  # type: ignore[type-arg]
    return [secret for name in sorted(found.files) for secret in _new(found, accepted, name)]


def _accept(known: dict, accepted: SecretsCollection, found: SecretsCollection) -> int:  # type: ignore[type-arg]
    """Keep what was found, as hashes, beside what was accepted before."""
    for secret in _all_new(found, accepted):
        accepted[secret.filename].add(secret)
        print(f"accepted: {secret.filename}:{secret.line_number}: {secret.type}")
    known["results"] = accepted.json()
    BASELINE.write_text(json.dumps(known, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
