"""Entitlements. Source: https://docs.stripe.com/billing/entitlements"""

from tests.local.mirrors.stripe.billing.shop import Shop
from tests.local.mirrors.stripe.client import NEW, Account, plain


def test_a_feature_is_made_renamed_and_archived(account: Account) -> None:
    """Source: https://docs.stripe.com/api/entitlements/feature"""
    features = account.client.v1.entitlements.features
    made = plain(features.create({"name": "API", "lookup_key": "api"}))
    assert made == {
        "id": made["id"],
        "object": "entitlements.feature",
        "active": True,
        "livemode": False,
        "lookup_key": "api",
        "metadata": {},
        "name": "API",
    }
    told = account.refused(400, "POST", "/v1/entitlements/features", "name=B&lookup_key=api")
    assert told["param"] == "lookup_key"
    assert [each.id for each in features.list({"lookup_key": "api"}).data] == [made["id"]]
    assert features.update(made["id"], {"name": "Calls", "active": False}).name == "Calls"
    assert features.list().data == []
    assert [each.id for each in features.list({"archived": True}).data] == [made["id"]]


def test_a_subscription_opens_the_features_of_its_products(account: Account) -> None:
    """Source: https://docs.stripe.com/billing/entitlements#entitlements"""
    client = account.client.v1
    feature = client.entitlements.features.create({"name": "API", "lookup_key": "api"}).id
    product = client.products.create({"name": "Pro"}).id
    attached = client.products.features.create(product, {"entitlement_feature": feature})
    assert plain(attached)["entitlement_feature"]["lookup_key"] == "api"
    assert [each.id for each in client.products.features.list(product).data] == [attached.id]
    assert client.products.features.retrieve(product, attached.id).id == attached.id
    price = client.prices.create(
        {
            "product": product,
            "currency": "usd",
            "unit_amount": 900,
            "recurring": {"interval": "month"},
        }
    ).id
    customer = client.customers.create().id
    sub = client.subscriptions.create(
        {"customer": customer, "items": [{"price": price}], "trial_period_days": 7}
    ).id
    found = client.entitlements.active_entitlements.list({"customer": customer}).data
    assert [(each.feature, each.lookup_key) for each in found] == [(feature, "api")]
    client.subscriptions.cancel(sub)
    assert client.entitlements.active_entitlements.list({"customer": customer}).data == []
    gone = plain(client.products.features.delete(product, attached.id))
    assert gone == {"id": attached.id, "object": "product_feature", "deleted": True}


def test_what_a_customer_may_use_is_told_when_it_changes(account: Account) -> None:
    """Source: https://docs.stripe.com/billing/entitlements#webhooks"""
    shop = Shop(account)
    features = account.client.v1.entitlements.features
    api, help_ = (features.create({"name": key, "lookup_key": key}).id for key in ("api", "help"))
    attached = account.client.v1.products.features.create(
        shop.product, {"entitlement_feature": api}
    )
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(900))
    summaries = "entitlements.active_entitlement_summary.updated"
    account.client.v1.products.features.create(shop.product, {"entitlement_feature": help_})
    one = account.client.v1.entitlements.active_entitlements.list({"customer": customer}).data[0]
    again = account.client.v1.entitlements.active_entitlements.retrieve(one.id)
    assert (again.lookup_key, again.feature) == ("help", help_)
    account.client.v1.products.features.delete(shop.product, attached.id)
    account.client.v1.subscriptions.cancel(sub.id)
    told = [each["data"]["object"] for each in account.events(summaries, version=NEW)]
    keys = [sorted(row["lookup_key"] for row in each["entitlements"]["data"]) for each in told]
    assert keys == [["api"], ["api", "help"], ["help"], []]
    assert {each["customer"] for each in told} == {customer}
