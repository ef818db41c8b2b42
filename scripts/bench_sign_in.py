"""Whether signing in takes as long for an unknown address as for a known one: in the service, limits aside.

Makes a database of its own, asks interleaved, and prints both medians; ends with 1 when they differ by 5 % or more.
`--count` says how often each is asked.
"""

import argparse
import gc
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
KNOWN, UNKNOWN, PASSWORD = "maya@example.com", "nobody@example.com", "correct horse battery staple"
MOST_APART = 0.05


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory(prefix="truflow-bench-") as folder:
        for name in [name for name in os.environ if name.startswith("TRUFLOW_")]:
            del os.environ[name]
        secret = "a-secret-key-of-the-benchmark-0123456789"
        os.environ.update(TRUFLOW_ENV="test", TRUFLOW_DATA_DIR=folder, TRUFLOW_SECRET_KEY=secret)
        os.environ.update(TRUFLOW_RELAXED_LIMITS="true", TRUFLOW_LOG_LEVEL="ERROR")
        from truflow.db import engine
        from truflow.logs import setup
        from truflow.migrations import migrate
        from truflow.postgres import Embedded

        setup("bench")
        server = Embedded(Path(folder), durable=False)
        server.ensure()
        try:
            migrate()
            return report(measure(count))
        finally:
            engine().dispose()
            server.stop()


def measure(count: int) -> dict[str, list[float]]:
    """How long each refusal took, in milliseconds; the two take turns, and so does who begins."""
    from truflow.clock import utc_now
    from truflow.errors import InvalidCredentials
    from truflow.services import admins

    admins.create_admin(KNOWN, "Maya", PASSWORD)
    took: dict[str, list[float]] = {KNOWN: [], UNKNOWN: []}
    gc.disable()
    for turn in range(-10, count):
        for email in (KNOWN, UNKNOWN) if turn % 2 else (UNKNOWN, KNOWN):
            began = time.perf_counter()
            try:
                admins.sign_in(email, "not this one at all", client=f"198.51.{turn % 250}.7", now=utc_now())
            except InvalidCredentials:
                spent = (time.perf_counter() - began) * 1000
            if turn >= 0:
                took[email].append(spent)
    return took


def report(took: dict[str, list[float]]) -> int:
    middle = {email: statistics.median(times) for email, times in took.items()}
    for name, email in (("known", KNOWN), ("unknown", UNKNOWN)):
        quarters = statistics.quantiles(took[email], n=4)
        print(
            f"{name:>8}: median {middle[email]:.2f} ms, quarters {quarters[0]:.2f} to {quarters[2]:.2f}, "
            f"{len(took[email])} times"
        )
    apart = abs(middle[KNOWN] - middle[UNKNOWN]) / middle[KNOWN]
    print(f"   apart: {apart:.2%} of the median (allowed: less than {MOST_APART:.0%})")
    return int(apart >= MOST_APART)


if __name__ == "__main__":
    sys.exit(main())
