"""Subscriptions that end within a period: what isn't charged, what is given back.

Source: https://docs.stripe.com/api/subscriptions/update#update_subscription-cancel_at and
https://zenn.dev/yumainaura/articles/qiita-2020-01-07t15_03_14-09_00-
"""

from typing import Any

import pytest

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.stripe.billing.shop import CLASSIC, DAY, FLEXIBLE, Shop, bill
from tests.local.mirrors.stripe.client import NOW, OLD, Account

MODES = pytest.mark.parametrize("mode", [CLASSIC, FLEXIBLE], ids=["classic", "flexible"])
END = NOW + 31 * DAY


@pytest.fixture
def shop(account: Account) -> Shop:
    return Shop(account)


def waiting(shop: Shop, customer: str) -> list[tuple[int, int, int]]:
    """Return what waits for an invoice: amounts and periods, oldest first."""
    form: Any = {"customer": customer, "pending": True}
    found = shop.v1.invoice_items.list(form).data
    return [(each.amount, each.period.start, each.period.end) for each in reversed(found)]


def foretold(shop: Shop, sub: str, change: str = "") -> list[tuple[str, int]]:
    path = f"/v1/invoices/upcoming?subscription={sub}{change}"
    return bill(shop.account.fetch(path, OLD))


@MODES
def test_a_new_subscription_pays_only_up_to_its_end(shop: Shop, mode: Doc) -> None:
    """Source: https://docs.stripe.com/api/subscriptions/create#create_subscription-cancel_at"""
    price = shop.price(3100)
    sub = shop.subscribe(shop.customer(), price, cancel_at=NOW + 10 * DAY, **mode)
    assert shop.invoices(sub.id)[0]["total"] == 1000
    line = shop.invoices(sub.id)[0]["lines"]["data"][0]
    assert line["period"] == {"start": NOW, "end": NOW + 10 * DAY}
    whole = shop.subscribe(
        shop.customer(), price, cancel_at=NOW + 10 * DAY, proration_behavior="none", **mode
    )
    assert shop.invoices(whole.id)[0]["total"] == 3100
    shop.account.advance("10d 2h")
    assert shop.sub(sub.id)["status"] == shop.sub(whole.id)["status"] == "canceled"
    assert len(shop.invoices(sub.id)) == 1


@MODES
@pytest.mark.parametrize("behavior", ["create_prorations", "always_invoice", "none"])
def test_an_end_within_the_period_gives_the_rest_back(shop: Shop, mode: Doc, behavior: str) -> None:
    """Source: https://docs.stripe.com/api/subscriptions/update#update_subscription-cancel_at"""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(3100), **mode)
    shop.account.advance("5d")
    end = NOW + 21 * DAY
    change = f"&subscription_cancel_at={end}&subscription_proration_behavior={behavior}"
    told = [] if behavior == "none" else foretold(shop, sub.id, change)
    shop.change(sub, cancel_at=end, proration_behavior=behavior)
    invoices = shop.invoices(sub.id)
    if behavior == "create_prorations":
        assert waiting(shop, customer) == [(-1000, end, END)]
        shop.account.advance("16d")
        assert bill(shop.invoices(sub.id)[0]) == told
    elif behavior == "always_invoice":
        assert (invoices[0]["total"], bill(invoices[0])) == (-1000, told)
        assert shop.v1.customers.retrieve(customer).balance == -1000
    else:
        assert (len(invoices), waiting(shop, customer)) == (1, [])


@MODES
def test_an_end_that_moves_or_goes_is_charged_again(shop: Shop, mode: Doc) -> None:
    """Source: https://docs.stripe.com/api/subscriptions/update#update_subscription-cancel_at"""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(3100), **mode)
    first, then = NOW + 11 * DAY, NOW + 21 * DAY
    shop.change(sub, cancel_at=first)
    shop.change(sub, cancel_at=then)
    shop.change(sub, metadata={"a": "b"})
    shop.change(sub, cancel_at="")
    assert waiting(shop, customer) == [
        (-2000, first, END),
        (1000, first, then),
        (1000, then, END),
    ]
    shop.account.advance("31d 2h")
    assert shop.invoices(sub.id)[0]["total"] == 3100


