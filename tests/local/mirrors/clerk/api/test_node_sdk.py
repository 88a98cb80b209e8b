"""The official Node SDK and its middleware for Express work unmodified, over the session's clock.

`NODE_SDKS` is a folder in which npm installed `@clerk/backend` and `@clerk/express` into `clerk`.

Source: https://github.com/clerk/javascript
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.local.mirrors.clerk.browser import Browser
from tests.local.mirrors.clerk.client import Account
from tests.local.mirrors.clerk.machines.test_oauth import application, exchanged

MODULES = Path(os.environ.get("NODE_SDKS", "/nowhere"), "clerk", "node_modules")
NODE = shutil.which("node")
SCRIPT = Path(__file__).with_name("node_app.mjs")
pytestmark = pytest.mark.skipif(
    not (MODULES.is_dir() and NODE), reason="NODE_SDKS has no folder 'clerk' with npm's SDKs"
)


@contextmanager
def app(account: Account) -> Iterator[Callable[..., Any]]:
    """Run the app, and yield a function that gives it commands."""
    with subprocess.Popen(
        [str(NODE), str(SCRIPT)],
        env={**os.environ, **account.env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout

        def ask(command: str, **given: Any) -> Any:
            print(json.dumps({"command": command, **given}), file=process.stdin, flush=True)
            return json.loads(process.stdout.readline())  # type: ignore[union-attr]

        yield ask
        process.stdin.close()


def test_an_app_lets_in_who_is_signed_in_and_hears_of_it(
    open_account: Callable[..., Account],
) -> None:
    """The clock stands an hour before the machine's at first, so tokens are over already.

    Source: https://clerk.com/docs/reference/express/clerk-middleware
    """
    start = datetime.now(UTC) - timedelta(hours=1)
    account = open_account(clock=start.isoformat())
    with app(account) as ask:
        hook = f"http://127.0.0.1:{ask('port')}/hook"
        account.ask("POST", f"/v1/sessions/{account.id}/webhooks", {"webhooks": {"clerk": hook}})
        got = ask("walk")
        assert (got["total"], got["emails"], got["counted"]) == (1, ["node@example.com"], 1)
        assert (got["metadata"], got["right"]["verified"]) == ({"plan": "pro"}, True)
        assert (got["sessions"], got["banned"]) == (["active"], True)
        assert got["missing"]["status"] == 404
        assert got["missing"]["errors"][0]["code"] == "resource_not_found"

        assert ask("admit") == {
            "twice": "duplicate_record",
            "revoked": "revoked",
            "deleted": True,
            "left": ["b@example.com"],
            "bulk": ["pending"],
            "allowed": 0,
            "blocked": "email_address",
            "waited": ["pending", "invited", "rejected"],
        }

        browser = Browser(account)
        done = browser.sign_up("alice@example.com")
        path = f"/client/sessions/{done['created_session_id']}/tokens"
        _, old = browser.call("POST", path)
        assert ask("me", token=old["jwt"])["status"] == 401
        assert ask("verify", token=old["jwt"])["reason"] == "token-expired"

        account.advance("1 hour")
        _, fresh = browser.call("POST", path)
        let_in = ask("me", token=fresh["jwt"])
        assert let_in["status"] == 200
        assert let_in["body"] == {
            "userId": done["created_user_id"],
            "sessionId": done["created_session_id"],
        }
        assert ask("me")["status"] == 401
        claims = ask("verify", token=fresh["jwt"], authorizedParties=["http://localhost:3000"])
        assert claims["azp"] == "http://localhost:3000"
        refused = ask("verify", token=fresh["jwt"], authorizedParties=["https://evil.example"])
        assert refused["reason"] == "token-invalid-authorized-parties"
        networkless = ask("verify", token=fresh["jwt"], jwtKey=account.env["CLERK_JWT_KEY"])
        assert networkless["sub"] == done["created_user_id"]
        other = open_account(clock=datetime.now(UTC).isoformat())
        stranger = Browser(other)
        there = stranger.sign_up("eve@example.com")
        _, foreign = stranger.call("POST", f"/client/sessions/{there['created_session_id']}/tokens")
        assert ask("me", token=foreign["jwt"])["status"] == 401
        spoilt = fresh["jwt"][:-6] + "AAAAAA"
        assert ask("verify", token=spoilt)["reason"] == "token-invalid-signature"

        browser.post(f"/client/sessions/{done['created_session_id']}/end")
        status, _ = browser.call("POST", path)
        assert status == 404
        wanted = {"type": "session.ended", "status": "delivered", "wait": "5"}
        account.control.get(f"/v1/sessions/{account.id}/webhooks", params=wanted)
        heard = ask("heard")
        assert {"user.created", "user.updated", "email.created", "session.ended"} <= set(heard)
        assert len(heard) == len(account.webhooks())


def test_an_app_lets_in_keys_and_machines(open_account: Callable[..., Account]) -> None:
    """Source: https://clerk.com/docs/guides/development/verifying-api-keys"""
    account = open_account(clock=datetime.now(UTC).isoformat())
    with app(account) as ask:
        keys = ask("keys")
        assert keys["let_in"] == {"subject": keys["user"], "scopes": ["read"]}
        assert (keys["other"], keys["total"]) == ("token-type-mismatch", 1)
        assert keys["revoked"] == "token-invalid"
        found = ask("machines")
        assert found["let_in"] == {"subject": found["caller"], "scopes": [found["callee"]]}
        assert found["not_meant"] == "token-invalid"
        assert found["networkless"]["subject"] == found["caller"]
        assert found["jwt"] == {"job": "nightly"}
        assert isinstance(found["session"], str)
        assert (found["total"], found["revoked"]) == (1, "token-invalid")
        client = application(account)
        settings = "/v1/instance/oauth_application_settings"
        for is_jwt in (True, False):
            account.call("PATCH", settings, {"oauth_jwt_access_tokens": is_jwt})
            token = exchanged(account, client, scope="email")["access_token"]
            let_in = ask("oauth", token=token)
            assert let_in == {"subject": keys["user"], "scopes": ["email"]}
        account.sdk.oauth_applications.revoke_token(oauth_application_id=client.id, token=token)
        assert ask("oauth", token=token) == "token-invalid"


def test_a_backend_manages_organizations(open_account: Callable[..., Account]) -> None:
    """Source: https://clerk.com/docs/reference/backend/overview"""
    with app(open_account("b2b")) as ask:
        assert ask("organizations") == {
            "names": ["Acme", "Globex", "Initrode"],
            "counts": [3, 2],
            "roles": ["org:admin", "org:billing", "org:member"],
            "invited": [["erin@example.com", "pending"]],
            "merged": {"plan": "pro"},
            "joined": ["org:member", "already_a_member_in_organization", "org:admin"],
            "revoked": "revoked",
            "mine": ["Acme"],
            "gone": 404,
        }


def test_an_app_asks_for_plans_and_features(open_account: Callable[..., Account]) -> None:
    """Source: https://clerk.com/docs/reference/backend/types/auth-object#has"""
    account = open_account(clock=datetime.now(UTC).isoformat())
    account.simulate("billing_plan.created", name="Pro", amount=2_000, features=["exports"])
    user = account.user()
    account.simulate("subscriptionItem.active", plan="pro")
    session = account.sdk.sessions.create(request={"user_id": user.id})
    token = account.sdk.sessions.create_token(session_id=session.id).jwt
    with app(account) as ask:
        found = ask("plan", token=token, userId=user.id)
    assert found["has"] == [True, False, True, False]
    assert (found["plans"], found["canceled"]) == (["pro", "free_user"], "canceled")
