"""What must be true of the tables, in SQL that shares nothing with the code which keeps it true."""

from truflow.services.verification import audit, diary, guards, messages, money, waiting
from truflow.services.verification.rule import Rule

RULES: tuple[Rule, ...] = (
    *diary.RULES,
    *money.RULES,
    *waiting.RULES,
    *messages.RULES,
    *audit.RULES,
    *guards.RULES,
)

__all__ = ["RULES", "Rule"]
