"""Mirrors of documents, started as any program would start them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings
from tests.local.kit.toy import Toy

HERE = Path(__file__).parent
KEY = {"authorization": "Bearer anything"}


class Mirrored:
    """One session of one document's mirror."""

    def __init__(self, control: httpx.Client, session: dict[str, Any]) -> None:
        self.control, self.session = control, session
        mirror = session["mirrors"][0]
        self.vendor, self.env = mirror["vendor"], mirror["env"]
        self.base = next(value for name, value in self.env.items() if name.endswith("_BASE_URL"))
        self.root = mirror["url"]

    def call(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        headers = KEY | kwargs.pop("headers", {})
        return self.control.request(method, self.base + path, headers=headers, **kwargs)

    def made(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self.call("POST", path, json=body)
        assert answer.status_code in (200, 201), answer.text
        return dict(answer.json())

    def admin(self, verb: str, **body: Any) -> dict[str, Any]:
        answer = self.control.post(f"{self.root}/_mirra/{verb}", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def advance(self, span: str) -> dict[str, Any]:
        path = f"/v1/sessions/{self.session['sessionId']}/clock"
        return dict(self.control.post(path, json={"advance": span}).json())


@pytest.fixture(scope="module")
def control(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("mirra"))
    with LocalMirra(settings, kinds={"toy": Toy}) as local:
        headers = {"authorization": f"Bearer {local.token}"}
        with httpx.Client(base_url=local.url, headers=headers, timeout=30) as client:
            yield client


@pytest.fixture
def start(control: httpx.Client) -> Callable[..., Mirrored]:
    """Make a mirror of a document, and start a session with it."""

    def start(path: Path | str, **wanted: Any) -> Mirrored:
        fields = {"clock": "2026-05-04T12:00:00Z", **wanted.pop("session", {})}
        made = control.post("/v1/mirrors", json={"path": str(path), **wanted})
        assert made.status_code == 201, made.text
        name = made.json()["name"]
        if "seed" in fields:
            fields["seeds"] = {name: fields.pop("seed")}
        answer = control.post("/v1/sessions", json={"mirrors": [name], **fields})
        assert answer.status_code == 201, answer.text
        return Mirrored(control, answer.json())

    return start


@pytest.fixture
def shop(start: Callable[..., Mirrored]) -> Mirrored:
    return start(HERE / "shop.yaml")
