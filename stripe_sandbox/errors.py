"""Stripe's error bodies: a class a kind, built where the rule is broken."""

from typing import Any


class Refused(Exception):
    """An answer that is not 2xx; `executed` says whether Stripe would save it under an idempotency key."""

    status = 400
    type = "invalid_request_error"
    executed = False

    def __init__(self, message: str, *, code: str | None = None, param: str | None = None, **more: Any) -> None:
        super().__init__(message)
        self.error: dict[str, Any] = {"message": message, "type": self.type}
        if code:
            self.error |= {"code": code, "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"}
        if param:
            self.error["param"] = param
        self.error |= more

    @property
    def body(self) -> dict[str, Any]:
        return {"error": self.error}


class Malformed(Refused):
    """A parameter is wrong: nothing ran, nothing is saved."""


class Broken(Refused):
    """The parameters are fine, the object's state is not: the endpoint had begun."""

    executed = True


class Missing(Refused):
    status = 404

    def __init__(self, kind: str, id_: str, param: str) -> None:
        super().__init__(f"No such {kind}: '{id_}'", code="resource_missing", param=param)


class NoSuchPath(Refused):
    status = 404

    def __init__(self, method: str, path: str) -> None:
        super().__init__(
            f"Unrecognized request URL ({method}: {path}). If you are trying to list objects, remove the trailing "
            "slash. If you are trying to retrieve an object, make sure you passed a valid (non-empty) identifier in "
            "your code. Please see https://stripe.com/docs or we can help at https://support.stripe.com/."
        )


class NotAllowed(Refused):
    """No key, an unknown key, or a publishable key where a secret one is needed."""

    status = 401


class Declined(Refused):
    """The card or the bank said no; the intent goes back to `requires_payment_method`."""

    status = 402
    type = "card_error"
    executed = True


class KeyReused(Refused):
    type = "idempotency_error"

    def __init__(self, key: str) -> None:
        super().__init__(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. "
            f"Try using a key other than '{key}' if you meant to execute a different request."
        )


class KeyReusedElsewhere(Refused):
    type = "idempotency_error"

    def __init__(self, key: str, first: str, now: str) -> None:
        super().__init__(
            "Keys for idempotent requests can only be used for the same endpoint they were first used for "
            f"('{now}' vs '{first}'). Try using a key other than '{key}' if you meant to execute a different request."
        )


class KeyInUse(Refused):
    status = 409
    type = "idempotency_error"

    def __init__(self, key: str) -> None:
        super().__init__(
            "There is currently another in-progress request using this Idempotent Key (that probably means you "
            f"submitted twice, and the other request is still going through): {key}. Please try again later.",
            code="idempotency_key_in_use",
        )


class RateLimited(Refused):
    status = 429

    def __init__(self) -> None:
        super().__init__(
            "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.",
            code="rate_limit",
        )


class Failed(Refused):
    """Stripe's own trouble."""

    status = 500
    type = "api_error"

    def __init__(self) -> None:
        super().__init__("Sorry! There was an error while talking to Stripe. Try again in a moment.")
