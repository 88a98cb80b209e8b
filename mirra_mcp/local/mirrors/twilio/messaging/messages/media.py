"""Media: the files that come and go with messages.

Source: https://www.twilio.com/docs/messaging/api/media-resource
"""

import base64
import mimetypes
from typing import ClassVar
from urllib.parse import urlsplit

from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.kit.webhooks import Outcome, Parcel
from mirra_mcp.local.mirrors.twilio.api.dates import dated
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.api.speech import FETCHED
from mirra_mcp.local.mirrors.twilio.messaging.messages import files
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
        "_waits": False,
        "_hops": 0,
    }
    indexes = ("account_sid", "parent_sid")
    hears = (FETCHED,)

    def add(
        self,
        message: Doc,
        *,
        url: str | None = None,
        content_type: str | None = None,
        content: str | None = None,
    ) -> Doc:
        """Keep a file of a message: by its address, by its bytes in base64, or by both."""
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
        if doc["_content"] is None:
            return Answer(307, b"", {"location": doc["_url"]})
        content = base64.b64decode(doc["_content"])
        return Answer(200, content, {"content-type": doc["content_type"]})

    @route(f"DELETE {MEDIA}/{{Sid}}.json", status=204)
    def delete(self, MessageSid: str, Sid: str) -> None:
        """Delete a file."""
        self.drop(self.of(MessageSid, Sid))

    # What messages bring along.

    def fetch_for(self, message: Doc) -> bool:
        """Get the files that a message brings along; say whether it has to wait for them.

        Only files on this machine are asked for; the others stay where they are.
        """
        found = self.find(parent_sid=message["sid"])
        for doc in found:
            if doc["_content"] is not None or doc["_waits"]:
                continue
            if (own := files.own(self.mirror, doc["_url"])) is not None:
                doc |= {"content_type": own["content_type"], "_content": own["_content"]}
                self.save(doc)
            elif files.is_near(self.mirror, doc["_url"]):
                self._ask(doc, doc["_url"])
        return any(each["_waits"] for each in found)

    def _ask(self, doc: Doc, url: str) -> None:
        doc |= {"_waits": True, "_url": url}
        self.save(doc)
        told = {
            "MessageSid": doc["parent_sid"],
            "AccountSid": doc["account_sid"],
            "Sid": doc["sid"],
        }
        to = [self.mirror.accounts.target(doc["account_sid"], url, "GET")]
        self.mirror.emit(FETCHED, told, to=to)

    def heard(self, parcel: Parcel, status: int, headers: dict[str, str], body: bytes) -> None:
        """Take in a file, and let its message go on when it was the last one."""
        doc, message = self._asked(parcel)
        if doc is None:
            return
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        doc |= {"_waits": False, "_content": base64.b64encode(body).decode()}
        doc["content_type"] = kind or doc["content_type"]
        self.save(doc)
        if message is None:
            return
        known = [each["_content"] for each in self.find(parent_sid=message["sid"])]
        total = sum(len(each) * 3 // 4 for each in known if each)
        if code := files.problem(message["to"], kind, body, total):
            self._refuse(parcel, message, code, body[:0])
        elif not any(each["_waits"] for each in self.find(parent_sid=message["sid"])):
            self.mirror.messages.begin(message["sid"])

    def unheard(self, parcel: Parcel, outcome: Outcome) -> None:
        """Follow an HTTP redirect; else the message fails, for the file can't be got."""
        doc, message = self._asked(parcel)
        if doc is None or message is None:
            return
        if (url := files.led_to(parcel, outcome)) and doc["_hops"] < files.MOST_HOPS:
            doc |= {"_waits": False, "_url": url, "_hops": doc["_hops"] + 1}
            self.save(doc)
            self.mirror.messages.begin(message["sid"])
            return
        self._refuse(parcel, message, files.unreached(message["to"]), outcome.body)

    def _refuse(self, parcel: Parcel, message: Doc, code: int, answer: bytes) -> None:
        self.mirror.notifications.fault(parcel, code, answer)
        self.mirror.messages.fail(message, code)

    def _asked(self, parcel: Parcel) -> tuple[Doc | None, Doc | None]:
        """Return a file that was asked for, and the message, if it still waits for it."""
        params = files.params_of(parcel)
        doc, message = self.peek(params["Sid"]), self.mirror.messages.peek(params["MessageSid"])
        waits = message is not None and message["status"] == "queued"
        return doc, message if waits else None

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
