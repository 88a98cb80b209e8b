"""Entitlements. Source: https://docs.stripe.com/billing/entitlements"""

from tests.local.mirrors.stripe.client import Account, plain


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
    """Source: https://docs.stripe.com/billing/entitlements#entitlements

    Divergence: entitlements.active_entitlement_summary.updated isn't sent.
    """
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
