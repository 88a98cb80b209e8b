"""Refusals: keys, parameters, URLs and limits, in Stripe's words and envelope.

Source: https://docs.stripe.com/api/errors
"""

import base64
import re
from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.client import NEW, OLD, Account

DOCS = "https://stripe.com/docs/error-codes"


def test_a_refusal_has_the_whole_envelope(account: Account) -> None:
    """Source: https://docs.stripe.com/api/errors"""
    answer = account.call("GET", "/v1/customers/cus_none")
    request = answer.headers["request-id"]
    assert (answer.status_code, answer.json()) == (
        404,
        {
            "error": {
                "code": "resource_missing",
                "doc_url": f"{DOCS}/resource-missing",
                "message": "No such customer: 'cus_none'",
                "param": "id",
                "request_log_url": f"https://dashboard.stripe.com/test/logs/{request}?t=1777896000",
                "type": "invalid_request_error",
            }
        },
    )
    with pytest.raises(stripe.InvalidRequestError) as caught:
        account.client.v1.customers.retrieve("cus_none")
    told = caught.value
    assert (told.http_status, told.code, told.param) == (404, "resource_missing", "id")
    assert str(told.request_id).startswith("req_")


def test_every_answer_has_a_request_id_of_its_own(account: Account) -> None:
    """Source: https://docs.stripe.com/api/request_ids"""
    ids = [
        account.call("GET", path).headers["request-id"]
        for path in ("/v1/customers", "/v1/customers/x", "/v1/customers/y", "/v1/nothing")
    ]
    assert len(set(ids)) == 4
    assert all(re.fullmatch(r"req_[A-Za-z0-9]{14}", each) for each in ids)


@pytest.mark.parametrize(
    ("key", "message", "code"),
    [
        ("", "You did not provide an API key. You need to provide", None),
        ("sk_test_", "Invalid API Key provided: ********", None),
        ("sk_test_4eC3 9Hq", "Invalid API Key provided: sk_test_****", None),
        ("whatever-this-is", "Invalid API Key provided: whatever****s-is", None),
        ("sk_live_abcdefghijkl", "This is a Mirra mirror, and the API key is a live one.", None),
        ("rk_live_abcdefghijkl", "This is a Mirra mirror, and the API key is a live one.", None),
        ("pk_test_abcdefghijkl", "This API call cannot be made with a publishable", "secret"),
    ],
)
def test_only_test_keys_are_let_in(
    account: Account, key: str, message: str, code: str | None
) -> None:
    """Source: https://docs.stripe.com/api/authentication"""
    if key:
        account.http.headers["authorization"] = f"Bearer {key}"
    else:
        del account.http.headers["authorization"]
    told = account.refused(401, "GET", "/v1/customers")
    assert told["message"].startswith(message)
    assert not key or key not in told["message"]
    if code:
        assert told["code"] == "secret_key_required"


def test_a_key_may_come_as_the_user_of_a_basic_login(account: Account) -> None:
    """Source: https://docs.stripe.com/api/authentication"""
    login = base64.b64encode(f"{account.key}:".encode()).decode()
    account.http.headers["authorization"] = f"Basic {login}"
    assert account.call("GET", "/v1/customers").is_success
    account.http.headers["authorization"] = "Basic !"
    assert account.call("GET", "/v1/customers").status_code == 401


def test_a_restricted_key_is_held_to_its_permissions(account: Account) -> None:
    """Source: https://docs.stripe.com/keys/restricted-api-keys"""
    made = account.simulate(
        "restricted_key.created", permissions=["rak_customer_read", "rak_product_write"]
    )
    client = account.client_for(api_key=made["result"]["key"])
    assert client.v1.customers.list().data == []
    client.v1.products.create({"name": "Pen"})
    assert len(client.v1.products.list().data) == 1
    with pytest.raises(stripe.PermissionError) as caught:
        client.v1.customers.create({"name": "Ada"})
    told = str(caught.value.user_message)
    assert told.startswith("The provided key 'rk_test_****")
    assert "Having the 'rak_customer_write' permission would allow" in told
    assert caught.value.http_status == 403


def test_calls_meet_the_rate_limit_when_the_world_says_so(account: Account) -> None:
    """Source: https://docs.stripe.com/rate-limits"""
    account.simulate("rate_limit.reached", calls=2)
    answer = account.call("GET", "/v1/customers")
    assert answer.status_code == 429
    assert answer.headers["stripe-rate-limited-reason"] == "global-rate"
    told = answer.json()["error"]
    assert (told["code"], told["type"]) == ("rate_limit", "invalid_request_error")
    with pytest.raises(stripe.RateLimitError):
        account.client.v1.customers.list()
    assert account.client.v1.customers.list().data == []


