"""A call as code: what stands there is what the vendor's SDK has, and does the same."""

import re
from typing import Any

import pytest
import resend
import stripe

from mirra_mcp.local.page.timeline import code
from mirra_mcp.wire.sessions import MirrorInfo

INFO = MirrorInfo(vendor="stripe", url="http://127.0.0.1:1", version="1")


def python(call: dict[str, Any]) -> str:
    speak = {"stripe": code._stripe, "resend": code._resend, "twilio": code._twilio}
    return {each.name: each.text for each in speak[call["mirror"]](call)}["Python"]


def verbs() -> list[tuple[str, str]]:
    """The calls of Stripe's services that are written out."""
    found = []
    for service in sorted(code.STRIPE_SERVICES):
        path = f"/v1/{'invoiceitems' if service == 'invoice_items' else service}"
        found += [(method, path) for method in ("GET", "POST")]
        found += [(method, f"{path}/x_1") for method in ("GET", "POST", "DELETE")]
        found += [("POST", f"{path}/x_1/{verb}") for verb in code.STRIPE_ACTS.get(service, ())]
    return found


def test_every_call_that_is_written_out_is_one_of_stripes_client() -> None:
    client = stripe.StripeClient("sk_test_x").v1
    astray = []
    for method, path in verbs():
        text = python({"mirror": "stripe", "method": method, "path": path, "request": ""})
        called = re.match(r"client\.v1\.(\w+)\.(\w+)\(", text)
        if called and not hasattr(getattr(client, called[1], None), called[2]):
            astray.append(f"{method} {path}: {text}")
    assert astray == []


def test_every_call_that_is_written_out_is_one_of_resends_sdk() -> None:
    for method, path in code.RESEND:
        text = python({"mirror": "resend", "method": method, "path": path, "request": {"a": 1}})
        called = re.match(r"resend\.(\w+)\.(\w+)\(", text)
        assert called
        assert hasattr(getattr(resend, called[1]), called[2]), text


@pytest.mark.parametrize(
    ("form", "params"),
    [
        ("email=a%40b.c&metadata[user]=u_1", {"email": "a@b.c", "metadata": {"user": "u_1"}}),
        (
            "items[0][price]=p&items[0][quantity]=2&items[1][price]=q",
            {"items": [{"price": "p", "quantity": "2"}, {"price": "q"}]},
        ),
        ("expand[]=a&expand[]=b", {"expand": ["a", "b"]}),
        ("a=1&a=2", {"a": ["1", "2"]}),
    ],
)
def test_a_form_reads_as_nested_values(form: str, params: dict[str, Any]) -> None:
    assert code.params_of({"request": form}) == params


@pytest.mark.parametrize("form", ["[=1&]=2&a[[=3", "a[b]=1&a=2&a[c]=3", "=&&=", "%ff=%00"])
def test_a_form_that_makes_no_sense_is_shown_all_the_same(form: str) -> None:
    assert isinstance(code.params_of({"request": form}), dict)


def test_what_no_service_does_goes_out_raw() -> None:
    call = {"mirror": "stripe", "method": "GET", "path": "/v1/unheard/of"}
    assert python(call) == 'client.raw_request("get", "/v1/unheard/of")'


def test_curl_holds_variables_for_keys_and_quotes_all_else() -> None:
    call = {
        "method": "POST",
        "path": "/v1/customers",
        "request": "name=it's%20$(rm)",
        "headers": {"user-agent": "x", "stripe-version": "2025-01-27"},
    }
    assert code.curl(INFO, call) == (
        "curl -X POST http://127.0.0.1:1/v1/customers \\\n"
        '  -H "Authorization: Bearer $STRIPE_SECRET_KEY" \\\n'
        "  -H 'stripe-version: 2025-01-27' \\\n"
        "  --data-raw 'name=it'\"'\"'s%20$(rm)'"
    )
