"""French, to guests as vous."""

from truflow.texts.french import (
    booking,
    calendar,
    choosing,
    frame,
    home,
    legal,
    letters,
    manage,
    patterns,
    refusals,
)

TEXTS: dict[str, str] = {
    **booking.TEXTS,
    **calendar.TEXTS,
    **choosing.TEXTS,
    **frame.TEXTS,
    **home.TEXTS,
    **legal.TEXTS,
    **manage.TEXTS,
    **patterns.TEXTS,
    **refusals.TEXTS,
}
LETTERS: dict[str, str] = letters.TEXTS
