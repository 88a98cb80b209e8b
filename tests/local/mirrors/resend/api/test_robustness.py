"""No call breaks the mirror, whatever it carries.

Source: https://resend.com/docs/api-reference/errors
"""

import re
from collections.abc import Iterator
from typing import Any

import resend

from mirra_mcp.local.kit.params import Params
from mirra_mcp.local.kit.routes import routes_of
from mirra_mcp.local.mirrors.resend.mirror import Resend
from mirra_mcp.local.mirrors.resend.sending.emails.params import SendEmail
from tests.local.mirrors.resend.client import Account
from tests.local.mirrors.resend.sending.letters import NOBODY, letter, send

ODD: tuple[Any, ...] = (
    None,
    "",
    "x",
    7,
    -1,
    1.5,
    True,
    [],
    [None],
    ["x"],
    {},
    {"id": 7},
    "é" * 300,
)
"""Values that some field may not expect."""


def things(account: Account) -> dict[str, str]:
    """Make one of each noun that paths name; return their ids by the path's first part."""
    domain = account.verify_domain()
    return {
        "emails": send(),
        "domains": domain,
        "api-keys": resend.ApiKeys.create({"name": "a"})["id"],
        "webhooks": resend.Webhooks.create(
            {"endpoint": "http://127.0.0.1:9/", "events": ["email.opened"]}
        )["id"],
        "segments": resend.Segments.create({"name": "a"})["id"],
        "topics": resend.Topics.create({"name": "a", "default_subscription": "opt_in"})["id"],
        "contacts": resend.Contacts.create({"email": "alice@example.com"})["id"],
        "templates": resend.Templates.create({"name": "a", "html": "<p>a</p>"})["id"],
    }


def bodies(params: type[Params] | None) -> Iterator[Any]:
    """Odd bodies, and for each field of the parameters odd values."""
    yield from ODD if params else [{}]
    base = letter() if params is SendEmail else {}
    for name, field in (params.model_fields if params else {}).items():
        for odd in ODD:
            yield base | {field.alias or name: odd}


def test_no_call_breaks_the_mirror(account: Account) -> None:
    ids = things(account)
    broken = []
    for route in (each for noun in Resend.resources for each in routes_of(noun, noun.plural)):
        id = ids.get(route.path.split("/")[1], NOBODY)
        for filled in (id, NOBODY, "x", "%00", "a@b.co"):
            path = re.sub(r"\{\w+\}", filled, route.path)
            if route.method == "GET":
                tries = [account.http.get(f"{path}?limit=1&after=x&a=%")]
            elif route.method == "DELETE":
                tries = [account.http.delete(path)] if filled != id else []
            else:
                tries = [
                    account.http.request(route.method, path, json=body)
                    for body in bodies(route.params if filled == id else None)
                ]
            broken += [f"{route.spec} {path}" for each in tries if each.status_code >= 500]
    assert broken == []
