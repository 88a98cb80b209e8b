"""Media of conversations: uploaded to a host of their own, then sent in messages.

Source: https://www.twilio.com/docs/conversations/api/media-resource
    https://www.twilio.com/docs/conversations/media-support-conversations
"""

import base64
import re
from collections.abc import Iterable
from typing import ClassVar
from urllib.parse import unquote

from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.twilio.api.errors import wrong
from mirra_mcp.local.mirrors.twilio.api.hosts import CONVERSATIONS
from mirra_mcp.local.mirrors.twilio.conversations.errors import refuse
from mirra_mcp.local.mirrors.twilio.conversations.scoped import Scoped
from mirra_mcp.wire.model import Doc

PATH = f"{CONVERSATIONS}/v1/Services/{{ChatServiceSid}}/Media"
CATEGORIES = ("media", "body", "history")
FILENAME = re.compile(r"filename[*]?=(?:UTF-8\'\')?\"?([^\";]+)", re.I)
SID = re.compile(r"ME[0-9a-fA-F]{32}")
KIND = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+", re.I)


class ConversationMedia(Scoped):
    """The files of every service: uploaded by applications, or come in with texts."""

    entity, plural, prefix = "conversation_media", "conversation_media", "ME"
    synonyms, names = (), ("filename",)
    blank: ClassVar[Doc] = {
        "sid": None,
        "account_sid": None,
        "service_sid": None,
        "date_created": None,
        "date_updated": None,
        "channel_sid": None,
        "message_sid": None,
        "size": 0,
        "content_type": None,
        "filename": None,
        "author": None,
        "category": "media",
        "url": None,
        "links": None,
        "_content": None,
        "_url": None,
    }
    indexes = ("account_sid", "service_sid", "message_sid")

    @route(f"POST {PATH}", status=201)
    def create(self, call: Call, ChatServiceSid: str) -> Doc:
        """Upload a file: its bytes are the body, its type the header."""
        service = self.mirror.conversation_services.get(ChatServiceSid)
        kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not call.body or not KIND.fullmatch(kind):
            raise wrong("Missing a body, or a Content-Type that says what it is")
        named = FILENAME.search(call.headers.get("content-disposition", ""))
        name = call.query.get("Filename") or (unquote(named[1]) if named else None)
        category = call.query.get("Category") or "media"
        if category not in CATEGORIES:
            raise wrong(f"Invalid parameter Category: {category}")
        content = base64.b64encode(call.body).decode()
        fields: Doc = {"size": len(call.body), "content_type": kind, "filename": name}
        fields |= {"category": category, "author": call.query.get("Author"), "_content": content}
        doc = self.new(service_sid=service["sid"], account_sid=service["account_sid"], **fields)
        return self.view(self.save(doc))

    @route(f"GET {PATH}/{{Sid}}")
    def fetch(self, ChatServiceSid: str, Sid: str) -> Doc:
        """Return what is known about a file."""
        return self.view(self._of(ChatServiceSid, Sid))

    @route(f"GET {PATH}/{{Sid}}/Content")
    def download(self, ChatServiceSid: str, Sid: str) -> Answer:
        """Return a file: its bytes, or where they are."""
        doc = self._of(ChatServiceSid, Sid)
        if doc["_content"] is None:
            return Answer(307, b"", {"location": doc["_url"]})
        content = base64.b64decode(doc["_content"])
        return Answer(200, content, {"content-type": doc["content_type"]})

    @route(f"DELETE {PATH}/{{Sid}}", status=204)
    def delete(self, ChatServiceSid: str, Sid: str) -> None:
        """Remove a file."""
        self.drop(self._of(ChatServiceSid, Sid))

    # What messages do.

    def owned(self, service: str, sids: list[str]) -> list[Doc]:
        """Return files of a service that no message has yet.

        Raises:
            VendorError: 50507 to 50510, there is no such file, or a message has it.

        Source: https://www.twilio.com/docs/api/errors/50508
        """
        docs = []
        for sid in sids:
            if not SID.fullmatch(sid):
                raise refuse(50510)
            doc = self.peek(sid)
            if doc is None or doc["service_sid"] != service:
                raise refuse(50507)
            if doc["message_sid"]:
                raise refuse(50508)
            docs.append(doc)
        return docs

    def arrive(self, conversation: Doc, files: Iterable[Doc]) -> list[Doc]:
        """Keep the files that came with a text."""
        kept = []
        for file in files:
            size = len(base64.b64decode(file["content"])) if file.get("content") else 0
            doc = self.new(
                account_sid=conversation["account_sid"],
                service_sid=conversation["chat_service_sid"],
                size=size,
                content_type=file["content_type"],
                _content=file.get("content"),
                _url=file.get("url"),
            )
            kept.append(self.save(doc))
        return kept

    def attach(self, message: Doc, docs: Iterable[Doc]) -> None:
        """Note which message files are in."""
        for doc in docs:
            where: Doc = {"message_sid": message["sid"], "channel_sid": message["conversation_sid"]}
            self.save(doc | where)

    def address(self, doc: Doc) -> str:
        """Return where whoever has a phone gets a file from."""
        known: str | None = doc["_url"]
        return known or f"{self.mirror.url}{self.path_of(doc)}/Content"

    def _of(self, service: str, sid: str) -> Doc:
        doc = self.get(sid)
        if doc["service_sid"] != service:
            raise self.missing(sid)
        return doc

    def path_of(self, doc: Doc) -> str:
        """Return the path of a file."""
        return f"/v1/Services/{doc['service_sid']}/Media/{doc['sid']}"

    def links_of(self, doc: Doc) -> dict[str, str]:
        """Return where the bytes of a file are."""
        content = f"{self.path_of(doc)}/Content"
        return {"content": content, "content_direct_temporary": content}


def brief(doc: Doc) -> Doc:
    """Return what a message says of a file."""
    shown = {name: doc[name] for name in ("sid", "size", "content_type", "filename")}
    return shown | {"category": doc["category"]}
