"""Judging a mirror from outside: a proxy that keeps every answer, and a judge that isn't ours.

The judge knows nothing of the package: it reads the document itself, finds the operation of a
call, and holds the answer to its schema with `openapi-schema-validator`.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
from openapi_schema_validator import OAS30Validator, OAS31Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4, DRAFT202012


@dataclass(frozen=True)
class Seen:
    """A call and its answer."""

    method: str
    path: str
    status: int
    media: str
    body: bytes

    def __str__(self) -> str:
        return f"{self.method} {self.path} -> {self.status}"


@dataclass
class Recorder:
    """Where clients call, and what they were answered."""

    url: str = ""
    seen: list[Seen] = field(default_factory=list)


@contextmanager
def recording(target: str) -> Iterator[Recorder]:
    """Pass calls on to a mirror, and keep what it answers."""
    recorder = Recorder()
    onward = httpx.Client(base_url=target, timeout=30)
    own = {"host", "connection", "accept-encoding", "content-length"}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            headers = {k: v for k, v in self.headers.items() if k.lower() not in own}
            answer = onward.request(
                self.command, self.path, headers=headers, content=self.rfile.read(length)
            )
            media = answer.headers.get("content-type", "")
            path = urlsplit(self.path).path
            recorder.seen.append(
                Seen(self.command, path, answer.status_code, media, answer.content)
            )
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                    self.send_header(name, value)
            if answer.status_code != 204:
                self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, onward:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        recorder.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield recorder
        finally:
            server.shutdown()
            thread.join(5)


class Judge:
    """Says what is wrong with answers, by one document."""

    def __init__(self, document: dict[str, Any], base: str) -> None:
        self._document, self._base = document, base
        is_old = document["openapi"].startswith("3.0")
        self._kind = OAS30Validator if is_old else OAS31Validator
        resource: Resource[Any] = (DRAFT4 if is_old else DRAFT202012).create_resource(document)
        self._registry: Registry[Any] = Registry().with_resource("urn:api", resource)
        self._paths = [
            (re.compile(re.sub(r"\\\{[^/]*?\\\}", "[^/]+", re.escape(path))), path.count("{"), path)
            for path in document["paths"]
        ]

    def faults(self, seen: Seen) -> list[str]:
        """Name what is wrong with an answer."""
        path = seen.path.removeprefix(self._base)
        fitting = [(count, name) for rule, count, name in self._paths if rule.fullmatch(path)]
        if not fitting:
            return [f"{seen}: the document has no such path"]
        operation = self._document["paths"][min(fitting)[1]].get(seen.method.lower())
        if operation is None:
            return [f"{seen}: the document has no such operation"]
        response = operation["responses"].get(str(seen.status)) or operation["responses"].get(
            "default"
        )
        if response is None:
            tells_failures = any(each[:1] in "45d" for each in operation["responses"])
            is_untold = seen.status >= 400 and not tells_failures
            return [] if is_untold else [f"{seen}: the document has no such status"]
        content = self._followed(response).get("content") or {}
        schemas = (each.get("schema") for kind, each in content.items() if "json" in kind)
        schema = next(schemas, None)
        if schema is None:
            return [f"{seen}: a body where none is documented"] if seen.body else []
        validator = self._kind(self._absolute(schema), registry=self._registry)
        return [
            f"{seen}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
            for error in validator.iter_errors(orjson.loads(seen.body))
        ]

    def _followed(self, node: Any) -> Any:
        while "$ref" in node:
            target: Any = self._document
            for part in node["$ref"][2:].split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def _absolute(self, node: Any) -> Any:
        if isinstance(node, dict):
            return {
                key: f"urn:api{value}"
                if key == "$ref" and isinstance(value, str)
                else self._absolute(value)
                for key, value in node.items()
            }
        return [self._absolute(each) for each in node] if isinstance(node, list) else node
