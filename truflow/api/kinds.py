"""Kinds of text and id as the API's description tells them; the services check them, with a sentence for people."""

from typing import Annotated, Any

from fastapi import Path
from pydantic import BeforeValidator, Field, StrictStr, WithJsonSchema

from truflow.domain.contact import EMAIL_MAX, NAME_MAX, NOTES_MAX, PHONE_MAX
from truflow.domain.passwords import LONGEST, SHORTEST

NO_NUL = r"^[^\x00]*$"
ONE_LINE = r"^[^\x00-\x08\x0e-\x1b\x7f]*$"
A_WORD = r"^[^\x00-\x08\x0e-\x1b\x7f]*[^\s\x00-\x20\x7f\x85\xa0\ufeff][^\x00-\x08\x0e-\x1b\x7f]*$"
SLUG = r"([0-9]*[a-z][a-z0-9]*(-[a-z0-9]+)*|[0-9]+(-[a-z0-9]+)+)"
PHONE = r"^\(?\+?[0-9]([ ()./-]*[0-9]){5,14}[ ()./-]*$"
TIME = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
ROW, UUID = r"^[1-9][0-9]{0,8}$", "5f0c1c9e-7a0e-4c53-9d0a-0f3c6f1c2b11"


def _whole(value: Any) -> Any:
    """JSON has one kind of number: 140.0 is a whole one."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_whole)
"""Stands last, beside a StrictInt and its bounds."""

Text = Annotated[StrictStr, Field(max_length=20_000, pattern=NO_NUL)]


def told(**more: Any) -> Any:
    """What the description says of a text; whoever breaks it hears so from the service."""
    return Field(json_schema_extra=more)


def line(most: int, *, needed: bool = False) -> Any:
    """One line of at most so many characters; `needed` wants something in it."""
    return told(maxLength=most, pattern=A_WORD, minLength=1) if needed else told(maxLength=most, pattern=ONE_LINE)


Email = Annotated[Text, told(format="email", maxLength=EMAIL_MAX, pattern=NO_NUL)]
PersonName = Annotated[Text, line(NAME_MAX, needed=True)]
Phone = Annotated[Text, told(maxLength=PHONE_MAX, pattern=PHONE)]
Notes = Annotated[Text, told(maxLength=NOTES_MAX)]
EMAIL_OR_NOTHING = told(maxLength=EMAIL_MAX, anyOf=[{"format": "email"}, {"maxLength": 0}])
PHONE_OR_NOTHING = told(maxLength=PHONE_MAX, pattern=f"^$|{PHONE}")
NewPassword = Annotated[Text, told(minLength=SHORTEST, maxLength=LONGEST)]
TimeOfDay = Annotated[Text, told(pattern=TIME, examples=["09:00"])]
Slug = Annotated[Text, told(maxLength=80, pattern=f"^{SLUG}$", examples=["deep-tissue"])]
SlugOrNone = Annotated[Text, told(maxLength=80, pattern=f"^({SLUG})?$", examples=["deep-tissue"])]

InPath = Annotated[str, Path(examples=["3"]), WithJsonSchema({"type": "string", "pattern": ROW})]
"""The number of a row; what cannot be one is not found, like one that is not there."""

UuidInPath = Annotated[str, Path(examples=[UUID]), WithJsonSchema({"type": "string", "format": "uuid"})]
