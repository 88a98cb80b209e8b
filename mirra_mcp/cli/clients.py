"""The MCP clients that we know: where each keeps its configuration and how an entry looks.

Sources:
- https://docs.claude.com/en/docs/claude-code/mcp
- https://cursor.com/docs/context/mcp
- https://code.visualstudio.com/docs/copilot/chat/mcp-servers
- https://developers.openai.com/codex/mcp
- https://docs.windsurf.com/windsurf/cascade/mcp
- https://docs.cline.bot/mcp/configuring-mcp-servers
- https://modelcontextprotocol.io/docs/develop/connect-local-servers

Sources of where skills lie:
- https://code.claude.com/docs/en/skills
- https://docs.windsurf.com/windsurf/cascade/skills
- https://cursor.com/docs/context/skills, https://developers.openai.com/codex/skills,
  https://code.visualstudio.com/docs/copilot/customization/agent-skills, https://docs.cline.bot/features/skills:
  all four read `~/.agents/skills`
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

from mirra_mcp.cli import jsonc

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
    skills: Path | None = None
    """Where it looks for the skills of the whole user account; some share a folder."""

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
            ValueError: the file can't be read as what it should be.
        """
        return self.parse(self.text())

    def text(self) -> str:
        """Return the configuration as it stands, line ends included; empty where there is none.

        Raises:
            ValueError: it is no UTF-8.
        """
        return self.file.read_bytes().decode("utf-8") if self.file.exists() else ""

    def parse(self, text: str) -> dict[str, Any]:
        """Return the servers that the text of a configuration holds.

        Raises:
            ValueError: it is no object, in JSON (comments and trailing commas allowed) or TOML.
        """
        whole = tomllib.loads(text.lstrip("\ufeff")) if self.kind == "toml" else jsonc.read(text)
        if not isinstance(whole, dict):
            raise ValueError("it holds no object")
        servers = whole.get(self.section, {})
        if not isinstance(servers, dict):
            raise ValueError(f"its {self.section} is no object")
        return servers

    def with_entry(self, text: str, entry: dict[str, Any]) -> str:
        """Write the configuration with our entry in it and not another byte changed.

        Raises:
            ValueError: the text can't be read.
        """
        if self.kind == "json":
            return jsonc.with_member(text, self.section, NAME, entry)
        line_end = "\r\n" if "\r\n" in text else "\n"
        kept = text if NAME not in self.parse(text) else self.without_entry(text)
        gap = line_end if kept.endswith("\n") else line_end * 2 if kept else ""
        added = kept + gap + _toml(self.section, entry).replace("\n", line_end)
        try:
            self.parse(added)
        except ValueError:  # the section is an inline table, which no other table may extend
            return _inline(kept, self.section, entry)
        return added

    def without_entry(self, text: str) -> str:
        """Write the configuration without our entry and not another byte changed.

        Raises:
            ValueError: the text can't be read.
        """
        if NAME not in self.parse(text):
            return text
        if self.kind == "json":
            return jsonc.without_member(text, self.section, NAME)

        import tomlkit

        whole: Any = tomlkit.parse(text)
        del whole[self.section][NAME]
        return tomlkit.dumps(whole)


def _inline(text: str, section: str, entry: dict[str, Any]) -> str:
    import tomlkit

    whole: Any = tomlkit.parse(text)
    table = tomlkit.inline_table()
    table.update(entry)
    whole[section][NAME] = table
    return tomlkit.dumps(whole)


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
    windsurf = home / ".codeium" / "windsurf"
    shared = home / ".agents" / "skills"
    own = Path(environ.get("CLAUDE_CONFIG_DIR") or home / ".claude") / "skills"
    return (
        McpClient(
            "claude-code", "Claude Code", home / ".claude.json", "mcpServers",
            typed=True, skills=own,
        ),
        McpClient("cursor", "Cursor", home / ".cursor" / "mcp.json", "mcpServers", skills=shared),
        McpClient("vscode", "VS Code", code / "mcp.json", "servers", typed=True, skills=shared),
        McpClient(
            "codex", "Codex", codex / "config.toml", "mcp_servers", kind="toml", skills=shared
        ),
        McpClient(
            "windsurf", "Windsurf", windsurf / "mcp_config.json", "mcpServers",
            skills=windsurf / "skills",
        ),
        McpClient(
            "cline", "Cline", cline / "cline_mcp_settings.json", "mcpServers", skills=shared
        ),
        McpClient("claude-desktop", "Claude Desktop", desktop, "mcpServers"),
    )  # fmt: skip


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
    """Find the command that starts this installation, whole: an IDE may have another PATH.

    What runs in a cache of uv's or pipx's is gone one day: there it is how it was started.
    """
    if runner := _runner(Path(sys.prefix)):
        return [*runner, "mirra-mcp"]
    beside = Path(sys.executable).parent / ("mirra-mcp.exe" if os.name == "nt" else "mirra-mcp")
    if beside.exists():
        return [str(beside)]
    if found := shutil.which("mirra-mcp"):
        return [found]
    return [sys.executable, "-m", "mirra_mcp"]


def _runner(prefix: Path) -> list[str] | None:
    """Return what starts us again, with its options, where this environment is only cached.

    Sources: https://docs.astral.sh/uv/concepts/tools/#tool-environments (`uvx`),
    https://pipx.pypa.io/stable/how-pipx-works/ (`pipx run`)
    """
    if prefix.parent.name.startswith(("archive-v", "environments-v")):
        program, option = "uvx", "--from"
    elif "pipx" in prefix.parts and "venvs" not in prefix.parts:
        program, option = "pipx", "--spec"
    else:
        return None
    source = _source()
    options = [option, source] if source else []
    found = shutil.which(program) or program
    return [found, "run", *options] if program == "pipx" else [found, *options]


def _source() -> str | None:
    """Return where we were installed from, if it isn't an index: a path, or a repository's URL.

    Source: https://packaging.python.org/en/latest/specifications/direct-url/
    """
    from importlib.metadata import PackageNotFoundError, distribution
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    try:
        text = distribution("mirra-mcp").read_text("direct_url.json")
    except PackageNotFoundError:
        return None
    said = json.loads(text) if text else {}
    url, vcs = said.get("url"), said.get("vcs_info")
    if not url:
        return None
    if vcs:
        return f"{vcs['vcs']}+{url}@{vcs['commit_id']}"
    return url2pathname(urlsplit(url).path) if url.startswith("file:") else url
