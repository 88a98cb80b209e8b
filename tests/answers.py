"""What a tool answered, as tests look at it."""

import json

from mcp.types import CallToolResult


def error(answer: CallToolResult) -> dict[str, str]:
    """Return the error of a call that must have been refused: text alone, for every client."""
    assert answer.is_error, answer.structured_content
    assert answer.structured_content is None
    (content,) = answer.content
    assert content.type == "text"
    body = json.loads(content.text)
    assert set(body) == {"error"}
    found: dict[str, str] = body["error"]
    assert set(found) == {"code", "message", "hint"}
    assert all(found.values())
    return found
