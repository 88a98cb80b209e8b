"""The built wheel is whole: every module, card and prompt, and the licence."""

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from mirra_mcp import __version__
from tests.standing.project import ROOT


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from the checkout, offline."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=60,
    )
    return next(folder.glob("*.whl"))


def _shipped() -> set[str]:
    package = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "mirra_mcp").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    words = {
        f"mirra_mcp/{folder}/{path.name}"
        for folder in ("tools", "prompts")
        for path in (ROOT / folder).glob("*.md")
    }
    skills = {
        f"mirra_mcp/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "skills").rglob("*.md")
    }
    examples = {
        f"mirra_mcp/{path.relative_to(ROOT).as_posix()}"
        for path in (ROOT / "scenarios").rglob("*")
        if path.suffix in (".md", ".py")
    }
    return package | words | skills | examples | {"mirra_mcp/tools/schemas.json"}


def test_the_wheel_holds_every_module_card_schema_and_prompt(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == _shipped()


def test_the_wheel_serves_its_cards_and_prompts_by_itself(wheel: Path, tmp_path: Path) -> None:
    """Even unpacked from nowhere: Python imports it from the archive."""
    code = (
        "import mirra_mcp; from mirra_mcp.server.app import all_cards; "
        "from mirra_mcp.server.cards import pages; "
        "from mirra_mcp.cli.scenario import drivers, examples; "
        "print(mirra_mcp.__file__, len(all_cards()), len(pages('prompts')), "
        "len({name for each in examples() for name in drivers(each)}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(wheel)},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    file, tools, prompts, programs = done.stdout.split()
    assert file.startswith(str(wheel))
    assert int(tools) == len(list((ROOT / "tools").glob("*.md")))
    assert int(programs) == len(list((ROOT / "scenarios" / "drivers").glob("*.py")))
    assert int(prompts) == len(list((ROOT / "prompts").glob("*.md")))


def test_the_wheel_names_its_command_and_licence(wheel: Path) -> None:
    about = f"mirra_mcp-{__version__}.dist-info"
    with zipfile.ZipFile(wheel) as archive:
        entry = archive.read(f"{about}/entry_points.txt").decode()
        assert "mirra-mcp = mirra_mcp.__main__:main" in entry
        assert "MIT" in archive.read(f"{about}/licenses/LICENSE").decode()


def test_the_sdk_is_capped_below_the_next_minor() -> None:
    """Our choice: three private names of the SDK are fenced in server/sdk.py."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert [name for name in project["dependencies"] if name.startswith("mcp")] == ["mcp>=2.3,<2.4"]
