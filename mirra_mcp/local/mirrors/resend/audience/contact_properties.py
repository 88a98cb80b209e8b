"""Contact properties: what an account keeps about its contacts besides their names.

Source: https://resend.com/docs/api-reference/contact-properties/create-contact-property
"""

from typing import Any

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.resend.api import errors
from mirra_mcp.local.mirrors.resend.api.params import Paging, matches
from mirra_mcp.local.mirrors.resend.api.resource import ResendResource
from mirra_mcp.local.mirrors.resend.audience.params import CreateProperty, UpdateProperty
from mirra_mcp.wire.model import Doc

RESERVED = frozenset({"FIRST_NAME", "LAST_NAME", "EMAIL", "UNSUBSCRIBE_URL"})
"""Source: https://github.com/resend/resend-cli (contact-properties create)"""


class ContactProperties(ResendResource):
    """The properties that contacts of this account may have."""

    entity, plural = "contact_property", "contact_properties"
    title, object = "Contact property", "contact_property"
    blank = {
        "object": "contact_property",
        "id": None,
        "key": None,
        "type": None,
        "fallback_value": None,
        "created_at": None,
    }
    indexes = ("key",)
    page_size = None

    @route("POST /contact-properties", status=201)
    def create(self, params: CreateProperty) -> Doc:
        """Define a property.

        Source: https://resend.com/docs/api-reference/contact-properties/create-contact-property
        """
        if params.key.upper() in RESERVED:
            raise errors.validation_error(f"The `key` `{params.key}` is reserved.")
        if self.first(key=params.key):
            raise errors.validation_error(f"The `key` `{params.key}` already exists.")
        self._must_match(params.type, params.fallback_value)
        return self.ref(self.define(params.key, params.type, params.fallback_value))

    @route("GET /contact-properties")
    def list(self, params: Paging) -> Doc:
        """List the properties, newest first.

        Source: https://resend.com/docs/api-reference/contact-properties/list-contact-properties
        """
        return self.listed(params)

    @route("GET /contact-properties/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one property.

        Source: https://resend.com/docs/api-reference/contact-properties/get-contact-property
        """
        return self.view(self.get(id))

    @route("PATCH /contact-properties/{id}")
    def update(self, id: str, params: UpdateProperty) -> Doc:
        """Change the fallback; null removes it.

        Source: https://resend.com/docs/api-reference/contact-properties/update-contact-property
        """
        found = self.get(id)
        self._must_match(found["type"], params.fallback_value)
        return self.ref(self.save(found | {"fallback_value": params.fallback_value}))

    @route("DELETE /contact-properties/{id}")
    def delete(self, id: str) -> Doc:
        """Remove a property, from all contacts too.

        Source: https://github.com/resend/resend-cli (contact-properties delete)
        """
        found = self.get(id)
        for contact in self.mirror.contacts.find(_property_keys=found["key"]):
            self.mirror.contacts.forget_property(contact, found["key"])
        self.drop(found)
        return self.ref(found, deleted=True)

    def define(self, key: str, type: str, fallback_value: Any = None) -> Doc:
        """Make a property from within: an import's or a fixture's."""
        return self.save(self.new(key=key, type=type, fallback_value=fallback_value))

    def checked(self, given: Doc) -> Doc:
        """Return values as a contact keeps them: `{key: {"value", "type"}}`, null for a removal.

        Keys are case-sensitive; an unknown key or a value of another type fails the whole call.

        Raises:
            VendorError: a key isn't defined, or a value hasn't its property's type.

        Source: https://resend.com/docs/dashboard/audiences/properties
        """
        kept: Doc = {}
        for key, value in given.items():
            found = self.first(key=key)
            if found is None:
                raise errors.validation_error(f"The contact property `{key}` does not exist.")
            if value is not None and not matches(found["type"], value):
                raise errors.wrong_type(f"properties.{key}", found["type"])
            kept[key] = None if value is None else {"value": value, "type": found["type"]}
        return kept

    def brief(self, doc: Doc) -> Doc:
        """Return what a list shows of a property.

        Source: https://github.com/resend/resend-openapi (ListContactPropertiesResponseSuccess)
        """
        return {key: value for key, value in doc.items() if key != "object"}

    def _must_match(self, type: str, fallback_value: Any) -> None:
        if fallback_value is not None and not matches(type, fallback_value):
            raise errors.wrong_type("fallback_value", type)
