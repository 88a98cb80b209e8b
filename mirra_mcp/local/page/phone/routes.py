"""The phone: texts and calls as conversations, and a way to be the other side."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mirra_mcp.client.errors import MirraError
from mirra_mcp.local.page.phone.conversations import (
    CLERK,
    VENDOR,
    conversations,
    numbers,
)
from mirra_mcp.local.page.phone.rooms import rooms
from mirra_mcp.local.page.rendering import show
from mirra_mcp.local.page.visits import Visit, done, visit

SHOWN = 200
EVENTS = {
    "answer": "call.answered",
    "press": "call.pressed",
    "say": "call.spoke",
    "hang_up": "call.hung_up",
}
"""What the other side can do in a call, by button."""
DONE = {
    "answer": "They picked up.",
    "press": "They pressed the keys.",
    "say": "They said it.",
    "hang_up": "They hung up.",
}


async def index(request: Request) -> Response:
    """`GET /s/{session}/phone`: the conversations, and the one that `of` and `with` name."""
    seeing = await visit(request)
    query = request.query_params
    words = query.get("q", "")[:200]
    found = await conversations(seeing, words)
    ours, theirs = query.get("of", ""), query.get("with", "")
    opened = next((each for each in found if (each.ours, each.theirs) == (ours, theirs)), None)
    if opened is None and theirs and words:
        everything = await conversations(seeing)
        opened = next((each for each in everything
                       if (each.ours, each.theirs) == (ours, theirs)), None)  # fmt: skip
    places = await rooms(seeing)
    return show(
        seeing,
        "phone/index.html",
        "phone",
        has_phone=bool({VENDOR, CLERK} & set(seeing.vendors)),
        can_text=VENDOR in seeing.vendors,
        found=found[:SHOWN],
        words=words,
        opened=opened,
        rooms=[each for each in places if each.fits(words)][:SHOWN],
        room=next((each for each in places if each.id == query.get("room")), None),
        new="new" in query and VENDOR in seeing.vendors,
        numbers=await numbers(seeing),
        link=lambda each: f"?{urlencode({'of': each.ours, 'with': each.theirs})}",
    )


async def text(request: Request) -> Response:
    """`POST /s/{session}/phone/text`: text one of the account's numbers as somebody else."""
    seeing = await visit(request)
    form = await _form(request)
    given = {"from": form["with"], "to": form["of"] or None, "body": form["body"]}
    return await _acted(seeing, form, "message.received", "They sent the text.", given)


async def call(request: Request) -> Response:
    """`POST /s/{session}/phone/call`: call one of the account's numbers as somebody else."""
    seeing = await visit(request)
    form = await _form(request)
    given = {"from": form["with"], "to": form["of"] or None}
    return await _acted(seeing, form, "call.received", "They are calling.", given)


async def during(request: Request) -> Response:
    """`POST /s/{session}/phone/calls/{call}`: answer, press, say something, hang up."""
    seeing = await visit(request)
    form = await _form(request)
    act = form["do"]
    given: dict[str, Any] = {"callId": request.path_params["call"]}
    if act == "press":
        given["digits"] = form["digits"].replace(" ", "")
    elif act == "say":
        given["speech"] = form["speech"]
    if act not in EVENTS:
        raise MirraError("Choose what they do.", code="mirra.page.invalid", status=400)
    return await _acted(seeing, form, EVENTS[act], DONE[act], given)


async def chat(request: Request) -> Response:
    """`POST /s/{session}/phone/chats/{room}`: write in a conversation as one of its chat users."""
    seeing = await visit(request)
    form = await _form(request)
    room = request.path_params["room"]
    given = {"conversationId": room, "identity": form["with"], "body": form["body"]}
    place = f"{seeing.base}/phone?{urlencode({'room': room})}"
    try:
        made = await seeing.mirror(VENDOR).simulate("conversation.message_sent", **given)
    except MirraError as error:
        told = f"{error.message} {error.hint or ''}".strip()
        return done(seeing.request, place, told, failed=True)
    doc = made.result if isinstance(made.result, dict) else {}
    said = str(doc["reason"]) if doc.get("waits") else "They wrote it."
    return done(seeing.request, f"{place}#last", said)


async def _form(request: Request) -> dict[str, str]:
    sent = await request.form()
    names = ("of", "with", "body", "do", "digits", "speech")
    return {name: str(sent.get(name) or "").strip() for name in names}


async def _acted(
    seeing: Visit, form: dict[str, str], event: str, said: str, given: dict[str, Any]
) -> Response:
    """Let the world do something, and lead back to the conversation that it is of."""
    place = f"{seeing.base}/phone"
    plain = {name: value for name, value in given.items() if value is not None}
    back = {"of": form["of"], "with": form["with"]}
    try:
        made = await seeing.mirror(VENDOR).simulate(event, **plain)
    except MirraError as error:
        told = f"{error.message} {error.hint or ''}".strip()
        query = back if form["of"] else {"new": "1"}
        return done(seeing.request, f"{place}?{urlencode(query)}", told, failed=True)
    doc = made.result if isinstance(made.result, dict) else {}
    if doc.get("dropped"):
        said = str(doc.get("reason", "The text was dropped."))
    if doc.get("from") and doc.get("to") and event.endswith(".received"):
        back = {"of": str(doc["to"]), "with": str(doc["from"])}
    return done(seeing.request, f"{place}?{urlencode(back)}#last", said)


_PATH = "/s/{session}/phone"
routes = [
    Route(_PATH, index),
    Route(f"{_PATH}/text", text, methods=["POST"]),
    Route(f"{_PATH}/call", call, methods=["POST"]),
    Route(f"{_PATH}/calls/{{call}}", during, methods=["POST"]),
    Route(f"{_PATH}/chats/{{room}}", chat, methods=["POST"]),
]
