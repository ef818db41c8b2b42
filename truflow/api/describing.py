"""How the API's description tells of refusals, pages and examples: from the refusals themselves, so that it is true."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI

from truflow.api.examples import EXAMPLES
from truflow.api.refusals import SENTENCES, STATUS
from truflow.api.schemas import Out, example
from truflow.errors import Busy, Invalid, Refusal

__all__ = [
    "ANYBODY",
    "ErrorAnswer",
    "Malformed",
    "PageOut",
    "TooLarge",
    "complete",
    "everywhere",
    "example",
    "page_of",
    "refuses",
]

ANYBODY: dict[str, Any] = {"security": [{}]}
"""For `openapi_extra`: beside those who show who they are, everybody may come."""

RETRY_AFTER = {"description": "So many seconds to wait.", "schema": {"type": "integer", "minimum": 1}}

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


class Malformed(Refusal):
    code = "MALFORMED"

    def __init__(self) -> None:
        super().__init__(SENTENCES[self.code])


class TooLarge(Refusal):
    code = "TOO_LARGE"

    def __init__(self) -> None:
        super().__init__("This is more than we take at once.")


class OriginRefused(Refusal):
    code = "ORIGIN_REFUSED"

    def __init__(self) -> None:
        super().__init__("This request comes from another site, so it is not carried out.")


def everywhere() -> dict[int | str, dict[str, Any]]:
    """What any route may refuse with."""
    return refuses(Malformed(), ANY_FIELD, Busy())


def complete(api: FastAPI) -> None:
    """Add what no route knows of: the edge's refusals of writes, and an example to each answer that has none."""
    plain = api.openapi

    def openapi() -> dict[str, Any]:
        if api.openapi_schema is None:
            spec = plain()
            for verbs in spec["paths"].values():
                for verb in verbs.keys() - {"get"}:
                    _add_refusals(verbs[verb]["responses"], OriginRefused(), TooLarge())
            for name, shown in EXAMPLES.items():
                spec["components"]["schemas"][name]["examples"] = [shown]  # FastAPI leaves nulls out
        return api.openapi_schema or spec

    api.openapi = openapi  # type: ignore[method-assign]


def _add_refusals(responses: dict[str, Any], *refusals: Refusal) -> None:
    for status, response in refuses(*refusals).items():
        response["content"]["application/json"]["schema"] = {"$ref": "#/components/schemas/ErrorAnswer"}
        responses.setdefault(str(status), {key: value for key, value in response.items() if key != "model"})


def _response(refusals: Sequence[Refusal]) -> dict[str, Any]:
    examples = {refusal.code: {"value": {"error": _error(refusal)}} for refusal in refusals}
    waits = any(refusal.retry_after is not None for refusal in refusals)
    return {
        "model": ErrorAnswer,
        "description": " or ".join(examples),
        **({"headers": {"Retry-After": RETRY_AFTER}} if waits else {}),
        "content": {"application/json": {"examples": examples}},
    }


def _error(refusal: Refusal) -> dict[str, Any]:
    extra = {"declineCode": refusal.decline_code} if refusal.decline_code else {}
    return {"code": refusal.code, "message": refusal.message, "fields": refusal.fields, **extra}
