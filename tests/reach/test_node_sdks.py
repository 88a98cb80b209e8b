"""The official Node SDKs work unchanged, on every Node that is there.

`NODE_SDKS` is a folder in which npm installed them; a Node of another version may be there, too,
as npm's package `node-<system>-<machine>`.
"""

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.reach import commands
from tests.reach.conftest import Place

FOLDER = os.environ.get("NODE_SDKS", "/nowhere")
NODES = [node for node in [shutil.which("node")] if node] + sorted(
    str(path) for path in Path(FOLDER).glob("node-*/node_modules/node-*/bin/node")
)
APP = Path(__file__).with_name("app.cjs")

pytestmark = pytest.mark.skipif(
    not (NODES and Path(FOLDER, "stripe-23.1.0").is_dir()),
    reason="NODE_SDKS names no folder with npm's stripe, resend and twilio",
)


@pytest.mark.parametrize("node", NODES)
def test_every_node_sdk_reaches_the_mirrors_unchanged(place: Place, node: str) -> None:
    done = commands.execute(place.folder, "--session", place.id, "--json", "--", node, str(APP))
    assert done.returncode == 0, done.stderr
    came = json.loads(done.stdout)
    assert len(came) == 9
    assert came == dict.fromkeys(came, True)
    assert commands.calls(done) >= {"stripe POST /v1/customers", "resend POST /emails"}
    assert commands.account(done)["live"] == [{"host": "console.twilio.com", "count": 3}]


def test_a_preload_in_a_folder_with_a_blank_is_found(place: Place, tmp_path: Path) -> None:
    """As where a user's name has one: `NODE_OPTIONS` is split at blanks."""
    package = tmp_path / "a folder" / "mirra_mcp"
    shutil.copytree(Path(commands.__file__).parents[2] / "mirra_mcp" / "reach", package / "reach")
    code = (
        "import os, sys; from pathlib import Path; from mirra_mcp.reach import environment\n"
        f"environment.NODE = Path({str(package)!r}, 'reach', 'preload', 'node', 'preload.cjs')\n"
        "around = environment.led(os.environ, [])\n"
        "os.execve(sys.argv[1], [sys.argv[1], '-p', 'require(\"https\").get.length'],"
        " around.variables)"
    )
    done = commands.execute(
        place.folder, "--session", place.id, "--", shutil.which("python") or "", "-c", code,
        NODES[0],
    )  # fmt: skip
    assert done.stdout == "0\n", "the changed one takes any arguments"
