"""Web apps as their frameworks' guides have them run their own suites on mirrors, unchanged."""

import os
import shutil
import socket
import sys
from pathlib import Path

import pytest

from tests.reach import commands
from tests.reach.conftest import Place

HERE = Path(__file__).parent
MODULES = Path(os.environ.get("NODE_SDKS", "/nowhere"), "express", "node_modules")
RUNNERS = {
    "vitest": ("vitest/vitest.mjs", "run", "--globals", "--root"),
    "jest": ("jest/bin/jest.js", "--ci", "--projects"),
}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.skipif(
    not (shutil.which("node") and MODULES.is_dir()),
    reason="NODE_SDKS has no folder 'express' with npm's express, stripe, vitest and jest",
)
def test_an_express_app_runs_its_suite(place: Place, tmp_path: Path, runner: str) -> None:
    """Its config files say nothing; Vitest's workers are led, too."""
    script, *arguments = RUNNERS[runner]
    project, port = tmp_path / "shop", free_port()
    shutil.copytree(HERE / "express", project)
    (project / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (project / "node_modules").symlink_to(MODULES)
    done = commands.execute(
        place.folder, "--mirrors", "stripe", "--webhooks",
        f"stripe=http://127.0.0.1:{port}/webhook", "--fail-on", "refused-webhook,gap,5xx,live",
        "--json", "--", "node", str(MODULES / script), *arguments, str(project),
        env={"PORT": str(port), "CI": "1", "NODE_OPTIONS": "--experimental-vm-modules"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout + done.stderr
    assert commands.calls(done) == {"stripe POST /v1/payment_intents"}


def test_a_starlette_app_runs_its_pytest_suite(place: Place, tmp_path: Path) -> None:
    project = tmp_path / "shop"
    shutil.copytree(HERE / "starlette_shop", project)
    (project / "pytest.ini").touch()
    done = commands.execute(
        place.folder, "--mirrors", "stripe,resend", "--fail-on", "refused-webhook,gap,5xx,live",
        "--json", "--", sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
        str(project / "suite.py"),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout
    assert commands.calls(done) >= {"stripe POST /v1/checkout/sessions", "resend POST /emails"}
