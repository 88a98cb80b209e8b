"""Tools that become themselves when they are first called: until then, words and schemas will do.

Making the models that check calls and answers of two dozen tools takes a tenth of a server's cold
start, and most conversations call a few of them.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypedDict

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from pydantic import ConfigDict


class Schemas(TypedDict):
    """What a tool takes, without the card's words, and what it answers."""

    input: dict[str, Any]
    output: dict[str, Any]


class LateTool(Tool):
    """A tool whose schemas are known beforehand."""

    model_config = ConfigDict(defer_build=True)

    make: Callable[[], Tool]
    answers: dict[str, Any]
    """The schema of its answers."""

    @cached_property
    def output_schema(self) -> dict[str, Any]:
        """Return the schema of its answers."""
        return self.answers

    @cached_property
    def made(self) -> Tool:
        """Return the tool itself."""
        return self.make()

    async def run(
        self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False
    ) -> Any:
        """Run the tool itself."""
        return await self.made.run(arguments, context, convert_result)
