"""A rule: a name, what must hold, the query that finds each row of which it does not, and what to do then."""

import datetime as dt
import inspect
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session

from truflow.services.views import FindingView

SHOWN = 100
"""Findings of one rule that are listed; one mishap can touch every row, and a list of all of them helps nobody."""

BOOKING = "'booking ' || b.reference || ' (' || b.id || ')'"
"""How a finding names a booking `b`: its reference as people say it, and its id."""

IN_THE_DIARY = "('PENDING', 'CONFIRMED', 'COMPLETED', 'NO_SHOW')"
TAKES_PLACE = "('CONFIRMED', 'COMPLETED', 'NO_SHOW')"


@dataclass(frozen=True)
class Rule:
    """`sql` answers with `row` and `what` for each row that breaks it, and may ask for `:now`."""

    name: str
    holds: str
    sql: str
    todo: str

    def broken(self, session: Session, now: dt.datetime) -> list[FindingView]:
        """Every finding, the first hundred of them listed."""
        values = {"now": now} if ":now" in self.sql else {}
        found = session.execute(text(f"{self.sql}\nlimit {SHOWN + 1}"), values).all()
        listed = [FindingView(self.name, row, what, self.todo) for row, what in found[:SHOWN]]
        if len(found) > SHOWN:
            listed.append(FindingView(self.name, "more rows", f"More than {SHOWN} rows break this rule.", self.todo))
        return listed


def rule(todo: str) -> Callable[[Callable[[], str]], Rule]:
    """Make a rule of a function: its name, its docstring as what must hold, the SQL that it returns."""

    def make(function: Callable[[], str]) -> Rule:
        return Rule(function.__name__, inspect.getdoc(function) or "", function(), todo)

    return make
