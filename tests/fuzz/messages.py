"""JSON-RPC messages that no client would send, near enough to those that clients do."""

import json
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from mirra_mcp.server.explaining import VERSIONS
from tests.fuzz.requests import BROKEN, Sent, Throw, text, value

METHODS = (
    "initialize", "ping", "tools/list", "tools/call", "tools/call", "tools/call", "tools/call",
    "resources/list", "resources/templates/list", "resources/read", "resources/subscribe",
    "resources/unsubscribe", "prompts/list", "prompts/get", "completion/complete",
    "logging/setLevel", "server/discover", "notifications/initialized", "notifications/cancelled",
    "notifications/progress", "sampling/createMessage", "tasks/get", "nope",
)  # fmt: skip
URIS = (
    "mirra://sessions",
    "mirra://catalog",
    "mirra://sessions/{}",
    "mirra://runs/{}",
    "file:///x",
)
PROMPTS = ("test_webhook_handler", "grade_a_scenario", "nope", "")
MODERN = VERSIONS[-1]
SLOW = {"wait_seconds": 0, "send": None}
"""Arguments by which a call waits for others, and what they are here."""
NEVER = frozenset({"mirra_resource_authenticate", "mirra_scenario_run"})
"""Tools that wait for a person, or for a driver."""


def of_schema(dice: Random, schema: Mapping[str, Any], known: Sequence[str], depth: int = 3) -> Any:
    """Throw a value that a JSON Schema allows, or one that it nearly does."""
    if not dice.randrange(5):
        return value(dice, known, ("id",))
    if "enum" in schema:
        return dice.choice(schema["enum"])
    kind = schema.get("type")
    kind = dice.choice(kind) if isinstance(kind, list) else kind
    match kind:
        case "string":
            return dice.choice((*known, text(dice), "resend", "emails", "/emails", "1 day"))
        case "integer" | "number":
            return dice.choice((0, 1, 2, schema.get("maximum", 10), schema.get("minimum", 0)))
        case "boolean":
            return bool(dice.randrange(2))
        case "array" if depth:
            items = schema.get("items") or {}
            return [of_schema(dice, items, known, depth - 1) for _ in range(dice.randrange(3))]
        case "object" if depth:
            return _object(dice, schema, known, depth)
    return value(dice, known, ("id",))


def _object(dice: Random, schema: Mapping[str, Any], known: Sequence[str], depth: int) -> Any:
    properties = schema.get("properties") or {}
    needed = schema.get("required") or ()
    return {
        name: of_schema(dice, each, known, depth - 1)
        for name, each in properties.items()
        if (name in needed and dice.randrange(12)) or not dice.randrange(3)
    }


def messages(tools: Mapping[str, Mapping[str, Any]], known: Sequence[str], session: str) -> Throw:
    """Return what throws messages: of an open MCP session, of none, and of the newest protocol."""
    names = [name for name in tools if name not in NEVER]

    def params(dice: Random, method: str) -> Any:
        if not dice.randrange(8):
            return value(dice, known, ("name", "uri", "arguments", "_meta"))
        if method == "tools/call":
            name = dice.choice(names)
            given = of_schema(dice, tools[name], known)
            if isinstance(given, dict):
                given |= {each: told for each, told in SLOW.items() if each in given}
            return {"name": name if dice.randrange(20) else text(dice), "arguments": given}
        if method.startswith("resources/"):
            return {"uri": dice.choice(URIS).format(dice.choice(known))}
        if method == "prompts/get":
            return {"name": dice.choice(PROMPTS), "arguments": value(dice, known, ("session",))}
        if method == "completion/complete":
            ref = {"type": "ref/resource", "uri": dice.choice(URIS)}
            return {"ref": ref, "argument": {"name": "id", "value": text(dice)}}
        if method == "initialize":
            return {
                "protocolVersion": dice.choice((*VERSIONS, text(dice))),
                "capabilities": {},
                "clientInfo": {"name": "fuzz", "version": "1"},
            }
        return {}

    def throw(dice: Random) -> Sent:
        method = dice.choice(METHODS)
        sent = {
            "content-type": "application/json",
            "accept": "application/json, text/event-stream",
        }
        given = params(dice, method)
        era = dice.randrange(3)
        if era == 0:
            sent["mcp-session-id"] = session
            sent["mcp-protocol-version"] = "2025-11-25"
        elif era == 1:
            sent["mcp-protocol-version"] = MODERN
            sent["mcp-method"] = method
            if isinstance(given, dict):
                if isinstance(given.get("name"), str) and given["name"].isascii():
                    sent["mcp-name"] = given["name"]
                given["_meta"] = {
                    "io.modelcontextprotocol/protocolVersion": MODERN,
                    "io.modelcontextprotocol/clientInfo": {"name": "fuzz", "version": "1"},
                    "io.modelcontextprotocol/clientCapabilities": {},
                }
        message: Any = {"jsonrpc": "2.0", "id": dice.randrange(2**31), "method": method}
        if method.startswith("notifications/"):
            del message["id"]
        message["params"] = given
        odd = dice.randrange(12)
        if odd == 0:
            message[dice.choice(("jsonrpc", "id", "method", "params"))] = value(
                dice, known, ("id",)
            )
        elif odd == 1:
            message = dice.choice(([message, message], [], [[]], "x", 1))
        elif odd == 2:
            names = ("accept", "content-type", "mcp-session-id", "mcp-protocol-version", "mcp-name")
            said = dice.choice(("", "*/*", "text/html", "x" * 300, "0" * 32, *VERSIONS))
            sent[dice.choice(names)] = said
        body = dice.choice(BROKEN) if odd == 3 else json.dumps(message).encode()
        verb = dice.choice(("PUT", "DELETE", "HEAD")) if odd == 4 else "POST"
        if verb == "DELETE":
            sent.pop("mcp-session-id", None)  # it would end the session of all that follow
        sent = {name: each for name, each in sent.items() if each.isprintable()}
        return Sent(verb, "/mcp", sent, body if verb in ("POST", "PUT") else None)

    return throw
