"""Customer portal sessions: a link for one customer to manage their subscriptions.

Source: https://docs.stripe.com/api/customer_portal/sessions
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.resource import Addressed
from mirra_mcp.local.mirrors.stripe.billing.portal.params import CreatePortalSession, FlowData
from mirra_mcp.wire.model import Doc

FLOWS = (
    "subscription_cancel",
    "subscription_pause",
    "subscription_update",
    "subscription_update_confirm",
)


class PortalSessions(Addressed):
    """The sessions of the portal; they can't be read again."""

    entity, plural = "portal_session", "portal_sessions"
    object, prefix = "billing_portal.session", "bps"
    title = "session"
    indexes = ("url",)
    blank: ClassVar[Doc] = {
        "after_expiration": None,
        "configuration": "",
        "created": None,
        "customer": "",
        "customer_account": None,
        "flow": None,
        "livemode": False,
        "locale": None,
        "on_behalf_of": None,
        "return_url": None,
        "url": "",
    }

    @route("POST /v1/billing_portal/sessions")
    def create(self, params: CreatePortalSession) -> Doc:
        """Make a link to the portal. Fires: billing_portal.session.created."""
        self.stripe.customers.live(params.customer)
        configurations = self.stripe.portal_configurations
        if params.configuration is not None:
            chosen = configurations.named(params.configuration, "configuration")
            if not chosen["active"]:
                raise errors.invalid(
                    f"The configuration {chosen['id']} is inactive.", "configuration"
                )
        flow = self._flow(params.flow_data, params.customer) if params.flow_data else None
        if params.configuration is None:
            chosen = configurations.default()
        doc = self.new(
            configuration=chosen["id"],
            customer=params.customer,
            flow=flow,
            locale=params.locale,
            on_behalf_of=params.on_behalf_of,
            return_url=params.return_url or chosen["default_return_url"],
            url=self.new_place(),
        )
        return self.view(self.save(doc, event="billing_portal.session.created"))

    def opened(self, customer: str, configuration: str) -> Doc:
        """Save a session that nobody asked the API for. Fires: billing_portal.session.created."""
        chosen = self.stripe.portal_configurations.get(configuration)
        doc = self.new(
            configuration=configuration,
            customer=customer,
            return_url=chosen["default_return_url"],
            url=self.new_place(),
        )
        return self.save(doc, event="billing_portal.session.created")

    def new_place(self) -> str:
        """Make the address of a session's page, without the mirror's origin."""
        return f"/p/{self.stripe.account or 'session'}/test_{self.mirror.ids.token(64)}"

    def _flow(self, given: FlowData, customer: str) -> Doc:
        """Return the flow that a session is restricted to.

        Raises:
            VendorError: it lacks its details, or is about another customer's subscription.
        """
        kind = given.type
        details = getattr(given, kind, None) if kind in FLOWS else None
        if kind in FLOWS:
            where = f"flow_data[{kind}]"
            if details is None:
                raise errors.invalid(
                    f"Missing required param: {where}.", where, "parameter_missing"
                )
            sub = self.stripe.subscriptions.named(details.subscription, f"{where}[subscription]")
            if sub["customer"] != customer:
                raise errors.missing(
                    "subscription", sub["id"], f"{where}[subscription]", status=400
                )
        after = given.after_completion
        shown: Doc = {"hosted_confirmation": None, "redirect": None, "type": "portal_homepage"}
        flow: Doc = dict.fromkeys(FLOWS)
        flow |= {
            "after_completion": shown | (after.given() if after else {}),
            "type": kind,
        }
        if details is not None:
            flow[kind] = {"retention": None} if kind == "subscription_cancel" else {}
            flow[kind] |= details.given()
        if kind == "subscription_update_confirm":
            flow[kind] = {"discounts": None, **flow[kind]}
        return flow
