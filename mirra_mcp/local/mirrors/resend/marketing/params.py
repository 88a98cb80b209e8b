"""Parameters of templates, automations and the events that start them.

Source: https://github.com/resend/resend-openapi (fields, limits and enumerations)
"""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from mirra_mcp.local.mirrors.resend.api.params import Name, OneOrMore, Paging, ResendParams

VariableType = Literal["string", "number", "boolean", "object", "list"]
VariableKey = Annotated[str, StringConstraints(max_length=50, pattern=r"^[A-Za-z0-9_]+$")]
FieldType = Literal["string", "number", "boolean", "date"]
Status = Literal["enabled", "disabled"]
StepType = Literal[
    "trigger",
    "send_email",
    "delay",
    "wait_for_event",
    "condition",
    "contact_update",
    "contact_delete",
    "add_to_segment",
]
ConnectionType = Literal[
    "default", "condition_met", "condition_not_met", "timeout", "event_received"
]


class Variable(ResendParams):
    """A variable of a template; without a fallback it must be given when sending."""

    key: VariableKey
    type: VariableType
    fallback_value: Any = None


Variables = Annotated[list[Variable], Field(max_length=50)]


class CreateTemplate(ResendParams):
    """A new template."""

    name: Name
    html: str
    alias: str | None = None
    sender: str | None = Field(default=None, alias="from")
    subject: str | None = None
    reply_to: OneOrMore | None = None
    text: str | None = None
    variables: Variables | None = None


class UpdateTemplate(ResendParams):
    """New content for a template."""

    name: Name | None = None
    html: str | None = None
    alias: str | None = None
    sender: str | None = Field(default=None, alias="from")
    subject: str | None = None
    reply_to: OneOrMore | None = None
    text: str | None = None
    variables: Variables | None = None


class Step(ResendParams):
    """A step of an automation; what `config` holds depends on the type."""

    key: Name
    type: StepType
    config: dict[str, Any]


class Connection(ResendParams):
    """Which step follows which, and in which case."""

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    type: ConnectionType = "default"


Steps = Annotated[list[Step], Field(min_length=1, max_length=150)]
Connections = list[Connection]


class CreateAutomation(ResendParams):
    """A new automation; disabled unless told otherwise."""

    name: Name
    steps: Steps
    connections: Connections
    status: Status = "disabled"


class UpdateAutomation(ResendParams):
    """New values for an automation; steps and connections come together."""

    name: Name | None = None
    status: Status | None = None
    steps: Steps | None = None
    connections: Connections | None = None


class ListAutomations(Paging):
    """Which automations to list."""

    status: Status | None = None


class ListRuns(Paging):
    """Which runs to list: statuses, separated by commas."""

    status: str | None = None


class CreateEvent(ResendParams):
    """A new event; its schema is flat."""

    name: Name
    fields: dict[str, FieldType] | None = Field(default=None, alias="schema")


class UpdateEvent(ResendParams):
    """Another schema; null removes it."""

    fields: dict[str, FieldType] | None = Field(alias="schema")


class SendEvent(ResendParams):
    """Something that happened to a contact."""

    event: Name
    contact_id: str | None = None
    email: str | None = None
    payload: dict[str, Any] | None = None
