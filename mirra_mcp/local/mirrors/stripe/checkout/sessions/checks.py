"""What a Checkout session must say before it is opened.

Source: https://docs.stripe.com/api/checkout/sessions/create
"""

from collections.abc import Sequence

from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.checkout import line_items
from mirra_mcp.local.mirrors.stripe.checkout.sessions.params import CreateSession
from mirra_mcp.wire.model import Doc

SHORTEST, LONGEST = 30 * 60, 24 * 3600
TRIAL_NOTICE = 48 * 3600


def check_session(stripe: Peers, params: CreateSession) -> None:
    """Refuse a session that can't be opened; nothing is written.

    Raises:
        VendorError: what is missing, too much, or doesn't go together.
    """
    _check_page(params)
    _check_times(stripe, params)
    stripe.payment_method_configurations.check(params.given())
    for one, other in (
        ("customer", "customer_email"),
        ("allow_promotion_codes", "discounts"),
    ):
        if getattr(params, one) and getattr(params, other):
            raise errors.invalid(
                f"You may only specify one of these parameters: {one}, {other}.", one
            )
    if params.customer is not None:
        stripe.customers.live(params.customer)
        if params.customer_creation is not None:
            raise errors.invalid(
                "You may only specify one of these parameters: customer, customer_creation.",
                "customer",
            )
    elif params.customer_update is not None:
        raise errors.invalid(
            "`customer_update` can only be used with `customer`.", "customer_update"
        )
    for name in ("payment_intent_data", "subscription_data"):
        data = getattr(getattr(params, name), "transfer_data", None)
        if data:
            where = f"{name}[transfer_data][destination]"
            stripe.transfers.check_destination(data.get("destination", ""), where)
    keys = [each.key for each in params.custom_fields or ()]
    if len(set(keys)) < len(keys):
        raise errors.invalid("Each custom field must have a `key` of its own.", "custom_fields")
    asks = params.tax_id_collection is not None and params.tax_id_collection.enabled
    writes = params.customer_update is not None and params.customer_update.name == "auto"
    if params.customer and asks and not writes:
        raise errors.invalid(
            "Tax ID collection requires updating business name on the customer. To enable tax ID"
            " collection for an existing customer, please set `customer_update[name]` to `auto`."
        )
    if params.currency is not None:
        money.check_currency(params.currency, "currency")
    if params.mode == "setup":
        _check_setup(params)
        return
    if not params.line_items:
        raise errors.invalid(
            "Missing required param: line_items.", "line_items", "parameter_missing"
        )
    line_items.check_items(stripe, params.line_items)
    line_items.check_intervals(stripe, params.line_items)
    _check_tax(stripe, params)
    _check_mode(stripe, params)
    _check_currencies(stripe, params)
    given = [each.given() for each in params.discounts or ()]
    if len(given) > 1:
        raise errors.invalid("You can only apply one discount to a Checkout Session.", "discounts")
    stripe.discounts.check(given, customer=params.customer, currency=_currency(stripe, params))


def check_discounts(
    stripe: Peers, given: Sequence[Doc], customer: str | None, session: Doc
) -> None:
    """Refuse discounts that don't fit an open session's order."""
    stripe.discounts.check(
        given,
        customer=customer,
        currency=session["currency"],
        amount=session["amount_subtotal"],
    )


def _check_page(params: CreateSession) -> None:
    if params.ui_mode == "hosted":
        if params.success_url is None:
            raise errors.invalid(
                "Missing required param: success_url.", "success_url", "parameter_missing"
            )
        if params.return_url is not None:
            raise errors.invalid(
                "`return_url` can only be set when `ui_mode` is `embedded` or `custom`.",
                "return_url",
            )
        for name in ("success_url", "cancel_url"):
            url = getattr(params, name)
            if url is not None and "://" not in url:
                raise errors.invalid("Not a valid URL", name, "url_invalid")
        return
    for name in ("success_url", "cancel_url"):
        if getattr(params, name) is not None:
            raise errors.invalid(
                f"`{name}` can not be set when `ui_mode` is `{params.ui_mode}`.", name
            )
    if params.return_url is None and params.redirect_on_completion != "never":
        raise errors.invalid(
            "Missing required param: return_url.", "return_url", "parameter_missing"
        )


