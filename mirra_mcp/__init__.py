"""Mirra for coding agents: faithful, stateful mirrors of third-party APIs, over MCP."""

__version__ = "0.1.0"
