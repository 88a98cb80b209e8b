"""The conversations of a user: what is unread in each, and what is told of it.

Source: https://www.twilio.com/docs/conversations/api/user-conversation-resource
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import Call
from mirra_mcp.local.mirrors.twilio.conversations.conversations.resource import date_of
from mirra_mcp.local.mirrors.twilio.conversations.params import UpdateUserConversation
from mirra_mcp.local.mirrors.twilio.conversations.scoped import Scoped, at
from mirra_mcp.wire.model import Doc

PATH = "/Users/{UserSid}/Conversations"


class UserConversations(Scoped):
    """Where users take part. Participants are what is kept; this is another look at them."""

    entity, plural = "user_conversation", "user_conversations"
    synonyms, names, is_record = (), (), True
    blank: ClassVar[Doc] = {}

    @at(f"GET {PATH}")
    def list(self, call: Call) -> Doc:
        """List where a user takes part."""
        user = self._user(call)
        participants = self.mirror.conversation_participants
        where = {"chat_service_sid": user["chat_service_sid"], "identity": user["identity"]}
        found = participants.listed(call, "conversations", **where)
        found["conversations"] = [
            self._shown(user, participants.get(each["sid"])) for each in found["conversations"]
        ]
        return found

    @at(f"GET {PATH}/{{Sid}}")
    def fetch(self, call: Call, Sid: str) -> Doc:
        """Return one of a user's conversations, by SID or unique name."""
        user = self._user(call)
        return self._shown(user, self._participant(call, user, Sid))

    @at(f"POST {PATH}/{{Sid}}")
    def update(self, call: Call, Sid: str, params: UpdateUserConversation) -> Doc:
        """Note how far a user has read, or mute a conversation."""
        user = self._user(call)
        doc = self._participant(call, user, Sid)
        fields: Doc = {}
        if level := params.notification_level:
            fields["_level"] = level
        if index := params.last_read_message_index:
            fields["last_read_message_index"] = int(index)
            fields["last_read_timestamp"] = self.stamp()
        if text := params.last_read_timestamp:
            fields["last_read_timestamp"] = date_of(text)
        return self._shown(user, self.mirror.conversation_participants.change(doc, **fields))

    @at(f"DELETE {PATH}/{{Sid}}", status=204)
    def delete(self, call: Call, Sid: str) -> None:
        """Let a user leave a conversation."""
        user = self._user(call)
        self.mirror.conversation_participants.drop(self._participant(call, user, Sid))

    def _user(self, call: Call) -> Doc:
        return self.mirror.conversation_users.in_service(call, call.params["UserSid"], "identity")

    def _participant(self, call: Call, user: Doc, sid: str) -> Doc:
        conversation = self.mirror.conversations.in_service(call, sid, "unique_name")
        where = {"conversation_sid": conversation["sid"], "identity": user["identity"]}
        doc = self.mirror.conversation_participants.first(**where)
        if doc is None:
            raise self.missing(sid)
        return doc

    def _shown(self, user: Doc, participant: Doc) -> Doc:
        conversation = self.mirror.conversations.get(participant["conversation_sid"])
        view = self.mirror.conversations.view(conversation)
        read = participant["last_read_message_index"]
        path = f"{self.root(user['chat_service_sid'])}/Users/{user['sid']}"
        unread = None if read is None else max(conversation["_next"] - 1 - read, 0)
        return {
            "account_sid": user["account_sid"],
            "chat_service_sid": user["chat_service_sid"],
            "conversation_sid": conversation["sid"],
            "unread_messages_count": unread,
            "last_read_message_index": read,
            "participant_sid": participant["sid"],
            "user_sid": user["sid"],
            "friendly_name": view["friendly_name"],
            "conversation_state": view["state"],
            "timers": view["timers"],
            "attributes": view["attributes"],
            "date_created": view["date_created"],
            "date_updated": view["date_updated"],
            "created_by": "system",
            "notification_level": participant["_level"],
            "unique_name": view["unique_name"],
            "url": f"{self.mirror.url}{path}/Conversations/{conversation['sid']}",
            "links": {
                "participant": f"{view['url']}/Participants/{participant['sid']}",
                "conversation": view["url"],
            },
        }