@pytest.mark.parametrize(
    ("path", "form", "message", "param"),
    [
        (
            "/v1/customers",
            "emial=x",
            "Received unknown parameter: emial. Did you mean email?",
            "emial",
        ),
        ("/v1/customers", "xyzzy=1&foo=2", "Received unknown parameters: xyzzy, foo", "xyzzy"),
        (
            "/v1/customers",
            "address[lin1]=x",
            "Received unknown parameter: address[lin1]. Did you mean address[line1]?",
            "address[lin1]",
        ),
        (
            "/v1/payment_intents",
            "amount=100&currency=usd&payment_method_options[card][restrictions][a]=b",
            "Received unknown parameter: payment_method_options[card][restrictions]",
            "payment_method_options[card][restrictions]",
        ),
        (
            "/v1/prices",
            "currency=usd&product=x&currency_options[eur][unit_amont]=1",
            "Received unknown parameter: currency_options[eur][unit_amont]. Did you mean"
            " currency_options[eur][unit_amount]?",
            "currency_options[eur][unit_amont]",
        ),
    ],
)
def test_unknown_parameters_are_refused_in_any_depth(
    account: Account, path: str, form: str, message: str, param: str
) -> None:
    """Source: https://docs.stripe.com/error-codes#parameter-unknown"""
    assert account.refused(400, "POST", path, form) == {
        "code": "parameter_unknown",
        "doc_url": f"{DOCS}/parameter-unknown",
        "message": message,
        "param": param,
        "type": "invalid_request_error",
    }


def test_unknown_filters_are_refused_too(account: Account) -> None:
    """Source: https://docs.stripe.com/error-codes#parameter-unknown"""
    assert account.refused(400, "GET", "/v1/customers?statsu=x")["param"] == "statsu"
    id = account.client.v1.customers.create({}).id
    assert account.refused(400, "GET", f"/v1/customers/{id}?name=x")["param"] == "name"


def test_what_stripe_has_and_the_mirror_does_not_model_is_never_called_unknown(
    account: Account,
) -> None:
    """Ours: a parameter that Stripe knows has an effect, or answers 501."""
    form = "name=Ada&cash_balance[settings][reconciliation_mode]=manual"
    assert account.call("POST", "/v1/customers", form).is_success
    assert account.refused(501, "POST", "/v1/customers", f"{form}&validate=true")["param"]


def test_a_parameter_belongs_to_its_versions(account: Account) -> None:
    """Source: https://docs.stripe.com/changelog/basil (customers take no coupon any more)"""
    account.client.v1.coupons.create({"id": "ten", "percent_off": 10, "duration": "once"})
    form = {"coupon": "ten"}
    assert account.call("POST", "/v1/customers", form, stripe_version=OLD).is_success
    answer = account.call("POST", "/v1/customers", form, stripe_version=NEW)
    assert answer.json()["error"]["code"] == "parameter_unknown"


def test_intents_take_no_payment_method_types_any_more(account: Account) -> None:
    """Source: https://docs.stripe.com/changelog/endive/2026-09-30/removes-the-payment-method-types-parameter-from-payment-intents-and-setup-intents"""
    form = "amount=100&currency=usd&payment_method_types[]=card"
    assert account.call("POST", "/v1/payment_intents", form, stripe_version=OLD).is_success
    answer = account.call("POST", "/v1/payment_intents", form, stripe_version=NEW)
    assert answer.json()["error"]["code"] == "payment_method_types_no_longer_supported"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/nothing"), ("GET", "/v1/customers/"), ("PUT", "/v1/customers"), ("GET", "/")],
)
def test_an_unknown_url_is_named(account: Account, method: str, path: str) -> None:
    """Source: https://docs.stripe.com/api/errors"""
    told = account.refused(404, method, path)
    assert told["message"].startswith(f"Unrecognized request URL ({method}: {path}). If you")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/reporting/report_runs",
        "/v1/terminal/readers",
        "/v1/issuing/cards",
        "/v1/treasury/transactions",
        "/v1/financial_connections/accounts/x",
    ],
)
def test_what_is_not_mirrored_says_so(account: Account, path: str) -> None:
    """Ours: 501 in Stripe's shape."""
    told = account.refused(501, "GET", path)
    assert (told["code"], told["type"]) == ("not_implemented", "api_error")
    assert f"doesn't cover GET {path}." in told["message"]


