"""Topics: what contacts may want to hear about, and who wants to hear about it.

Source: https://resend.com/docs/api-reference/topics/create-topic
"""

from typing import Any

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.resend.api import errors
from mirra_mcp.local.mirrors.resend.api.dates import iso_of, stamp
from mirra_mcp.local.mirrors.resend.api.params import Paging
from mirra_mcp.local.mirrors.resend.api.resource import ResendResource
from mirra_mcp.local.mirrors.resend.audience.params import (
    Choices,
    ChooseTopics,
    CreateTopic,
    UpdateTopic,
)
from mirra_mcp.wire.model import Doc


class Topics(ResendResource):
    """Subjects that a contact can opt in to or out of."""

    entity, plural = "topic", "topics"
    title, object = "Topic", "topic"
    blank = {
        "object": "topic",
        "id": None,
        "name": None,
        "description": None,
        "default_subscription": None,
        "visibility": "private",
        "created_at": None,
        "_updated_at": None,
    }
    page_size = None

    @route("POST /topics", status=201)
    def create(self, params: CreateTopic) -> Doc:
        """Make a topic.

        Fires: topic.created
        Source: https://resend.com/docs/api-reference/topics/create-topic
        """
        topic = self.new(**params.model_dump(), _updated_at=stamp(self.now))
        return self.ref(self.save(topic, event="topic.created"))

    @route("GET /topics")
    def list(self, params: Paging) -> Doc:
        """List the topics, newest first.

        Source: https://resend.com/docs/api-reference/topics/list-topics
        """
        return self.listed(params)

    @route("GET /topics/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one topic.

        Source: https://resend.com/docs/api-reference/topics/get-topic
        """
        return self.view(self.get(id))

    @route("PATCH /topics/{id}")
    def update(self, id: str, params: UpdateTopic) -> Doc:
        """Change a topic's words; its default subscription can't be changed.

        Fires: topic.updated
        Source: https://resend.com/docs/api-reference/topics/update-topic
        """
        given = params.model_dump(exclude_unset=True)
        if given.get("name", "") is None:
            raise errors.missing_required_field("name")
        topic = self.get(id) | given | {"_updated_at": stamp(self.now)}
        return self.ref(self.save(topic, event="topic.updated"))

    @route("DELETE /topics/{id}")
    def delete(self, id: str) -> Doc:
        """Remove a topic.

        Fires: topic.deleted
        Source: https://resend.com/docs/api-reference/topics/delete-topic
        """
        topic = self.get(id)
        self.drop(topic, event="topic.deleted")
        return self.ref(topic, deleted=True)

    @route("GET /contacts/{contact_id}/topics")
    def of_contact(self, contact_id: str, params: Paging) -> Doc:
        """List all topics, each with the contact's choice or else the topic's default.

        Source: https://resend.com/docs/api-reference/contacts/list-contact-topics
        """
        contact = self.mirror.contacts.the(contact_id)
        page = self.listed(params)
        page["data"] = [
            {
                "id": topic["id"],
                "name": topic["name"],
                "description": topic["description"],
                "subscription": self.subscription(contact, topic),
            }
            for topic in page["data"]
        ]
        return page

    @route("PATCH /contacts/{contact_id}/topics")
    def choose(self, contact_id: str, params: ChooseTopics) -> Doc:
        """Take a contact's choices; topics that aren't named keep theirs.

        The reference names `contact_id`, the SDKs read `id`: both are answered.

        Fires: contact.topics.updated
        Source: https://resend.com/docs/api-reference/contacts/update-contact-topics
        """
        contact = self.mirror.contacts.the(contact_id)
        self.must_exist(params.topics)
        self.mirror.contacts.choose_topics(contact, params.topics)
        return {
            "object": "contact_topics",
            "id": contact["id"],
            "contact_id": contact["id"],
            "topics": [choice.model_dump() for choice in params.topics],
        }

    def must_exist(self, choices: Choices) -> None:
        """Check that every chosen topic is there.

        Raises:
            VendorError: one isn't.
        """
        for choice in choices:
            self.get(choice.id)

    def subscription(self, contact: Doc, topic: Doc) -> str:
        """Return whether a contact gets what is sent about a topic."""
        chosen = {each["id"]: each["subscription"] for each in contact["topics"]}
        return str(chosen.get(topic["id"], topic["default_subscription"]))

    def event_data(self, event: str, doc: Doc, **extra: Any) -> Doc:
        """Return a topic as webhooks tell it.

        Source: https://github.com/resend/resend-python/blob/main/resend/webhooks/_webhook_event.py
        """
        return {
            "id": doc["id"],
            "name": doc["name"],
            "description": doc["description"],
            "default_subscription": doc["default_subscription"],
            "deleted": event == "topic.deleted",
            "created_at": iso_of(doc["created_at"]),
            "updated_at": iso_of(doc["_updated_at"]),
        }
