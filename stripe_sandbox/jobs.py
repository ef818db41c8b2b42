"""What happens by itself after a while: refunds that settle or bounce."""

from stripe_sandbox import refunds
from stripe_sandbox.books import Books

_ENDS = {"refund_fails": ("succeeded", "failed"), "refund_succeeds": ("pending", "succeeded")}


def run_due(books: Books) -> int:
    """Runs every job that is due; how many there were."""
    due = books.store.rows("select * from job where due_at <= ? order by due_at, id", books.instant)
    for job in due:
        books.store.run("delete from job where id = ?", job["id"])
        before, after = _ENDS[job["kind"]]
        refund = books.store.get("refund", job["ref"])
        if refund and refund["status"] == before:  # somebody may have moved it by hand
            refunds.move(books, refund, after)
    return len(due)
