"""What callers send about conversations, and how its values are read.

Source: https://www.twilio.com/docs/conversations/api
"""

import re
from datetime import timedelta
from typing import ClassVar

from pydantic import Field

from mirra_mcp.local.kit.foreign import loads
from mirra_mcp.local.mirrors.twilio.api.errors import wrong
from mirra_mcp.local.mirrors.twilio.api.params import (
    FLAG,
    METHOD,
    MOMENT,
    URL,
    TwilioParams,
    Value,
    Values,
    any_of,
    sid,
    text,
    whole,
)
from mirra_mcp.local.mirrors.twilio.conversations.errors import CODES, refuse

DURATION = re.compile(r"P(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9})S)?)?")
LONGEST_NAME, LONGEST_ATTRIBUTES = 256, 16 * 1024
STATES = ("active", "inactive", "closed")
TYPES = ("sms", "whatsapp", "messenger", "gbm", "email", "rcs", "apple", "chat")
SHORTEST = {50375: timedelta(minutes=1), 50376: timedelta(minutes=10)}
"""By the code with which shorter timers are refused.

Source: https://www.twilio.com/docs/api/errors/50375 and https://www.twilio.com/docs/api/errors/50376
"""


def coded(value: Value, code: int) -> Value:
    """Return a value that is refused with one of Conversations' codes."""
    return value.coded(code, CODES[code][1])


NAME = coded(text(LONGEST_NAME), 50003)
FILTERED: Values = {
    "Identity": coded(text(LONGEST_NAME), 50207),
    "State": coded(any_of(*STATES), 50378),
    "Type": any_of(*TYPES),
}
DATES: Values = {"DateCreated": coded(MOMENT, 50308), "DateUpdated": coded(MOMENT, 50309)}


class ServiceFields(TwilioParams):
    """A new service."""

    values: ClassVar[Values] = {"FriendlyName": NAME}

    friendly_name: str


class ServiceConfiguration(TwilioParams):
    """A change to a service's defaults."""

    values: ClassVar[Values] = {"ReachabilityEnabled": FLAG}

    default_conversation_creator_role_sid: str | None = None
    default_conversation_role_sid: str | None = None
    default_chat_service_role_sid: str | None = None
    reachability_enabled: str | None = None


class AccountConfiguration(TwilioParams):
    """A change to an account's defaults."""

    values: ClassVar[Values] = {
        "DefaultChatServiceSid": sid("IS"),
        "DefaultMessagingServiceSid": coded(sid("MG"), 50341),
    }

    default_chat_service_sid: str | None = None
    default_messaging_service_sid: str | None = None
    default_inactive_timer: str | None = None
    default_closed_timer: str | None = None


class WebhookConfiguration(TwilioParams):
    """A change to where an account's or a service's events go."""

    values: ClassVar[Values] = {
        "Method": coded(METHOD, 50055),
        "PreWebhookUrl": coded(URL, 50054),
        "PostWebhookUrl": coded(URL, 50054),
    }

    method: str | None = None
    filters: list[str] | None = None
    pre_webhook_url: str | None = None
    post_webhook_url: str | None = None
    target: str | None = None


class ConversationFields(TwilioParams):
    """A new conversation, or a change to one."""

    values: ClassVar[Values] = DATES | {
        "FriendlyName": NAME,
        "State": FILTERED["State"],
        "UniqueName": coded(text(LONGEST_NAME), 50004),
    }

    friendly_name: str | None = None
    unique_name: str | None = None
    attributes: str | None = None
    messaging_service_sid: str | None = None
    state: str | None = None
    timers_inactive: str | None = Field(None, alias="Timers.Inactive")
    timers_closed: str | None = Field(None, alias="Timers.Closed")
    date_created: str | None = None
    date_updated: str | None = None
    email_address: str | None = Field(None, alias="Bindings.Email.Address")
    email_name: str | None = Field(None, alias="Bindings.Email.Name")


class ParticipantFields(TwilioParams):
    """A change to a participant."""

    values: ClassVar[Values] = DATES | {"Identity": FILTERED["Identity"]}

    identity: str | None = None
    proxy_address: str | None = Field(None, alias="MessagingBinding.ProxyAddress")
    projected_address: str | None = Field(None, alias="MessagingBinding.ProjectedAddress")
    attributes: str | None = None
    role_sid: str | None = None
    date_created: str | None = None
    date_updated: str | None = None


class CreateParticipant(ParticipantFields):
    """A new participant."""

    address: str | None = Field(None, alias="MessagingBinding.Address")


class UpdateParticipant(ParticipantFields):
    """A participant who has read."""

    values: ClassVar[Values] = ParticipantFields.values | {
        "LastReadMessageIndex": coded(whole(0), 50421),
        "LastReadTimestamp": coded(MOMENT, 50405),
    }

    last_read_message_index: str | None = None
    last_read_timestamp: str | None = None


class UpdateUserConversation(TwilioParams):
    """A user who has read, or wants to hear no more."""

    values: ClassVar[Values] = {
        "NotificationLevel": any_of("default", "muted"),
        "LastReadMessageIndex": coded(whole(0), 50421),
        "LastReadTimestamp": coded(MOMENT, 50405),
    }

    notification_level: str | None = None
    last_read_message_index: str | None = None
    last_read_timestamp: str | None = None


