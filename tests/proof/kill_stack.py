"""A stack whose web, worker and database die, and guests who do not give up."""

import contextlib
import datetime as dt
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import httpx

from tests.kit.guests import bearer, body, card
from tests.kit.stack import ROOT, Stack
from tests.proof import ledger, mortal, oracle
from tests.proof.oracle import Findings
from tests.proof.world import message_ids
from tests.sandbox.kit import until
from truflow.postgres import Embedded

WAITING = "select 1 from outbox where status in ('READY', 'LEASED') and run_after <= now()"
CARDS = ("pm_card_visa", "pm_card_visa", "pm_card_mastercard", "pm_card_visa_chargeDeclined")
PATIENCE = 120
"""Seconds for which a guest sends the same request again."""


class MortalStack(Stack):
    """Web and worker are started by `mortal`; the database keeps what it has committed when it is killed."""

    plain = False
    """Whether the next start is of the product alone, with nothing around it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.hung: set[str] = set()
        """Those that can be armed now."""

    def up(self, **settings: str) -> "MortalStack":
        durable = Embedded(self.folder / "data")
        durable.ensure()
        super().up(**settings)
        self.server = durable
        self.sql("insert into resource (kind, name) select 'PRACTITIONER', 'Person ' || n from generate_series(1, 5) n")
        self.sql(
            "insert into service_resource (service_id, resource_id) "
            "select s.id, r.id from service s, resource r on conflict do nothing"
        )
        self._helper = self._python("tests.proof.mortal", "later", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def down(self) -> None:
        for end in (self._end_helper, super().down):
            with contextlib.suppress(AttributeError, ProcessLookupError):  # what never came up need not go down
                end()

    def _end_helper(self) -> None:
        self._helper.kill()
        self._helper.wait()

    def start(self, name: str, **settings: str) -> None:
        for leftover in ("arm", "died"):
            (self.folder / f"{leftover}-{name}").unlink(missing_ok=True)
        with (self.folder / f"{name}.log").open("ab") as log:
            self.settings |= settings
            (self.hung.discard if self.plain else self.hung.add)(name)
            program = "truflow" if self.plain else "tests.proof.mortal"
            self.processes[name] = self._python(program, name, stdout=log, stderr=log)

    def _python(self, module: str, name: str, **pipes: object) -> "subprocess.Popen[bytes]":
        environment = {**self._env(self.settings), mortal.FOLDER: str(self.folder)}
        command = [sys.executable, "-m", module, name]
        return subprocess.Popen(command, cwd=ROOT, env=environment, **pipes)  # type: ignore[call-overload, no-any-return]

    def arm(self, name: str, points: int) -> None:
        """From now on the web or the worker passes so many points."""
        if name not in self.hung:
            self.kill(name)
            self.start(name)
            until(self.answers, 60)
        draft = self.folder / f"draft-{name}"
        draft.write_text(str(points))
        draft.rename(self.folder / f"arm-{name}")

    def death(self, name: str, seconds: float = PATIENCE) -> str:
        """Wait until it is dead, by signal 9, and say at which point it died."""
        assert self.processes.pop(name).wait(seconds) == -signal.SIGKILL, self.log(name)[-2000:]
        return (self.folder / f"died-{name}").read_text()

    def kill_database(self, pause: float) -> None:
        """As if its memory had been taken away: no checkpoint, no goodbye; after a pause it is started again."""
        os.kill(int((self.server.cluster / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        time.sleep(pause)
        self.server.ensure()

    def two_minutes_pass(self) -> None:
        """What a dead worker had leased is free again."""
        self.sql("update outbox set lease_until = now() - interval '1 second' where status = 'LEASED'")

    def quiet(self, seconds: float = PATIENCE) -> None:
        """Wait until the worker has done all that is due; the bell that nobody heard is made up for every minute."""
        try:
            until(lambda: not self.sql(WAITING), seconds)
        except AssertionError as late:
            late.add_note(f"{self.sql('select * from outbox where done_at is null')}\n{self.log('worker')[-3000:]}")
            raise

    def later(self) -> dt.datetime:
        """Every hold ends, Stripe's lists are read twice; what time it is then."""
        assert self._helper.stdin is not None
        assert self._helper.stdout is not None
        self._helper.stdin.write(b"\n")
        self._helper.stdin.flush()
        now, how = self._helper.stdout.readline().decode().split(maxsplit=1)
        assert how.strip() == "whole", "a list of Stripe's could not be read"
        return dt.datetime.fromisoformat(now)

    def examine(self, most_lost: int) -> Findings:
        """What the oracle says at rest; letters of Stripe's that come late are waited for. The worker stands still."""
        for _ in range(6):
            now = self.later()
            with self.database.connect().execution_options(isolation_level="REPEATABLE READ") as snapshot:
                books = oracle.read(snapshot, ledger.read(self.sandbox), message_ids(self._mailbox), now)
            if not books.of("outbox", status="READY") + books.of("outbox", status="LEASED"):
                break
        uncertain = sum(int(mail["facts"].get("uncertain", 0)) for mail in books.ours["email_message"])
        books.lost_answers = min(uncertain, most_lost)
        return oracle.examine(books)

    @property
    def _mailbox(self) -> Path:
        return self.folder / "data" / "mail"


class Guest(threading.Thread):
    """Books, pays, cancels, one visit after the other; a request without an answer is sent again as it was."""

    def __init__(self, stack: Stack, name: str, times: list[str], seen: Counter[str], stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.stack, self.guest, self.times, self.seen, self.stop = stack, name, times, seen, stop
        self.dice = random.Random(name)
        self.trouble = ""

    def run(self) -> None:
        try:
            with httpx.Client(base_url=self.stack.url, timeout=15, trust_env=False) as self.http:
                turn = 0
                while not self.stop.is_set():
                    turn += 1
                    self.visit(f"{self.guest}t{turn}")
        except Exception as error:
            self.trouble = f"{self.guest}: {error!r}"

    def visit(self, name: str) -> None:
        made = self.post("/api/bookings", body(self.dice.choice(self.times), name), {"Idempotency-Key": name})
        if made.status_code != 201:
            return
        path, headers = f"/api/bookings/{made.json()['booking']['id']}", bearer(made.json())
        if self.dice.random() < 0.85:
            self.post(f"{path}/pay", {"confirmationToken": card(self.stack, self.dice.choice(CARDS))}, headers)
        if self.dice.random() < 0.3:
            self.post(f"{path}/cancel", {}, headers)

    def post(self, path: str, what: object, headers: dict[str, str]) -> httpx.Response:
        """The answer, however long the web or the database is away."""
        verb = path.rsplit("/", 1)[-1]
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with contextlib.suppress(httpx.TransportError):
                answer = self.http.post(path, json=what, headers=headers)
                self.seen[f"{verb} {answer.status_code}"] += 1
                assert answer.status_code < 500 or answer.status_code == 503, f"{answer.status_code}: {answer.text}"
                if answer.status_code != 503:
                    return answer
            self.seen["asked again"] += 1
            time.sleep(0.2)
        raise AssertionError(f"{path} had no answer for two minutes")