@MODES
def test_a_change_before_the_end_is_prorated_up_to_it(shop: Shop, mode: Doc) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/prorations"""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(3100), cancel_at=NOW + 20 * DAY, **mode)
    shop.account.advance("10d")
    at, end = NOW + 10 * DAY, NOW + 20 * DAY
    shop.change(sub, items=[{"id": shop.item(sub), "price": shop.price(6200)}])
    assert waiting(shop, customer) == [(-1000, at, end), (2000, at, end)]
    shop.v1.subscriptions.cancel(sub.id, {"prorate": True})
    assert sum(each[0] for each in waiting(shop, customer)) == -1000


@MODES
def test_the_last_period_is_always_prorated(shop: Shop, mode: Doc) -> None:
    """Source: https://docs.stripe.com/api/subscriptions/create#create_subscription-cancel_at"""
    end = NOW + 31 * DAY + 10 * DAY
    more: Any = {"cancel_at": end, "proration_behavior": "none", **mode}
    sub = shop.subscribe(shop.customer(), shop.price(3000), **more)
    assert shop.invoices(sub.id)[0]["total"] == 3000
    told = foretold(shop, sub.id)
    shop.account.advance("31d 2h")
    assert [each["total"] for each in shop.invoices(sub.id)] == [1000, 3000]
    assert bill(shop.invoices(sub.id)[0]) == told


@MODES
def test_a_preview_of_a_new_subscription_ends_where_it_does(shop: Shop, mode: Doc) -> None:
    """Source: https://docs.stripe.com/api/invoices/create_preview"""
    customer, price = shop.customer(), shop.price(3100)
    off = shop.v1.coupons.create({"percent_off": 50, "duration": "once"}).id
    items: Any = [{"price": price, "discounts": [{"coupon": off}]}]
    details: Any = {"items": items, "cancel_at": NOW + 10 * DAY, **mode}
    told = shop.v1.invoices.create_preview({"customer": customer, "subscription_details": details})
    given: Any = {"customer": customer, **details}
    sub = shop.v1.subscriptions.create(given)
    assert told.total == shop.invoices(sub.id)[0]["total"] == 500


def test_previews_follow_other_default_tax_rates_and_a_resumption(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/invoices/create_preview#create_create_preview-subscription_details-default_tax_rates"""
    vat: Any = {"display_name": "VAT", "inclusive": False, "percentage": 10}
    rate = shop.v1.tax_rates.create(vat).id
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(3100), **CLASSIC)

    def told(**details: Any) -> int:
        given: Any = {"subscription": sub.id, "subscription_details": details}
        return shop.v1.invoices.create_preview(given).total

    assert (told(default_tax_rates=[rate]), told()) == (3410, 3100)
    shop.v1.subscriptions.pause(sub.id, {"type": "subscription"})
    shop.account.advance("3d")
    foretold = told(resume_at="now")
    shop.v1.subscriptions.resume(sub.id)
    assert shop.invoices(sub.id)[0]["total"] == foretold


def test_what_is_added_once_is_for_the_period_that_it_says(shop: Shop) -> None:
    """Source: https://docs.stripe.com/changelog/basil/2025-08-27/add_invoice_items_metadata_and_period"""
    once = {"price": shop.price(500, None)}
    now: Any = {"type": "now"}
    until: Any = {"type": "timestamp", "timestamp": NOW + 9 * DAY}
    coupon = shop.v1.coupons.create({"percent_off": 50}).id
    sub = shop.subscribe(
        shop.customer(),
        shop.price(1000),
        add_invoice_items=[once, once | {"period": {"start": now, "end": until}}],
    )
    first = shop.invoices(sub.id)[0]["lines"]["data"]
    spans = [(each["period"]["start"], each["period"]["end"]) for each in first[:2]]
    assert spans == [(NOW, END), (NOW, NOW + 9 * DAY)]
    shop.account.advance("2d")
    halved = once | {"discounts": [{"coupon": coupon}], "period": {"start": now, "end": until}}
    shop.change(sub, add_invoice_items=[halved])
    shop.account.advance("29d 2h")
    line = shop.invoices(sub.id)[0]["lines"]["data"][0]
    assert line["period"] == {"start": NOW + 2 * DAY, "end": NOW + 9 * DAY}
    assert line["discount_amounts"][0]["amount"] == 250
    odd: Any = {"start": until, "end": {"type": "timestamp", "timestamp": NOW}}
    unsaid: Any = {"start": now, "end": {"type": "timestamp"}}
    phase: Any = {"start": {"type": "phase_start"}, "end": until}
    for period, param in (
        (odd, "[period][end]"),
        (unsaid, "[period][end][timestamp]"),
        (phase, "[period][start][type]"),
    ):
        form: Any = {"add_invoice_items": [once | {"period": period}]}
        with pytest.raises(Exception, match="period") as caught:
            shop.v1.subscriptions.update(sub.id, form)
        assert caught.value.param == f"add_invoice_items[0]{param}"  # type: ignore[attr-defined]  # Stripe's own
