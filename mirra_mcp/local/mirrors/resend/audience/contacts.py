"""Contacts: the people that broadcasts and automations write to, one for each email address.

A contact is global; it may be in any number of segments. The endpoints under `/audiences` are the
former ones: there a contact is seen only as a member of that group.

Source: https://resend.com/docs/api-reference/contacts/create-contact and
https://resend.com/docs/dashboard/contacts/migrating-from-audiences-to-segments
"""

from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.resend.api import errors
from mirra_mcp.local.mirrors.resend.api.addresses import EMAIL, folded
from mirra_mcp.local.mirrors.resend.api.dates import iso_of, stamp
from mirra_mcp.local.mirrors.resend.api.resource import ResendResource
from mirra_mcp.local.mirrors.resend.audience.params import (
    Choices,
    CreateContact,
    ListContacts,
    UpdateContact,
)
from mirra_mcp.wire.model import Doc

SHOWN = ("object", "id", "email", "first_name", "last_name", "created_at", "unsubscribed")
LISTED = ("id", "email", "first_name", "last_name", "created_at", "unsubscribed")


class Contacts(ResendResource):
    """Email addresses with a name, properties, groups and choices of topics."""

    entity, plural = "contact", "contacts"
    names = ("email",)
    words = {"email address": "email", "subscription status": "unsubscribed"}
    verbs = {"unsubscribed": ("unsubscribed", True), "resubscribed": ("unsubscribed", False)}
    title, object = "Contact", "contact"
    blank = {
        "object": "contact",
        "id": None,
        "email": None,
        "first_name": None,
        "last_name": None,
        "created_at": None,
        "unsubscribed": False,
        "properties": {},
        "segment_ids": [],
        "topics": [],
        "updated_at": None,
        "_joined": {},
        "_property_keys": [],
        "_address": None,
    }
    indexes = ("email", "_address", "segment_ids", "_property_keys")
    page_size = None

    @route("POST /audiences/{audience_id}/contacts", status=201)
    @route("POST /contacts", status=201)
    def create(self, params: CreateContact, call: Call) -> Doc:
        """Make a contact, or write anew the one who has the address.

        Of an existing contact the names and `unsubscribed` become what is given, absent ones their
        defaults; its id, groups and properties stay, new ones are added.

        Fires: contact.created, or contact.updated
        Source: https://github.com/resend/resend-node (recorded answers: 201 with the same id) and
        https://github.com/akhileshrangani4/teachanything/pull/392 (absent fields are reset)
        """
        if not EMAIL.fullmatch(params.email):
            raise errors.invalid_address("email")
        properties = self.mirror.contact_properties.checked(params.properties)
        self.mirror.topics.must_exist(params.topics)
        audience = call.params.get("audience_id") or params.audience_id
        groups = [each.id for each in params.segments] + ([audience] if audience else [])
        for id in groups:
            self.mirror.segments.get(id)
        contact = self.at(params.email)
        event = "contact.updated" if contact else "contact.created"
        contact = self._written(
            contact or self.new(email=params.email),
            properties,
            first_name=params.first_name,
            last_name=params.last_name,
            unsubscribed=bool(params.unsubscribed),
        )
        contact = self._chosen(self._joining(contact, groups), params.topics)
        return self.ref(self.save(contact, event=event))

    @route("GET /audiences/{audience_id}/contacts")
    @route("GET /segments/{segment_id}/contacts")
    @route("GET /contacts")
    def list(self, params: ListContacts, call: Call) -> Doc:
        """List all contacts or those of a group, newest first; of a group that isn't there: none.

        Source: https://resend.com/docs/api-reference/contacts/list-contacts and
        https://github.com/resend/resend-rust/blob/main/src/contacts.rs (a deleted group's list)
        """
        group = next(iter(call.params.values()), params.segment_id)
        return self.listed(params, **({"segment_ids": group} if group else {}))

    @route("GET /audiences/{audience_id}/contacts/{id}")
    @route("GET /contacts/{id}")
    def retrieve(self, id: str, call: Call) -> Doc:
        """Return a contact by its id or email address.

        Source: https://resend.com/docs/api-reference/contacts/get-contact
        """
        return self.view(self.the(id, within=call.params.get("audience_id")))

    @route("PATCH /audiences/{audience_id}/contacts/{id}")
    @route("PATCH /contacts/{id}")
    def update(self, id: str, params: UpdateContact, call: Call) -> Doc:
        """Change what is given; null clears a name, and removes a property.

        Fires: contact.updated
        Source: https://resend.com/docs/api-reference/contacts/update-contact
        """
        contact = self.the(id, within=call.params.get("audience_id"))
        given = params.model_dump(exclude_unset=True, exclude={"properties"})
        if given.get("unsubscribed", False) is None:
            del given["unsubscribed"]
        email = given.pop("email", None) or contact["email"]
        self._must_be_free(email, contact)
        properties = self.mirror.contact_properties.checked(params.properties)
        contact = self._written(contact, properties, **given, email=email)
        return self.ref(self.save(contact, event="contact.updated"))

    @route("DELETE /contacts/{id}")
    def delete(self, id: str) -> Doc:
        """Delete a contact by its id or email address.

        The recorded answers name it `contact`, the reference `id`: both are answered.

        Fires: contact.deleted
        Source: https://resend.com/docs/api-reference/contacts/delete-contact and
        https://github.com/resend/resend-python/blob/main/resend/contacts/_contacts.py
        """
        contact = self.the(id)
        self.remove(contact)
        return self.ref(contact, contact=contact["id"], deleted=True)

    @route("DELETE /audiences/{audience_id}/contacts/{id}")
    def delete_member(self, audience_id: str, id: str) -> Doc:
        """Take a contact out of a group; the contact stays, and who isn't in it is out as well.

        Source: https://github.com/resend/resend-node (recorded answers: the same address gets the
        same id afterwards, and a member that never was is deleted with 200)
        """
        contact = self._at(id)
        if contact is not None:
            self.leave(contact, audience_id)
        return {"object": "contact", "contact": id, "deleted": True}

    # what other nouns and stories do with contacts

    def at(self, email: str) -> Doc | None:
        """Return who has an email address, however it is capitalized."""
        return self.first(_address=folded(email))

    def save(self, doc: Doc, *, event: str | None = None, **event_data: Any) -> Doc:
        """Insert or update a contact, findable by its address."""
        return super().save(doc | {"_address": folded(doc["email"])}, event=event, **event_data)

    def the(self, id: str, *, within: str | None = None) -> Doc:
        """Return a contact by its id or email address, as a member of a group if one is given.

        Raises:
            VendorError: there is none, or it isn't in the group.
        """
        contact = self._at(id)
        if contact is None or (within is not None and within not in contact["segment_ids"]):
            raise self.missing(id)
        return contact

    def add(self, email: str, *, at: str | None = None, **fields: Any) -> Doc:
        """Make a contact from within, untold to webhooks: a fixture's or an import's."""
        at = at or stamp(self.now)
        groups = fields.pop("segment_ids", [])
        contact = self.new(email=email, created_at=at, updated_at=at, **fields)
        return self.save(self._joining(contact, groups, at))

    def arrive(self, email: str) -> Doc:
        """Make a contact of an address that an event told of.

        Fires: contact.created
        Source: https://resend.com/docs/api-reference/events/send-event
        """
        at = stamp(self.now)
        contact = self.new(email=email, created_at=at, updated_at=at)
        return self.save(contact, event="contact.created")

    def rewrite(self, contact: Doc, groups: Any, choices: Choices, **fields: Any) -> Doc:
        """Change a contact from within, untold to webhooks: an import does."""
        properties = fields.pop("properties", {})
        contact = self._written(contact, properties, **fields)
        return self.save(self._chosen(self._joining(contact, groups), choices))

    def join(self, contact: Doc, groups: Any) -> Doc:
        """Put a contact into groups."""
        return self.save(self._joining(contact, groups))

    def leave(self, contact: Doc, group: str) -> Doc:
        """Take a contact out of a group."""
        joined = {id: at for id, at in contact["_joined"].items() if id != group}
        return self.save(contact | {"segment_ids": [*joined], "_joined": joined})

    def remove(self, contact: Doc) -> None:
        """Delete a contact.

        Fires: contact.deleted
        """
        self.drop(contact | {"updated_at": stamp(self.now)}, event="contact.deleted")

    def change(self, contact: Doc, properties: Doc, **fields: Any) -> Doc:
        """Change a contact's fields and properties.

        Fires: contact.updated
        """
        return self.save(self._written(contact, properties, **fields), event="contact.updated")

    def unsubscribe(self, contact: Doc) -> Doc:
        """Let a contact get no more broadcasts, as the link in every broadcast does.

        Fires: contact.updated
        """
        return self.change(contact, {}, unsubscribed=True)

    def choose_topics(self, contact: Doc, choices: Choices) -> Doc:
        """Take a contact's choices of topics.

        Fires: contact.topics.updated
        Source: https://github.com/resend/resend-python/blob/main/resend/webhooks/_webhook_event.py
        """
        contact = self._chosen(contact, choices) | {"updated_at": stamp(self.now)}
        told = [choice.model_dump() for choice in choices]
        return self.save(contact, event="contact.topics.updated", topics=told)

    def forget_property(self, contact: Doc, key: str) -> Doc:
        """Remove a property that the account no longer has."""
        return self.save(self._written(contact, {key: None}))

    def wants(self, contact: Doc, topic_id: str | None) -> bool:
        """Tell whether a contact gets a broadcast, and one about this topic.

        Source: https://resend.com/docs/dashboard/topics/introduction
        """
        if contact["unsubscribed"]:
            return False
        topic = self.mirror.topics.peek(topic_id) if topic_id else None
        return topic is None or self.mirror.topics.subscription(contact, topic) == "opt_in"

    def view(self, doc: Doc) -> Doc:
        """Return a contact as its own endpoint shows it."""
        return {key: doc[key] for key in SHOWN} | {"properties": doc["properties"]}

    def brief(self, doc: Doc) -> Doc:
        """Return what a list shows of a contact: not its properties."""
        return {key: doc[key] for key in LISTED}

    def event_data(self, event: str, doc: Doc, **extra: Any) -> Doc:
        """Return a contact as webhooks tell it; `audience_id` is the first of its groups.

        Source: https://resend.com/docs/webhooks/contacts/updated
        """
        if event == "contact.topics.updated":
            return {"email": doc["email"], "topics": extra["topics"]}
        groups = doc["segment_ids"]
        return {
            "id": doc["id"],
            **({"audience_id": groups[0]} if groups else {}),
            "segment_ids": groups,
            "created_at": iso_of(doc["created_at"]),
            "updated_at": iso_of(doc["updated_at"]),
            "email": doc["email"],
            "first_name": doc["first_name"],
            "last_name": doc["last_name"],
            "unsubscribed": doc["unsubscribed"],
        }

    def taken(self) -> VendorError:
        """Say that another contact has the address."""
        return errors.validation_error("A contact with this email already exists.")

    def _at(self, id: str) -> Doc | None:
        return self.at(id) if "@" in id else self.peek(id)

    def _must_be_free(self, email: str, contact: Doc) -> None:
        if not EMAIL.fullmatch(email):
            raise errors.invalid_address("email")
        other = self.at(email)
        if other is not None and other["id"] != contact["id"]:
            raise self.taken()

    def _written(self, contact: Doc, properties: Doc, **fields: Any) -> Doc:
        merged = contact["properties"] | properties
        merged = {key: value for key, value in merged.items() if value is not None}
        written = {"properties": merged, "_property_keys": sorted(merged)}
        return contact | fields | written | {"updated_at": stamp(self.now)}

    def _joining(self, contact: Doc, groups: Any, at: str | None = None) -> Doc:
        at = at or stamp(self.now)
        joined = contact["_joined"] | {id: at for id in groups if id not in contact["_joined"]}
        return contact | {"segment_ids": [*joined], "_joined": joined}

    def _chosen(self, contact: Doc, choices: Choices) -> Doc:
        chosen = {each["id"]: each["subscription"] for each in contact["topics"]}
        chosen |= {each.id: each.subscription for each in choices}
        topics = [{"id": id, "subscription": value} for id, value in chosen.items()]
        return contact | {"topics": topics}
