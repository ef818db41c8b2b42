"""Rules that no schema can tell: between fields, or between a request and what is there already.

Data that fit the schema may be refused with these, and with nothing else: `field: sentence`, or only the sentence.
"""

import re
from typing import Any

CODES = {"SLOT_NOT_OFFERED", "RANGE_TOO_LONG", "KEY_REUSED", "PAYMENT_DECLINED"}

SENTENCES = (
    r"(startDate|endDate): This field is needed\.",
    r"slug: Please use small letters, digits and hyphens, .*",
    r"Send either date, or startDate and endDate\.",
    r"The last day must not lie before the first\.",
    r"The end must not lie before the start\.",
    r"Somebody with this address can sign in already\.",
    r"This one is easy to guess\. .*",
    r"This does not look like an email address\. .*",
    r"Another service has this address already\. .*",
    r"This word is taken by a page of ours\. .*",
    r"We do not know all of these practitioners\.",
    r"The deposit must not be more than the price\.",
    r"Cards are charged from \d+ cents on; use 0 for no deposit\.",
    r"Please choose a date from today on, at most \d+ years ahead\.",
    r"This date has hours of its own already\. .*",
    r"Please send hours for a date that is open, and none for one that is closed\.",
    r"Please close after you open\.",
    r"This begins before the opening before it has closed\.",
    r"Please enter a time zone, for example .*",
    r"Please enter the three letters of a currency, .*",
    r"Please enter a web address, .*",
    r"Please use each number of hours once\.",
    r"Cancelling later must not give back more than cancelling earlier\.",
    r"Please enter at least one cent and at most what is still due\.",
    r"This does not cover the deposit, .*",
    r"Nothing can go back.*",
    r"Please enter at most \d+. this many cents were paid .*",
)
KNOWN = re.compile("|".join(f"(?:{sentence})" if ": " in sentence else f"(?:.*: {sentence})" for sentence in SENTENCES))


def is_such_a_rule(answer: Any) -> bool:
    """Whether a refusal of data that fit the schema is one of these rules."""
    error = answer["error"]
    texts = [f"{field}: {text}" for field, texts in error["fields"].items() for text in texts]
    known = bool(texts) and all(KNOWN.fullmatch(text) for text in texts)
    return error["code"] in CODES or (error["code"] == "INVALID" and known)
