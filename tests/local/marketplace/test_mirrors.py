"""The embedded mirrors as resources, and the other listings that a marketplace begins with."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mirra_mcp.local.app import LocalMirra
from mirra_mcp.local.kit.routes import routes_of
from mirra_mcp.local.marketplace import openapi, publishing
from mirra_mcp.local.marketplace.addresses import Addresses
from mirra_mcp.local.marketplace.definitions import Definition
from mirra_mcp.local.marketplace.listings import mirrors, names, starter
from mirra_mcp.local.mirrors import MIRRORS
from mirra_mcp.settings import Settings
from tests.local.kit.toy import Toy
from tests.local.marketplace.shop import Shop

TOY = "resource_toy_mirror"
PUBLIC = dict(starter.listings({}))


@pytest.fixture(scope="module")
def toys(shop: Shop) -> Shop:
    shop.ok("POST", f"/resources/{TOY}/install")
    return shop


def test_a_mirror_is_called_by_operation_name_in_a_session_made_for_it(
    tmp_path: Path,
) -> None:
    with LocalMirra(Settings(data_dir=tmp_path), kinds={"toy": Toy}) as local, Shop(local) as shop:
        bearer = {"authorization": f"Bearer {local.token}"}
        shop.ok("POST", f"/resources/{TOY}/install")
        assert shop.http.get("/v1/sessions", headers=bearer).json()["sessions"] == []
        done = shop.call(TOY, "createParcel", to="alice", tags=["a"])
        assert (done["statusCode"], done["result"]["status"], done["cost"]) == (201, "sent", 0.0)
        id = done["result"]["id"]
        assert shop.call(TOY, "getParcel", id=id)["result"]["to"] == "alice"
        sessions = shop.http.get("/v1/sessions", headers=bearer).json()["sessions"]
        assert len(sessions) == 1
        code, error = shop.failed(TOY, "createParcel", to="nowhere")
        assert (code, error["details"]["statusCode"]) == (502, 422)
        assert error["message"] == "The resource answered 422: nobody lives there."
        assert shop.usage(TOY)["totalCalls"] == 3


def test_the_newest_session_is_meant_unless_another_is_named(toys: Shop) -> None:
    bearer = {"authorization": f"Bearer {toys.mirra.token}"}
    ids = [
        toys.http.post("/v1/sessions", json={"mirrors": ["toy"]}, headers=bearer).json()[
            "sessionId"
        ]
        for _ in range(2)
    ]
    parcel = toys.call(TOY, "createParcel", to="bob", mirraSession=ids[0])["result"]["id"]
    assert toys.call(TOY, "getParcel", id=parcel, mirraSession=ids[0])["result"]["to"] == "bob"
    assert toys.failed(TOY, "getParcel", id=parcel)[1]["details"]["statusCode"] == 404
    status, error = toys.failed(TOY, "getParcel", id=parcel, mirraSession="ses_none")
    assert (status, error["details"][0]["field"]) == (400, "mirraSession")


@pytest.mark.parametrize("id", ["", ".", "..", None, {}])
def test_a_path_is_never_left_open(toys: Shop, id: Any) -> None:
    status, error = toys.failed(TOY, "getParcel", id=id)
    assert (status, error["code"]) == (400, "VALIDATION_ERROR")


def test_a_method_tells_what_it_takes(toys: Shop) -> None:
    shown = toys.ok("GET", f"/resources/{TOY}/methods/createParcel")
    assert (shown["httpMethod"], shown["path"]) == ("POST", "/parcels")
    properties = shown["inputSchema"]["properties"]
    assert set(properties) == {"to", "tags", "weight", "mirraSession"}
    assert shown["inputSchema"]["required"] == ["to"]
    status, error = toys.no("GET", f"/resources/{TOY}/methods/createParcels")
    assert (status, error["code"]) == (404, "NOT_FOUND")
    assert "Did you mean 'createParcel'?" in error["message"]


def test_the_generated_document_is_valid(toys: Shop) -> None:
    spec = toys.ok("GET", f"/resources/{TOY}", params={"spec": "true"})["openApiSpec"]
    assert openapi.problems(spec) == []
    assert spec["paths"]["/parcels"]["post"]["operationId"] == "createParcel"


def test_twilios_generated_document_is_valid() -> None:
    kind = MIRRORS["twilio"]
    spec = mirrors.MirrorDefinition(mirrors.listing(kind).to_json(), MIRRORS).spec()
    assert openapi.problems(spec) == []


KNOWN = {
    "stripe": {
        "PostCustomers": "POST /v1/customers",
        "GetCustomersCustomer": "GET /v1/customers/{id}",
        "PostPaymentIntentsIntentConfirm": "POST /v1/payment_intents/{id}/confirm",
        "DeleteSubscriptionsSubscriptionExposedId": "DELETE /v1/subscriptions/{id}",
        "PostSubscriptionsSubscriptionResume": "POST /v1/subscriptions/{id}/resume",
        "PostInvoicesInvoicePay": "POST /v1/invoices/{id}/pay",
        "GetProductsId": "GET /v1/products/{id}",
        "GetCreditNotesCreditNoteLines": "GET /v1/credit_notes/{id}/lines",
        "PostCheckoutSessions": "POST /v1/checkout/sessions",
        "DeleteCouponsCoupon": "DELETE /v1/coupons/{id}",
    },
    "twilio": {
        "CreateMessage": "POST /2010-04-01/Accounts/{account}/Messages.json",
        "FetchAccount": "GET /2010-04-01/Accounts/{account}.json",
        "CreateVerificationCheck": "POST /v2/Services/{ServiceSid}/VerificationCheck",
    },
    "resend": {
        "createEmail": "POST /emails",
        "getEmail": "GET /emails/{id}",
        "listDomains": "GET /domains",
    },
}


@pytest.mark.parametrize("vendor", sorted(KNOWN))
def test_operations_have_the_vendors_names(vendor: str) -> None:
    """Sources: https://github.com/stripe/openapi, https://github.com/twilio/twilio-oai"""
    kind = MIRRORS[vendor]
    routes = [each for noun in kind.resources for each in routes_of(noun, noun.plural)]
    found = names.named(vendor, routes)
    assert len(found) == len(routes)
    specs = {name: found[name].spec if name in found else None for name in KNOWN[vendor]}
    plain = {
        name: spec and spec.replace("{AccountSid}", "{account}") for name, spec in specs.items()
    }
    assert plain == KNOWN[vendor]


