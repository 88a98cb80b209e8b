"""Payment links. Source: https://docs.stripe.com/api/payment-link"""

from typing import Any

import pytest

from tests.local.mirrors.stripe.client import Account, plain


@pytest.fixture
def price(account: Account) -> str:
    return account.client.v1.prices.create(
        {"currency": "usd", "unit_amount": 1000, "product_data": {"name": "Tee"}}
    ).id


def link(account: Account, price: str, **more: Any) -> str:
    data: Any = {"line_items": [{"price": price, "quantity": 2}]} | more
    return account.client.v1.payment_links.create(data).id


def test_a_link_shows_how_its_page_looks(account: Account, price: str) -> None:
    """Source: https://docs.stripe.com/api/payment-link/object"""
    form = f"line_items[0][price]={price}&line_items[0][quantity]=1&metadata[a]=1"
    made = account.call("POST", "/v1/payment_links", form).json()
    assert made["id"].startswith("plink_")
    assert made["url"].startswith(f"{account.url}/b/own/test_")
    expected: dict[str, Any] = {
        "object": "payment_link",
        "active": True,
        "after_completion": {
            "hosted_confirmation": {"custom_message": None},
            "type": "hosted_confirmation",
        },
        "allow_promotion_codes": False,
        "currency": "usd",
        "customer_creation": "if_required",
        "livemode": False,
        "metadata": {"a": "1"},
        "payment_method_collection": "if_required",
        "phone_number_collection": {"enabled": False},
        "restrictions": None,
        "submit_type": "auto",
        "subscription_data": None,
    }
    assert {name: made[name] for name in expected} == expected
    assert account.types()[-1] == "payment_link.created"
    lines = account.client.v1.payment_links.line_items.list(made["id"])
    assert [(row.description, row.amount_total) for row in lines.data] == [("Tee", 1000)]
    shown = account.fetch(f"/v1/payment_links/{made['id']}?expand[]=line_items")
    assert [each["id"] for each in shown["line_items"]["data"]] == [lines.data[0].id]


def test_a_link_is_changed_and_deactivated(account: Account, price: str) -> None:
    """Source: https://docs.stripe.com/api/payment-link/update"""
    links = account.client.v1.payment_links
    id = link(account, price)
    line = links.line_items.list(id).data[0].id
    redirect: Any = {"type": "redirect", "redirect": {"url": "https://a.io"}}
    changed = plain(
        links.update(
            id,
            {
                "active": False,
                "after_completion": redirect,
                "line_items": [{"id": line, "quantity": 5}],
                "metadata": {"b": "2"},
            },
        )
    )
    assert (changed["active"], changed["metadata"]) == (False, {"b": "2"})
    assert changed["after_completion"] == redirect
    assert links.line_items.list(id).data[0].amount_total == 5000
    assert links.list({"active": True}).data == []
    assert account.types()[-1] == "payment_link.updated"


def test_a_visitor_buys_through_a_session_of_their_own(account: Account, price: str) -> None:
    """Source: https://docs.stripe.com/payment-links/post-payment"""
    id = link(account, price, metadata={"campaign": "fall"})
    for _ in range(2):
        account.simulate("checkout.session.completed", paymentLink=id, email="j@acme.com")
    sessions = account.client.v1.checkout.sessions.list({"payment_link": id}).data
    assert [(each.status, each.amount_total) for each in sessions] == [("complete", 2000)] * 2
    assert plain(sessions[0].metadata) == {"campaign": "fall"}
    assert len(account.client.v1.payment_intents.list().data) == 2


def test_a_link_that_may_be_used_so_often_deactivates_itself(account: Account, price: str) -> None:
    """Source: https://docs.stripe.com/payment-links/customize#limit-the-number-of-payments"""
    id = link(account, price, restrictions={"completed_sessions": {"limit": 1}})
    account.simulate("checkout.session.completed", paymentLink=id)
    shown = account.fetch(f"/v1/payment_links/{id}")
    assert not shown["active"]
    assert shown["restrictions"] == {"completed_sessions": {"count": 1, "limit": 1}}
    answer = account.http.post(
        "/_mirra/simulate", json={"event": "checkout.session.completed", "paymentLink": id}
    )
    assert not answer.is_success


def test_a_link_to_a_recurring_price_starts_subscriptions(account: Account) -> None:
    """Source: https://docs.stripe.com/payment-links/create#sell-subscriptions"""
    monthly = account.client.v1.prices.create(
        {
            "currency": "usd",
            "unit_amount": 900,
            "recurring": {"interval": "month"},
            "product_data": {"name": "Pro"},
        }
    ).id
    id = link(account, monthly, subscription_data={"trial_period_days": 7})
    account.simulate("checkout.session.completed", paymentLink=id)
    subs = account.client.v1.subscriptions.list().data
    assert [(each.status, each["items"].data[0].quantity) for each in subs] == [("trialing", 2)]


@pytest.mark.parametrize(
    ("form", "param"),
    [
        ("metadata[a]=1", "line_items"),
        ("line_items[0][price]=price_x&line_items[0][quantity]=1", "line_items[0][price]"),
    ],
)
def test_what_makes_no_link_is_refused(account: Account, form: str, param: str) -> None:
    """Source: https://docs.stripe.com/api/payment-link/create"""
    assert account.refused(400, "POST", "/v1/payment_links", form)["param"] == param
