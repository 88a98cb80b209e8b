"""The official Node SDK works unmodified. `NODE_SDKS` is a folder in which npm installed it.

Source: https://github.com/twilio/twilio-node
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from mirra_mcp.local.app import LocalMirra
from tests.local.mirrors.account import NOON
from tests.local.mirrors.twilio.client import Account

FOLDER = os.environ.get("NODE_SDKS", "")
NODE = shutil.which("node")
HAS_SDK = bool(NODE and FOLDER and (Path(FOLDER) / "node_modules" / "twilio").is_dir())
SCRIPT = Path(__file__).with_name("node_sdk.mjs")


@pytest.mark.skipif(not HAS_SDK, reason="NODE_SDKS names no folder with npm's twilio")
def test_the_node_sdk_works_unmodified(mirra: LocalMirra, account: Account) -> None:
    session = account.ask("GET", f"/v1/sessions/{account.id}")
    given = {
        "MIRRA_URL": mirra.url,
        "MIRRA_TOKEN": mirra.token,
        "MIRRA_SESSION": account.id,
        "NOON": NOON,
        "SETUP": session["mirrors"][0]["setup"]["node"],
    }
    environ = {**os.environ, **account.env, **given}
    done = subprocess.run(
        [str(NODE), str(SCRIPT)], env=environ, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    got = json.loads(done.stdout)
    assert (got["account"], got["lookup"]) == ("active", "+14159929960")
    assert (got["queued"], got["delivered"]) == ("queued", ["delivered", "2", True])
    assert got["media"] == 2
    assert got["replied"] == "It comes on Friday."
    assert (got["stopped"]["status"], got["stopped"]["code"]) == (400, 21610)
    assert (got["scheduled"], got["canceled"]) == ("scheduled", "canceled")
    assert (got["pending"], got["wrong"]) == ("pending", "pending")
    assert (got["gone"]["status"], got["gone"]["code"]) == (404, 20404)
    assert got["chat"] == [[0, "agent", "How can I help?"], [1, "+14155550125", "Hi"]]
    assert got["texted"] == "How can I help?"
    assert got["room"] == [[None, False, "connected"], ["guest", True, "connected"]]
    assert got["called"] == [
        [True, "in-progress", None],
        [True, "in-progress", "1"],
        [True, "completed", None],
    ]
    assert got["heard"] == [True, "setup", "prompt"]
    assert len(set(got["pages"])) == 3
    told = [each for _, each in got["told"]]
    assert all(is_valid for is_valid, _ in got["told"])
    assert told[-2:] == ["Where is it?", "STOP"]
    assert told[:-2][-1] == "delivered"
