"""Parameters of contacts, and of what groups them.

Source: https://github.com/resend/resend-openapi (fields, limits and enumerations)
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, StringConstraints, model_validator

from mirra_mcp.local.mirrors.resend.api.params import Name, Paging, ResendParams

Subscription = Literal["opt_in", "opt_out"]
Visibility = Literal["public", "private"]
PropertyValue = str | int | float | None
TopicName = Annotated[str, StringConstraints(max_length=50)]
TopicDescription = Annotated[str, StringConstraints(max_length=200)]
PropertyKey = Annotated[str, StringConstraints(max_length=50, pattern=r"^[A-Za-z0-9_]+$")]


def as_ref(value: Any) -> Any:
    """Read an id as an object that has it: the reference shows ids, the SDKs send objects."""
    return {"id": value} if isinstance(value, str) else value


class SegmentRef(ResendParams):
    """A segment, by its id."""

    id: str


class TopicChoice(ResendParams):
    """Whether a contact wants a topic."""

    id: str
    subscription: Subscription


Groups = list[Annotated[SegmentRef, BeforeValidator(as_ref)]]
Choices = list[TopicChoice]


class NameSegment(ResendParams):
    """The name of a segment; `filter` is known to the reference but described nowhere."""

    name: Name
    filter: dict[str, Any] | None = None


class CreateContact(ResendParams):
    """A new contact, or new values for the one who has that email address."""

    email: str
    first_name: str | None = None
    last_name: str | None = None
    unsubscribed: bool | None = None
    properties: dict[str, Any] = {}
    segments: Groups = []
    topics: Choices = []
    audience_id: str | None = None


class UpdateContact(ResendParams):
    """New values for a contact; a null clears a name or a property."""

    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    unsubscribed: bool | None = None
    properties: dict[str, Any] = {}


class ListContacts(Paging):
    """Which contacts to list."""

    segment_id: str | None = None


class ChooseTopics(ResendParams):
    """A contact's choices. The SDKs send the bare list, the reference shows it in an object.

    Source: https://github.com/resend/resend-python/blob/main/resend/contacts/_topics.py
    """

    topics: Choices

    @model_validator(mode="before")
    @classmethod
    def read_a_bare_list(cls, value: Any) -> Any:
        """Put a bare list where the object would have it."""
        return {"topics": value} if isinstance(value, list) else value


class ListImports(Paging):
    """Which imports to list."""

    status: Literal["queued", "in_progress", "completed", "failed"] | None = None


class CreateProperty(ResendParams):
    """A new property that contacts may have."""

    key: PropertyKey
    type: Literal["string", "number"]
    fallback_value: PropertyValue = None


class UpdateProperty(ResendParams):
    """Another fallback; key and type stay as they are."""

    fallback_value: PropertyValue = None


class CreateTopic(ResendParams):
    """A new topic."""

    name: TopicName
    default_subscription: Subscription
    description: TopicDescription | None = None
    visibility: Visibility = "private"


class UpdateTopic(ResendParams):
    """New words for a topic; its default subscription stays as it is."""

    name: TopicName | None = None
    description: TopicDescription | None = None
    visibility: Visibility | None = None
