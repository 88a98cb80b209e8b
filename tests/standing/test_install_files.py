"""Each file by which we are installed is what its reader takes, and says what the code says.

`UPDATE_DOCS=1 pytest tests/standing` writes version, address and tools into them.
"""

import base64
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
import yaml

from mirra_mcp import __version__
from mirra_mcp.server.app import DEFAULT_TOOLSETS, all_cards
from mirra_mcp.settings import Settings
from tests.standing.forms import CatalogEntry, Manifest, Marketplace, McpJson, Plugin, ServerJson
from tests.standing.project import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ADDRESS: str = PROJECT["urls"]["Repository"]
OWNER, NAME = urlsplit(ADDRESS).path.strip("/").split("/")
REGISTERED = f"io.github.{OWNER}/{NAME}"
README = (ROOT / "README.md").read_text(encoding="utf-8")
UVX = {"command": "uvx", "args": [NAME]}


SERVER, MANIFEST = ROOT / "server.json", ROOT / ".ci" / "mcpb" / "manifest.json"
PLUGIN, MARKET = (
    ROOT / ".claude-plugin" / "plugin.json",
    ROOT / ".claude-plugin" / "marketplace.json",
)
ENTRY = ROOT / ".ci" / "docker-catalog" / NAME / "server.yaml"


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def said(path: Path, **facts: str) -> str:
    """The text of a JSON file with these facts in it: each a value that stands in one line."""
    text = path.read_text(encoding="utf-8")
    for name, value in facts.items():
        text = re.sub(rf'("{name}": )"[^"]*"', lambda found, to=value: f'{found[1]}"{to}"', text)  # type: ignore[misc]
    return text


def default_tools() -> list[str]:
    return [card.name for toolset, _, card in all_cards() if toolset in DEFAULT_TOOLSETS]


def kept_current(path: Path, text: str) -> None:
    if os.environ.get("UPDATE_DOCS"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, (
        f"{path.name} is out of date: run with UPDATE_DOCS=1 and review the difference"
    )


@pytest.mark.parametrize("path", [SERVER, MANIFEST, PLUGIN], ids=lambda path: path.name)
def test_the_version_is_the_codes(path: Path) -> None:
    kept_current(path, said(path, version=__version__))


def test_the_bundle_names_the_tools_that_are_offered() -> None:
    tools = ",\n".join(f'    {{"name": "{name}"}}' for name in default_tools())
    text = re.sub(r'"tools": \[[^\]]*\]', f'"tools": [\n{tools}\n  ]', said(MANIFEST), count=1)
    kept_current(MANIFEST, text)


def test_the_registrys_file_is_valid_and_true() -> None:
    server = ServerJson.model_validate(read(SERVER))
    assert (server.name, server.repository.url) == (REGISTERED, ADDRESS)
    assert README.startswith(f"<!-- mcp-name: {REGISTERED} -->\n"), "how PyPI's package is ours"
    (package,) = server.packages
    assert package.identifier == PROJECT["name"] == NAME
    known = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    for variable in package.environment_variables:
        assert f"| `{variable.name}` |" in known
        if variable.placeholder:
            assert Settings.from_env({variable.name: variable.placeholder}) != Settings()


def test_the_bundle_is_valid_and_holds_all_that_it_runs(tmp_path: Path) -> None:
    manifest = Manifest.model_validate(read(MANIFEST))
    assert (manifest.repository.url, manifest.license) == (ADDRESS, PROJECT["license"])
    assert manifest.compatibility.runtimes.python == PROJECT["requires-python"]
    assert manifest.server.mcp_config.args[-1] in PROJECT["scripts"]
    options = {f"${{user_config.{name}}}" for name in manifest.user_config}
    assert set(manifest.server.mcp_config.env.values()) <= options
    unset = dict.fromkeys(manifest.server.mcp_config.env, "")
    assert Settings.from_env(unset) == Settings(), "what nobody filled in asks for nothing"

    done = subprocess.run(
        [sys.executable, ROOT / ".ci" / "bundle", tmp_path],
        capture_output=True,
        text=True,
        check=True,
    )
    with zipfile.ZipFile(done.stdout.strip()) as bundle:
        names = set(bundle.namelist())
        assert json.loads(bundle.read("manifest.json")) == read(MANIFEST)
        assert {manifest.server.entry_point, "pyproject.toml", "README.md", "LICENSE"} <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith(("tests", "."))]
    assert needed_to_build() <= names


