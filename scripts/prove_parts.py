"""The parts of the long proof: which tests each runs, and how much of them."""

from dataclasses import dataclass, field

TESTS = "tests/proof"


@dataclass(frozen=True)
class Part:
    """Some tests in their long form; at most half an hour."""

    what: str
    tests: tuple[str, ...]
    amounts: dict[str, str] = field(default_factory=dict)
    minutes: int = 30


PARTS: dict[str, Part] = {
    "oracle": Part("the oracle finds what is planted", (f"{TESTS}/test_oracle.py",)),
    "same-slot": Part("10,000 requests for 200 times over HTTP", (f"{TESTS}/test_same_time.py", "-k", "fifty_guests")),
    "overlaps": Part("20,000 attempts over 20 seeds", (f"{TESTS}/test_same_time.py", "-k", "overlapping_lengths")),
    "cap": Part("the daily cap, 100 rounds of 50", (f"{TESTS}/test_same_time.py", "-k", "the_cap")),
    "control": Part("the race without its guard", ("tests/races/test_same_slot.py", "-k", "constraint")),
    "interleavings": Part("two use cases step by step", (f"{TESTS}/test_interleavings.py",)),
    "letters": Part("letters in every order", (f"{TESTS}/test_letters.py", "-k", "every_order")),
    "lost-letters": Part("letters lost, then reconciled", (f"{TESTS}/test_letters.py", "-k", "lost")),
    "machine": Part("a state machine against a plain model", (f"{TESTS}/test_state_machine.py",)),
    "crashes": Part("a death at every point", (f"{TESTS}/test_crashes.py",)),
}