NO_ADDRESS = (
    "Automatic tax calculation in Checkout requires a valid address on the Customer. Add a valid"
    " address to the Customer or set either `customer_update[address]` to 'auto' or"
    " `customer_update[shipping]` to 'auto' to save the address entered in Checkout to the"
    " Customer."
)


def _check_tax(stripe: Peers, params: CreateSession) -> None:
    """Refuse automatic tax that can't be computed.

    Source: https://docs.stripe.com/tax/checkout#existing-customers
    """
    if params.automatic_tax is None or not params.automatic_tax.enabled:
        return
    stripe.tax_settings.check("automatic_tax[enabled]")
    for number, item in enumerate(params.line_items or ()):
        if item.tax_rates:
            where = f"line_items[{number}][tax_rates]"
            raise errors.invalid(
                f"You can't use `{where}` when `automatic_tax[enabled]` is true.", where
            )
    update = params.customer_update
    writes = update is not None and "auto" in (update.address, update.shipping)
    if params.customer is not None and not writes:
        customer = stripe.customers.get(params.customer)
        if stripe.tax_settings.place(customer) is None:
            raise errors.invalid(NO_ADDRESS, code="customer_tax_location_invalid")


def _check_times(stripe: Peers, params: CreateSession) -> None:
    at = int(stripe.now.timestamp())
    if params.expires_at is not None:
        if params.expires_at < at + SHORTEST:
            raise errors.invalid(
                "The `expires_at` timestamp must be at least 30 minutes from Checkout Session"
                " creation.",
                "expires_at",
            )
        if params.expires_at > at + LONGEST:
            raise errors.invalid(
                "The `expires_at` timestamp must be less than 24 hours from Checkout Session"
                " creation.",
                "expires_at",
            )
    data = params.subscription_data
    if data is not None and data.trial_end is not None and data.trial_end < at + TRIAL_NOTICE:
        raise errors.invalid(
            "The `subscription_data[trial_end]` timestamp has to be at least 48 hours in the"
            " future.",
            "subscription_data[trial_end]",
        )


def _check_setup(params: CreateSession) -> None:
    types = params.payment_method_types or params.allowed_payment_method_types
    if params.currency is None and not types:
        raise errors.invalid("Missing required param: currency.", "currency", "parameter_missing")
    _refuse(params, "setup", (
        "line_items", "discounts", "payment_intent_data", "subscription_data", "submit_type",
        "phone_number_collection", "allow_promotion_codes", "payment_method_collection",
        "invoice_creation", "shipping_options",
    ))  # fmt: skip


def _refuse(params: CreateSession, mode: str, names: Sequence[str]) -> None:
    for name in names:
        if getattr(params, name):
            raise errors.invalid(f"You can not pass `{name}` in `{mode}` mode.", name)


def _check_mode(stripe: Peers, params: CreateSession) -> None:
    recurring = [line_items.is_recurring(stripe, item) for item in params.line_items or ()]
    if params.mode == "payment":
        if any(recurring):
            raise errors.invalid(
                "You specified `payment` mode but passed a recurring price. Either switch to"
                " `subscription` mode or use only one-time prices.",
                "mode",
            )
        once = ("subscription_data", "payment_method_collection", "setup_intent_data")
        _refuse(params, "payment", once)
        return
    if not any(recurring):
        raise errors.invalid(
            "You must provide at least one recurring price in `subscription` mode when using"
            " prices.",
            "mode",
        )
    names = ("payment_intent_data", "invoice_creation", "customer_creation", "setup_intent_data")
    _refuse(params, "subscription", names)


def _check_currencies(stripe: Peers, params: CreateSession) -> None:
    wanted = _currency(stripe, params)
    for number, item in enumerate(params.line_items or ()):
        if item.price is not None:
            stripe.prices.in_currency(stripe.prices.get(item.price), wanted)
        elif item.price_data is not None and item.price_data.currency != wanted:
            raise errors.invalid(
                "All line items of a Checkout Session must be in the same currency:"
                f" {wanted} and {item.price_data.currency} were passed.",
                f"line_items[{number}][price_data][currency]",
            )


def _currency(stripe: Peers, params: CreateSession) -> str:
    if params.currency is not None:
        return params.currency
    first = (params.line_items or [])[0]
    if first.price_data is not None:
        return first.price_data.currency
    return str(stripe.prices.get(first.price or "")["currency"])
