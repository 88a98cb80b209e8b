"""The endpoints every mirror has on its own URL, under `/_mirra/`, and the catalog made of them.

Source: https://docs.mirra.run/reference/api
"""

from datetime import datetime
from typing import Any, Literal

from mirra_mcp.wire.model import Body, Doc, Wire

Encoding = Literal["json", "form", "form-repeated"]
"""How a vendor takes a body: JSON, a form that nests (`a[b][0]=c`), or one that repeats keys."""


class ResetState(Body):
    """`POST /_mirra/state/reset`. `seed` is `fixture` or `mirror:fixture`, else the first one."""

    seed: str | None = None


class ResetDone(Wire):
    """What a reset left behind."""

    mirror: str
    seed: str
    counts: dict[str, int] = {}


class Change(Wire):
    """A changed document: the fields that differ. `before` null: created; `after` null: gone."""

    entity: str
    entity_id: str
    before: Doc | None = None
    after: Doc | None = None


class WebhookRef(Wire):
    """A webhook that was set off: its type and delivery id."""

    type: str
    id: str


class Simulated(Wire):
    """What `POST /_mirra/simulate` did."""

    event: str
    changes: list[Change] = []
    webhooks: list[WebhookRef] = []
    result: Doc | None = None


class TakeSnapshot(Body):
    """`POST /_mirra/state/snapshot`."""

    name: str | None = None


class Snapshot(Wire):
    """A mirror's state, kept."""

    snapshot_id: str
    name: str | None = None


class RestoreSnapshot(Body):
    """`POST /_mirra/state/restore`."""

    snapshot_id: str


class Restored(Wire):
    """What a restore brought back."""

    mirror: str
    snapshot_id: str
    counts: dict[str, int] = {}
    behind: str | None = None
    """Extension: how far the dates lie in the past of a clock that other mirrors share."""


class State(Wire):
    """`GET /_mirra/state`: documents by plural entity, newest first.

    Without `entity`, all of them. With `entity`, one page; `next_cursor` continues it.
    """

    mirror: str
    version: str
    at: datetime
    state: dict[str, list[Doc]]
    counts: dict[str, int] = {}
    next_cursor: str | None = None


class Endpoint(Wire):
    """A vendor endpoint that the mirror answers."""

    method: str
    path: str


class Parameter(Wire):
    """A parameter of a simulatable event."""

    type: str
    required: bool = False
    description: str | None = None
    default: Any = None


class SimulateEvent(Wire):
    """Something the world can do to the account."""

    event: str
    description: str | None = None
    params: dict[str, Parameter] = {}
    fires: list[str] = []
    aliases: list[str] = []


class Fixture(Wire):
    """A named state to start from."""

    name: str
    description: str


class Entity(Wire):
    """A kind of document that the mirror keeps."""

    name: str
    plural: str
    statuses: dict[str, list[str]] = {}
    """The state machine, where it has one: status to the statuses it can move to."""


class Metadata(Wire):
    """`GET /_mirra/metadata`: what a mirror is and covers, generated from its code."""

    name: str
    version: str
    vendor_api_version: str
    encoding: Encoding = "json"
    endpoints: list[Endpoint] = []
    webhook_events: list[str] = []
    simulate_events: list[SimulateEvent] = []
    fixtures: list[Fixture] = []
    entities: list[Entity] = []
    gaps: list[str] = []
    fault_errors: list[str] = []
    """The vendor's own errors that a fault rule can make it answer."""
    declines: list[str] = []
    """Why a bank may say no to a payment that a fault rule lets meet it."""


class CatalogEntry(Wire):
    """One line of the catalog."""

    name: str
    version: str
    vendor_api_version: str
    description: str
    fixtures: list[str] = []


class Catalog(Wire):
    """`GET /v1/catalog` (extension)."""

    mirrors: list[CatalogEntry]


class RetryWebhook(Body):
    """`POST /_mirra/webhooks/retry`: send a webhook again."""

    delivery_id: str
    forge: bool | None = None
    """Whether copies follow, if it is accepted, that a handler which verifies refuses."""


class ForgeWebhooks(Body):
    """`POST /_mirra/webhooks/forge`: send forged copies of each accepted webhook, or stop it."""

    on: bool = True


class Forging(Wire):
    """Whether accepted webhooks are sent again as forgeries."""

    forging: bool
