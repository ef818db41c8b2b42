"""Which passwords we take: long ones that nobody guesses first, and no rules about digits and signs."""

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

SHORTEST, LONGEST = 12, 128
FEWEST_DIFFERENT = 5
SHORTEST_NAME = 4  # shorter words of a name or address turn up in good passwords by chance

WORN = """
password passw0rd passwort qwerty qwertyuiop qwertz asdfgh asdfghjkl zxcvbn zxcvbnm letmein welcome iloveyou abc abcd
admin administrator master monkey dragon sunshine princess football baseball superman batman shadow login starwars
whatever trustno1 changeme secret default guest truflow massage booking appointment practice studio owner mypassword
computer internet samsung michael jennifer charlie jordan ashley pokemon liverpool chelsea abcdef abcdefgh summer
winter spring autumn hello test temp pass user root hunter
"""
COMMON = frozenset(WORN.split())
"""The roots of what is guessed first; a list of long passwords is mostly these, twice over or with digits behind."""

SEQUENCES = ("01234567890" * 3, "abcdefghijklmnopqrstuvwxyz" * 2, "qwertyuiopasdfghjklzxcvbnm", "1q2w3e4r5t6y7u8i9o0p")
LEET = str.maketrans("013457@$!", "oieastasi")


def parse_password(text: str, *, about: Iterable[str] = ()) -> str:
    """The password, if it is one to keep; `about` are names that strangers know. Raises ValueError with a sentence."""
    if len(text) < SHORTEST:
        raise ValueError(f"Please use at least {SHORTEST} characters; three or four words are easy to keep in mind.")
    if len(text) > LONGEST:
        raise ValueError(f"Please use at most {LONGEST} characters.")
    if "\x00" in text:
        raise ValueError("Please remove the special characters.")
    if _is_guessed_first(text.lower(), _words(about)):
        raise ValueError("This one is easy to guess. Three or four words that do not belong together are better.")
    return text


def _is_guessed_first(text: str, names: frozenset[str]) -> bool:
    if len(set(text)) < FEWEST_DIFFERENT or text.isdigit():
        return True
    letters = re.sub(r"[^a-z0-9]", "", text)
    if 2 * len(letters) > len(text) and any(letters in sequence or letters in sequence[::-1] for sequence in SEQUENCES):
        return True
    root = re.sub(r"[\W\d_]+$", "", text)
    return any(_is_worn(re.sub(r"[\W\d_]", "", spelt), names) for spelt in (root, root.translate(LEET)))


def _is_worn(text: str, names: frozenset[str]) -> bool:
    """One common word, once or again and again; or nothing but names."""
    return any(_made_of(text, {word}) for word in COMMON) or _made_of(text, names)


def _made_of(text: str, words: AbstractSet[str]) -> bool:
    ends = {0}
    for end in range(1, len(text) + 1):
        if any(start in ends and text[start:end] in words for start in range(end)):
            ends.add(end)
    return bool(text) and len(text) in ends


def _words(about: Iterable[str]) -> frozenset[str]:
    found = (word for text in about for word in re.split(r"[\W\d_]+", text.lower()))
    return frozenset(word for word in found if len(word) >= SHORTEST_NAME)
