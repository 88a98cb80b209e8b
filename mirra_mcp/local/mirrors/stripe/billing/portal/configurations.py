"""Configurations of the customer portal.

Source: https://docs.stripe.com/api/customer_portal/configurations
"""

from typing import Any, ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import merged
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.billing.portal.params import (
    CreateConfiguration,
    ListConfigurations,
    UpdateConfiguration,
)
from mirra_mcp.wire.model import Doc

FEATURES: Doc = {
    "customer_update": {"allowed_updates": [], "enabled": False},
    "invoice_history": {"enabled": False},
    "payment_method_update": {"enabled": False, "payment_method_configuration": None},
    "subscription_cancel": {
        "cancellation_reason": {"enabled": False, "options": []},
        "enabled": False,
        "mode": "at_period_end",
        "proration_behavior": "none",
    },
    "subscription_update": {
        "billing_cycle_anchor": None,
        "default_allowed_updates": [],
        "enabled": False,
        "proration_behavior": "none",
        "schedule_at_period_end": {"conditions": []},
        "trial_update_behavior": "end_trial",
    },
}
REASONS = "too_expensive missing_features switched_service unused customer_service too_complex"
DEFAULT_FEATURES: Doc = {
    "customer_update": {"allowed_updates": ["email", "tax_id"], "enabled": True},
    "invoice_history": {"enabled": True},
    "payment_method_update": {"enabled": True},
    "subscription_cancel": {
        "cancellation_reason": {"enabled": False, "options": REASONS.split()},
        "enabled": True,
    },
}


class PortalConfigurations(StripeResource):
    """The configurations of the account; the default one is there from the first use."""

    entity, plural = "portal_configuration", "portal_configurations"
    object, prefix = "billing_portal.configuration", "bpc"
    path = "/v1/billing_portal/configurations"
    title = "configuration"
    indexes = ("active", "is_default")
    blank: ClassVar[Doc] = {
        "active": True,
        "application": None,
        "business_profile": {
            "headline": None,
            "privacy_policy_url": None,
            "terms_of_service_url": None,
        },
        "created": None,
        "default_return_url": None,
        "features": FEATURES,
        "is_default": False,
        "livemode": False,
        "login_page": {"enabled": False, "url": None},
        "metadata": {},
        "name": None,
        "updated": None,
    }

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of a configuration."""
        shown, login = super().view(doc), doc["login_page"]
        return shown | {"login_page": {**login, "url": self.absolute(login["url"])}}

    def default(self) -> Doc:
        """Return the account's default configuration, made on first use."""
        found = self.first(is_default=True)
        if found is not None:
            return found
        features = _with_features(FEATURES, DEFAULT_FEATURES)
        return self.save(self.new(features=features, is_default=True, updated=self.at))

    @route("POST /v1/billing_portal/configurations")
    def create(self, params: CreateConfiguration) -> Doc:
        """Create a configuration. Fires: billing_portal.configuration.created."""
        given = params.given()
        self._check(given["features"])
        doc = self._changed(self.new(updated=self.at), given, merged({}, params.metadata or {}))
        return self.view(self.save(doc, event="billing_portal.configuration.created"))

    @route("GET /v1/billing_portal/configurations/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a configuration."""
        return self.view(self.get(id))

    @route("POST /v1/billing_portal/configurations/{id}")
    def update(self, id: str, params: UpdateConfiguration) -> Doc:
        """Change a configuration. Fires: billing_portal.configuration.updated."""
        doc, given = self.get(id), params.given()
        if given.get("active") is False and doc["is_default"]:
            raise errors.invalid("You cannot deactivate the default configuration.", "active")
        self._check(given.get("features") or {})
        metadata = doc["metadata"]
        if "metadata" in given:
            metadata = merged(metadata, params.metadata)
        doc = self._changed(doc, given, metadata) | {"updated": self.at}
        return self.view(self.save(doc, event="billing_portal.configuration.updated"))

    @route("GET /v1/billing_portal/configurations")
    def index(self, params: ListConfigurations) -> Doc:
        """List configurations."""
        where: dict[str, Any] = {
            name: getattr(params, name)
            for name in ("active", "is_default")
            if getattr(params, name) is not None
        }
        return self.listed(params, **where)

    def _check(self, features: Doc) -> None:
        update = features.get("subscription_update") or {}
        for number, each in enumerate(update.get("products") or ()):
            where = f"features[subscription_update][products][{number}]"
            self.stripe.products.named(each["product"], f"{where}[product]")
            for index, price in enumerate(each["prices"]):
                self.stripe.prices.named(price, f"{where}[prices][{index}]")
        if update.get("enabled") and not update.get("products", True):
            where = "features[subscription_update][products]"
            raise errors.invalid(f"Missing required param: {where}.", where, "parameter_missing")

    def _changed(self, doc: Doc, given: Doc, metadata: Any) -> Doc:
        changed = {**doc, "metadata": metadata}
        for name in ("active", "default_return_url", "name"):
            if name in given:
                changed[name] = given[name]
        if "business_profile" in given:
            changed["business_profile"] = {
                **doc["business_profile"],
                **(given["business_profile"] or {}),
            }
        if given.get("login_page"):
            enabled = given["login_page"]["enabled"]
            url = doc["login_page"]["url"]
            if enabled and url is None:
                token = f"test_{self.mirror.ids.token(18)}"
                url = f"/p/{self.stripe.account or 'own'}/login/{token}"
            changed["login_page"] = {"enabled": enabled, "url": url}
        if given.get("features"):
            changed["features"] = _with_features(doc["features"], given["features"])
        return changed


def _with_features(old: Doc, given: Doc) -> Doc:
    """Return features after some were given."""
    features = {name: dict(value) for name, value in old.items()}
    for name, value in given.items():
        if value is None:
            continue
        sent = {key: each for key, each in value.items() if each is not None}
        features[name] = {**features.get(name, {}), **sent}
    return features
