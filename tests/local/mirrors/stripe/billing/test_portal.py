"""The customer portal, customer sessions and ephemeral keys.

Source: https://docs.stripe.com/customer-management
"""

import pytest

from tests.local.mirrors.stripe.client import NOW, OLD, Account, plain


@pytest.fixture
def customer(account: Account) -> str:
    return account.client.v1.customers.create({"payment_method": "pm_card_visa"}).id


def test_a_portal_session_is_a_link_for_one_customer(account: Account, customer: str) -> None:
    """Source: https://docs.stripe.com/api/customer_portal/sessions/object

    Divergence: Stripe asks for the portal's settings to be saved once in the Dashboard; here the
    default configuration is made on first use.
    """
    form = {"customer": customer, "return_url": "https://a.io/account"}
    made = account.call("POST", "/v1/billing_portal/sessions", form).json()
    default = account.client.v1.billing_portal.configurations.list({"is_default": True}).data[0]
    assert made == {
        "id": made["id"],
        "object": "billing_portal.session",
        "configuration": default.id,
        "created": NOW,
        "customer": customer,
        "flow": None,
        "livemode": False,
        "locale": None,
        "on_behalf_of": None,
        "return_url": "https://a.io/account",
        "url": made["url"],
    }
    assert made["id"].startswith("bps_")
    assert made["url"].startswith(f"{account.url}/p/session/test_")
    assert account.types()[-1] == "billing_portal.session.created"
    told = account.refused(400, "POST", "/v1/billing_portal/sessions", {"customer": "cus_x"})
    assert told["message"] == "No such customer: 'cus_x'"
    told = account.refused(
        400, "POST", "/v1/billing_portal/sessions", form | {"configuration": "bpc_x"}
    )
    assert told["message"] == "No such configuration: 'bpc_x'"


def test_a_flow_names_the_customers_own_subscription(account: Account, customer: str) -> None:
    """Source: https://docs.stripe.com/customer-management/portal-deep-links"""
    client = account.client.v1
    price = client.prices.create(
        {
            "currency": "usd",
            "unit_amount": 900,
            "recurring": {"interval": "month"},
            "product_data": {"name": "Pro"},
        }
    ).id
    method = client.customers.payment_methods.list(customer).data[0].id
    sub = client.subscriptions.create(
        {"customer": customer, "items": [{"price": price}], "default_payment_method": method}
    ).id
    made = client.billing_portal.sessions.create(
        {
            "customer": customer,
            "flow_data": {
                "type": "subscription_cancel",
                "subscription_cancel": {"subscription": sub},
            },
        }
    )
    flow = plain(made.flow)
    assert flow["type"] == "subscription_cancel"
    assert flow["subscription_cancel"] == {"retention": None, "subscription": sub}
    assert flow["after_completion"]["type"] == "portal_homepage"
    form = {"customer": customer, "flow_data[type]": "subscription_cancel"}
    told = account.refused(400, "POST", "/v1/billing_portal/sessions", form)
    assert told["param"] == "flow_data[subscription_cancel]"
    other = client.customers.create().id
    form = {
        "customer": other,
        "flow_data[type]": "subscription_cancel",
        "flow_data[subscription_cancel][subscription]": sub,
    }
    told = account.refused(400, "POST", "/v1/billing_portal/sessions", form)
    assert told["code"] == "resource_missing"


def test_a_configuration_is_made_changed_and_listed(account: Account) -> None:
    """Source: https://docs.stripe.com/api/customer_portal/configurations/object"""
    form = (
        "features[invoice_history][enabled]=true&business_profile[headline]=Acme"
        "&login_page[enabled]=true&metadata[a]=1"
    )
    made = account.call("POST", "/v1/billing_portal/configurations", form).json()
    url = made["login_page"]["url"]
    assert url.startswith(f"{account.url}/p/own/login/test_")
    assert made == {
        "id": made["id"],
        "object": "billing_portal.configuration",
        "active": True,
        "application": None,
        "business_profile": {
            "headline": "Acme",
            "privacy_policy_url": None,
            "terms_of_service_url": None,
        },
        "created": NOW,
        "default_return_url": None,
        "features": {
            "customer_update": {"allowed_updates": [], "enabled": False},
            "invoice_history": {"enabled": True},
            "payment_method_update": {"enabled": False},
            "subscription_cancel": {
                "cancellation_reason": {"enabled": False, "options": []},
                "enabled": False,
                "mode": "at_period_end",
                "proration_behavior": "none",
            },
            "subscription_update": {
                "default_allowed_updates": [],
                "enabled": False,
                "proration_behavior": "none",
                **{
                    name: made["features"]["subscription_update"][name]
                    for name in ("products", "schedule_at_period_end")
                    if name in made["features"]["subscription_update"]
                },
            },
        },
        "is_default": False,
        "livemode": False,
        "login_page": {"enabled": True, "url": url},
        "metadata": {"a": "1"},
        "updated": NOW,
    }
    configurations = account.client.v1.billing_portal.configurations
    changed = configurations.update(
        made["id"],
        {
            "active": False,
            "features": {"subscription_cancel": {"enabled": True, "mode": "immediately"}},
        },
    )
    cancel = plain(changed.features)["subscription_cancel"]
    assert (cancel["enabled"], cancel["mode"]) == (True, "immediately")
    assert plain(changed.features)["invoice_history"] == {"enabled": True}
    assert configurations.list({"active": True}).data == []
    assert account.types() == [
        "billing_portal.configuration.created",
        "billing_portal.configuration.updated",
    ]
    told = account.refused(400, "POST", "/v1/billing_portal/configurations", "name=x")
    assert (told["param"], told["code"]) == ("features", "parameter_missing")


