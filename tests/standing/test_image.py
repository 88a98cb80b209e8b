"""The image does its main job: its steps, without Docker, in a folder of their own.

An MCP client starts a session by the image's entry point, with the image's variables, and calls
the mirror at a port that the page says to publish.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

from mirra_mcp.settings import Settings, port_range
from tests.standing.project import ROOT

pytestmark = pytest.mark.anyio

STEPS = [
    line.split(maxsplit=1)
    for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    if line and not line.startswith("#")
]


def steps(verb: str) -> list[str]:
    return [rest for name, rest in STEPS if name == verb]


def variables() -> dict[str, str]:
    (given,) = steps("ENV")
    return dict(word.split("=", 1) for word in shlex.split(given))


def copied(folder: Path) -> None:
    """Copy what the image's build is given, and nothing else."""
    for step in steps("COPY"):
        if step.startswith("--from"):
            continue
        *names, to = step.split()
        for name in names:
            if (ROOT / name).is_dir():
                skipped = shutil.ignore_patterns("__pycache__")
                shutil.copytree(ROOT / name, folder / to, ignore=skipped)
            else:
                shutil.copy(ROOT / name, folder / to / name)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """The package as the image installs it, from what was copied."""
    source, app = tmp_path / "src", tmp_path / "app"
    source.mkdir()
    copied(source)
    assert "pip install --no-cache-dir ." in "".join(steps("RUN"))
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=source, check=True, capture_output=True, timeout=60)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        wheel.extractall(app)
    return app


async def test_it_serves_mcp_and_mirrors_on_the_ports_that_are_published(
    app: Path, tmp_path: Path
) -> None:
    env = variables()
    assert env["MIRRA_MIRROR_HOST"] == "0.0.0.0"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MIRRA_")}
    env |= {"PATH": os.environ["PATH"], "PYTHONPATH": str(app), "PYTHONDONTWRITEBYTECODE": "1"}
    env |= {"MIRRA_DATA_DIR": str(tmp_path / "data"), "MIRRA_MIRROR_HOST": "127.0.0.1"}
    assert steps("ENTRYPOINT") == ['["mirra-mcp"]']
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "mirra_mcp"], env=kept | env, cwd=tmp_path
    )
    async with Client(server) as client:
        started = await client.call_tool("mirra_session_start", {"mirrors": ["resend"]})
        assert started.structured_content is not None, started.content
        (mirror,) = started.structured_content["mirrors"]
        assert int(mirror["url"].rpartition(":")[2]) in port_range(env["MIRRA_MIRROR_PORTS"])
        asked = await client.call_tool(
            "mirra_session_request", {"method": "GET", "path": "/domains"}
        )
        assert asked.structured_content is not None
        assert asked.structured_content["status"] == 200


def test_it_runs_as_nobody_special_and_tells_its_ports() -> None:
    (user,) = steps("USER")
    assert int(user) > 0
    assert any(f"--uid {user} " in step for step in steps("RUN"))
    names = [name for name, _ in STEPS]
    assert names.index("USER") < names.index("ENTRYPOINT")
    ports = variables()["MIRRA_MIRROR_PORTS"]
    assert steps("EXPOSE") == [ports]
    assert steps("FROM")[-1].endswith("-slim")
    page = (ROOT / "docs" / "docker.md").read_text(encoding="utf-8")
    assert f"-p 127.0.0.1:{ports}:{ports}" in page
    for name, value in variables().items():
        if name.startswith("MIRRA_"):
            assert f"| `{name}` | `{value}` |" in page
    assert Settings.from_env(variables()).mirror_name == "127.0.0.1"


def test_the_builds_context_is_what_it_copies() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = {line[1:] for line in lines if line.startswith("!")}
    used = {name for step in steps("COPY") if "--from" not in step for name in step.split()[:-1]}
    assert lines[0] == "**"
    assert allowed == used


def test_the_page_of_the_image_shows_a_client_how_to_start_it() -> None:
    page = (ROOT / "docs" / "docker.md").read_text(encoding="utf-8")
    (run,) = re.findall(r"^docker run --rm -i (.*)$", page, re.MULTILINE)
    assert f'"{run.split()[1]}", "mirra-mcp"]' in page
