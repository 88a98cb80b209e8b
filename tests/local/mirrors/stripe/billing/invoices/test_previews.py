"""Previews: what would be billed, without a change.

Source: https://docs.stripe.com/api/invoices/create_preview
"""

from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.billing.shop import DAY, Shop, bill
from tests.local.mirrors.stripe.client import NOW, Account

TIMES = "\N{MULTIPLICATION SIGN}"


@pytest.fixture
def shop(account: Account) -> Shop:
    return Shop(account)


def preview(shop: Shop, **given: Any) -> stripe.Invoice:
    return shop.v1.invoices.create_preview(given)  # type: ignore[arg-type]  # any parameters


def amounts(invoice: stripe.Invoice) -> list[int]:
    return [line.amount for line in invoice.lines.data]


def test_the_next_renewal_can_be_seen(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/invoices/create_preview"""
    sub = shop.subscribe(shop.customer(), shop.price(1000))
    seen = preview(shop, subscription=sub.id)
    assert seen.id.startswith("upcoming_in_")
    assert (seen.status, seen.total, seen.billing_reason) == ("draft", 1000, "upcoming")
    assert seen.lines.data[0].period.start == NOW + 31 * DAY
    before = len(shop.invoices(sub.id))
    assert before == 1


def test_a_change_can_be_priced_before_it_is_made(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/prorations#preview-proration"""
    sub = shop.subscribe(shop.customer(), shop.price(1000))
    shop.account.advance("15d 12h")
    shop.told()
    items = [{"id": shop.item(sub), "price": shop.price(2000)}]
    now = preview(
        shop,
        subscription=sub.id,
        subscription_details={"items": items, "proration_behavior": "always_invoice"},
    )
    assert (amounts(now), now.total) == ([-500, 1000], 500)
    later = preview(shop, subscription=sub.id, subscription_details={"items": items})
    assert (amounts(later), later.total) == ([-500, 1000, 2000], 2500)
    assert shop.told() == []
    assert shop.sub(sub.id)["items"]["data"][0]["price"]["unit_amount"] == 1000
    ended = preview(shop, subscription=sub.id, subscription_details={"cancel_now": True})
    assert ended.total == -500


def test_a_subscription_can_be_priced_before_it_begins(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/invoices/create_preview"""
    items = [{"price": shop.price(2000), "quantity": 2}]
    coupon = shop.v1.coupons.create({"percent_off": 50, "duration": "once"}).id
    seen = preview(
        shop,
        customer=shop.customer(),
        subscription_details={"items": items},
        discounts=[{"coupon": coupon}],
    )
    assert (seen.subtotal, seen.total) == (4000, 2000)
    assert shop.v1.coupons.retrieve(coupon).times_redeemed == 0


def test_older_versions_ask_for_the_upcoming_invoice(shop: Shop) -> None:
    """Source: https://docs.stripe.com/changelog/basil/2025-03-31/invoice-preview-api-deprecations"""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(1000))
    shop.account.advance("15d 12h")
    where = f"customer={customer}&subscription={sub.id}"
    where += f"&subscription_items[0][id]={shop.item(sub)}&subscription_items[0][quantity]=2"
    seen = shop.account.fetch(f"/v1/invoices/upcoming?{where}")
    assert "id" not in seen
    assert bill(seen) == [
        ("Unused time on Gold after 20 May 2026", -500),
        (f"Remaining time on 2 {TIMES} Gold after 20 May 2026", 1000),
        (f"2 {TIMES} Gold (at $10.00 / month)", 2000),
    ]
    page = shop.account.fetch(f"/v1/invoices/upcoming/lines?{where}&limit=1")
    assert (len(page["data"]), page["has_more"]) == (1, True)


def test_where_nothing_is_coming_there_is_no_preview(shop: Shop) -> None:
    """Source: https://docs.stripe.com/error-codes#invoice-upcoming-none"""
    customer = shop.customer()
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        preview(shop, customer=customer)
    assert (refusal.value.http_status, refusal.value.code) == (404, "invoice_upcoming_none")
    sub = shop.subscribe(customer, shop.price(1000), cancel_at_period_end=True)
    with pytest.raises(stripe.InvalidRequestError, match="No upcoming invoices for customer"):
        preview(shop, subscription=sub.id)


def test_a_preview_leaves_nothing_behind(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/invoices/create_preview"""
    sub = shop.subscribe(shop.customer(), shop.price(1000))
    before = {name: len(shop.account.state(name)) for name in ("prices", "invoices", "events")}
    inline = {
        "currency": "usd",
        "product": shop.product,
        "recurring": {"interval": "month"},
        "unit_amount": 5000,
    }
    extra = {"currency": "usd", "product": shop.product, "unit_amount": 70}
    seen = preview(
        shop,
        subscription=sub.id,
        invoice_items=[{"price_data": extra}],
        subscription_details={"items": [{"id": shop.item(sub), "price_data": inline}]},
    )
    assert sorted(amounts(seen)) == [-1000, 70, 5000, 5000]
    after = {name: len(shop.account.state(name)) for name in before}
    assert after == before
