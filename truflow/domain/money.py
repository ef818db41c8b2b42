"""Sums in integer cents: what is paid, what came back, what is still due, and the one word for it."""

from dataclasses import dataclass

UNPAID = "UNPAID"
DEPOSIT_PAID = "DEPOSIT_PAID"
PAID = "PAID"
REFUND_PENDING = "REFUND_PENDING"
PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
REFUNDED = "REFUNDED"
REFUND_FAILED = "REFUND_FAILED"


@dataclass(frozen=True)
class Sums:
    """All money of one booking; `refunding` is on its way back, `by_hand` of it over the desk; `refund_failed` did
    not arrive."""

    price: int
    paid: int
    refunded: int = 0
    refunding: int = 0
    by_hand: int = 0
    refund_failed: int = 0

    @property
    def balance(self) -> int:
        """What the guest still owes for a visit that takes place; money given back is a gift, not a new debt."""
        return max(0, self.price - self.paid)

    @property
    def status(self) -> str:
        """`paymentStatus`: derived, never stored; what needs attention comes first."""
        if self.refund_failed:
            return REFUND_FAILED
        if self.refunding:
            return REFUND_PENDING
        if self.refunded:
            return REFUNDED if self.refunded >= self.paid else PARTIALLY_REFUNDED
        if self.paid == 0 and self.price > 0:
            return UNPAID
        return PAID if self.paid >= self.price else DEPOSIT_PAID
