"""Media: the files that come and go with messages.

Source: https://www.twilio.com/docs/messaging/api/media-resource
"""

import base64
import mimetypes
from typing import ClassVar
from urllib.parse import urlsplit

from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.twilio.api.dates import dated
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.messaging.messages.resource import PATH
from mirra_mcp.wire.model import Doc

MEDIA = f"{PATH}/{{MessageSid}}/Media"
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJ"
    "RU5ErkJggg=="
)
"""A picture of one point: what a file that nobody gave looks like."""


class Media(TwilioResource):
    """Every file of every message."""

    entity, plural, prefix, is_2010 = "media", "media", "ME", True
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "content_type": "image/jpeg",
        "date_created": None,
        "date_updated": None,
        "parent_sid": None,
        "sid": None,
        "uri": None,
        "_url": None,
        "_content": None,
    }
    indexes = ("account_sid", "parent_sid")

    def add(
        self,
        message: Doc,
        *,
        url: str | None = None,
        content_type: str | None = None,
        content: str | None = None,
    ) -> Doc:
        """Keep a file of a message: by its address, or by its bytes in base64."""
        if url is None and content is None:
            content, content_type = PIXEL, content_type or "image/png"
        sid = self.new_id()
        path = MEDIA.format(account=message["account_sid"], MessageSid=message["sid"])
        doc = self.new(
            id=sid,
            account_sid=message["account_sid"],
            parent_sid=message["sid"],
            content_type=content_type or guessed(url or ""),
            uri=f"{path}/{sid}.json",
            _url=url,
            _content=content,
        )
        return self.save(doc)

    def address(self, doc: Doc) -> str:
        """Return where a file can be downloaded, with the account's credentials."""
        path: str = doc["uri"]
        return self.mirror.url + path.removesuffix(".json")

    @route(f"GET {MEDIA}.json")
    def list(self, MessageSid: str, call: Call) -> Doc:
        """List the files of a message."""
        self.mirror.messages.get(MessageSid)
        return self.listed(
            call,
            "media_list",
            keep=dated(call, "DateCreated", "date_created"),
            newest_first=False,
            parent_sid=MessageSid,
        )

    @route(f"GET {MEDIA}/{{Sid}}.json")
    def fetch(self, MessageSid: str, Sid: str) -> Doc:
        """Return what is known about a file."""
        return self.view(self.of(MessageSid, Sid))

    @route(f"GET {MEDIA}/{{Sid}}")
    def download(self, MessageSid: str, Sid: str) -> Answer:
        """Return a file: its bytes, or where they are."""
        doc = self.of(MessageSid, Sid)
        if doc["_url"] is not None:
            return Answer(307, b"", {"location": doc["_url"]})
        content = base64.b64decode(doc["_content"])
        return Answer(200, content, {"content-type": doc["content_type"]})

    @route(f"DELETE {MEDIA}/{{Sid}}.json", status=204)
    def delete(self, MessageSid: str, Sid: str) -> None:
        """Delete a file."""
        self.drop(self.of(MessageSid, Sid))

    def of(self, message: str, sid: str) -> Doc:
        """Return a file of a message.

        Raises:
            VendorError: the message has no such file.
        """
        doc = self.get(sid)
        if doc["parent_sid"] != message:
            raise self.missing(sid)
        return doc


def guessed(url: str) -> str:
    """Return what a file probably is, by its address."""
    try:
        path = urlsplit(url).path
    except ValueError:
        path = ""
    return mimetypes.guess_type(path)[0] or "image/jpeg"
