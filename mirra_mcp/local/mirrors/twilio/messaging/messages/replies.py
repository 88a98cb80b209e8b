"""Does what an application answers to an incoming text: `<Message>`, `<Redirect>`, or nothing.

Source: https://www.twilio.com/docs/messaging/twiml
"""

from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin

import orjson

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.webhooks import Outcome, Parcel
from mirra_mcp.local.mirrors.twilio.api.params import is_url
from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.local.mirrors.twilio.messaging.messages import sendables, twiml
from mirra_mcp.local.mirrors.twilio.messaging.messages.twiml import Fault, Say, Turn
from mirra_mcp.local.mirrors.twilio.messaging.params import CreateMessage
from mirra_mcp.wire.model import Doc

MOST_DOCUMENTS = 50
"""Source: https://www.twilio.com/docs/api/errors/14106"""
MOST_REPLIES = 10
"""Source: https://www.twilio.com/docs/api/errors/14109"""
LOOP, LOOP_TIME = 15, timedelta(seconds=30)
"""Source: https://www.twilio.com/docs/api/errors/14107"""
REDIRECTS = frozenset((301, 302, 303, 307, 308))
BROKEN = frozenset((11750, 12100, 12300))
"""Faults of a whole answer, for which the fallback address is asked."""
FAULT_OF = {21211: 14101, 21604: 14101, 21212: 14102, 21606: 14102, 21603: 14102, 21609: 14105}
"""What the debugger calls a refusal of the REST API when it is TwiML that asked for it."""


def run(twilio: Peers, session: Doc, parcel: Parcel, content_type: str, body: bytes) -> None:
    """Do what the answer to a webhook says, verb after verb.

    `session` is the message that came in; it counts the documents and replies.
    """
    session["_pages"] += 1
    twilio.messages.save(session)
    for step in twiml.read(body, content_type):
        if isinstance(step, Fault):
            twilio.notifications.fault(parcel, step.code, body)
            if step.code in BROKEN:
                fall_back(twilio, session, parcel, step.code)
        elif isinstance(step, Turn):
            _turn(twilio, session, parcel, step)
            return
        elif _say(twilio, session, parcel, step) and step.action is not None:
            return


def fall_back(twilio: Peers, session: Doc, parcel: Parcel, code: int) -> None:
    """Ask the fallback address for what the first could not say. It is asked once.

    Source: https://www.twilio.com/docs/usage/troubleshooting/fallback-urls
    """
    url, method = session["_fallback"]
    if url is None:
        return
    session = session | {"_fallback": [None, "POST"]}
    twilio.messages.save(session)
    more = {"ErrorCode": str(code), "ErrorUrl": parcel.url}
    to = [twilio.accounts.target(session["account_sid"], url, method)]
    twilio.emit("message.received", session["_params"] | more, to=to)


def follow(twilio: Peers, session: Doc, parcel: Parcel, outcome: Outcome) -> bool:
    """Ask where an HTTP redirect leads, as browsers do; say whether there was one.

    Source: https://www.twilio.com/docs/messaging/twiml#twilio-is-a-well-behaved-http-client
    """
    if outcome.status not in REDIRECTS or session["_pages"] >= MOST_DOCUMENTS:
        return False
    location = outcome.headers.get("location")
    url = _address(parcel, location) if location else None
    if url is None:
        return False
    twilio.messages.save(session | {"_pages": session["_pages"] + 1})
    method = parcel.method if outcome.status in (307, 308) else "GET"
    to = [twilio.accounts.target(session["account_sid"], url, method)]
    twilio.emit(parcel.type, params_of(parcel), to=to)
    return True


def _turn(twilio: Peers, session: Doc, parcel: Parcel, step: Turn) -> None:
    """Ask for another document, with the same parameters."""
    url = _address(parcel, step.url)
    if url is None:
        twilio.notifications.fault(parcel, 11200)
    elif session["_pages"] >= MOST_DOCUMENTS:
        twilio.notifications.fault(parcel, 14106)
    else:
        to = [twilio.accounts.target(session["account_sid"], url, step.method)]
        twilio.emit("message.received", session["_params"], to=to)


def _say(twilio: Peers, session: Doc, parcel: Parcel, step: Say) -> bool:
    """Send a reply; say whether its `action` was asked how to go on."""
    if session["_replies"] >= MOST_REPLIES:
        twilio.notifications.fault(parcel, 14109)
        return False
    callback = _address(parcel, step.status_callback) if step.status_callback else None
    action = _address(parcel, step.action) if step.action is not None else None
    reply = _send(twilio, session, parcel, step, callback or "")
    if action is None:
        return False
    if session["_pages"] >= MOST_DOCUMENTS:
        twilio.notifications.fault(parcel, 14106)
        return True
    told = session["_params"] | {"MessageStatus": "invalid", "SmsStatus": "invalid"}
    if reply is not None:
        told |= dict.fromkeys(("MessageSid", "SmsSid"), reply["sid"])
        told |= dict.fromkeys(("MessageStatus", "SmsStatus"), reply["status"])
    to = [twilio.accounts.target(session["account_sid"], action, step.method)]
    twilio.emit("message.enqueued", told, to=to)
    return True


def _send(twilio: Peers, session: Doc, parcel: Parcel, step: Say, callback: str) -> Doc | None:
    """Write the reply down; None: it can't be sent, and the debugger knows why."""
    asked: dict[str, Any] = {
        "To": step.to or session["from"],
        "From": step.sender or session["to"],
        "Body": step.body,
        "MediaUrl": [_address(parcel, each) or each for each in step.media],
        "StatusCallback": callback,
    }
    account = twilio.accounts.get(session["account_sid"])
    try:
        sendable = sendables.check(twilio, account, CreateMessage.model_validate(asked))
    except VendorError as error:
        code: int = error.body["code"]
        twilio.notifications.fault(parcel, FAULT_OF.get(code, code))
        return None
    session["_replies"] += 1
    twilio.messages.save(session)
    service = None
    if step.sender is None and session["messaging_service_sid"]:
        service = twilio.messaging_services.peek(session["messaging_service_sid"])
    more: Doc = {"direction": "outbound-reply", "_session": session["sid"]}
    if service is not None:
        more["messaging_service_sid"] = service["sid"]
        if not callback and service["status_callback"]:
            more["_callback"] = service["status_callback"]
    if _loops(twilio, sendable):
        doc = twilio.messages.write(session["account_sid"], sendable, **more, _is_magic=True)
        return twilio.messages.fail(doc, 14107)
    return twilio.messages.write(session["account_sid"], sendable, **more)


def _loops(twilio: Peers, sendable: sendables.Sendable) -> bool:
    """Say whether two numbers answer each other without end."""
    where: Doc = {"to": sendable.to, "from": sendable.sender, "direction": "outbound-reply"}
    recent = twilio.messages.find(limit=LOOP, **where)
    if len(recent) < LOOP:
        return False
    return twilio.now - parsedate_to_datetime(recent[-1]["date_created"]) < LOOP_TIME


def _address(parcel: Parcel, url: str) -> str | None:
    """Return an address that a document names, which may be relative to the document's own."""
    try:
        found = urljoin((parcel.url or "").partition("#")[0], url)
    except ValueError:
        return None
    return found if is_url(found) else None


def params_of(parcel: Parcel) -> dict[str, str]:
    """Return the parameters that a webhook carried."""
    found: dict[str, str] = orjson.loads(parcel.payload)
    return found
