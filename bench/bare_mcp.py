"""The floor of an MCP server: one echo tool on the SDK, nothing else."""

from mcp.server import MCPServer
from pydantic import BaseModel

server = MCPServer("bare", log_level="WARNING")


class Echo(BaseModel):
    """What was said."""

    text: str


@server.tool()
async def echo(text: str) -> Echo:
    """Say it again."""
    return Echo(text=text)


if __name__ == "__main__":
    server.run()
