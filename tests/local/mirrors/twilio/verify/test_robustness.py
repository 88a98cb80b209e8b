"""No call to Verify or Lookup breaks the mirror, whatever it carries.

Source: https://www.twilio.com/docs/api/errors
"""

import re
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mirra_mcp.local.kit.params import Params
from mirra_mcp.local.kit.routes import Route, routes_of
from tests.local.mirrors.twilio.client import Account, area
from tests.local.mirrors.twilio.verify.codes import ALICE, LONDON

ROUTES = [each for noun in area("verify", "lookup") for each in routes_of(noun, noun.plural)]
WORDS = (
    *("", "0", "-1", "5", "60", "true", "{}", "[]", '{"a": [1]}', '{"a.b": "c"}', "sms", "call"),
    *("email", "a@b.co", ALICE, LONDON, "+1", "approved", "canceled", "2026-05-04", "*", "GB"),
    *("line_type_intelligence,sim_swap,identity_match,reassigned_number", "1234", "é" * 200),
)
ODD = st.one_of(st.sampled_from(WORDS), st.text(max_size=20))
MADE: dict[str, dict[str, str]] = {}
"""By session what `things` has made."""


def things(account: Account) -> dict[str, str]:
    """Make one of each noun that paths name; return their SIDs by the paths' placeholders."""
    service = account.post("/v2/Services", FriendlyName="Acme", CustomCodeEnabled="true")["sid"]
    path = f"/v2/Services/{service}"
    limit = account.post(f"{path}/RateLimits", UniqueName="a.b")["sid"]
    account.post(f"{path}/RateLimits/{limit}/Buckets", Max=1000, Interval=60)
    sid = account.post(f"{path}/Verifications", To=ALICE, Channel="sms")["sid"]
    form = {"FriendlyName": "Phone", "FactorType": "totp"}
    account.post(f"{path}/Entities/user-0123456789/Factors", **form)
    told = {"serviceSid": service, "identity": "user-0123456789"}
    device = account.simulate("push.enrolled", **told)["result"]["sid"]
    asked = {"FactorSid": device, "Details.Message": "Log in?"}
    challenges = f"{path}/Entities/user-0123456789/Challenges"
    return {
        "ChallengeSid": account.post(challenges, **asked)["sid"],
        "Identity": "user-0123456789",
        "ServiceSid": service,
        "RateLimitSid": limit,
        "PhoneNumber": ALICE,
        "Country": "GB",
        "Field": "line_type_intelligence",
        "Sid": sid,
        "Token": "SN1",
    }


def names_of(params: type[Params] | None) -> list[str]:
    """List what an endpoint takes."""
    fields = params.model_fields if params else {}
    return [field.alias or name for name, field in fields.items()] + ["PageSize", "PageToken"]


@st.composite
def calls(draw: st.DrawFn) -> tuple[Route, dict[str, str], dict[str, Any]]:
    """Draw an endpoint, odd placeholders for some of its own, and odd parameters."""
    route: Route = draw(st.sampled_from(ROUTES))
    odd = draw(st.dictionaries(st.sampled_from(["Sid", "PhoneNumber", "Country", "Field"]), ODD))
    names = st.sampled_from(names_of(route.params))
    return route, odd, draw(st.dictionaries(names, ODD, max_size=6))


@settings(
    max_examples=180,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(call=calls())
def test_no_call_breaks_verify_or_lookup(
    account: Account, call: tuple[Route, dict[str, str], dict[str, Any]]
) -> None:
    if not account.state("verify_services"):
        MADE[account.id] = things(account)
    route, odd, given_values = call
    ids = MADE[account.id] | odd
    path = re.sub(r"\{(\w+)\}", lambda found: quote(ids[found[1]], safe="") or "x", route.path)
    if route.method == "GET":
        answer = account.http.get(path, params=given_values)
    elif "Override" in path or "batch" in path:
        answer = account.http.request(route.method, path, json=given_values)
    else:
        answer = account.http.request(route.method, path, data=given_values)
    assert answer.status_code < 500, f"{route.spec} {ids} {given_values} {answer.text}"
