"""Account links of the v2 API. Source: https://docs.stripe.com/api/v2/core/account-links"""

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.connect.accounts.params import CreateLink as CreateV1
from mirra_mcp.local.mirrors.stripe.connect.core_accounts import words
from mirra_mcp.local.mirrors.stripe.connect.core_accounts.params import CreateLink
from mirra_mcp.wire.model import Doc


class CoreAccountLinks(StripeResource):
    """Addresses of the same onboarding that the v1 API leads to."""

    entity, plural = "core_account_link", "core_account_links"
    object = "v2.core.account_link"
    keeps = False

    @route("POST /v2/core/account_links")
    def create(self, params: CreateLink) -> Doc:
        """Make the address of an onboarding, good for one visit.

        Source: https://docs.stripe.com/api/v2/core/account-links/create

        Raises:
            VendorError: there is no such account, or nothing says where the visit leads.
        """
        self.stripe.core_accounts.of(params.account)
        case = params.use_case
        visit = (
            case.account_onboarding if case.type == "account_onboarding" else case.account_update
        )
        if visit is None:
            name = f"use_case.{case.type}"
            raise errors.invalid(f"Missing required param: {name}.", name, "parameter_missing")
        asked: Doc = {"account": params.account, "type": case.type}
        asked |= {"refresh_url": visit.refresh_url}
        if visit.return_url is not None:
            asked["return_url"] = visit.return_url
        made = self.stripe.account_links.made(CreateV1.model_validate(asked))
        return {
            "object": self.object,
            "account": params.account,
            "created": words.stamp(made["created"]),
            "expires_at": words.stamp(made["expires_at"]),
            "livemode": False,
            "url": made["url"],
            "use_case": {"type": case.type, case.type: visit.given()},
        }
