"""Idempotency keys. Source: https://docs.stripe.com/api/idempotent_requests"""

import pytest
import stripe

from tests.local.mirrors.stripe.client import Account


def test_the_same_key_and_request_get_the_first_answer_again(account: Account) -> None:
    """Source: https://docs.stripe.com/api/idempotent_requests"""
    first = account.call("POST", "/v1/customers", {"name": "Ada"}, idempotency_key="k1")
    again = account.call("POST", "/v1/customers", {"name": "Ada"}, idempotency_key="k1")
    assert again.content == first.content
    assert len(account.fetch("/v1/customers")["data"]) == 1
    assert len(account.events("customer.created")) == 1
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert first.headers["original-request"] == first.headers["request-id"]
    assert again.headers["original-request"] == first.headers["request-id"]
    assert again.headers["request-id"] != first.headers["request-id"]
    assert again.headers["idempotency-key"] == "k1"


@pytest.mark.parametrize(
    ("path", "form", "bound"),
    [
        (
            "/v1/customers",
            {"name": "Ida"},
            "with the same parameters they were first used with.",
        ),
        (
            "/v1/products",
            {"name": "Ada"},
            "for the same endpoint they were first used for ('/v1/products' vs '/v1/customers').",
        ),
    ],
)
def test_a_key_is_for_one_request_only(
    account: Account, path: str, form: dict[str, str], bound: str
) -> None:
    """Source: https://docs.stripe.com/api/idempotent_requests"""
    account.call("POST", "/v1/customers", {"name": "Ada"}, idempotency_key="k1")
    answer = account.call("POST", path, form, idempotency_key="k1")
    assert answer.status_code == 400
    told = answer.json()["error"]
    assert told["type"] == "idempotency_error"
    assert told["message"] == (
        f"Keys for idempotent requests can only be used {bound} Try using a key other than 'k1' if"
        " you meant to execute a different request."
    )
    assert len(account.fetch("/v1/customers")["data"]) == 1


def test_the_sdk_raises_its_own_error(account: Account) -> None:
    """Source: https://docs.stripe.com/error-handling"""
    options = {"idempotency_key": "k1"}
    account.client.v1.customers.create({"name": "Ada"}, options)  # type: ignore[arg-type]  # a plain dict
    with pytest.raises(stripe.IdempotencyError):
        account.client.v1.customers.create({"name": "Ida"}, options)  # type: ignore[arg-type]  # a plain dict


def test_a_key_lasts_a_day_of_the_session(account: Account) -> None:
    """Source: https://docs.stripe.com/api/idempotent_requests"""
    first = account.call("POST", "/v1/customers", {"name": "Ada"}, idempotency_key="k1").json()
    account.advance("86399 seconds")
    again = account.call("POST", "/v1/customers", {"name": "Ada"}, idempotency_key="k1").json()
    assert again["id"] == first["id"]
    account.advance("1 second")
    later = account.call("POST", "/v1/customers", {"name": "Ada"}, idempotency_key="k1").json()
    assert later["id"] != first["id"]


def test_a_refused_request_leaves_its_key_free(account: Account) -> None:
    """Source: https://docs.stripe.com/api/idempotent_requests (validation isn't remembered)"""
    refused = account.call("POST", "/v1/customers", {"nmae": "Ada"}, idempotency_key="k1")
    assert refused.status_code == 400
    assert account.call("POST", "/v1/customers", {"name": "Ada"}, idempotency_key="k1").is_success


def test_a_decline_is_replayed_too(account: Account) -> None:
    """Source: https://docs.stripe.com/api/idempotent_requests (the status code is saved)"""
    form = (
        "amount=100&currency=usd&confirm=true&payment_method=pm_card_chargeDeclined"
        "&payment_method_types[]=card"
    )
    first = account.call("POST", "/v1/payment_intents", form, idempotency_key="k1")
    again = account.call("POST", "/v1/payment_intents", form, idempotency_key="k1")
    assert first.status_code == again.status_code == 402
    assert first.content == again.content
    assert len(account.fetch("/v1/payment_intents")["data"]) == 1


def test_the_order_of_parameters_makes_no_other_request(account: Account) -> None:
    """Source: https://docs.stripe.com/api/idempotent_requests ("compares incoming parameters")"""
    told = [
        account.call("POST", "/v1/customers", form, idempotency_key="k1")
        for form in (
            "name=Ada&metadata[a]=1&metadata[b]=2&preferred_locales[]=fr&preferred_locales[]=de",
            "preferred_locales[0]=fr&preferred_locales[1]=de&metadata[b]=2&metadata[a]=1&name=Ada",
            "name=Ada&metadata[a]=1&metadata[b]=2&preferred_locales[]=de&preferred_locales[]=fr",
        )
    ]
    assert told[0].content == told[1].content
    assert told[2].json()["error"]["type"] == "idempotency_error"


def test_a_refusal_by_state_is_replayed_and_one_of_a_parameter_is_not(account: Account) -> None:
    """Source: https://docs.stripe.com/api/idempotent_requests ("after execution begins")"""
    intent = account.client.v1.payment_intents.create({"amount": 100, "currency": "usd"})
    path, key = f"/v1/payment_intents/{intent.id}/capture", {"idempotency_key": "k1"}
    first = account.call("POST", path, {}, **key)
    again = account.call("POST", path, {}, **key)
    assert first.json()["error"]["code"] == "payment_intent_unexpected_state"
    assert (again.status_code, again.content) == (400, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["original-request"] == first.headers["request-id"]

    unknown = {"customer": "cus_none", "amount": 100, "currency": "usd"}
    refused = account.call("POST", "/v1/payment_intents", unknown, idempotency_key="k2")
    assert refused.json()["error"]["param"] == "customer"
    retried = account.call("POST", "/v1/payment_intents", unknown, idempotency_key="k2")
    assert "idempotent-replayed" not in retried.headers


def test_reading_takes_no_notice_of_a_key(account: Account) -> None:
    """Source: https://docs.stripe.com/api/idempotent_requests"""
    account.call("GET", "/v1/customers", idempotency_key="k1")
    account.client.v1.customers.create({})
    page = account.call("GET", "/v1/customers", idempotency_key="k1")
    assert len(page.json()["data"]) == 1
    assert "idempotent-replayed" not in page.headers


def test_a_key_has_255_characters_at_most(account: Account) -> None:
    """Source: https://docs.stripe.com/api/idempotent_requests"""
    assert account.call("POST", "/v1/customers", {}, idempotency_key="k" * 255).is_success
    answer = account.call("POST", "/v1/customers", {}, idempotency_key="k" * 256)
    assert answer.status_code == 400


def test_each_account_has_its_own_keys(account: Account) -> None:
    """Source: https://docs.stripe.com/connect/authentication"""
    other = account.client.v1.accounts.create({"type": "standard"}).id
    mine = account.call("POST", "/v1/customers", {"name": "Ada"}, idempotency_key="k1")
    theirs = account.call(
        "POST", "/v1/customers", {"name": "Ida"}, idempotency_key="k1", stripe_account=other
    )
    assert theirs.is_success
    assert theirs.json()["id"] != mine.json()["id"]