def needed_to_build() -> set[str]:
    """What pyproject.toml's wheel is made of, each file of it."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]
    tops = [ROOT / name for name in build["build"]["targets"]["wheel"]["only-include"]]
    return {
        path.relative_to(ROOT).as_posix()
        for top in tops
        for path in (top.rglob("*") if top.is_dir() else [top])
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_plugin_its_marketplace_and_its_server_fit_together() -> None:
    plugin = Plugin.model_validate(read(PLUGIN))
    market = Marketplace.model_validate(read(MARKET))
    (listed,) = market.plugins
    assert (listed.name, listed.description) == (plugin.name, plugin.description)
    assert (plugin.repository, plugin.license) == (ADDRESS, PROJECT["license"])
    assert market.name == NAME
    assert f"/plugin marketplace add {OWNER}/{NAME}" in README
    assert f"/plugin install {plugin.name}@{market.name}" in README
    assert list((ROOT / "skills").glob("*/SKILL.md")), "which a plugin has at its root"
    server = McpJson.model_validate(read(ROOT / ".mcp.json")).servers["mirra"]
    assert [server.command, *server.args] == ["uvx", "--from", "${CLAUDE_PLUGIN_ROOT}", NAME]
    assert NAME in PROJECT["scripts"]


def test_the_entry_of_dockers_catalog_is_valid() -> None:
    entry = CatalogEntry.model_validate(yaml.safe_load(ENTRY.read_text(encoding="utf-8")))
    assert (entry.name, entry.image, entry.source.project) == (NAME, f"mcp/{NAME}", ADDRESS)
    for secret in entry.config.secrets:
        assert secret.name.startswith(f"{NAME}.")
        assert Settings.from_env({secret.env: "x"}).is_hosted


def test_the_buttons_install_what_the_page_says() -> None:
    """Sources: https://cursor.com/docs/mcp/install-links
    https://code.visualstudio.com/api/extension-guides/ai/mcp#create-an-mcp-installation-url
    """
    (cursor,) = re.findall(r"\((https://cursor\.com/en/install-mcp\?[^)]+)\)", README)
    asked = parse_qs(urlsplit(cursor).query)
    assert asked["name"] == ["mirra"]
    assert json.loads(base64.b64decode(asked["config"][0])) == UVX
    (code,) = re.findall(r"\((https://insiders\.vscode\.dev/redirect\?url=[^)]+)\)", README)
    target = unquote(code.partition("?url=")[2])
    scheme, _, config = target.partition("?")
    assert scheme == "vscode:mcp/install"
    assert json.loads(unquote(config)) == {"name": "mirra", **UVX}
    assert code.endswith(quote(target, safe="")), "quoted once as a whole"


def test_the_release_builds_checks_and_publishes_without_a_password() -> None:
    flow = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8"))
    jobs = flow["jobs"]
    assert flow[True] == {"push": {"tags": ["v*"]}}, "YAML reads `on` as true"
    assert flow["permissions"] == {"contents": "read"}
    assert {name: job.get("permissions", {}).get("id-token") for name, job in jobs.items()} == {
        "build": None, "pypi": "write", "github": None, "registry": "write",
    }  # fmt: skip
    assert all(jobs[name]["needs"] == "build" for name in ("pypi",))
    steps = "\n".join(
        str(step.get("run", step.get("uses"))) for job in jobs.values() for step in job["steps"]
    )
    for step in (
        "bash .ci/run", "python -m build", "twine check --strict", "pypa/gh-action-pypi-publish",
        ".ci/bundle", ".ci/notes", "mcp-publisher publish", "--notes-file notes.md",
    ):  # fmt: skip
        assert step in steps
    assert "secrets." not in json.dumps(jobs)
    for script in re.findall(r"\.ci/\w+", steps):
        assert (ROOT / script).exists()


def test_a_releases_notes_are_what_the_changelog_says(tmp_path: Path) -> None:
    page = tmp_path / "CHANGELOG.md"
    page.write_text(
        "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-12-01\n\n### Added\n\n- A thing.\n\n"
        "## [1.1.0] - 2026-11-01\n\n- Old.\n\n[1.2.0]: https://example.com\n",
        encoding="utf-8",
    )

    def notes(version: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, str(ROOT / ".ci" / "notes"), version, str(page)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert notes("v1.2.0").stdout == "### Added\n\n- A thing.\n"
    assert notes("1.1.0").stdout == "- Old.\n"
    for missing in ("1.0.0", "Unreleased", "1x2.0"):
        done = notes(missing)
        assert (done.returncode, done.stdout) == (1, "")
        assert f"says nothing of {missing}" in done.stderr
