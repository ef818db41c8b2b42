"""Everything in English: what pages say, and what letters say."""

from truflow.texts.english import (
    admin,
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
    **frame.TEXTS,
    **home.TEXTS,
    **choosing.TEXTS,
    **booking.TEXTS,
    **calendar.TEXTS,
    **manage.TEXTS,
    **legal.TEXTS,
    **admin.TEXTS,
    **patterns.TEXTS,
    **refusals.TEXTS,
}
LETTERS: dict[str, str] = letters.TEXTS
