"""How discounts share out and how long they hold.

Source: https://docs.stripe.com/billing/subscriptions/coupons
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.store import Store
from mirra_mcp.local.mirrors.stripe.api.pricing.discountable import Discountable
from mirra_mcp.local.mirrors.stripe.catalogue.coupons import CreateCoupon
from mirra_mcp.local.mirrors.stripe.catalogue.discounts import months_after
from mirra_mcp.local.mirrors.stripe.catalogue.tax_rates import CreateTaxRate
from mirra_mcp.local.mirrors.stripe.mirror import Stripe
from tests.local.mirrors.stripe.client import NOW


@pytest.fixture
def mirror() -> Stripe:
    """A mirror without a session: nothing is logged or sent."""
    mirror = Stripe("http://127.0.0.1", "empty")
    mirror.bind(Store(), None)
    mirror.now = datetime.fromtimestamp(NOW, UTC)
    return mirror


def off(
    mirror: Stripe, coupons: list[dict[str, Any]], lines: list[Discountable]
) -> list[list[int]]:
    """Return what each line gets off by each coupon."""
    given = [
        {"coupon": mirror.coupons.create(CreateCoupon.model_validate(each))["id"]}
        for each in coupons
    ]
    made = mirror.discounts.redeem(given, customer=None, currency="usd")
    split = mirror.discounts.split(made, lines, "usd")
    return [[each["amount"] for each in taken] for taken in split]


FIVE = {"amount_off": 500, "currency": "usd"}
TENTH = {"percent_off": 10}


@pytest.mark.parametrize(
    ("coupons", "amounts", "expected"),
    [
        ([TENTH], [1000, 2500], [[100], [250]]),
        ([{"percent_off": 33.3}], [1000], [[333]]),
        ([FIVE], [1000], [[500]]),
        ([FIVE], [300], [[300]]),
        ([FIVE], [1000, 2000, 3000], [[83], [166], [251]]),
        ([TENTH, FIVE], [1000], [[100, 500]]),
        ([FIVE, TENTH], [1000], [[500, 50]]),
        ([TENTH], [1000, -400], [[100], [0]]),
        ([FIVE], [0, 0], [[0], [0]]),
        ([TENTH], [5], [[1]]),
    ],
)
def test_discounts_apply_in_order_each_to_what_is_left(
    mirror: Stripe, coupons: list[dict[str, Any]], amounts: list[int], expected: list[list[int]]
) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/coupons#stacking

    Divergence: how Stripe shares the last cents of an amount among lines isn't published.
    """
    assert off(mirror, coupons, [Discountable(amount) for amount in amounts]) == expected


def test_a_coupon_takes_from_its_products_only(mirror: Stripe) -> None:
    """Source: https://docs.stripe.com/api/coupons/create#create_coupon-applies_to"""
    tee = mirror.products.make({"name": "Tee"})["id"]
    coupon = {**TENTH, "applies_to": {"products": [tee]}}
    lines = [
        Discountable(1000, tee),
        Discountable(1000, "prod_other"),
        Discountable(1000, tee, discountable=False),
    ]
    assert off(mirror, [coupon], lines) == [[100], [], []]


def test_a_repeating_discount_ends_after_its_months_on_a_day_that_there_is() -> None:
    """Source: https://docs.stripe.com/api/discounts/object#discount_object-end"""
    january = 1769860800  # 2026-01-31 12:00
    assert months_after(january, 1) == 1772280000  # 2026-02-28
    assert months_after(january, 2) == 1774958400  # 2026-03-31
    assert months_after(january, 12) == 1801396800  # 2027-01-31


def test_discounts_hold_until_they_end_or_are_spent(mirror: Stripe) -> None:
    """Source: https://docs.stripe.com/api/coupons/object#coupon_object-duration"""
    forms = (
        {"duration": "forever"},
        {"duration": "once"},
        {"duration": "repeating", "duration_in_months": 2},
    )
    given = [
        {"coupon": mirror.coupons.create(CreateCoupon.model_validate(TENTH | each))["id"]}
        for each in forms
    ]
    ids = [each["id"] for each in mirror.discounts.redeem(given, customer=None, currency="usd")]
    forever, _once, repeating = ids
    assert [each["id"] for each in mirror.discounts.running(ids, NOW)] == ids
    assert mirror.discounts.spend(ids) == [forever, repeating]
    assert [each["id"] for each in mirror.discounts.running(ids, NOW)] == [forever, repeating]
    later = months_after(NOW, 2)
    assert [each["id"] for each in mirror.discounts.running(ids, later - 1)] == [forever, repeating]
    assert [each["id"] for each in mirror.discounts.running(ids, later)] == [forever]


@contextmanager
def raised(message: str) -> Iterator[None]:
    with pytest.raises(VendorError) as told:
        yield
    assert message in told.value.body["error"]["message"]


def test_an_amount_off_needs_an_order_in_its_currency(mirror: Stripe) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/coupons#currency

    Divergence: Stripe's wording of the refusal isn't published.
    """
    coupon = {"coupon": mirror.coupons.create(CreateCoupon.model_validate(FIVE))["id"]}
    with raised("cannot be applied to an order in eur"):
        mirror.discounts.check([coupon], customer=None, currency="eur")


def test_taxes_are_contained_in_the_amount_or_added_to_it(mirror: Stripe) -> None:
    """Source: https://docs.stripe.com/billing/taxes/tax-rates#inclusive-vs-exclusive-tax"""
    rates = [
        mirror.tax_rates.create(
            CreateTaxRate(display_name="T", inclusive=inclusive, percentage=percentage)
        )
        for inclusive, percentage in ((True, 20), (False, 8.875))
    ]
    taxes = mirror.tax_rates.of(1200, rates)
    assert [(each["amount"], each["taxable_amount"]) for each in taxes] == [(200, 1000), (89, 1000)]
