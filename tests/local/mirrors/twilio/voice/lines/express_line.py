"""The support line on Express with the Node SDK: one process that serves all tests of a module."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

SCRIPT = Path(__file__).with_name("line.mjs")
NODE, SDKS = shutil.which("node"), Path(os.environ.get("NODE_SDKS", "/nowhere"))
HAS_SDKS = bool(NODE) and (SDKS / "node_modules/twilio").is_dir() and (SDKS / "express").is_dir()
DIRECT = build_opener(ProxyHandler({}))


@dataclass
class ExpressLine:
    """The line, and what its SDK is let do."""

    url: str

    def act(self, name: str, **given: Any) -> Any:
        """Let the application do something on its account."""
        body = json.dumps({"act": name, **given}).encode()
        asked = Request(f"{self.url}/_act", body, {"content-type": "application/json"})
        with DIRECT.open(asked, timeout=30) as answer:
            return json.loads(answer.read())

    def of(self, path: str) -> list[dict[str, str]]:
        """Return what a path was told."""
        return [form for each, form in self.act("told") if each == path]


@contextmanager
def serving_express() -> Iterator[ExpressLine]:
    """Run the line in a process of its own."""
    served = [str(NODE), str(SCRIPT)]
    with subprocess.Popen(served, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield ExpressLine(process.stdout.readline().strip())
        finally:
            process.terminate()
