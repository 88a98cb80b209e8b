"""What makes a price: its amounts checked, and laid out as Stripe keeps them.

Source: https://docs.stripe.com/api/prices/create
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import merged
from mirra_mcp.local.mirrors.stripe.api.pricing.tiers import plain
from mirra_mcp.wire.model import Doc

BASIL = "2025-03-31"
"""From this version on metered prices need a meter.

Source: https://docs.stripe.com/changelog/basil/2025-03-31/deprecate-legacy-usage-based-billing
"""


def check_amounts(given: Doc, version: str, meter: Callable[[str], Doc | None] | None) -> None:
    """Refuse amounts that make no price.

    Raises:
        VendorError: no amount or two, tiers that aren't, a meter that isn't there.
    """
    recurring = given.get("recurring") or {}
    if recurring.get("usage_type") == "metered":
        if recurring.get("meter") is None and version >= BASIL:
            raise errors.invalid(
                "Starting with Stripe version `2025-03-31.basil`, metered prices must be backed by"
                " meters."
            )
    elif recurring.get("meter") is not None:
        raise errors.invalid(
            "You may only specify `recurring[meter]` when `recurring[usage_type]` is `metered`.",
            "recurring[meter]",
        )
    named = recurring.get("meter")
    if named is not None and meter is not None and meter(named) is None:
        raise errors.missing("meter", named, "recurring[meter]", status=400)
    if given.get("billing_scheme") == "tiered":
        _check_tiers(given, recurring)
    else:
        _check_unit(given)


def _check_unit(given: Doc) -> None:
    names = ("unit_amount", "unit_amount_decimal")
    both = [name for name in names if given.get(name) is not None]
    custom = given.get("custom_unit_amount")
    if len(both) == 2:
        raise errors.invalid(
            "You may only specify one of these parameters: unit_amount, unit_amount_decimal.",
            "unit_amount",
        )
    if given.get("tiers") is not None:
        raise errors.invalid(
            "`tiers` can only be set when `billing_scheme` is set to `tiered`.", "tiers"
        )
    if given.get("tiers_mode") is not None:
        raise errors.invalid(
            "`tiers_mode` can only be set when `billing_scheme` is set to `tiered`.", "tiers_mode"
        )
    if both and custom is not None:
        raise errors.invalid(
            f"You may only specify one of these parameters: {both[0]}, custom_unit_amount.", both[0]
        )
    if not both and custom is None:
        raise errors.invalid(
            "Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set."
        )
    if custom is not None and given.get("recurring") is not None:
        raise errors.invalid(
            "`custom_unit_amount` can only be set on prices with `type=one_time`.",
            "custom_unit_amount",
        )


def _check_tiers(given: Doc, recurring: Doc) -> None:
    if not recurring:
        raise errors.invalid(
            "Prices with `type=one_time` are not supported with tiered billing.", "interval"
        )
    steps = given.get("tiers")
    for name in ("tiers", "tiers_mode"):
        if not given.get(name):
            raise errors.invalid(f"Missing required param: {name}.", name, "parameter_missing")
    for name in ("unit_amount", "unit_amount_decimal", "transform_quantity"):
        if given.get(name) is not None:
            raise errors.invalid(
                f"You cannot set `{name}` when `billing_scheme` is set to `tiered`.", name
            )
    bounds = [step.get("up_to") for step in steps or []]
    if bounds[-1] is not None:
        raise errors.invalid(
            "The last tier must have `up_to` set to `inf`.", f"tiers[{len(bounds) - 1}][up_to]"
        )
    finite = [int(each) for each in bounds[:-1] if each is not None]
    if len(finite) != len(bounds) - 1 or finite != sorted(set(finite)):
        raise errors.invalid("Tiers must be in ascending order of `up_to`.", "tiers")
    for number, step in enumerate(steps or []):
        if not any(step.get(name) is not None for name in step if name != "up_to"):
            raise errors.invalid(
                "Each tier must have at least one of `unit_amount`, `unit_amount_decimal`,"
                " `flat_amount` or `flat_amount_decimal`.",
                f"tiers[{number}]",
            )


def laid_out(given: Doc) -> Doc:
    """Return a price's fields from what was sent."""
    kept = ("active", "billing_scheme", "currency", "lookup_key", "nickname", "product")
    fields = {name: given[name] for name in kept if given.get(name) is not None}
    fields["metadata"] = merged({}, given.get("metadata"))
    fields["tax_behavior"] = given.get("tax_behavior") or "unspecified"
    fields["tiers_mode"] = given.get("tiers_mode")
    fields["transform_quantity"] = given.get("transform_quantity")
    recurring = given.get("recurring")
    fields["type"] = "one_time" if recurring is None else "recurring"
    fields["recurring"] = None if recurring is None else _recurring(recurring)
    option = _option(given)
    fields |= {name: option[name] for name in ("custom_unit_amount", *UNIT)}
    if "tiers" in option:
        fields["_tiers"] = option["tiers"]
    options = given.get("currency_options") or {}
    fields["_currency_options"] = {
        currency.lower(): _option(each) for currency, each in options.items()
    }
    return fields