def test_bodies_are_forms(account: Account) -> None:
    """Source: https://docs.stripe.com/api (form-encoded request bodies)"""
    answer = account.http.post("/v1/customers", json={"name": "Ada"})
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith(
        "Invalid request (check that your POST content type is application/x-www-form-urlencoded)."
    )


@pytest.mark.parametrize(
    ("version", "is_known"),
    [(OLD, True), (NEW, True), ("2025-03-31.basil", True), ("today", False), ("2024-6-20", False)],
)
def test_versions_are_named_by_their_dates(account: Account, version: str, is_known: bool) -> None:
    """Source: https://docs.stripe.com/api/versioning"""
    answer = account.call("GET", "/v1/customers", stripe_version=version)
    assert answer.is_success is is_known
    if is_known:
        assert answer.headers["stripe-version"] == version
    else:
        assert answer.json()["error"]["message"].startswith("Invalid Stripe API version: ")


def test_without_a_version_it_is_the_one_that_mirra_documents(account: Account) -> None:
    """Ours: Mirra documents 2024-06-20."""
    assert account.call("GET", "/v1/customers").headers["stripe-version"] == OLD


@pytest.mark.parametrize(
    ("query", "param", "message"),
    [
        ("limit=0", "limit", "This value must be greater than or equal to 1."),
        ("limit=101", "limit", "This value must be less than or equal to 100."),
        ("limit=x", "limit", "Invalid integer: x"),
        ("starting_after=cus_x", "starting_after", "No such customer: 'cus_x'"),
        ("ending_before=cus_x", "ending_before", "No such customer: 'cus_x'"),
    ],
)
def test_lists_refuse_what_they_cannot_do(
    account: Account, query: str, param: str, message: str
) -> None:
    """Source: https://docs.stripe.com/api/pagination"""
    account.client.v1.customers.create({})
    told: dict[str, Any] = account.refused(400, "GET", f"/v1/customers?{query}")
    assert (told["param"], told["message"]) == (param, message)


def test_a_list_goes_one_way(account: Account) -> None:
    """Source: https://docs.stripe.com/api/pagination"""
    ids = [account.client.v1.customers.create({}).id for _ in range(2)]
    query = f"starting_after={ids[0]}&ending_before={ids[1]}"
    for path in ("customers", f"customers/{ids[0]}/balance_transactions"):
        told = account.refused(400, "GET", f"/v1/{path}?starting_after=x_1&ending_before={ids[1]}")
        assert (told["code"], told["param"]) == ("resource_missing", "starting_after")
    told = account.refused(400, "GET", f"/v1/customers?{query}")
    assert told["message"] == (
        "Received both starting_after and ending_before parameters. Please pass in only one."
    )
    assert "param" not in told


@pytest.mark.parametrize(
    ("path", "message", "code"),
    [
        ("data.nothing", "This property cannot be expanded (nothing).", None),
        (
            "customer",
            "This property cannot be expanded (customer)."
            " You may want to try expanding 'data.customer' instead.",
            None,
        ),
        (
            "data.items.data.price.product",
            "You cannot expand more than 4 levels of a property."
            " Property: data.items.data.price.product",
            "property_expansion_max_depth",
        ),
    ],
)
def test_what_can_not_be_expanded_is_named(
    account: Account, path: str, message: str, code: str | None
) -> None:
    """Source: https://docs.stripe.com/expand"""
    account.client.v1.customers.create({})
    told = account.refused(400, "GET", f"/v1/customers?expand[]={path}")
    assert (told["message"], told.get("code")) == (message, code)
    assert not {"param", "doc_url"} & set(told)
    assert account.fetch("/v1/customers?expand[]=data")["data"]


def test_what_a_delete_takes_may_be_its_body(account: Account) -> None:
    """Source: https://docs.stripe.com/api/subscriptions/cancel"""
    customer = account.client.v1.customers.create({"email": "ann@example.com"}).id
    path = f"/v1/customers/{customer}"
    for told in (
        account.refused(400, "DELETE", path, {"soon": "true"}),
        account.refused(400, "DELETE", f"{path}?soon=true"),
    ):
        assert (told["code"], told["param"]) == ("parameter_unknown", "soon")
    assert account.call("DELETE", path, {"expand[]": "deleted"}).status_code == 400
    assert account.call("DELETE", path).json()["deleted"]