def test_a_client_acts_for_a_customer_for_half_an_hour(account: Account, customer: str) -> None:
    """Source: https://docs.stripe.com/api/customer_sessions/object"""
    form = {"customer": customer, "components[payment_element][enabled]": "true"}
    made = account.call("POST", "/v1/customer_sessions", form).json()
    assert "id" not in made
    assert made["object"] == "customer_session"
    assert made["client_secret"].startswith("cuss_secret_")
    assert (made["created"], made["expires_at"]) == (NOW, NOW + 1800)
    element = made["components"]["payment_element"]
    assert element["enabled"] is True
    assert element["features"]["payment_method_save"] == "disabled"
    assert made["components"]["buy_button"] == {"enabled": False}
    told = account.refused(400, "POST", "/v1/customer_sessions", {"customer": customer})
    assert told["param"] == "components"


def test_an_ephemeral_key_needs_its_version_said(account: Account, customer: str) -> None:
    """Source: https://docs.stripe.com/payments/accept-a-payment?platform=ios"""
    form = {"customer": customer}
    made = account.call("POST", "/v1/ephemeral_keys", form, stripe_version=OLD).json()
    assert made["secret"].startswith("ek_test_")
    assert made["expires"] == NOW + 3600
    told = account.refused(400, "POST", "/v1/ephemeral_keys", form)
    assert told["message"].startswith("Missing required header: Stripe-Version.")
    gone = account.call("DELETE", f"/v1/ephemeral_keys/{made['id']}").json()
    assert gone["id"] == made["id"]
    assert "secret" not in gone


def test_customers_help_themselves_as_far_as_the_portal_lets_them(
    account: Account, customer: str
) -> None:
    """Source: https://docs.stripe.com/customer-management/cancellation-page

    Divergence: which prices a customer may change to isn't checked against the configuration.
    """
    client = account.client.v1
    basic, pro = (
        client.prices.create(
            {
                "currency": "usd",
                "unit_amount": amount,
                "recurring": {"interval": "month"},
                "product_data": {"name": "Pro"},
            }
        ).id
        for amount in (900, 1900)
    )
    account.simulate("billing_portal.payment_method_updated", paymentMethod="pm_card_mastercard")
    account.simulate("billing_portal.customer_updated", email="new@acme.com")
    shown = client.customers.retrieve(customer)
    assert shown.email == "new@acme.com"
    sub = client.subscriptions.create({"customer": customer, "items": [{"price": basic}]}).id
    account.simulate("billing_portal.subscription_updated", price=pro, quantity=2)
    item = client.subscriptions.retrieve(sub)["items"].data[0]
    assert (item.price.id, item.quantity) == (pro, 2)
    account.simulate("billing_portal.subscription_canceled", feedback="too_expensive")
    left = client.subscriptions.retrieve(sub)
    assert (left.cancel_at_period_end, left.cancel_at) == (
        False,
        left["items"].data[0].current_period_end,
    )
    assert plain(left.cancellation_details)["feedback"] == "too_expensive"
    default = client.billing_portal.configurations.list({"is_default": True}).data[0].id
    client.billing_portal.configurations.update(
        default, {"features": {"subscription_cancel": {"enabled": False}}}
    )
    answer = account.http.post(
        "/_mirra/simulate", json={"event": "billing_portal.subscription_canceled"}
    )
    assert answer.status_code == 400
    assert "doesn't enable 'subscription_cancel'" in answer.text
