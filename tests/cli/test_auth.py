"""`mirra-mcp auth`: a person enters credentials, and nothing shows them."""

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path

import anyio
import pytest

from mirra_mcp.client.marketplace import MarketplaceClient
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings
from mirra_mcp.wire.installations import Installation
from mirra_mcp.wire.marketplace import Authentication, CreateResource, EndpointDefinition
from tests.cli.command import MODULE, SECONDS, environment, run, running
from tests.server.priced import OPENAPI, SECRET


class Shop:
    """A data folder in whose marketplace resources are installed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self, kind: Authentication) -> str:
        """Offer and install a resource that takes credentials of a kind; return its id."""

        async def work(market: MarketplaceClient) -> str:
            made = await market.create(
                CreateResource(
                    name=f"Prices by {kind}",
                    description="Prices",
                    open_api_spec=OPENAPI,
                    endpoint=EndpointDefinition.model_validate(
                        {
                            "baseUrl": "https://prices.example.com",
                            "authentication": kind,
                            "methods": [
                                {
                                    "name": "getPrice",
                                    "httpMethod": "GET",
                                    "path": "/prices/{symbol}",
                                }
                            ],
                        }
                    ),
                )
            )
            await market.publish(made.id)
            return (await market.install(made.id)).resource_id

        with LocalMirra(Settings(data_dir=self.folder / "data")) as local:

            async def run_work() -> str:
                async with MarketplaceClient(local.url, local.token) as market:
                    return await work(market)

            return anyio.run(run_work)

    def installation(self, resource: str) -> Installation:
        """Return what the marketplace shows of an installation."""
        with LocalMirra(Settings(data_dir=self.folder / "data")) as local:

            async def look() -> Installation:
                async with MarketplaceClient(local.url, local.token) as market:
                    (mine,) = (await market.installations()).installations
                    assert mine.resource_id == resource
                    return await market.installation(mine.installation_id)

            return anyio.run(look)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_a_line_of_input_is_the_key(shop: Shop) -> None:
    resource = shop.install("api_key")
    with running(shop.folder, "auth", resource, "--json") as process:
        out, err = process.communicate(f"{SECRET}\n".encode(), timeout=SECONDS)
    assert (process.returncode, err.decode()) == (0, "")
    told = {"resourceId": resource, "type": "api_key", "lastFour": SECRET[-4:]}
    assert json.loads(out) == told
    stored = shop.installation(resource)
    assert stored.is_authenticated
    assert stored.credential is not None
    assert stored.credential.last_four == SECRET[-4:]

    cleared = run(shop.folder, "auth", resource, "--clear", "--json")
    assert (cleared.returncode, cleared.stderr) == (0, "")
    assert json.loads(cleared.stdout) == {"resourceId": resource}
    assert not shop.installation(resource).is_authenticated


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals there")
def test_on_a_terminal_each_part_is_prompted_for_and_the_secret_is_not_shown(shop: Shop) -> None:
    resource = shop.install("basic")
    answers = {b"User name: ": b"ada@example.com\n", b"Password: ": f"{SECRET}\n".encode()}
    status, shown = on_a_terminal(shop.folder, ["auth", resource], answers)
    assert status == 0, shown.decode()
    assert b"ada@example.com" in shown
    assert b"has its credentials (basic" in shown
    assert SECRET.encode() not in shown
    assert shop.installation(resource).is_authenticated


def on_a_terminal(
    folder: Path, arguments: list[str], answers: dict[bytes, bytes]
) -> tuple[int, bytes]:
    """Run a command on a terminal, answer its prompts; return its exit code and what was seen."""
    ours, its = os.openpty()
    process = subprocess.Popen(
        [*MODULE, *arguments],
        env=environment(folder),
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
    )
    os.close(its)
    shown, until = b"", time.monotonic() + SECONDS
    try:
        while time.monotonic() < until and select.select([ours], [], [], SECONDS)[0]:
            shown += os.read(ours, 4096)
            for prompt in [each for each in answers if each in shown]:
                os.write(ours, answers.pop(prompt))
    except OSError:
        pass  # the command has closed its end
    finally:
        if time.monotonic() >= until:
            process.kill()
        process.wait(SECONDS)
        os.close(ours)
    return process.returncode, shown


@pytest.mark.parametrize(
    ("arguments", "env", "complaint"),
    [
        (("resource_nope",), {}, "'resource_nope' is not installed"),
        (("resource_nope",), {"MIRRA_TOKEN": "mt_pat_x"}, "Set MIRRA_API_KEY"),
        ((), {}, "Missing argument 'RESOURCE'"),
    ],
)
def test_what_can_not_be_done_says_what_to_do(
    tmp_path: Path, arguments: tuple[str, ...], env: dict[str, str], complaint: str
) -> None:
    done = run(tmp_path, "auth", *arguments, env=env)
    assert done.returncode == 64
    assert complaint in done.stderr


def test_without_input_nothing_is_stored(shop: Shop) -> None:
    resource = shop.install("bearer")
    done = run(shop.folder, "auth", resource)
    assert (done.returncode, done.stdout) == (64, "")
    assert "No bearer token was given" in done.stderr


@pytest.mark.parametrize("encoding", ["utf-8:strict", "utf-8:surrogateescape"])
def test_input_that_is_no_text_is_refused_and_not_shown(shop: Shop, encoding: str) -> None:
    resource = shop.install("bearer")
    with running(shop.folder, "auth", resource, env={"PYTHONIOENCODING": encoding}) as process:
        out, err = process.communicate(b"abc\xff\xfedef\n", timeout=SECONDS)
    assert (process.returncode, out) == (64, b"")
    assert err.decode() == "Error: The bearer token is no text.\nGive it as a line of UTF-8.\n"
    assert not shop.installation(resource).is_authenticated
