"""What guards a commit: the scan for secrets, and the audit of what we depend on."""

import importlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
KEY = "AKIA" + "IOSFODNN7EXAMPLQ"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with our scripts and nothing accepted."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    known = json.loads((ROOT / ".secrets.baseline").read_text())
    (tmp_path / ".secrets.baseline").write_text(json.dumps({**known, "results": {}}))
    (tmp_path / "requirements.lock").write_text("one==1\n")
    (tmp_path / ".gitignore").write_text(".truflow/\nscripts/\n")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def run(repository: Path, script: str, *words: str) -> tuple[int, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = [sys.executable, f"scripts/{script}", *words]
    done = subprocess.run(command, cwd=repository, env=ours, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_key_is_found_even_in_a_test_and_accepted_only_on_purpose(repository: Path) -> None:
    assert run(repository, "scan_secrets.py")[0] == 0
    (repository / "tests").mkdir()
    (repository / "tests" / "test_it.py").write_text(f'CLOUD = "{KEY}"\n')
    code, told = run(repository, "scan_secrets.py")
    assert (code, "tests/test_it.py:1: AWS Access Key" in told, "--accept" in told) == (1, True, True)
    assert KEY not in told
    assert run(repository, "scan_secrets.py")[0] == 1
    assert run(repository, "scan_secrets.py", "--accept")[0] == 0
    assert run(repository, "scan_secrets.py")[0] == 0
    assert KEY not in (repository / ".secrets.baseline").read_text()


def test_the_hook_looks_at_what_is_about_to_be_committed(repository: Path) -> None:
    (repository / "later.py").write_text(f'CLOUD = "{KEY}"\n')
    assert run(repository, "scan_secrets.py", "--staged")[0] == 0
    subprocess.run(["git", "add", "later.py"], cwd=repository, check=True)
    assert run(repository, "scan_secrets.py", "--staged")[0] == 1


def packages(**more: Any) -> str:
    """What pip-audit says of one package."""
    return json.dumps({"dependencies": [{"name": "one", **more}]})


AUDITS = {
    "hole": (packages(version="1", vulns=[{"id": "PYSEC-1", "fix_versions": ["2"]}]), 1),
    "unknown": (packages(skip_reason="not known"), 0),
    "well": (packages(version="1", vulns=[]), 0),
    "silent": ("", 0),
}
TOLD = {
    "hole": "one 1: PYSEC-1, mended in 2",
    "unknown": "not audited: 1 of 1 packages",
    "well": "no known hole in 1 packages",
    "silent": "not audited: ",
}


@pytest.mark.parametrize("case", AUDITS)
def test_only_a_known_hole_fails_the_audit(case: str, repository: Path) -> None:
    answer, code = AUDITS[case]
    (repository / "pip_audit.py").write_text(f"print({answer!r})\n")
    asked = "import sys, audit; sys.exit(audit.main([sys.executable, '../pip_audit.py']))"
    command = [sys.executable, "-c", asked]
    done = subprocess.run(command, cwd=repository / "scripts", capture_output=True, text=True, check=False)
    assert (done.returncode, TOLD[case] in done.stdout) == (code, True), done.stdout + done.stderr


def test_each_mutant_of_the_proof_still_finds_its_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    mutants = importlib.import_module("prove_mutants").MUTANTS
    assert mutants
    assert [each.name for each in mutants if (ROOT / each.file).read_text().count(each.was) != 1] == []
