"""What README and docs/ say about the code is what the code says.

`UPDATE_DOCS=1 pytest tests/standing/test_docs.py` rewrites the generated parts.
"""

import json
import os
import re
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from mirra_mcp.cli.app import COMMANDS, mirra_mcp
from mirra_mcp.cli.clients import known, our_command
from mirra_mcp.local.api.app import ROUTES
from mirra_mcp.local.kit.admin import VERBS
from mirra_mcp.local.kit.metadata import describe
from mirra_mcp.local.mirrors import MIRRORS
from mirra_mcp.server.app import all_cards
from mirra_mcp.settings import Settings
from mirra_mcp.wire.admin import Metadata
from tests.standing.project import ROOT, files, short

README = ROOT / "README.md"
CLI = ROOT / "docs" / "cli.md"
WRITTEN = "Written by `tests/standing/test_docs.py` from `--help`.\n"


def _kept_current(path: Path, text: str) -> None:
    if os.environ.get("UPDATE_DOCS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, (
        f"{short(path)} is out of date: run with UPDATE_DOCS=1 and review the difference"
    )


def _between(text: str, name: str, inner: str) -> str:
    """Put a generated part between its markers."""
    pattern = rf"(<!-- {name}:[^\n]*-->\n).*?(<!-- /{name} -->)"
    assert re.search(pattern, text, re.DOTALL), f"no markers of '{name}'"
    return re.sub(pattern, lambda m: m[1] + inner + m[2], text, flags=re.DOTALL)


def test_readmes_tool_table_is_current() -> None:
    rows = ["| tool | what it does | changes something |", "|---|---|---|"]
    for _, _, card in all_cards():
        first = re.split(r"(?<=[.:;]) ", " ".join(card.description.split()))[0]
        changes = "no" if card.is_read_only else "yes"
        rows.append(f"| `{card.name}` | {first.rstrip('.:;')} | {changes} |")
    inner = "\n".join(rows) + "\n"
    text = README.read_text(encoding="utf-8")
    _kept_current(README, _between(text, "tools", inner))


def test_the_page_of_the_embedded_mirra_tells_every_route() -> None:
    """And no other: in its tables, `GET /a` stands for itself, whatever follows it."""
    text = (ROOT / "docs" / "embedded.md").read_text(encoding="utf-8")
    rows = [line.split(" | ")[0] for line in text.splitlines() if line.startswith("| `")]
    told = {call for row in rows for call in re.findall(r"`([A-Z]+ /[^` ?]*)`", row)}
    control = {f"{method} {path}" for path, verbs in ROUTES for method in verbs}
    admin = {f"{method} {path}" for path, verbs in VERBS.items() for method in verbs}
    assert told == control | admin


