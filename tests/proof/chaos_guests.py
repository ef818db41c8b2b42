"""Guests of the chaos: they book, pay, change their minds and ask again, and note all that they were told."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.kit.guests import bearer, body
from tests.kit.stack import Stack
from tests.sandbox.kit import SECRET

PATIENCE = 20
"""Seconds for which a guest asks again: longer than any part of the house takes to come back."""

CARDS = (
    *("pm_card_visa",) * 9,
    "pm_card_mastercard",
    "pm_card_visa_chargeDeclined",
    "pm_card_visa_chargeDeclinedInsufficientFunds",
    *("pm_card_threeDSecureRequired",) * 3,
    "pm_card_refundFail",
    "pm_card_pendingRefund",
)
REFUSALS_AT_FAULT = {"BUSY", "PAYMENTS_UNAVAILABLE"}
"""What the API answers, with 503 and Retry-After, while the database or Stripe is away."""


@dataclass
class Notes:
    """What all guests saw; `told` is what nobody may take back, `wrong` what nobody may answer."""

    seen: Counter[str] = field(default_factory=Counter)
    told: set[tuple[str, str]] = field(default_factory=set)
    keys: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, what: str) -> None:
        with self.lock:
            self.seen[what] += 1

    def answered(self, request: str, answer: httpx.Response) -> None:
        """Read one answer as strictly as a program would."""
        trouble, code = _trouble(answer), _code(answer)
        with self.lock:
            self.seen[f"answers {answer.status_code} {code}".strip()] += 1
            if trouble:
                self.wrong.append(f"{request}: {answer.status_code} {trouble}: {answer.text[:300]}")
            elif answer.is_success and "json" in answer.headers["content-type"] and "booking" in answer.json():
                booking = answer.json()["booking"]
                self.told.add((booking["id"], booking["status"]))

    def booked(self, key: str, booking_id: str) -> None:
        """One key is one booking, however often it is asked for."""
        with self.lock:
            if self.keys.setdefault(key, booking_id) != booking_id:
                self.wrong.append(f"{key} gave {self.keys[key]}, then {booking_id}")


def _code(answer: httpx.Response) -> str:
    """The error's name, empty when the answer has none."""
    try:
        return "" if answer.is_success else str(answer.json()["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return ""


def _trouble(answer: httpx.Response) -> str:
    if answer.is_success:
        return ""
    code = _code(answer)
    if not code:
        return "is not in the error's shape"
    if answer.status_code < 500:
        return ""
    if answer.status_code != 503 or code not in REFUSALS_AT_FAULT:
        return f"is no refusal that we promise ({code})"
    return "" if answer.headers.get("retry-after", "").isdigit() else "has no Retry-After"


class Guest(threading.Thread):
    """Comes again and again under new names until it is over."""

    def __init__(
        self, stack: Stack, number: int, dice: random.Random, times: list[str], notes: Notes, over: threading.Event
    ) -> None:
        super().__init__(daemon=True, name=f"guest {number}")
        self.stack, self.number, self.dice, self.times, self.notes, self.over = stack, number, dice, times, notes, over

    def run(self) -> None:
        with httpx.Client(base_url=self.stack.url, timeout=20, trust_env=False) as self.http:
            visit = 0
            while not self.over.is_set():
                visit += 1
                self.visit(f"guest{self.number}visit{visit}")
                self.think()

    def visit(self, name: str) -> None:
        """One way through the house; each turn is a throw of this guest's dice."""
        if self.chance(0.2):
            self.look()
        asked = body(self.dice.choice(self.times), name)
        made = self.insist("POST", "/api/bookings", asked, {"Idempotency-Key": name})
        if made is None or made.status_code != 201:
            return
        self.notes.count("booked")
        self.notes.booked(name, made.json()["booking"]["id"])
        if self.chance(0.2):
            again = self.insist("POST", "/api/bookings", asked, {"Idempotency-Key": name})
            if again is not None and again.status_code == 201:
                self.notes.booked(name, again.json()["booking"]["id"])
        self.path, self.headers = f"/api/bookings/{made.json()['booking']['id']}", bearer(made.json())
        if self.chance(0.1):
            return  # and never comes back
        if self.pay():
            self.change_my_mind()
        elif self.chance(0.3):
            self.insist("POST", f"{self.path}/cancel", {}, self.headers)

    def look(self) -> None:
        day = self.dice.choice(self.times)[:10]
        self.ask("GET", f"/api/availability/3?date={day}")
        self.ask("GET", "/api/services")

    def pay(self) -> bool:
        """Offer up to three cards; after an answer that was lost, first ask how it stands. Whether it is paid."""
        for _ in range(3):
            card = self.card()
            if card is None:
                continue
            answer = self.ask("POST", f"{self.path}/pay", {"confirmationToken": card}, self.headers)
            if answer is not None and answer.status_code == 200 and answer.json()["nextAction"]:
                self.answer_the_bank(answer.json()["nextAction"]["clientSecret"].split("_secret_")[0])
            elif answer is not None and answer.status_code == 402:
                self.notes.count("declined")
                continue
            standing = self.insist("POST", f"{self.path}/confirm", {}, self.headers)
            if standing is not None and standing.json().get("booking", {}).get("status") == "CONFIRMED":
                self.notes.count("paid")
                return True
            self.think()
        return False

    def change_my_mind(self) -> None:
        turn = self.dice.random()
        if turn < 0.2:
            done = self.insist("POST", f"{self.path}/cancel", {}, self.headers)
            self.notes.count("cancelled" if done is not None and done.is_success else "not cancelled")
        elif turn < 0.4:
            there = {"startTime": self.dice.choice(self.times)}
            done = self.insist("POST", f"{self.path}/reschedule", there, self.headers)
            self.notes.count("moved" if done is not None and done.is_success else "not moved")
        elif turn < 0.5:
            ready = self.insist("POST", f"{self.path}/balance", {}, self.headers)
            card = self.card()
            if ready is not None and ready.is_success and card is not None:
                self.ask("POST", f"{self.path}/pay", {"confirmationToken": card}, self.headers)
                self.insist("POST", f"{self.path}/confirm", {}, self.headers)
                self.notes.count("came with the rest")
        elif turn < 0.7:
            for what in ("", "/cancellation", "/calendar.ics"):
                self.ask("GET", f"{self.path}{what}", None, self.headers)

    # --- the card form and the bank, both at Stripe ---

    def card(self) -> str | None:
        given = {"payment_method": self.dice.choice(CARDS)}
        made = self.at_stripe("/v1/test_helpers/confirmation_tokens", data=given)
        return str(made["id"]) if made else None

    def answer_the_bank(self, intent: str) -> None:
        turn = self.dice.random()
        if turn < 0.15:
            self.notes.count("bank left waiting")
            return
        outcome = "success" if turn < 0.85 else "failure"
        self.notes.count(f"bank {outcome}")
        self.at_stripe(f"/_control/payment_intents/{intent}/authenticate", json={"outcome": outcome})

    def at_stripe(self, path: str, **what: Any) -> Any:
        headers = {"Authorization": f"Bearer {SECRET}"}

        def once() -> httpx.Response | None:
            try:
                return self.stack.sandbox.http.post(path, headers=headers, **what)
            except httpx.HTTPError:
                return None

        answer = self.until_answered(once)
        return answer.json() if answer is not None and answer.is_success else None

    # --- asking ---

    def ask(self, method: str, path: str, what: Any = None, headers: Any = None) -> httpx.Response | None:
        """Ask once; None when there is no answer."""
        try:
            answer = self.http.request(method, path, json=what, headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            self.notes.count("nobody there")
        except httpx.HTTPError:
            self.notes.count("answers lost")
        else:
            self.notes.answered(f"{method} {path}", answer)
            return answer
        return None

    def insist(self, method: str, path: str, what: Any, headers: Any) -> httpx.Response | None:
        """Ask the same again, word for word, until there is an answer that is no 503."""
        return self.until_answered(lambda: self.ask(method, path, what, headers))

    def until_answered(self, once: Callable[[], httpx.Response | None]) -> httpx.Response | None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            answer = once()
            if answer is not None and answer.status_code != 503:
                return answer
            if self.over.is_set():
                break
            time.sleep(self.dice.uniform(0.3, 1.5))
        self.notes.count("gave up")
        return None

    def think(self) -> None:
        time.sleep(self.dice.uniform(0, 0.5))

    def chance(self, of: float) -> bool:
        return self.dice.random() < of
