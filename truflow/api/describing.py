"""How the API's description tells of refusals, pages and examples: from the refusals themselves, so that it is true."""

from collections.abc import Sequence
from typing import Any

from truflow.api.refusals import SENTENCES, STATUS
from truflow.api.schemas import Out, example
from truflow.errors import Busy, Invalid, Refusal

__all__ = ["ErrorAnswer", "PageOut", "everywhere", "example", "page_of", "refuses"]

ANY_FIELD = Invalid({"limit": ["We cannot use this value."]})


class ErrorOut(Out):
    """What was refused: a stable code, a sentence for a person, and a sentence for each field that is wrong."""

    code: str
    message: str
    fields: dict[str, list[str]]
    decline_code: str | None = None


class ErrorAnswer(Out):
    error: ErrorOut


class PageOut(Out):
    """Where a page of a list stands; the subclass has the `items`."""

    page: int
    limit: int
    total: int
    total_pages: int


def page_of(page: int, limit: int, total: int) -> dict[str, int]:
    """The numbers beside a page's items."""
    return {"page": page, "limit": limit, "total": total, "total_pages": -(-total // limit)}


def refuses(*refusals: Refusal) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may refuse so, by status, with what it would really answer as the example."""
    by_status: dict[int, list[Refusal]] = {}
    for refusal in refusals:
        by_status.setdefault(STATUS[refusal.code], []).append(refusal)
    if 422 in by_status and not any(refusal.code == Invalid.code for refusal in by_status[422]):
        by_status[422].insert(0, ANY_FIELD)
    return {status: _response(some) for status, some in by_status.items()}


class _Malformed(Refusal):
    code = "MALFORMED"


def everywhere() -> dict[int | str, dict[str, Any]]:
    """What any route may refuse with."""
    return refuses(_Malformed(SENTENCES["MALFORMED"]), ANY_FIELD, Busy())


def _response(refusals: Sequence[Refusal]) -> dict[str, Any]:
    examples = {refusal.code: {"value": {"error": _error(refusal)}} for refusal in refusals}
    return {
        "model": ErrorAnswer,
        "description": " or ".join(examples),
        "content": {"application/json": {"examples": examples}},
    }


def _error(refusal: Refusal) -> dict[str, Any]:
    extra = {"declineCode": refusal.decline_code} if refusal.decline_code else {}
    return {"code": refusal.code, "message": refusal.message, "fields": refusal.fields, **extra}
