"""Those who ask while schemathesis invents: an admin who is always signed in, and guests with bookings of their own."""

import datetime as dt
import random
import time
from typing import Any

from sqlalchemy import Engine, text

from tests.kit.wishes import HOUR_MASSAGE, wish
from truflow.clock import utc_now
from truflow.db import transaction
from truflow.models import Booking, SessionKind
from truflow.services import admins, availability, bookings, sessions, tokens

COOKIE, ORIGIN = "__Host-truflow_admin", "https://book.example.com"
MAYA, PASSWORD = "maya@example.com", "correct horse battery staple"
DAYS_AHEAD = range(2, 50)
LOOK_AGAIN = 0.2
"""Seconds; to look before each request whether she is still signed in took as long as the requests."""


class Visitors:
    """They sign in anew when a request has signed them out, and lend real ids where invented ones find nothing."""

    def __init__(self, database: Engine, *, seed: int) -> None:
        self.database, self.chance = database, random.Random(seed)
        self.admin = admins.create_admin(MAYA, "Maya Weaver", PASSWORD)
        self.raw, self.looked = "", 0.0
        self.ids: list[Any] = []
        for place in range(3):
            self.book(place)

    def book(self, place: int) -> None:
        """One more booking at the desk, if the practice, as it has become, still has a time."""
        now = utc_now()
        for days in DAYS_AHEAD[place % len(DAYS_AHEAD) :]:
            day = now.date() + dt.timedelta(days=days)
            try:
                free = availability.free_slots(HOUR_MASSAGE, day, now=now).slots
                if free:
                    made = bookings.book_at_desk(wish(free[0].start_time), key=None, actor="admin:1", now=now)
                    self.ids.append(made.id)
                    return
            except Exception:  # the service may have been deleted meanwhile
                return

    def cookie(self) -> str:
        """The cookie of a session that is open, or was a moment ago."""
        if time.monotonic() - self.looked < LOOK_AGAIN:
            return self.raw
        self.looked = time.monotonic()
        if admins.who(self.raw, now=utc_now()) is None:
            with self.database.begin() as connection:
                again = "update admin_user set disabled_at = null where id = :id"
                connection.execute(text(again), {"id": self.admin.id})
            who: dict[str, Any] = {"client": "198.51.100.7", "device": "", "instead_of": None, "now": utc_now()}
            with transaction() as session:
                self.raw = sessions.begin(session, SessionKind.ADMIN, self.admin.id, **who)
        return self.raw

    def lend(self, case: Any) -> None:
        """A booking of ours in place of an invented one, three times out of four, with its token and its version."""
        if "booking_id" not in (case.path_parameters or {}) or not self.ids or self.chance.random() < 0.25:
            return
        if self.chance.random() < 0.05:
            self.book(self.chance.randrange(40))
        chosen = self.chance.choice(self.ids)
        with transaction() as session:
            booking = session.get(Booking, chosen)
            token, version = tokens.token_for(booking), booking.version
        case.path_parameters["booking_id"] = str(chosen)
        if not case.operation.path.startswith("/admin"):
            case.headers["Authorization"] = f"Bearer {token}"
        fits = case.meta is None or case.meta.generation.mode.is_positive
        if fits and isinstance(case.body, dict) and "version" in case.body:
            case.body["version"] = version

    def provider(self) -> type:
        """How schemathesis signs in."""
        visitors = self

        class SignedIn:
            def get(self, case: Any, context: Any) -> str:
                return visitors.cookie()

            def set(self, case: Any, data: str, context: Any) -> None:
                case.headers = {**(case.headers or {}), "Origin": ORIGIN}
                if case.operation.path.startswith("/admin"):
                    case.cookies = {**(case.cookies or {}), COOKIE: data}
                negative = case.meta is not None and case.meta.generation.mode.is_negative
                if not negative:
                    visitors.lend(case)

        return SignedIn