@pytest.fixture(scope="module")
def vendors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("vendors"))
    with LocalMirra(settings) as local, Shop(local) as shop:
        for vendor in MIRRORS:
            shop.ok("POST", f"/resources/resource_{vendor}_mirror/install")
        yield shop


def test_stripes_mirror_is_called_by_stripes_operation_names(vendors: Shop) -> None:
    id = "resource_stripe_mirror"
    customer = vendors.call(id, "PostCustomers", email="a@b.co", metadata={"k": "v"})["result"]
    assert customer["metadata"] == {"k": "v"}
    intent = {
        "amount": 1200,
        "currency": "usd",
        "customer": customer["id"],
        "payment_method": "pm_card_visa",
        "confirm": True,
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
    }
    paid = vendors.call(id, "PostPaymentIntents", **intent)["result"]
    assert (paid["status"], paid["amount_received"]) == ("succeeded", 1200)
    listed = vendors.call(id, "GetCustomers", limit=1, expand=["data.subscriptions"])["result"]
    assert [each["id"] for each in listed["data"]] == [customer["id"]]
    since = vendors.call(id, "GetCustomers", created={"gte": 4_000_000_000})["result"]
    assert since["data"] == []
    _, error = vendors.failed(id, "GetCustomersCustomer", id="cus_none")
    assert error["message"] == "The resource answered 404: No such customer: 'cus_none'."


def test_resends_and_twilios_mirrors_are_called_too(vendors: Shop) -> None:
    email = {"from": "onboarding@resend.dev", "to": "delivered@resend.dev", "subject": "Hi",
             "text": "Hi"}  # fmt: skip
    sent = vendors.call("resource_resend_mirror", "createEmail", **email)["result"]
    got = vendors.call("resource_resend_mirror", "getEmail", id=sent["id"])["result"]
    assert got["subject"] == "Hi"
    account = vendors.call("resource_twilio_mirror", "FetchAccount")["result"]
    assert account["status"] == "active"


@pytest.mark.parametrize("id", sorted(PUBLIC))
def test_public_listings_are_fit_to_be_published(id: str) -> None:
    assert publishing.unmet(PUBLIC[id], Addresses(())) == []
    definition = Definition(PUBLIC[id].to_json())
    for method in definition.methods:
        assert definition.plan(method.name).unfit == []
        assert definition.plan(method.name).description
        assert definition.authentication == "none"


def test_listings_are_stocked_once_and_kept_current(tmp_path: Path) -> None:
    for _ in range(2):
        with LocalMirra(Settings(data_dir=tmp_path), kinds={"toy": Toy}) as local, Shop(local) as s:
            toy = s.ok("GET", f"/resources/{TOY}")
            assert (toy["version"], toy["createdBy"]) == (1, "user_mirra")
            total = s.ok("GET", "/resources/marketplace")["total"]
    assert total == 1 + len(PUBLIC)
    with LocalMirra(Settings(data_dir=tmp_path), kinds={}) as local, Shop(local) as shop:
        shop.ok("POST", f"/resources/{TOY}/install")
        status, error = shop.failed(TOY, "createParcel", to="x")
        assert (status, error["code"]) == (404, "NOT_FOUND")


def test_nobody_else_can_offer_a_mirror(shop: Shop) -> None:
    _, error = shop.no("POST", "/resources", shop.body("mirra://toy"))
    assert error["details"][0]["field"] == "endpoint.baseUrl"
