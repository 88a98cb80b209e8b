"""What MCP clients, installers and terminals meet."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import httpx
from mcp import Client

from bench.findings.ground import Ground, expect, finding
from mirra_mcp.server.answers import size

HOSTS_REFUSE = ("anyOf", "oneOf", "allOf", "not")


def asked(ground: Ground, ask: Callable[[Client], Awaitable[None]], **settings: Any) -> None:
    """Let an agent ask."""

    async def run() -> None:
        async with ground.agent(**settings) as agent:
            await ask(agent)

    anyio.run(run)


@finding("M1", "an error carries no structure that the tool's output schema refuses")
def errors(ground: Ground) -> None:
    async def ask(agent: Client) -> None:
        told = await agent.call_tool("mirra_session_end", {"session": "ses_nope1"})
        expect(told.is_error and told.structured_content is None, told)
        expect("ses_nope1" in str(told.content), told)

    asked(ground, ask)


@finding("M5", "no answer, structure and text together, is over the hosts' 25,000 tokens")
def sizes(ground: Ground) -> None:
    stripe = ground.start("stripe")
    for number in range(60):
        fat = {f"key_{each}": "v" * 400 for each in range(8)}
        stripe.ok("POST", "/v1/customers", {"name": f"Ada {number}", "metadata": fat})

    async def ask(agent: Client) -> None:
        wanted = {"method": "GET", "path": "/v1/customers?limit=60"}
        session = {"session": stripe.session["sessionId"]}
        told = await agent.call_tool("mirra_session_request", wanted | session)
        whole = size(told.structured_content) + sum(len(str(each)) for each in told.content)
        expect(whole < 75_000, f"{whole} bytes")
        expect("Kept short" in str(told.structured_content), "the cut isn't told")

    asked(ground, ask)


@finding("M6", "every property of every tool has a type that all hosts take")
def schemas(ground: Ground) -> None:
    def look(schema: Any, where: str) -> None:
        if isinstance(schema, list):
            for each in schema:
                look(each, where)
        elif isinstance(schema, dict):
            for name, each in schema.get("properties", {}).items():
                expect(each.get("type"), f"{where}.{name} has no type: {each}")
                look(each, f"{where}.{name}")
            items = schema.get("items")
            expect(items is None or items.get("type"), f"{where}: {items}")
            for inner in (items, schema.get("additionalProperties")):
                if isinstance(inner, dict):
                    expect(not set(HOSTS_REFUSE) & set(inner), f"{where}: {inner}")

    async def ask(agent: Client) -> None:
        for tool in (await agent.list_tools()).tools:
            look(tool.input_schema, tool.name)

    asked(ground, ask, toolsets=("all",))


def installed(ground: Ground, name: str, before: bytes) -> bytes:
    """Install into Cursor's file, and return what it holds afterwards."""
    file = ground.folder / name / ".cursor" / "mcp.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(before)
    home = str(ground.folder / name)
    done = ground.command("install", "cursor", HOME=home, USERPROFILE=home)
    expect(done.returncode == 0, done.stdout + done.stderr)
    return file.read_bytes()


@finding("M7", "install leaves every byte of a configuration but its own entry")
def configurations(ground: Ground) -> None:
    lines = ["{", "\t// mine", '\t"a": [1e5, "\\u00e9"],', '\t"mcpServers": {', "\t},", "}", ""]
    odd = b"\xef\xbb\xbf" + "\r\n".join(lines).encode()
    after = installed(ground, "odd", odd)
    for line in odd.splitlines()[:3]:
        expect(line in after, after)
    expect(b"mirra" in after and b"1e5" in after, after)


@finding("M8", "everything is printed, whatever the terminal can encode")
def encodings(ground: Ground) -> None:
    import os
    import subprocess
    import sys

    env = {name: each for name, each in os.environ.items() if not name.startswith("MIRRA_")}
    env |= {"PYTHONIOENCODING": "cp1252", "MIRRA_DATA_DIR": str(ground.folder / "demo")}
    done = subprocess.run(
        [sys.executable, "-m", "mirra_mcp", "demo"], env=env, capture_output=True, timeout=180,
        check=False,
    )  # fmt: skip
    expect(done.returncode == 0, done.stderr[-300:].decode(errors="replace"))


def handshake(url: str, version: str, **headers: str) -> httpx.Response:
    """Say hello over HTTP as a client of before 2026 does."""
    hello = {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"protocolVersion": version, "capabilities": {},
                   "clientInfo": {"name": "bench", "version": "1"}},
    }  # fmt: skip
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
    return httpx.post(url, json=hello, headers=sent | named, timeout=30)


@finding(
    "M9",
    "an old session's id is told how to begin anew, a wrong version the right ones",
)
def restarts(ground: Ground) -> None:
    import os
    import re
    import subprocess
    import sys

    env = {name: each for name, each in os.environ.items() if not name.startswith("MIRRA_")}
    env["MIRRA_DATA_DIR"] = str(ground.folder / "serve")
    served = subprocess.Popen(
        [sys.executable, "-m", "mirra_mcp", "serve", "--http", "--port", "0"],
        env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert served.stdout is not None
        found = None
        while found is None and (line := served.stdout.readline()):
            found = re.search(r"http://\S+/mcp", line)
        assert found is not None
        again = handshake(found[0], "2025-06-18", mcp_session_id="0" * 32)
        expect(again.status_code == 404 and "without the Mcp-Session-Id" in again.text, again.text)
        none = handshake(found[0], "not-a-version", mcp_protocol_version="not-a-version")
        expect("not-a-version" in none.text and "_meta" not in none.text, none.text)
    finally:
        served.terminate()
        served.wait(20)


@finding("M10", "an OpenAPI document is read whole, or refused when the resource is made, in words")
def documents(ground: Ground) -> None:
    node = {"allOf": [{"$ref": "#/components/schemas/Other"}]}
    other = {"allOf": [{"$ref": "#/components/schemas/Node"}]}
    circle = {
        "openapi": "3.0.3", "info": {"title": "A", "version": "1"},
        "paths": {"/a": {"post": {
            "operationId": "makeA",
            "requestBody": {"content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/Node"}}}},
            "responses": {"200": {"description": "Done"}}}}},
        "components": {"schemas": {"Node": node, "Other": other}},
    }  # fmt: skip

    async def ask(agent: Client) -> None:
        made = {"name": "A", "description": "Says A.", "base_url": "http://127.0.0.1:9/{ver}"}
        told = await agent.call_tool(
            "mirra_resource_create", {**made, "openapi": circle, "install": True}
        )
        said = json.dumps(told.structured_content) + str(told.content)
        expect("RecursionError" not in said, said)
        expect(told.is_error and "ver" in said, said)
        kept = await agent.call_tool("mirra_resource_create", {**made, "openapi": circle})
        expect(kept.is_error, "an unfit draft is kept when it isn't installed at once")

    asked(ground, ask, toolsets=("all",))


@finding("M11", "control characters of others are shown escaped")
def controls(ground: Ground) -> None:
    scenario = ground.folder / "a.md"
    scenario.write_text(
        "# A\n\n## Prompt\nGo.\n\n## Success Criteria\n- check: No emails were sent\n\n"
        "## Config\nmirrors: resend\n",
        encoding="utf-8",
    )
    import sys

    driver = f"{sys.executable} -c \"print('a' + chr(0) + chr(11) + chr(27) + '[31mb')\""
    done = ground.command("run", str(scenario), "--driver", driver)
    said = done.stdout + done.stderr
    expect(not set(said) & {"\x00", "\x0b", "\x1b"}, repr(said))
