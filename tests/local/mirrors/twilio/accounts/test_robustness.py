"""No call about accounts, keys, numbers or registrations breaks the mirror, whatever it carries.

Source: https://www.twilio.com/docs/api/errors
"""

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mirra_mcp.local.kit.params import Params
from mirra_mcp.local.kit.routes import Route, routes_of
from tests.local.mirrors.twilio.client import Account, area

SAFE = {"POST /2010-04-01/Accounts/{account}.json", "POST /v1/AuthTokens/Promote"}
"""Left out: they could lock the test out of its account."""
ROUTES = [
    each
    for noun in area("accounts", "numbers", "voice")
    for each in routes_of(noun, noun.plural)
    if each.spec not in SAFE
]
WORDS = (
    *("", "0", "-1", "5", "true", "{}", "[]", '{"a": [1]}', '{"country_code": "GB"}', "415"),
    *("+14155552671", "+15005550006", "+1", "US", "GB", "*", "****", "2026-05-04", "-30days"),
    *("9999-12-31", "0001-01-01", "sms", "GET", "http://[", "https://example.com", "é" * 200),
    *("standard", "aegis", "2FA", "PA1", "PBx", "\x00"),
)
ODD = st.one_of(st.sampled_from(WORDS), st.text(max_size=20))


def names_of(params: type[Params] | None) -> list[str]:
    """List what an endpoint takes."""
    fields = params.model_fields if params else {}
    own = [field.alias or name for name, field in fields.items()]
    lists = ["PageSize", "PageToken", "Page", "AreaCode", "Contains", "StartDate", "EndDate"]
    return own + lists + ["Category", "PhoneNumber", "SmsEnabled", "InRegion", "NearNumber"]


@st.composite
def calls(draw: st.DrawFn) -> tuple[Route, dict[str, str], dict[str, Any]]:
    """Draw an endpoint, odd placeholders for some of its own, and odd parameters."""
    route: Route = draw(st.sampled_from(ROUTES))
    places = st.sampled_from(["sid", "country", "brand", "service"])
    odd = draw(st.dictionaries(places, ODD))
    names = st.sampled_from(names_of(route.params))
    return route, odd, draw(st.dictionaries(names, ODD, max_size=6))


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(call=calls())
def test_no_call_about_the_account_breaks_the_mirror(
    account: Account, call: tuple[Route, dict[str, str], dict[str, Any]]
) -> None:
    """Ours."""
    route, odd, given_ = call
    path = route.path.replace("{account}", account.sid)
    known = {"country": "US", "sid": f"PN{'0' * 32}", "brand": f"BN{'0' * 32}"}
    for name in ("sid", "country", "brand", "service"):
        value = odd.get(name) or known.get(name, f"MG{'0' * 32}")
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    sent = {"params": given_} if route.method in ("GET", "DELETE") else {"data": given_}
    answer = account.http.request(route.method, path, **sent)  # type: ignore[arg-type]  # one of two
    assert answer.status_code < 500, (route.spec, path, given_, answer.text)
    if answer.status_code >= 400:
        told = answer.json()
        assert set(told) == {"code", "message", "more_info", "status"}


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"content-type": "application/json"}, b"{"),
        ({"content-type": "application/json"}, b"[1]"),
        ({"content-type": "application/x-www-form-urlencoded"}, b"\xff\xfe=1"),
        ({"content-type": "text/xml"}, b"<a/>"),
        ({}, b"&&&===;"),
        ({"authorization": "Bearer x"}, b""),
        ({"authorization": "Basic %%%"}, b""),
        ({"authorization": "Basic /w=="}, b""),
    ],
    ids=lambda each: str(each)[:40] if isinstance(each, bytes) else None,
)
def test_a_body_that_cannot_be_read_is_refused(
    account: Account, headers: dict[str, str], body: bytes
) -> None:
    """Ours: the words."""
    answer = account.http.post(
        f"{account.path}/IncomingPhoneNumbers.json", content=body, headers=headers
    )
    assert answer.status_code in (400, 401)
    assert answer.json()["code"] in (20001, 20003, 21421)