def test_the_pages_of_commands_are_current() -> None:
    rows = [
        f"| [`{name}`](cli/{name}.md) | {command(name).get_short_help_str(200).rstrip('.')} |"
        for name in COMMANDS
    ]
    _kept_current(
        CLI,
        f"# The command\n\n{WRITTEN}\n{_help()}\n| command | |\n|---|---|\n"
        + "\n".join(rows)
        + "\n",
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_a_page(name: str) -> None:
    _kept_current(
        CLI.with_suffix("") / f"{name}.md", f"# mirra-mcp {name}\n\n{WRITTEN}\n{_help(name)}"
    )


def test_no_page_is_of_a_command_that_is_gone() -> None:
    assert {page.stem for page in CLI.with_suffix("").glob("*.md")} == set(COMMANDS)


def command(name: str) -> click.Command:
    found = mirra_mcp.get_command(click.Context(mirra_mcp), name)
    assert found is not None
    return found


def _help(*names: str) -> str:
    asked = CliRunner().invoke(
        mirra_mcp, [*names, "--help"], prog_name="mirra-mcp", terminal_width=100
    )
    return f"```\n{asked.output.strip()}\n```\n"


@pytest.mark.parametrize("vendor", MIRRORS)
def test_each_mirrors_page_is_current(vendor: str) -> None:
    page = ROOT / "docs" / f"{vendor}.md"
    assert page.exists(), f"write docs/{vendor}.md, with the markers of docs/resend.md"
    inner = _about(describe(MIRRORS[vendor]))
    text = page.read_text(encoding="utf-8")
    _kept_current(page, _between(text, f"mirror {vendor}", inner))


def _about(found: Metadata) -> str:
    fixtures = [f"| `{each.name}` | {each.description} |" for each in found.fixtures]
    events = [
        f"| `{each.event}` | {each.description or ''} | "
        f"{', '.join(f'`{name}`' for name in each.params)} | "
        f"{', '.join(f'`{name}`' for name in each.fires)} |"
        for each in found.simulate_events
    ]
    nouns: dict[str, list[str]] = {}
    for endpoint in found.endpoints:
        path = re.sub(r"^/(v\d|2010-04-01)(/Accounts/\{\w+\})?(?=/)", "", endpoint.path)
        noun = path.split("/")[1].removesuffix(".json")
        nouns.setdefault(noun, []).append(f"`{endpoint.method} {endpoint.path}`")
    lines = [
        f"Version {found.name}@{found.version}, of the vendor's API {found.vendor_api_version}.\n",
        "## Fixtures\n",
        "| fixture | what it holds |\n|---|---|",
        *fixtures,
        "\n## What the world can do\n",
        "| event | what happens | parameters | webhooks |\n|---|---|---|---|",
        *events,
        "\n## Endpoints\n",
        *(f"- {', '.join(calls)}" for calls in nouns.values()),
        "\n## Where it differs\n",
        *(f"- {gap}" for gap in _gaps(found.gaps)),
    ]
    return "\n".join(lines) + "\n"


def _gaps(gaps: list[str]) -> list[str]:
    """Gather the endpoints that are missing for the same reason."""
    endpoint = re.compile(r"((?:GET|POST|PUT|PATCH|DELETE) \S+): (.+)", re.DOTALL)
    reasons: dict[str, list[str]] = {}
    for gap in gaps:
        if found := endpoint.fullmatch(gap):
            reasons.setdefault(found[2], []).append(f"`{found[1]}`")
        else:
            reasons.setdefault(gap, [])
    return [
        f"{reason} ({', '.join(calls)})" if calls else reason for reason, calls in reasons.items()
    ]


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("cli", "server", "client")
        for path in (ROOT / "mirra_mcp" / folder).glob("*.py")
    ) + (ROOT / "mirra_mcp" / "settings.py").read_text(encoding="utf-8")
    for name in sorted(set(re.findall(r'"(MIRRA_[A-Z_]+)"', code))):
        assert name in page, f"{name} is not in docs/troubleshooting.md"
    assert Settings.from_env({}) == Settings()


def test_links_lead_somewhere() -> None:
    for path in files(".md"):
        if path.parent not in (ROOT, ROOT / "docs"):
            continue
        for link in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / link).exists(), f"{short(path)} links to {link}"


def test_every_fixture_that_a_page_names_is_there() -> None:
    fixtures = {
        vendor: {each.name for each in describe(kind).fixtures} for vendor, kind in MIRRORS.items()
    }
    named = re.compile(rf"\b({'|'.join(MIRRORS)}):([a-z][a-z-]+)")
    unknown = [
        f"{short(path)}: {vendor}:{fixture}"
        for path in files(".md")
        if path.parts[-2] != "tests" and "CHANGELOG" not in path.name
        for vendor, fixture in named.findall(path.read_text(encoding="utf-8"))
        if fixture not in fixtures[vendor]
    ]
    assert unknown == []


def _blocks(path: Path, language: str) -> list[str]:
    text = path.read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_snippets_are_what_install_would_write(tmp_path: Path) -> None:
    entries: dict[str, list[Any]] = {"mcpServers": [], "servers": [], "mcp_servers": []}
    for client in known(tmp_path, {}, "linux"):
        entries[client.section].append(client.entry(["mirra-mcp"], {}))
    assert our_command()
    for path in (README, ROOT / "docs" / "clients.md"):
        found = [json.loads(block) for block in _blocks(path, "json")]
        found += [tomllib.loads(block) for block in _blocks(path, "toml")]
        for snippet in found:
            for section in entries.keys() & snippet.keys():
                entry = snippet[section]["mirra"]
                assert "url" in entry or entry in entries[section], f"{short(path)}: {entry}"
