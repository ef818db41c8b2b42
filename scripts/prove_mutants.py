"""Guards switched off, one at a time, in a copy of the tree: for each one some test must turn red."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".truflow", "__pycache__", "node_modules", ".*_cache", ".hypothesis")
INTERLEAVED = "tests/proof/test_interleavings.py::test_every_order_ends_legally"
MINUTES = 5


@dataclass(frozen=True)
class Mutant:
    """One place where `was` becomes `now`, and the tests that should see it."""

    name: str
    file: str
    was: str
    now: str
    tests: tuple[str, ...]


MUTANTS = (
    Mutant(
        "the practitioner's lock while booking",
        "truflow/services/bookings.py",
        "        lock(session, Resource, people)\n",
        "",
        (f"{INTERLEAVED}[book-book-two-people]",),
    ),
    Mutant(
        "the exclusion constraint",
        "alembic/versions/0001_the_first_house.py",
        """        postgresql.ExcludeConstraint(
            (sa.text("int8range(resource_id, resource_id, '[]')"), "&&"),
            (sa.column("during"), "&&"),
            using="gist",
            name="diary_no_overlap",
        ),
""",
        "",
        ("tests/races/test_same_slot.py::test_with_the_constraint_the_same_race_sells_it_once",),
    ),
    Mutant(
        "letters are taken in once",
        "truflow/services/stripe_inbox.py",
        """        if inserted == 1:
            outbox.record(session, "letter", letter.event_id, dedupe=f"letter-{letter.event_id}", now=now)
""",
        """        if inserted:
            outbox.record(session, "letter", letter.event_id, dedupe=f"letter-{letter.event_id}-{inserted}", now=now)
""",
        ("tests/proof/test_letters.py::test_every_order_of_the_letters_ends_in_the_same_books",),
    ),
    Mutant(
        "a lease that ran out writes no end",
        "truflow/services/outbox.py",
        "(col(Outbox.id) == lease.id) & (col(Outbox.lease_token) == lease.token)",
        "col(Outbox.id) == lease.id",
        ("tests/services/test_outbox.py",),
    ),
    Mutant(
        "the refund's idempotency key",
        "truflow/services/refunds.py",
        'f"refund-{refund.id}-{refund.key_generation}"',
        '__import__("secrets").token_hex()',
        (f"{INTERLEAVED}[refund-refund]", "tests/services/test_refunds.py"),
    ),
    Mutant(
        "the intent's idempotency key",
        "truflow/integrations/stripe.py",
        'f"intent-{payment_id}"',
        '__import__("secrets").token_hex()',
        ("tests/proof/test_kills.py::test_kill9[books]",),
    ),
    Mutant(
        "payments only go up",
        "truflow/models/payment.py",
        "if to in PAYMENT_TRANSITIONS[self.status]:",
        "if to != self.status:",
        (f"{INTERLEAVED}[recon-webhook]", f"{INTERLEAVED}[pay-pay]", "tests/models"),
    ),
    Mutant(
        "a refund is looked for before it is asked for again",
        "truflow/services/refunds.py",
        "_existing(payment, refund) if look else None",
        "None",
        ("tests/services/test_refunds.py",),
    ),
    Mutant(
        "the day's lock under a cap",
        "truflow/services/bookings.py",
        "            lock_day(session, day)\n",
        "            pass\n",
        (f"{INTERLEAVED}[book-book-cap-of-one]",),
    ),
    Mutant(
        "an expired hold makes its payment unpayable",
        "truflow/services/holds.py",
        "    release(session, booking)\n    stop_payments(session, booking, now=now)\n",
        "    release(session, booking)\n",
        (f"{INTERLEAVED}[pay-expire]",),
    ),
    Mutant(
        "the booking's lock while money is merged",
        "truflow/services/settling.py",
        "booking = lock_one(session, Booking, seen.id)",
        "booking = session.get(Booking, seen.id)",
        ("tests/services/test_settling.py",),
    ),
    Mutant(
        "late money asks whether the time is free",
        "truflow/services/settling.py",
        "            _late_money(session, booking, payment, now=now)\n",
        "            journal.move(session, booking, BookingStatus.CONFIRMED, actor=journal.STRIPE, now=now)\n",
        (f"{INTERLEAVED}[late-money-book]",),
    ),
)


def run(keep: Callable[[list[dict[str, Any]]], None]) -> bool:
    """Try them all, and keep which test killed each; False when one survived."""
    survivors = []
    only = os.environ.get("PROOF_ONLY", "")
    chosen = [mutant for mutant in MUTANTS if not only or mutant.name in only.split("|")]
    with tempfile.TemporaryDirectory(prefix="truflow-mutants-") as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        tests = sorted({test for mutant in chosen for test in mutant.tests})
        if red := _first_red("all of them", tests, copy, minutes=MINUTES * 4):
            raise SystemExit(f"red with every guard on: {red}")
        for mutant in chosen:
            line = _tried(mutant, copy)
            print(f"{mutant.name:<55}{line['killed_by'] or 'SURVIVED'}", flush=True)
            keep([line])
            if not line["killed_by"]:
                survivors.append(mutant.name)
    for name in survivors:
        print(f"survived: PROOF_ONLY='{name}' scripts/prove mutants", file=sys.stderr)
    return not survivors


def _tried(mutant: Mutant, copy: Path) -> dict[str, Any]:
    """The first test that turns red with this guard switched off; the copy is as it was afterwards."""
    file = copy / mutant.file
    whole = file.read_text()
    if whole.count(mutant.was) != 1:
        raise SystemExit(f"{mutant.name}: {mutant.file} has it {whole.count(mutant.was)} times")
    began = time.monotonic()
    file.write_text(whole.replace(mutant.was, mutant.now))
    try:
        killer = _first_red(mutant.name, mutant.tests, copy)
    finally:
        file.write_text(whole)
    return {
        "part": "mutant",
        "form": "long",
        "mutant": mutant.name,
        "killed_by": killer,
        "seconds": round(time.monotonic() - began, 1),
    }


def _first_red(name: str, tests: Sequence[str], copy: Path, *, minutes: int = MINUTES) -> str:
    environment = {"PROOF_SCHEDULES": "30", "PROOF_KILLS": "40", **os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PROOF_ONLY", None)
    environment.pop("PROOF_LONG", None)
    command = [sys.executable, "-m", "pytest", "-x", *tests]
    with tempfile.TemporaryFile("w+") as told:
        process = subprocess.Popen(command, cwd=copy, env=environment, stdout=told, stderr=told, start_new_session=True)
        try:
            process.wait(minutes * 60)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            process.wait(60)
            raise SystemExit(f"{name}: its tests take more than {minutes} minutes") from None
        told.seek(0)
        red = re.search(r"^(?:FAILED|ERROR) (\S+(?: \S+)*?)(?: - .*)?$", told.read(), re.M)
    if process.returncode and not red:
        raise SystemExit(f"{name}: its tests did not run")
    return red[1] if red else ""
