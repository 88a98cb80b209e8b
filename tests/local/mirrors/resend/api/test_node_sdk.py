"""The official Node SDK works unmodified. `NODE_SDKS` is a folder in which npm installed it.

Source: https://github.com/resend/resend-node
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.local.mirrors.resend.client import Account

FOLDER = os.environ.get("NODE_SDKS", "")
NODE = shutil.which("node")
SCRIPT = Path(__file__).with_name("node_sdk.mjs")


@pytest.mark.skipif(not (FOLDER and NODE), reason="NODE_SDKS names no folder with npm's resend")
def test_the_node_sdk_works_unmodified(account: Account) -> None:
    environ = {**os.environ, **account.env}
    done = subprocess.run(
        [str(NODE), str(SCRIPT)], env=environ, capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0, done.stderr
    got = json.loads(done.stdout)
    id = got["sent"]["data"]["id"]
    assert got["again"]["data"] == {"id": id}
    assert got["conflict"]["error"]["name"] == "invalid_idempotent_request"
    email = got["email"]["data"]
    assert (email["last_event"], email["reply_to"]) == ("sent", ["help@acme.com"])
    assert got["refused"]["error"]["statusCode"] == 422
    assert got["refused"]["error"]["message"].startswith("Invalid `to` field.")
    batch = got["batch"]["data"]
    assert (len(batch["data"]), [each["index"] for each in batch["errors"]]) == (1, [1])
    assert got["listed"]["data"]["has_more"] is True
    assert got["domain"]["data"]["status"] == "not_started"
    assert got["verified"]["data"]["object"] == "domain"
    assert got["person"]["data"]["first_name"] == "Alice"
    assert got["hook"]["data"]["signing_secret"] == account.env["RESEND_WEBHOOK_SECRET"]
    assert got["missing"]["error"]["name"] == "not_found"
    assert got["sent"]["headers"]["ratelimit-limit"] == "10"
