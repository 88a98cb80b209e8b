"""Queues: callers wait in them until somebody dials the queue, or the API calls them out.

Source: https://www.twilio.com/docs/voice/api/queue-resource
    https://www.twilio.com/docs/voice/twiml/enqueue
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.errors import refusal, wrong
from mirra_mcp.local.mirrors.twilio.api.params import TwilioParams
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT
from mirra_mcp.local.mirrors.twilio.voice.calls.params import whole
from mirra_mcp.local.mirrors.twilio.voice.queues.waiting import Waiting
from mirra_mcp.wire.model import Doc

PATH = f"{ACCOUNT}/Queues"
SIZE, MOST = 1000, 5000
"""Source: https://www.twilio.com/docs/voice/api/queue-resource"""
LONGEST_NAME = 64


class QueueFields(TwilioParams):
    """Source: https://www.twilio.com/docs/voice/api/queue-resource"""

    friendly_name: str = ""
    max_size: str = ""


class Queues(Waiting):
    """Every queue of every account."""

    entity, plural, prefix, is_2010 = "queue", "queues", "QU", True
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "average_wait_time": 0,
        "current_size": 0,
        "date_created": None,
        "date_updated": None,
        "friendly_name": None,
        "max_size": SIZE,
        "sid": None,
        "subresource_uris": None,
        "uri": None,
        "_serving": [],
    }
    indexes = ("account_sid", "friendly_name")
    names = ("friendly_name",)

    def named(self, account: str, name: str) -> Doc | None:
        """Return an account's queue of a name."""
        return self.first(account_sid=account, friendly_name=name)

    def lay_out(self, account: str, name: str, size: int = SIZE) -> Doc:
        """Make a queue."""
        sid = self.new_id()
        path = f"{PATH.format(account=account)}/{sid}"
        return self.save(
            self.new(
                id=sid,
                account_sid=account,
                friendly_name=name,
                max_size=size,
                uri=f"{path}.json",
                subresource_uris={"members": f"{path}/Members.json"},
            )
        )

    def view(self, doc: Doc) -> Doc:
        """Return a queue with who is in it by now."""
        return super().view(doc) | self._crowd(doc)

    def told(self, doc: Doc) -> Doc:
        """Return a queue as checks read it, with who is in it at the end."""
        return super().told(doc) | self._crowd(doc)

    def _crowd(self, doc: Doc) -> Doc:
        waits = [self.mirror.queue_members.waited(each) for each in self.waiting(doc)]
        average = sum(waits) // len(waits) if waits else 0
        return {"current_size": len(waits), "average_wait_time": average}

    @route(f"POST {PATH}.json", status=201)
    def create(self, params: QueueFields) -> Doc:
        """Make a queue.

        Source: https://www.twilio.com/docs/voice/api/queue-resource
        """
        if not params.friendly_name:
            raise wrong("Missing required parameter FriendlyName in the post body")
        account = self.mirror.account_sid
        self._check_name(account, params.friendly_name)
        size = whole("MaxSize", params.max_size, 1, MOST) or SIZE
        return self.view(self.lay_out(account, params.friendly_name, size))

    def _check_name(self, account: str, name: str) -> None:
        if len(name) > LONGEST_NAME:
            raise wrong(f"Invalid parameter FriendlyName: longer than {LONGEST_NAME} characters")
        if self.named(account, name) is not None:
            raise refusal(20001, message=f"A queue with the name {name} exists already.")

    @route(f"GET {PATH}.json")
    def index(self, call: Call) -> Doc:
        """List queues, newest first."""
        return self.listed(call)

    @route(f"GET {PATH}/{{Sid}}.json")
    def fetch(self, Sid: str) -> Doc:
        """Return one queue."""
        return self.view(self.get(Sid))

    @route(f"POST {PATH}/{{Sid}}.json")
    def update(self, Sid: str, params: QueueFields) -> Doc:
        """Rename a queue, or say how many may wait in it."""
        doc = self.get(Sid)
        size = whole("MaxSize", params.max_size, 1, MOST)
        if params.friendly_name and params.friendly_name != doc["friendly_name"]:
            self._check_name(doc["account_sid"], params.friendly_name)
        name = params.friendly_name or doc["friendly_name"]
        return self.view(self.change(doc, friendly_name=name, max_size=size or doc["max_size"]))

    @route(f"DELETE {PATH}/{{Sid}}.json", status=204)
    def delete(self, Sid: str) -> None:
        """Delete a queue in which nobody waits.

        Source: https://www.twilio.com/docs/voice/api/queue-resource
        """
        doc = self.get(Sid)
        if self.waiting(doc):
            raise wrong(f"The queue {doc['friendly_name']} can't be deleted: calls wait in it.")
        self.drop(doc)
