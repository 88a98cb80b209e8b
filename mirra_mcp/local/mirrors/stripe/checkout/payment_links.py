"""Payment links: pages that can be visited again and again; each visit is a Checkout session.

Source: https://docs.stripe.com/api/payment-link
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.conditions import Conditional, needed, only_with
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Currency,
    ListParams,
    Metadata,
    Nested,
    StripeParams,
    merged,
)
from mirra_mcp.local.mirrors.stripe.api.forms.parts import Adjustable, Loose, Switch
from mirra_mcp.local.mirrors.stripe.api.lists.pages import page_of
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.api.resource import Addressed
from mirra_mcp.local.mirrors.stripe.checkout import includes, line_items, pages
from mirra_mcp.local.mirrors.stripe.checkout.sessions.params import CreateSession
from mirra_mcp.wire.model import Doc

INACTIVE = "This payment link has been deactivated."
COMMON = (
    "allow_promotion_codes",
    "billing_address_collection",
    "payment_method_types",
    "phone_number_collection",
    "shipping_address_collection",
    "submit_type",
    "tax_id_collection",
)
KEPT = (*COMMON, "customer_creation", "inactive_message")
"""Parameters that links show as they were sent."""
PASSED_ON = (*COMMON, "custom_text", "metadata", "payment_method_collection")
"""What the session of a visitor takes from the link."""


class Confirmation(Nested):
    """The page after the payment."""

    custom_message: Annotated[str, Field(max_length=500)] | None = None


class Redirect(Nested):
    """Where customers go after the payment."""

    url: str


class AfterCompletion(Conditional):
    """What comes after the payment."""

    conditions = (
        needed("redirect", "type", "redirect"),
        only_with("redirect", "type", "redirect"),
        only_with("hosted_confirmation", "type", "hosted_confirmation"),
    )

    type: Literal["hosted_confirmation", "redirect"]
    hosted_confirmation: Confirmation | None = None
    redirect: Redirect | None = None


class CompletedSessions(Nested):
    """How often a link may be used."""

    limit: Annotated[int, Field(ge=1)]


class Restrictions(Nested):
    """Limits of a link."""

    completed_sessions: CompletedSessions


class LinkFields(StripeParams):
    """What a create and an update both take."""

    after_completion: AfterCompletion | None = None
    allow_promotion_codes: bool = False
    automatic_tax: pages.AutomaticTax | None = None
    billing_address_collection: Literal["auto", "required"] = "auto"
    custom_fields: Annotated[list[pages.CustomField], Field(max_length=3)] | None = None
    custom_text: pages.CustomText | None = None
    customer_creation: Literal["always", "if_required"] = "if_required"
    inactive_message: Annotated[str, Field(max_length=500)] | None = None
    invoice_creation: pages.InvoiceCreation | None = None
    metadata: Metadata = {}
    payment_intent_data: pages.IntentData | None = None
    payment_method_collection: Literal["always", "if_required"] = "always"
    payment_method_types: list[str] | None = None
    phone_number_collection: Switch | None = None
    restrictions: Restrictions | None = None
    shipping_address_collection: pages.ShippingCountries | None = None
    submit_type: Literal["auto", "book", "donate", "pay", "subscribe"] = "auto"
    subscription_data: pages.SubscriptionData | None = None
    tax_id_collection: pages.TaxIdCollection | None = None


class CreateLink(LinkFields):
    """Parameters of a new link."""

    line_items: Annotated[list[pages.LineItem], Field(min_length=1, max_length=20)]
    application_fee_amount: int | None = None
    application_fee_percent: Annotated[float, Field(ge=0, le=100)] | None = None
    consent_collection: pages.ConsentCollection | None = None
    currency: Currency | None = None
    on_behalf_of: str | None = None
    shipping_options: list[pages.ShippingOption] | None = None
    transfer_data: Loose = None


class UpdatedLine(Nested):
    """A line whose quantity changes."""

    id: str
    adjustable_quantity: Adjustable | None = None
    quantity: Annotated[int, Field(ge=0)] | None = None


class UpdateLink(LinkFields):
    """Parameters of a changed link."""

    active: bool = True
    line_items: list[UpdatedLine] | None = None


class ListLinks(ListParams):
    """Filters of the list."""

    active: bool | None = None


class PaymentLinks(Addressed):
    """The links of the account. `_items` are the lines as they were asked for."""

    entity, plural = "payment_link", "payment_links"
    object, prefix, path = "payment_link", "plink", "/v1/payment_links"
    includes: ClassVar = {"line_items": includes.link_lines}
    title = "payment link"
    indexes = ("active", "url")
    blank: ClassVar[Doc] = {
        "active": True,
        "after_completion": {
            "hosted_confirmation": {"custom_message": None},
            "type": "hosted_confirmation",
        },
        "allow_promotion_codes": False,
        "application": None,
        "application_fee_amount": None,
        "application_fee_percent": None,
        "automatic_tax": {"enabled": False, "liability": None},
        "billing_address_collection": "auto",
        "consent_collection": None,
        "currency": "usd",
        "custom_fields": [],
        "custom_text": pages.NO_TEXT,
        "customer_creation": "if_required",
        "inactive_message": None,
        "invoice_creation": None,
        "livemode": False,
        "metadata": {},
        "on_behalf_of": None,
        "payment_intent_data": None,
        "payment_method_collection": "always",
        "payment_method_types": None,
        "phone_number_collection": {"enabled": False},
        "restrictions": None,
        "shipping_address_collection": None,
        "shipping_options": [],
        "submit_type": "auto",
        "subscription_data": None,
        "tax_id_collection": {"enabled": False, "required": "never"},
        "transfer_data": None,
        "url": "",
    }

    @route("POST /v1/payment_links")
    def create(self, params: CreateLink) -> Doc:
        """Create a link. Fires: payment_link.created, and what inline prices fire."""
        if params.currency is not None:
            money.check_currency(params.currency, "currency")
        line_items.check_items(self.stripe, params.line_items)
        line_items.check_intervals(self.stripe, params.line_items)
        lines = line_items.laid_out(self.stripe, params.line_items, params.currency)
        recurring = any(self._recurs(line) for line in lines)
        currency = lines[0]["currency"]
        self._check_mode(params, recurring=recurring)
        options = line_items.shipping_options(self.stripe, params.shipping_options, currency)
        given = params.given()
        fields = self._kept(params, given, recurring=recurring)
        names = ("application_fee_amount", "application_fee_percent", "on_behalf_of")
        fields |= {name: given[name] for name in (*names, "transfer_data") if given.get(name)}
        link = self.new(
            **fields,
            currency=currency,
            shipping_options=options,
            url=f"/b/{self.stripe.account or 'own'}/test_{self.mirror.ids.token(18)}",
            _billing_mode=self.stripe.subscriptions.mode_given(None),
            _lines=line_items.priced(self.stripe, lines, []),
        )
        return self.view(self.save(link, event="payment_link.created"))

    @route("GET /v1/payment_links/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a link."""
        return self.view(self.get(id))

    @route("POST /v1/payment_links/{id}")
    def update(self, id: str, params: UpdateLink) -> Doc:
        """Change a link. Fires: payment_link.updated."""
        link, given = self.get(id), params.given()
        recurring = any(self._recurs(line) for line in link["_lines"])
        fields = self._kept(params, given, recurring=recurring)
        metadata = fields.pop("metadata", None)
        changed = link | {name: value for name, value in fields.items() if name in given}
        if "metadata" in given:
            changed = self.patched(changed, {"metadata": metadata})
        if "active" in given:
            changed["active"] = given["active"]
        for number, item in enumerate(params.line_items or ()):
            changed["_lines"] = self._changed_lines(changed["_lines"], number, item)
        return self.view(self.save(changed, event="payment_link.updated"))

    @route("GET /v1/payment_links")
    def index(self, params: ListLinks) -> Doc:
        """List links."""
        where: dict[str, Any] = {} if params.active is None else {"active": params.active}
        return self.listed(params, **where)

    @route("GET /v1/payment_links/{id}/line_items")
    def line_items(self, id: str, params: ListParams) -> Doc:
        """List what a link sells."""
        rows = [line_items.shown(self.stripe, line) for line in self.get(id)["_lines"]]
        return page_of(rows, params, f"/v1/payment_links/{id}/line_items", "item")

    def _check_mode(self, params: CreateLink, *, recurring: bool) -> None:
        """Refuse what goes only with recurring prices, or only without any."""
        only: tuple[str, ...] = (
            "subscription_data",
            "payment_method_collection",
            "application_fee_percent",
        )
        if recurring:
            only = (
                "payment_intent_data", "invoice_creation", "customer_creation",
                "application_fee_amount",
            )  # fmt: skip
        for name in only:
            if name in params.model_fields_set and getattr(params, name):
                needs = "no line items" if recurring else "at least one line item"
                raise errors.invalid(
                    f"`{name}` can only be used when there is {needs} with a recurring price.", name
                )

    def visit(self, link: Doc, **prefilled: str) -> Doc:
        """Open the Checkout session of one visitor, maybe with an e-mail address filled in.

        Raises:
            VendorError: the link was deactivated.
        """
        if not link["active"]:
            raise errors.invalid(link["inactive_message"] or INACTIVE)
        recurring = any(self._recurs(line) for line in link["_lines"])
        sent: Doc = {name: link[name] for name in PASSED_ON if link[name]}
        if link["automatic_tax"]["enabled"]:
            sent["automatic_tax"] = {"enabled": True}
        own = "subscription_data" if recurring else "payment_intent_data"
        if link[own]:
            sent[own] = {name: value for name, value in link[own].items() if value is not None}
        if recurring:
            sent[own] = {"billing_mode": link["_billing_mode"], **sent.get(own, {})}
        if not recurring:
            sent["customer_creation"] = link["customer_creation"]
            if link["invoice_creation"] and link["invoice_creation"]["enabled"]:
                sent["invoice_creation"] = {"enabled": True}
        options = [{"shipping_rate": each["shipping_rate"]} for each in link["shipping_options"]]
        params = CreateSession.model_validate(
            {
                **sent,
                "currency": link["currency"],
                "line_items": [
                    {
                        "price": line["price"],
                        "quantity": line["quantity"],
                        "tax_rates": line["_tax_rates"],
                    }
                    for line in link["_lines"]
                ],
                "mode": "subscription" if recurring else "payment",
                "shipping_options": options,
                "success_url": "https://stripe.com",
                **prefilled,
            }
        )
        return self.stripe.checkout_sessions.opened(params, payment_link=link["id"])

    def count_completion(self, id: str) -> None:
        """Note that a visitor bought; a link that reaches its limit is deactivated.

        Fires: payment_link.updated (when it is).
        """
        link = self.get(id)
        if link["restrictions"] is None:
            return
        done = dict(link["restrictions"]["completed_sessions"])
        done["count"] += 1
        link["restrictions"] = {"completed_sessions": done}
        full = done["count"] >= done["limit"]
        link["active"] = link["active"] and not full
        self.save(link, event="payment_link.updated" if full else None)

    def _kept(self, params: LinkFields, given: Doc, *, recurring: bool) -> Doc:
        """Return the parameters in the form that a link shows them in."""
        fields: Doc = {name: given[name] for name in KEPT if name in given}
        fields["payment_method_collection"] = params.payment_method_collection
        if not recurring and "payment_method_collection" not in given:
            fields["payment_method_collection"] = "if_required"
        fields["metadata"] = params.metadata
        if isinstance(params, CreateLink):
            fields["metadata"] = merged({}, params.metadata or {})
        if params.after_completion is not None:
            after = given["after_completion"]
            if after["type"] == "hosted_confirmation":
                after["hosted_confirmation"] = {"custom_message": None} | (
                    after.get("hosted_confirmation") or {}
                )
            fields["after_completion"] = after
        if params.automatic_tax is not None:
            enabled = params.automatic_tax.enabled
            if enabled:
                self.stripe.tax_settings.check("automatic_tax[enabled]")
            liability = {"type": "self"} if enabled else None
            fields["automatic_tax"] = {"enabled": enabled, "liability": liability}
        if params.custom_fields is not None:
            fields["custom_fields"] = [pages.field_shown(each) for each in given["custom_fields"]]
        if params.custom_text is not None:
            fields["custom_text"] = pages.NO_TEXT | given["custom_text"]
        if not recurring:
            fields["invoice_creation"] = pages.invoice_creation_shown(given.get("invoice_creation"))
        if params.restrictions is not None:
            limit = params.restrictions.completed_sessions.limit
            fields["restrictions"] = {"completed_sessions": {"count": 0, "limit": limit}}
        if params.payment_intent_data is not None:
            fields["payment_intent_data"] = {
                "capture_method": None,
                "description": None,
                "metadata": {},
                "setup_future_usage": None,
                "statement_descriptor": None,
                "statement_descriptor_suffix": None,
                "transfer_group": None,
            } | given["payment_intent_data"]
        if params.subscription_data is not None:
            fields["subscription_data"] = {
                "description": None,
                "invoice_settings": {"issuer": {"type": "self"}},
                "metadata": {},
                "trial_period_days": None,
                "trial_settings": None,
            } | given["subscription_data"]
        return fields

    def _changed_lines(self, lines: list[Doc], number: int, item: UpdatedLine) -> list[Doc]:
        if item.id not in [line["id"] for line in lines]:
            raise errors.missing("item", item.id, f"line_items[{number}][id]", status=400)
        changed = []
        for line in lines:
            if line["id"] == item.id and item.quantity is not None:
                price = self.stripe.prices.get(line["price"])
                amount = self.stripe.prices.total(price, item.quantity, line["currency"])
                line = line | {"amount_subtotal": amount, "quantity": item.quantity}
            if line["id"] == item.id and item.adjustable_quantity is not None:
                line = line | {"adjustable_quantity": item.adjustable_quantity.model_dump()}
            changed.append(line)
        return line_items.priced(self.stripe, changed, [])

    def _recurs(self, line: Doc) -> bool:
        return bool(self.stripe.prices.get(line["price"])["type"] == "recurring")
