"""The MCP clients that we know: where each keeps its configuration and how an entry looks.

Sources:
- https://docs.claude.com/en/docs/claude-code/mcp
- https://cursor.com/docs/context/mcp
- https://code.visualstudio.com/docs/copilot/chat/mcp-servers
- https://developers.openai.com/codex/mcp
- https://docs.windsurf.com/windsurf/cascade/mcp
- https://docs.cline.bot/mcp/configuring-mcp-servers
- https://modelcontextprotocol.io/docs/develop/connect-local-servers
"""

import json
import os
import shutil
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

NAME = "mirra"


@dataclass(frozen=True, slots=True)
class McpClient:
    """One program that speaks MCP."""

    name: str
    """What the user types."""
    title: str
    file: Path
    """Its configuration of the whole user account."""
    section: str
    """The object that holds the servers, by name."""
    kind: Literal["json", "toml"] = "json"
    typed: bool = False
    """Whether an entry says `"type": "stdio"`."""

    @property
    def is_present(self) -> bool:
        """Whether the program has left traces on this machine."""
        return self.file.exists() or (self.name != "claude-code" and self.file.parent.is_dir())

    def entry(self, command: list[str], env: Mapping[str, str]) -> dict[str, Any]:
        """Build the entry that starts this command."""
        entry: dict[str, Any] = {"type": "stdio"} if self.typed else {}
        entry |= {"command": command[0], "args": command[1:]}
        return entry | ({"env": dict(env)} if env else {})

    def servers(self) -> dict[str, Any]:
        """Read the servers that are configured now.

        Raises:
            ValueError: the file isn't plain JSON or TOML.
        """
        if not self.file.exists():
            return {}
        servers = self.parse(self.file.read_text(encoding="utf-8")).get(self.section, {})
        return servers if isinstance(servers, dict) else {}

    def parse(self, text: str) -> dict[str, Any]:
        """Read the text of a configuration.

        Raises:
            ValueError: the text isn't a plain JSON object or TOML.
        """
        if not text.strip():
            return {}
        parsed = tomllib.loads(text) if self.kind == "toml" else json.loads(text)
        if not isinstance(parsed, dict):
            raise ValueError("it holds no object")
        if not isinstance(parsed.get(self.section) or {}, dict):
            raise ValueError(f"its {self.section} is no object")
        return parsed

    def with_entry(self, text: str, entry: dict[str, Any]) -> str:
        """Write the configuration with our entry in it and all else untouched."""
        parsed = self.parse(text)
        if self.kind == "toml":
            return f"{text.rstrip()}\n\n{_toml(self.section, entry)}".lstrip()
        parsed[self.section] = {**(parsed.get(self.section) or {}), NAME: entry}
        return json.dumps(parsed, indent=2, ensure_ascii=False) + "\n"


def _toml(section: str, entry: dict[str, Any]) -> str:
    """A TOML table; JSON strings and lists of strings are TOML as well."""
    lines = [f"[{section}.{NAME}]"]
    env = entry.get("env", {})
    lines += [f"{key} = {json.dumps(value)}" for key, value in entry.items() if key != "env"]
    if env:
        lines += ["", f"[{section}.{NAME}.env]"]
        lines += [f"{key} = {json.dumps(value)}" for key, value in env.items()]
    return "\n".join(lines) + "\n"


def known(home: Path, environ: Mapping[str, str], platform: str) -> tuple[McpClient, ...]:
    """List the clients, with their files on this platform."""
    programs = _program_data(home, environ, platform)
    code = programs / "Code" / "User"
    cline = code / "globalStorage" / "saoudrizwan.claude-dev" / "settings"
    codex = Path(environ.get("CODEX_HOME") or home / ".codex")
    desktop = programs / "Claude" / "claude_desktop_config.json"
    windsurf = home / ".codeium" / "windsurf" / "mcp_config.json"
    return (
        McpClient("claude-code", "Claude Code", home / ".claude.json", "mcpServers", typed=True),
        McpClient("cursor", "Cursor", home / ".cursor" / "mcp.json", "mcpServers"),
        McpClient("vscode", "VS Code", code / "mcp.json", "servers", typed=True),
        McpClient("codex", "Codex", codex / "config.toml", "mcp_servers", kind="toml"),
        McpClient("windsurf", "Windsurf", windsurf, "mcpServers"),
        McpClient("cline", "Cline", cline / "cline_mcp_settings.json", "mcpServers"),
        McpClient("claude-desktop", "Claude Desktop", desktop, "mcpServers"),
    )


def here() -> tuple[McpClient, ...]:
    """List the clients of this user on this machine."""
    return known(Path.home(), os.environ, sys.platform)


def _program_data(home: Path, environ: Mapping[str, str], platform: str) -> Path:
    if platform == "darwin":
        return home / "Library" / "Application Support"
    if platform == "win32":
        return Path(environ.get("APPDATA") or home / "AppData" / "Roaming")
    return Path(environ.get("XDG_CONFIG_HOME") or home / ".config")


def our_command() -> list[str]:
    """Find the command that starts this installation, whole: an IDE may have another PATH."""
    beside = Path(sys.executable).parent / ("mirra-mcp.exe" if os.name == "nt" else "mirra-mcp")
    if beside.exists():
        return [str(beside)]
    if found := shutil.which("mirra-mcp"):
        return [found]
    return [sys.executable, "-m", "mirra_mcp"]
