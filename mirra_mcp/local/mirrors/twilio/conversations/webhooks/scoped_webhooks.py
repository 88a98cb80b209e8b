"""A conversation's own webhooks: events that they filter, or messages that begin with a word.

Source: https://www.twilio.com/docs/conversations/api/conversation-scoped-webhook-resource
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import Call
from mirra_mcp.local.kit.webhooks import Target
from mirra_mcp.local.mirrors.twilio.api.errors import wrong
from mirra_mcp.local.mirrors.twilio.api.params import is_url
from mirra_mcp.local.mirrors.twilio.conversations.errors import refuse, unmirrored
from mirra_mcp.local.mirrors.twilio.conversations.params import (
    CreateWebhook,
    UpdateWebhook,
    one_of,
)
from mirra_mcp.local.mirrors.twilio.conversations.scoped import Scoped, at
from mirra_mcp.local.mirrors.twilio.conversations.webhooks.hooks import AFTER
from mirra_mcp.wire.model import Doc

PATH = "/Conversations/{ConversationSid}/Webhooks"
MOST, MOST_TRIGGERS = 5, 5
LONGEST_URL, LONGEST_TRIGGER = 512, 248
FILTERS = tuple(each for each in AFTER if not each.startswith("onUser"))


class ConversationWebhooks(Scoped):
    """The webhooks of every conversation."""

    entity, plural, prefix = "conversation_webhook", "conversation_webhooks", "WH"
    synonyms, names = (), ()
    blank: ClassVar[Doc] = {
        "sid": None,
        "account_sid": None,
        "conversation_sid": None,
        "target": None,
        "url": None,
        "configuration": None,
        "date_created": None,
        "date_updated": None,
        "chat_service_sid": None,
    }
    indexes = ("account_sid", "conversation_sid")

    @at(f"POST {PATH}", status=201)
    def create(self, call: Call, params: CreateWebhook) -> Doc:
        """Give a conversation a webhook: five at most."""
        conversation = self.mirror.conversations.of_call(call, is_open=True)
        if params.target not in ("webhook", "trigger", "studio"):
            raise refuse(50364)
        if params.target == "studio" or params.replay_after or params.flow_sid:
            raise unmirrored("Studio and replays in Conversations are")
        if self.count(conversation_sid=conversation["sid"]) >= MOST:
            raise refuse(50361)
        if not params.url:
            raise refuse(50369)
        if params.target == "webhook" and not params.filters:
            raise refuse(50370)
        return self.view(self.add(conversation, params.target, self._checked(params)))

    @at(f"GET {PATH}")
    def list(self, call: Call) -> Doc:
        """List a conversation's webhooks."""
        conversation = self.mirror.conversations.of_call(call)
        return self.listed(call, "webhooks", conversation_sid=conversation["sid"], default=5)

    @at(f"GET {PATH}/{{Sid}}")
    def fetch(self, call: Call, Sid: str) -> Doc:
        """Return one webhook."""
        return self.view(self.in_conversation(call, Sid))

    @at(f"POST {PATH}/{{Sid}}")
    def update(self, call: Call, Sid: str, params: UpdateWebhook) -> Doc:
        """Change a webhook."""
        doc = self.in_conversation(call, Sid)
        if params.flow_sid:
            raise unmirrored("Studio in Conversations is")
        configuration = doc["configuration"] | self._checked(params)
        return self.view(self.change(doc, configuration=configuration))

    @at(f"DELETE {PATH}/{{Sid}}", status=204)
    def delete(self, call: Call, Sid: str) -> None:
        """Remove a webhook."""
        self.drop(self.in_conversation(call, Sid))

    def add(self, conversation: Doc, target: str, configuration: Doc) -> Doc:
        """Put a webhook on a conversation."""
        kind: Doc = {"triggers": []} if target == "trigger" else {"filters": []}
        doc = self.new(
            account_sid=conversation["account_sid"],
            conversation_sid=conversation["sid"],
            chat_service_sid=conversation["chat_service_sid"],
            target=target,
            configuration={"url": None, "method": "POST", **kind} | configuration,
        )
        return self.save(doc)

    def targets(self, conversation: Doc, event: str, body: str | None) -> tuple[Target, ...]:
        """List where a conversation's event goes; a trigger wants messages with its word."""
        found = []
        for doc in self.find(conversation_sid=conversation["sid"], newest_first=False):
            wanted = doc["configuration"]
            if doc["target"] == "trigger":
                text = (body or "").lower()
                words = [each.lower() for each in wanted["triggers"]]
                hit = event == "onMessageAdded" and any(word in text for word in words)
            else:
                hit = event in wanted["filters"]
            if hit:
                account, url = doc["account_sid"], wanted["url"]
                found.append(self.mirror.accounts.target(account, url, wanted["method"]))
        return tuple(found)

    def _checked(self, params: UpdateWebhook) -> Doc:
        fields: Doc = {}
        if params.url:
            if len(params.url) > LONGEST_URL:
                raise refuse(50372)
            if not is_url(params.url):
                raise wrong(f"Invalid parameter Configuration.Url: {params.url}")
            fields["url"] = params.url
        if params.method:
            method = params.method.upper()
            fields["method"] = one_of("Configuration.Method", method, ("GET", "POST"))
        if params.filters is not None:
            if not set(params.filters) <= set(FILTERS):
                raise refuse(50365)
            fields["filters"] = params.filters
        if params.triggers is not None:
            if len(params.triggers) > MOST_TRIGGERS:
                raise refuse(50362)
            if not all(0 < len(each) <= LONGEST_TRIGGER for each in params.triggers):
                raise refuse(50366)
            fields["triggers"] = params.triggers
        return fields

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of a webhook."""
        shown = super().view(doc)
        del shown["chat_service_sid"]
        return shown

    def path_of(self, doc: Doc) -> str:
        """Return the path of a webhook."""
        root = self.root(doc["chat_service_sid"])
        return f"{root}/Conversations/{doc['conversation_sid']}/Webhooks/{doc['sid']}"
