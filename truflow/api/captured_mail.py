"""`/sandbox/mail`: the mails of a demo, as pages and as JSON; mounted only when mail is captured."""

from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from truflow.integrations.mail import CapturedMail, captured

FOLDER = "/sandbox/mail"
LONGEST_LIST = 200

# A mail is somebody else's HTML: it may show itself, open links in new tabs, and nothing more.
BODY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


def routes() -> list[Route]:
    """The routes of the captured mail, all of them read-only."""
    return [
        Route(FOLDER, _page, methods=["GET"]),
        Route(f"{FOLDER}/", _page, methods=["GET"]),
        Route(f"{FOLDER}.json", _json, methods=["GET"]),
        Route(f"{FOLDER}/{{id}}.html", _body, methods=["GET"]),
        Route(f"{FOLDER}/{{id}}", _page, methods=["GET"]),
        Route(f"{FOLDER}/{{id}}/{{number:int}}/{{filename}}", _attachment, methods=["GET"]),
        Route(f"{FOLDER}/{{id}}/{{filename}}", _attachment, methods=["GET"]),
    ]


def _json(_: Request) -> JSONResponse:
    return JSONResponse([_as_json(mail) for mail in captured()])


def _as_json(mail: CapturedMail) -> dict[str, Any]:
    return {
        "id": mail.id,
        "messageId": mail.message_id,
        "to": mail.to,
        "subject": mail.subject,
        "html": mail.html,
        "text": mail.text,
        "at": mail.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "attachments": [
            {
                "filename": file.filename,
                "contentType": file.content_type,
                "url": _attachment_url(mail, number),
            }
            for number, file in enumerate(mail.attachments)
        ],
    }


def _attachment_url(mail: CapturedMail, number: int) -> str:
    """By name, and by number too when two attachments of a mail have one name."""
    names = [file.filename for file in mail.attachments]
    unique = "" if names.count(names[number]) == 1 else f"{number}/"
    return f"{FOLDER}/{mail.id}/{unique}{quote(names[number], safe='')}"


def _page(request: Request) -> Response:
    mails = captured()
    wanted = request.path_params.get("id")
    opened = next((mail for mail in mails if mail.id == wanted), None)
    if wanted and opened is None:
        return HTMLResponse(_sheet(mails, None), status_code=404)
    return HTMLResponse(_sheet(mails, opened))


def _body(request: Request) -> Response:
    mail = _find(request.path_params["id"])
    if mail is None:
        return Response("There is no such mail.", status_code=404, media_type="text/plain")
    # Links open beside the list: our own pages refuse to be shown inside a frame.
    html = mail.html.replace("<head>", '<head><base target="_blank">', 1)
    return HTMLResponse(html, headers={"Content-Security-Policy": BODY_POLICY})


def _attachment(request: Request) -> Response:
    mail = _find(request.path_params["id"])
    number, name = request.path_params.get("number"), request.path_params["filename"]
    for index, file in enumerate(mail.attachments if mail else ()):
        if file.filename == name and number in (None, index):
            disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
            headers = {"Content-Type": file.content_type, "Content-Disposition": disposition}
            return Response(file.content, headers=headers)
    return Response("There is no such attachment.", status_code=404, media_type="text/plain")


def _find(mail_id: str) -> CapturedMail | None:
    return next((mail for mail in captured() if mail.id == mail_id), None)


def _sheet(mails: list[CapturedMail], opened: CapturedMail | None) -> str:
    files = [(f.filename, _attachment_url(opened, i)) for i, f in enumerate(opened.attachments)] if opened else []
    sheet = _sheets().get_template("captured.html")
    return sheet.render(mails=mails[:LONGEST_LIST], count=len(mails), opened=opened, files=files, folder=FOLDER)


@cache
def _sheets() -> Environment:
    return Environment(
        loader=PackageLoader("truflow.mails", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
