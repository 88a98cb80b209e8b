"""Follows a skill as an agent does that knows nothing else: call after call, as it is written."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mcp import Client

APP = re.compile(r"http://127\.0\.0\.1:3000/webhooks/\w+")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAME = re.compile(r"\$(\w+)")


def blocks(page: Path, language: str) -> list[str]:
    """The lines of a page's code of one language, in order."""
    found = BLOCK.findall(page.read_text(encoding="utf-8"))
    return [line for kind, text in found if kind == language for line in text.splitlines() if line]


def calls(page: Path) -> list[tuple[str, dict[str, Any]]]:
    """The tool calls that a skill tells to make, in order."""
    parted = [line.partition(" ") for line in blocks(page, "mirra")]
    return [(tool, json.loads(arguments)) for tool, _, arguments in parted]


@dataclass
class Follower:
    """Makes a skill's calls, and fills in what earlier answers gave."""

    client: Client
    app: str
    """Where the app under test takes webhooks."""
    on_start: Callable[[dict[str, str]], object]
    """Gets the session's `env`: what the app is run with."""
    known: dict[str, Any] = field(default_factory=dict)
    """Each name that an answer gave a value, the newest of each."""
    made: dict[str, Any] = field(default_factory=dict)
    """Of each kind of document that a request made or found first since a reset: `email_id`."""
    answers: list[tuple[str, dict[str, Any], dict[str, Any]]] = field(default_factory=list)

    async def follow(self, page: Path) -> None:
        """Make all calls; each must be answered."""
        for tool, arguments in calls(page):
            asked = self._filled(arguments)
            result = await self.client.call_tool(tool, asked)
            assert not result.is_error, f"{tool} {asked}: {result.content}"
            answer: dict[str, Any] = result.structured_content or {}
            self.answers.append((tool, asked, answer))
            self._learn(answer, "")
            self._learn_ids(asked, answer)
            if tool == "mirra_session_reset":
                self.made.clear()
            if tool == "mirra_session_start":
                self.on_start({k: v for each in answer["mirrors"] for k, v in each["env"].items()})

    def of(self, tool: str, **arguments: Any) -> list[dict[str, Any]]:
        """What the calls of a tool with these arguments answered."""
        return [
            answer
            for name, asked, answer in self.answers
            if name == tool and arguments.items() <= asked.items()
        ]

    def _filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._filled(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._filled(each) for each in value]
        if not isinstance(value, str):
            return value
        value = APP.sub(lambda _: self.app, value)
        return NAME.sub(lambda found: str((self.known | self.made)[found[1]]), value)

    def _learn_ids(self, asked: dict[str, Any], answer: dict[str, Any]) -> None:
        body = answer.get("body")
        if "path" in asked and isinstance(body, dict):
            listed = body.get("data") if body.get("object") == "list" else [body]
            self._learn_of(self._noun(asked["path"]), next(iter(listed or ()), None))

    def _learn(self, value: Any, name: str) -> None:
        if isinstance(value, dict):
            for key, each in reversed(value.items()):
                self._learn(each, key)
        elif isinstance(value, list):
            for each in reversed(value):
                self._learn(each, name)
        elif name:
            self.known[name] = value

    def _learn_of(self, kind: str, document: Any) -> None:
        """Learn of the first document of a kind: `$customer_id`, `$message_from`."""
        for name in ("id", "sid", "from"):
            if isinstance(document, dict) and document.get(name):
                self.made.setdefault(f"{kind}_{name}", document[name])

    def _noun(self, path: str) -> str:
        """What the last part of a path is about: of `/emails/$email_id`, an email."""
        parts = [part.removesuffix(".json") for part in path.partition("?")[0].split("/")]
        named = [part for part in parts if part not in self.made.values()]
        return named[-1].lower().removesuffix("s")
