"""The mail: what the app sent and what came in, as the people who got it would read it."""

import mimetypes
from time import monotonic
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from mirra_mcp.client.errors import MirraError
from mirra_mcp.local.page.mail.bodies import body, remote_parts
from mirra_mcp.local.page.mail.boxes import BOXES, Mail, Search, mail_of, mails
from mirra_mcp.local.page.rendering import notice, show
from mirra_mcp.local.page.visits import OpenRoute, Visit, visit

SHOWN = 100
VIEWS = {"html": "HTML", "text": "Text", "source": "Source", "headers": "Headers"}
LONGEST_WAIT = 30.0
NEWEST = {"latest.html": "html", "latest.json": "json", "latest.txt": "txt"}


async def index(request: Request) -> Response:
    """`GET /s/{session}/mail`: the inbox."""
    return await _inbox(await visit(request), None)


async def one(request: Request) -> Response:
    """`GET /s/{session}/mail/{id}`: one mail beside the others."""
    seeing = await visit(request)
    return await _inbox(seeing, await _found(seeing))


async def content(request: Request) -> Response:
    """`GET /s/{session}/mail/{id}/body.html`: what the frame shows."""
    seeing = await visit(request)
    return await body(seeing, await _found(seeing))


async def source(request: Request) -> Response:
    """`GET /s/{session}/mail/{id}/source.eml`: the mail as a file."""
    mail = await _found(await visit(request))
    kept = {"content-disposition": f'attachment; filename="{mail.id}.eml"'}
    return Response(mail.source, media_type="message/rfc822", headers=kept)


async def file(request: Request) -> Response:
    """`GET /s/{session}/mail/{id}/files/{file}`: an attachment, to be kept and never opened."""
    seeing = await visit(request)
    mail, wanted = await _found(seeing), request.path_params["file"]
    for each in mail.files:
        path = each.get("download_path")
        if each.get("id") == wanted and path:
            held = await seeing.mirror(mail.vendor).download(path)
            if held is not None:
                return Response(held, media_type=_OCTETS, headers=_kept_as(each))
    raise MirraError(
        "There is no such attachment, or the mirror doesn't keep it.",
        code="mirra.page.not_found",
        status=404,
        hint="One that was sent by its URL is at that URL.",
    )


async def latest(request: Request) -> Response:
    """`GET /s/{session}/inbox/latest.{html,json,txt}`: the newest mail alone, for browser tests.

    `to`, `from`, `subject` and `q` narrow it, `box` is `sent` or `received`, `wait` are seconds
    until the first that fits.
    """
    if not _may_read(request):
        return notice(
            request,
            401,
            "The inbox of a test needs its token.",
            "Use 'inboxUrl' of the session, or send 'Authorization: Bearer <token>'.",
        )
    kind = NEWEST.get(request.path_params["name"])
    if kind is None:
        return notice(request, 404, "There is no such page.", f"There are {', '.join(NEWEST)}.")
    seeing = await visit(request)
    mail = await _newest(seeing)
    if mail is None:
        message, hint = "No mail fits.", "Wait for it: add 'wait=10', and look what 'to' says."
        if kind == "json":
            return JSONResponse({"error": {"message": message, "hint": hint}}, 404)
        return notice(request, 404, message, hint)
    if kind == "json":
        return JSONResponse(mail.told())
    if kind == "txt":
        return PlainTextResponse(mail.text)
    return await body(seeing, mail, alone=True)


def _may_read(request: Request) -> bool:
    access = request.app.state.access
    session, token = request.path_params["session"], request.query_params.get("token", "")
    return bool(access.judge(request) == "in" or access.opens_inbox(session, token))


async def _newest(seeing: Visit) -> Mail | None:
    query = seeing.request.query_params
    words = [f"{name}:{each}" for name in ("to", "from", "subject") if (each := query.get(name))]
    box = query.get("box", "sent")
    asked = query.get("wait", "0")
    wait = min(float(asked) if asked.replace(".", "", 1).isdecimal() else 0.0, LONGEST_WAIT)
    end = monotonic() + wait
    assert seeing.session is not None
    id, last = seeing.session.session_id, 0
    while True:
        left = end - monotonic()
        found = await mails(seeing, Search(query.get("q", ""), "" if box == "all" else box))
        for mail in found:
            if all(_says(mail, each) for each in words):
                return mail
        if left <= 0:
            return None
        page = await seeing.mirra.events_page(id, after=last, limit=1000, wait=min(left, 10))
        last = page.events[-1].id if page.events else last


def _says(mail: Mail, wanted: str) -> bool:
    """Tell whether a mail has what was asked for; here a space is part of it."""
    name, _, value = wanted.partition(":")
    where = {"to": mail.addresses("to"), "from": [mail.sender], "subject": [mail.subject]}
    return any(value.lower() in each.lower() for each in where[name])


async def _inbox(seeing: Visit, opened: Mail | None) -> Response:
    query = seeing.request.query_params
    search = Search(query.get("q", "")[:200], query.get("box", ""))
    found = await mails(seeing, search)
    view = query.get("view", "")
    if opened is not None and view not in VIEWS:
        view = "html" if opened.html else "text"
    kept = {name: value for name, value in (("q", search.words), ("box", search.box)) if value}
    return show(
        seeing,
        "mail/index.html",
        "mail",
        has_mail=any(vendor in BOXES for vendor in seeing.vendors),
        found=found[:SHOWN],
        more=max(len(found) - SHOWN, 0),
        search=search,
        query=f"?{urlencode(kept)}" if kept else "",
        opened=opened,
        view=view,
        views=VIEWS,
        width="phone" if query.get("width") == "phone" else "wide",
        remote=remote_parts(opened.html) if opened else 0,
    )


async def _found(seeing: Visit) -> Mail:
    id = seeing.request.path_params["id"]
    mail = await mail_of(seeing, id)
    if mail is None:
        raise MirraError(
            f"There is no mail '{id[:60]}'.",
            code="mirra.page.not_found",
            status=404,
            hint="It may be of another session, or was taken back by a reset.",
        )
    return mail


_OCTETS = "application/octet-stream"


def _kept_as(file: dict[str, object]) -> dict[str, str]:
    """Return the headers that let a browser keep a file, and never show it."""
    kind = str(file.get("content_type") or _OCTETS)
    name = str(file.get("filename") or f"attachment{mimetypes.guess_extension(kind) or ''}")
    plain = "".join(each if (each.isascii() and each.isalnum()) or each in " ._-" else "_"
                    for each in name)[:100]  # fmt: skip
    return {
        "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",  # noqa: E501  one header
        "content-security-policy": "sandbox; default-src 'none'",
    }


_PATH = "/s/{session}/mail"
routes = [
    Route(_PATH, index),
    Route(f"{_PATH}/{{id}}", one),
    Route(f"{_PATH}/{{id}}/body.html", content),
    Route(f"{_PATH}/{{id}}/source.eml", source),
    Route(f"{_PATH}/{{id}}/files/{{file}}", file),
    OpenRoute("/s/{session}/inbox/{name}", latest),
]
