"""What should be true of a few bookings, reckoned in plain Python: no locks, no tables, no Stripe."""

import datetime as dt
from dataclasses import dataclass, field

HOLD, AGAIN, LONGEST = dt.timedelta(minutes=10), dt.timedelta(minutes=10), dt.timedelta(minutes=30)
TAKEN = ("PENDING", "CONFIRMED")


@dataclass
class Visit:
    """One booking as it should be; `paid` is what Stripe knows, `settled` what we know."""

    number: int
    slot: int
    made_at: dt.datetime
    holds_until: dt.datetime
    status: str = "PENDING"
    paid: bool = False
    settled: bool = False
    unpayable: bool = False
    asked_by_bank: bool = False
    at_desk: bool = False
    refunds: int = 0

    def overdue(self, now: dt.datetime) -> bool:
        return self.status == "PENDING" and self.holds_until <= now


@dataclass
class Model:
    """All visits, and in their order what the worker still has to do."""

    visits: list[Visit] = field(default_factory=list)
    waiting: list[tuple[str, Visit]] = field(default_factory=list)

    def book(self, slot: int, now: dt.datetime) -> str:
        self.expire([visit for visit in self.visits if visit.slot == slot], now)
        if self.taken(slot):
            return "SLOT_TAKEN"
        self.visits.append(Visit(len(self.visits), slot, now, now + HOLD))
        return "BOOKED"

    def taken(self, slot: int) -> bool:
        return any(visit.slot == slot and visit.status in TAKEN for visit in self.visits)

    def expire(self, visits: list[Visit], now: dt.datetime) -> None:
        for visit in sorted(visits, key=lambda visit: visit.holds_until):
            if visit.overdue(now):
                visit.status = "EXPIRED"
                self.waiting.append(("cancel", visit))

    def offer_card(self, visit: Visit, card: str, now: dt.datetime) -> str:
        """What paying answers; the hold grows with every card that is looked at."""
        if visit.status == "CANCELLED":
            return "ALREADY_CANCELLED"
        if visit.overdue(now) or visit.status in ("EXPIRED", "CONFLICT"):
            return "HOLD_EXPIRED"
        if visit.status != "PENDING":
            return "ALREADY_PAID"
        visit.holds_until = max(visit.holds_until, min(now + AGAIN, visit.made_at + LONGEST))
        if visit.paid or card == "good":
            visit.paid = True
            self.settle(visit, now)
            return visit.status
        if card == "declined":
            return "PAYMENT_DECLINED"
        visit.asked_by_bank = True
        return "PENDING"

    def settle(self, visit: Visit, now: dt.datetime) -> None:
        if visit.status == "EXPIRED":  # whoever asks about its money looks at its place, and what is overdue there ends
            self.expire([other for other in self.visits if other.slot == visit.slot], now)
        if not visit.paid or visit.settled:
            return
        visit.settled = True
        match visit.status:
            case "PENDING":
                visit.status = "CONFIRMED"
            case "EXPIRED":
                visit.status = "CONFLICT" if self.taken(visit.slot) else "CONFIRMED"
                visit.refunds += visit.status == "CONFLICT"
            case "CANCELLED":
                visit.refunds += 1
            case "CONFIRMED" if visit.at_desk:
                visit.refunds += 1

    def cancel(self, visit: Visit) -> str:
        if visit.status == "CANCELLED":
            return "ALREADY_CANCELLED"
        if visit.status not in TAKEN:
            return "POLICY_REFUSES"
        visit.refunds += visit.settled
        if not visit.settled:
            self.waiting.append(("cancel", visit))
        visit.status = "CANCELLED"
        return "CANCELLED"

    def move(self, visit: Visit, slot: int, now: dt.datetime) -> str:
        if visit.status != "CONFIRMED":
            return "POLICY_REFUSES"
        others = [other for other in self.visits if other.slot == slot and other is not visit]
        self.expire(others, now)
        if any(other.status in TAKEN for other in others):
            return "SLOT_TAKEN"
        visit.slot = slot
        return "CONFIRMED"

    def take_cash(self, visit: Visit, now: dt.datetime) -> str:
        """All that is due, at the desk; a card payment under way becomes one too many."""
        if visit.overdue(now) or visit.status == "EXPIRED":
            return "HOLD_EXPIRED"
        if visit.status not in TAKEN:
            return "POLICY_REFUSES"
        if visit.at_desk:
            return "ALREADY_PAID"
        visit.at_desk = True
        if visit.status == "PENDING":
            visit.status = "CONFIRMED"
            self.waiting.append(("cancel", visit))
        return "CONFIRMED"

    def work(self, now: dt.datetime) -> None:
        """Everything promised, in the order of the promises."""
        while self.waiting:
            what, visit = self.waiting.pop(0)
            self.settle(visit, now)
            if what == "cancel" and not visit.paid:
                visit.unpayable, visit.asked_by_bank = True, False
