"""An MCP server imports the client at its start: what a first call needs is loaded by that call."""

import subprocess
import sys

HEAVY = ("httpx", "httpcore", "httpx_sse", "tenacity")


def test_making_a_client_loads_no_http_library() -> None:
    program = (
        "import sys\n"
        "from mirra_mcp.client.client import MirraClient\n"
        "MirraClient('https://api.mirra.run', 'mt_pat_1').mirror('http://127.0.0.1:1')\n"
        f"print([name for name in {HEAVY} if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "[]\n"
