"""The parts of the long proof: which tests each runs, how they are shared out, and how long a share may take."""

from dataclasses import dataclass

TESTS = "tests/proof"
CONTRACT = "tests/contract/test_schemathesis.py"


@dataclass(frozen=True)
class Part:
    """Some tests in their long form, in shares of at most half an hour; `processes` says that the queue takes part."""

    what: str
    tests: tuple[str, ...]
    shares: int = 1
    processes: bool = False
    minutes: int = 30

    def names(self, name: str) -> list[str]:
        """The shares by name: `machine.1` to `machine.5`, or just `cap`."""
        return [f"{name}.{number + 1}" for number in range(self.shares)] if self.shares > 1 else [name]


def _of(file: str, *chosen: str) -> tuple[str, ...]:
    return (f"{TESTS}/test_{file}.py", *(("-k", " or ".join(chosen)) if chosen else ()))


PARTS: dict[str, Part] = {
    "oracle": Part("the oracle finds what is planted", _of("oracle")),
    "control": Part("the race without its guard", ("tests/races/test_same_slot.py", "-k", "constraint")),
    "same-slot": Part("10,000 requests for 200 times over HTTP", _of("same_time", "fifty_guests"), processes=True),
    "overlaps": Part("20,000 attempts over 20 seeds", _of("same_time", "overlapping_lengths")),
    "cap": Part("the daily cap, 100 rounds of 50", _of("same_time", "the_cap")),
    "late-money": Part("2,940 payments that came late, four racers each", _of("late_money"), shares=2),
    "lost-letters": Part("128 subsets of the letters lost, then reconciled", _of("letters", "lost")),
    "kill9": Part("kill -9 at every point, alone and tried again", _of("kills", "kill9")),
    "lost-answers": Part("Stripe's answers lost, seven ways", _of("kills", "lost_answers")),
    "database-gone": Part("the database gone at every point", _of("kills", "database_gone"), shares=2),
    "real-kills": Part("72 kills of web, worker and database", _of("real_kills"), shares=3, processes=True),
    "chaos": Part("50 guests while everything falls over", _of("chaos"), processes=True),
    "interleavings": Part("two use cases step by step, 5,040 schedules", _of("interleavings"), shares=8),
    "letters": Part("letters in all 5,040 orders", _of("letters", "every_order"), shares=12),
    "contract": Part("1,000 cases for each operation of the API", (CONTRACT, "-k", "sign_in"), shares=20),
    "chains": Part("1,000 chains of requests, and the limits on", (CONTRACT, "-k", "next or limits"), minutes=75),
    "machine": Part("5,000 stories of 80 steps against a plain model", _of("state_machine"), shares=20),
}


def chosen(word: str) -> list[str]:
    """The shares that a word stands for; none when it is unknown."""
    name = word.split(".")[0]
    shares = PARTS[name].names(name) if name in PARTS else []
    return shares if word == name else [word] if word in shares else []