class WithParticipants(ConversationFields):
    """A new conversation with who takes part, each in JSON."""

    participant: list[str] = []


class MessageFields(TwilioParams):
    """A change to a message."""

    values: ClassVar[Values] = DATES

    author: str | None = None
    body: str | None = None
    attributes: str | None = None
    date_created: str | None = None
    date_updated: str | None = None
    subject: str | None = None


class CreateMessage(MessageFields):
    """A new message."""

    media_sid: str | None = None
    content_sid: str | None = None
    content_variables: str | None = None


class UpdateWebhook(TwilioParams):
    """A change to a conversation's own webhook."""

    url: str | None = Field(None, alias="Configuration.Url")
    method: str | None = Field(None, alias="Configuration.Method")
    filters: list[str] | None = Field(None, alias="Configuration.Filters")
    triggers: list[str] | None = Field(None, alias="Configuration.Triggers")
    flow_sid: str | None = Field(None, alias="Configuration.FlowSid")


class CreateWebhook(UpdateWebhook):
    """A new webhook of a conversation."""

    values: ClassVar[Values] = {"Configuration.ReplayAfter": whole(0)}

    target: str
    replay_after: str | None = Field(None, alias="Configuration.ReplayAfter")


class UpdateUser(TwilioParams):
    """A change to a user."""

    values: ClassVar[Values] = {"FriendlyName": NAME}

    friendly_name: str | None = None
    attributes: str | None = None
    role_sid: str | None = None


class CreateUser(UpdateUser):
    """A new user."""

    values: ClassVar[Values] = UpdateUser.values | {"Identity": FILTERED["Identity"]}

    identity: str


class UpdateRole(TwilioParams):
    """A change to what a role allows."""

    permission: list[str]


class CreateRole(UpdateRole):
    """A new role."""

    values: ClassVar[Values] = {
        "FriendlyName": coded(text(64), 50003),
        "Type": coded(any_of("conversation", "service"), 50105),
    }

    friendly_name: str
    type: str


class UpdateAddress(TwilioParams):
    """A change to what an address does with texts that belong to no conversation."""

    values: ClassVar[Values] = {
        "AutoCreation.ConversationServiceSid": sid("IS"),
        "AutoCreation.Enabled": FLAG,
        "AutoCreation.StudioFlowSid": sid("FW"),
        "AutoCreation.StudioRetryCount": whole(0, 3),
        "AutoCreation.Type": any_of("webhook", "studio", "default"),
        "AutoCreation.WebhookMethod": coded(METHOD, 50055),
        "AutoCreation.WebhookUrl": coded(URL, 50054),
        "FriendlyName": NAME,
    }

    friendly_name: str | None = None
    enabled: str | None = Field(None, alias="AutoCreation.Enabled")
    creation_type: str | None = Field(None, alias="AutoCreation.Type")
    service: str | None = Field(None, alias="AutoCreation.ConversationServiceSid")
    webhook_url: str | None = Field(None, alias="AutoCreation.WebhookUrl")
    webhook_method: str | None = Field(None, alias="AutoCreation.WebhookMethod")
    webhook_filters: list[str] | None = Field(None, alias="AutoCreation.WebhookFilters")
    flow_sid: str | None = Field(None, alias="AutoCreation.StudioFlowSid")
    retry_count: str | None = Field(None, alias="AutoCreation.StudioRetryCount")


class CreateAddress(UpdateAddress):
    """A new address."""

    values: ClassVar[Values] = UpdateAddress.values | {"Type": FILTERED["Type"]}

    type: str
    address: str
    address_country: str | None = None


def attributes_of(text: str | None) -> str:
    """Return attributes, which are JSON in a text: `{}` if there are none.

    Raises:
        VendorError: 50303 or 50304, they are too long or no JSON.
    """
    if not text:
        return "{}"
    if len(text.encode()) > LONGEST_ATTRIBUTES:
        raise refuse(50303)
    try:
        loads(text.encode())
    except ValueError:
        raise refuse(50304) from None
    return text


def duration(text: str | None, code: int) -> float | None:
    """Read an ISO 8601 duration, in seconds; None: there is none.

    Raises:
        VendorError: it isn't one, or it is too short, which has this code.

    Source: https://www.twilio.com/docs/api/errors/50379
        https://www.twilio.com/docs/api/errors/50380
    """
    if not text:
        return None
    found = DURATION.fullmatch(text)
    if found is None or not any(found.groups()):
        raise refuse(code + 4)
    days, hours, minutes, seconds = (int(each or 0) for each in found.groups())
    length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if length < SHORTEST[code]:
        raise refuse(code)
    return length.total_seconds()


def one_of(name: str, text: str, known: tuple[str, ...]) -> str:
    """Return one of the values that a parameter takes.

    Raises:
        VendorError: it is none of them.
    """
    if text not in known:
        raise wrong(f"Invalid parameter {name}: it is one of {', '.join(known)}")
    return text