UNIT = ("unit_amount", "unit_amount_decimal")


def merged_options(price: Doc, given: dict[str, Doc] | None) -> Doc:
    """Return a price's other currencies after an update."""
    if given is None:
        return {}
    options = {currency.lower(): _option(each) for currency, each in given.items()}
    return {**price.get("_currency_options", {}), **options}


def in_currency(price: Doc, currency: str | None) -> Doc:
    """Return what a price costs in a currency.

    Raises:
        VendorError: it isn't sold in that currency.
    """
    if currency is None or currency == price["currency"]:
        option = {name: price[name] for name in ("custom_unit_amount", "tax_behavior", *UNIT)}
        return option | ({"tiers": price["_tiers"]} if "_tiers" in price else {})
    options: Doc = price.get("_currency_options", {})
    if currency not in options:
        raise errors.invalid(
            f"The price specified only supports `{price['currency']}`. This doesn't match the"
            f" expected currency: `{currency}`."
        )
    found: Doc = options[currency]
    return found


def currency_options(price: Doc) -> Doc:
    """Return every currency of a price, as an expanded `currency_options` shows them."""
    return {price["currency"]: in_currency(price, None), **price.get("_currency_options", {})}


def _recurring(given: Doc) -> Doc:
    usage = given.get("usage_type") or "licensed"
    summed = "sum" if usage == "metered" and given.get("meter") is None else None
    return {
        "aggregate_usage": given.get("aggregate_usage") or summed,
        "interval": given["interval"],
        "interval_count": given.get("interval_count") or 1,
        "meter": given.get("meter"),
        "trial_period_days": given.get("trial_period_days"),
        "usage_type": usage,
    }


def _option(given: Doc) -> Doc:
    custom = given.get("custom_unit_amount")
    shown = None
    if custom is not None:
        shown = {name: custom.get(name) for name in ("maximum", "minimum", "preset")}
    unit, decimal = _both(given, "unit_amount")
    option: Doc = {
        "custom_unit_amount": shown,
        "tax_behavior": given.get("tax_behavior") or "unspecified",
        "unit_amount": unit,
        "unit_amount_decimal": decimal,
    }
    if given.get("tiers") is not None:
        option["tiers"] = [_tier(each) for each in given["tiers"]]
    return option


def _tier(given: Doc) -> Doc:
    flat, flat_decimal = _both(given, "flat_amount")
    unit, unit_decimal = _both(given, "unit_amount")
    return {
        "flat_amount": flat,
        "flat_amount_decimal": flat_decimal,
        "unit_amount": unit,
        "unit_amount_decimal": unit_decimal,
        "up_to": given.get("up_to"),
    }


def _both(given: Doc, name: str) -> tuple[int | None, str | None]:
    """Return an amount as a whole number, where it is one, and as a decimal."""
    sent: Any = given.get(name)
    if sent is None:
        sent = given.get(f"{name}_decimal")
    if sent is None:
        return None, None
    amount = Decimal(sent)
    return (int(amount) if amount == int(amount) else None), plain(amount)
