"""Lost links, asked for without JavaScript: the same answer always."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from truflow.api.forms import form_of
from truflow.api.plain.drawing import Sheet, draw
from truflow.api.refusals import STATUS
from truflow.api.visitor import client_address
from truflow.clock import utc_now
from truflow.errors import Invalid, Refusal
from truflow.services import catalogue, finding
from truflow.texts import speaking, t
from truflow.threads import in_thread


async def see(request: Request) -> Response:
    """The form."""
    with speaking(request.query_params.get("language", "en")):
        return await _page()


async def ask(request: Request) -> Response:
    """Ask for the links of an address."""
    form = await form_of(request)
    with speaking(form.get("language", "en")):
        try:
            email = form.get("email", "")[:1000]
            await in_thread("db", finding.ask, email, client=client_address(request), now=utc_now())
        except Invalid as refusal:
            return await _page(refusal, wrong=" ".join(refusal.fields.get("email", [])))
        except Refusal as refusal:
            return await _page(refusal, notice=refusal.message)
        return await _page(sent=True)


async def _page(refusal: Refusal | None = None, *, notice: str = "", wrong: str = "", sent: bool = False) -> Response:
    practice = await in_thread("db", catalogue.get_practice)
    title = t("find.sent_title" if sent else "find.title")
    sheet = Sheet(practice, title, status=STATUS.get(refusal.code, 400) if refusal else 200, notice=notice)
    response = draw("find", sheet, sent=sent, wrong=wrong)
    if refusal is not None and refusal.retry_after is not None:
        response.headers["retry-after"] = str(refusal.retry_after)
    return response


def routes() -> list[Route]:
    """The addresses of the lost links."""
    return [Route("/plain/find", see, methods=["GET"]), Route("/plain/find", ask, methods=["POST"])]
