"""Members: the calls that wait in a queue.

Source: https://www.twilio.com/docs/voice/api/member-resource
"""

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.errors import refusal, wrong
from mirra_mcp.local.mirrors.twilio.api.params import TwilioParams, is_url
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT, TwilioResource
from mirra_mcp.local.mirrors.twilio.voice.calls.params import method_of
from mirra_mcp.wire.model import Doc

PATH = f"{ACCOUNT}/Queues/{{QueueSid}}/Members"
FRONT = "Front"


class UpdateMember(TwilioParams):
    """Source: https://www.twilio.com/docs/voice/api/member-resource"""

    url: str = ""
    method: str = "POST"


class QueueMembers(TwilioResource):
    """Every call that waits or has waited; the API shows those that do."""

    entity, plural, prefix, is_2010 = "queue_member", "queue_members", "QM", True
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "call_sid": None,
        "date_enqueued": None,
        "position": None,
        "queue_sid": None,
        "status": "waiting",
        "served_by": None,
        "uri": None,
        "wait_time": 0,
    }
    indexes = ("account_sid", "queue_sid", "call_sid", "status")
    names = ("call_sid",)
    statuses = ("waiting", "connecting", "bridged", "bridging-in-process", "error", "hangup",
                "leave", "redirected", "redirected-from-bridged")  # fmt: skip
    verbs: ClassVar[dict[str, tuple[str, Any]]] = {"bridged": ("status", "bridged")}

    def stand(self, queue: Doc, call: Doc) -> Doc:
        """Let a call stand at the end of a queue."""
        path = PATH.format(account=call["account_sid"], QueueSid=queue["sid"])
        return self.save(
            self.new(
                account_sid=call["account_sid"],
                call_sid=call["sid"],
                queue_sid=queue["sid"],
                date_enqueued=self.stamp(),
                uri=f"{path}/{call['sid']}.json",
            )
        )

    def waited(self, doc: Doc) -> int:
        """Return for how many seconds a call has waited by now."""
        if doc["status"] != "waiting":
            return int(doc["wait_time"])
        since: datetime = parsedate_to_datetime(doc["date_enqueued"])
        return int((self.now - since).total_seconds())

    def serve(self, doc: Doc, agent: str) -> Doc:
        """Let a call be the one that is being connected."""
        fields = {"wait_time": self.waited(doc), "status": "connecting", "served_by": agent}
        return self.save(doc | fields)

    def leave(self, id: str, how: str) -> Doc:
        """Let a call be out of its queue."""
        doc = self.get(id)
        return self.save(doc | {"wait_time": self.waited(doc), "status": how})

    def view(self, doc: Doc) -> Doc:
        """Return what Twilio tells of a call that waits."""
        queue = self.mirror.queues.get(doc["queue_sid"])
        ids = [each["id"] for each in self.mirror.queues.waiting(queue)]
        shown = super().view(doc)
        del shown["status"], shown["served_by"], shown["account_sid"]
        position = ids.index(doc["id"]) + 1 if doc["id"] in ids else None
        return shown | {"position": position, "wait_time": self.waited(doc)}

    @route(f"GET {PATH}.json")
    def index(self, QueueSid: str, call: Call) -> Doc:
        """List who waits in a queue, the first in front."""
        self.mirror.queues.get(QueueSid)
        return self.listed(
            call, "queue_members", newest_first=False, queue_sid=QueueSid, status="waiting"
        )

    @route(f"GET {PATH}/{{CallSid}}.json")
    def fetch(self, QueueSid: str, CallSid: str) -> Doc:
        """Return a call that waits, or with `Front` the first of them."""
        return self.view(self._one(QueueSid, CallSid))

    @route(f"POST {PATH}/{{CallSid}}.json")
    def update(self, QueueSid: str, CallSid: str, params: UpdateMember) -> Doc:
        """Call somebody out of a queue, to do what an address says.

        Source: https://www.twilio.com/docs/voice/api/member-resource
        """
        doc = self._one(QueueSid, CallSid)
        method = method_of("Method", params.method)
        if not params.url:
            raise wrong("Missing required parameter Url in the post body")
        if not is_url(params.url):
            raise refusal(21205, name="Url", url=params.url)
        shown = self.view(doc)
        call = self.mirror.calls.get(doc["call_sid"])
        self.mirror.calls.redirect(call, {"_page": [params.url, method], "_twiml": None})
        return shown

    def _one(self, queue: str, call: str) -> Doc:
        """Return a call that waits.

        Raises:
            VendorError: it doesn't, or nobody does.
        """
        waiting = self.mirror.queues.waiting(self.mirror.queues.get(queue))
        for each in waiting:
            if call in (FRONT, each["call_sid"]):
                return each
        raise self.missing(call)
