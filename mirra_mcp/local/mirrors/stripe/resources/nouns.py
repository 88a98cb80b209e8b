"""Which nouns the mirror has: one line each, so that nouns can find each other by name."""

from typing import TYPE_CHECKING, ClassVar

from mirra_mcp.local.mirrors.stripe.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.resources.accounts import Accounts
from mirra_mcp.local.mirrors.stripe.resources.customers import Customers
from mirra_mcp.local.mirrors.stripe.resources.events import Events
from mirra_mcp.local.mirrors.stripe.resources.webhook_endpoints import WebhookEndpoints


class Nouns:
    """The nouns as attributes of the mirror."""

    ALL: ClassVar[tuple[type[StripeResource], ...]] = (
        Accounts,
        Customers,
        Events,
        WebhookEndpoints,
    )

    if TYPE_CHECKING:
        accounts: Accounts
        customers: Customers
        events: Events
        webhook_endpoints: WebhookEndpoints
