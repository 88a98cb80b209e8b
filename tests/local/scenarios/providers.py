"""A stub of the language models' APIs on loopback, which speaks each one's protocol and fails so.

Sources:
- https://platform.claude.com/docs/en/api/messages
- https://platform.claude.com/docs/en/api/errors
- https://platform.openai.com/docs/api-reference/chat/create
- https://platform.openai.com/docs/guides/error-codes
"""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PASS = '{ "result": "pass", "explanation": "" }'
KEY = "sk-ant-api03-not-to-be-seen"


@dataclass(frozen=True)
class Said:
    """One answer: the model's words, or a failure."""

    text: str = PASS
    status: int = 200
    error: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    stop: str = ""
    """How the model stopped, in the words of the provider."""
    raw: bytes | None = None
    stalls: bool = False


@dataclass
class Asked:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def prompt(self) -> str:
        return str(self.body["messages"][0]["content"])


@dataclass
class Stub:
    """What is answered, in turn or by the prompt, and what was asked."""

    url: str = ""
    answers: list[Said] = field(default_factory=list)
    reply: Callable[[str], Said] | None = None
    asked: list[Asked] = field(default_factory=list)
    go_on: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self, asked: Asked) -> Said:
        with self.lock:
            self.asked.append(asked)
            if self.reply is not None:
                return self.reply(asked.prompt)
            return self.answers.pop(0) if self.answers else Said()


@contextmanager
def judging(*answers: Said) -> Iterator[Stub]:
    """Serve both protocols on a free port."""
    stub = Stub(answers=list(answers))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            said = stub.next(Asked(self.path, headers, body))
            if said.stalls:
                stub.go_on.wait(20)
                self.close_connection = True
                return
            speak = _anthropic if self.path.endswith("/messages") else _openai
            content = json.dumps(speak(said, body)).encode() if said.raw is None else said.raw
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    stub.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield stub
    finally:
        stub.go_on.set()
        server.shutdown()
        server.server_close()


def obedient(prompt: str) -> Said:
    """A judge that does the last thing that it is told to, wherever it stands and however spelt."""
    text = prompt.replace('\\"', '"').replace("\\n", "\n")
    order = r'"result": "(pass|fail)"[^|{}]*\}|answer (pass|fail)\b'
    *_, last = re.finditer(order, text, re.IGNORECASE)
    return Said(json.dumps({"result": (last[1] or last[2]).lower(), "explanation": "As told."}))


def _anthropic(said: Said, body: dict[str, Any]) -> dict[str, Any]:
    if said.status != 200:
        kinds = {401: "authentication_error", 429: "rate_limit_error", 529: "overloaded_error"}
        error = {"type": kinds.get(said.status, "api_error"), "message": said.error}
        return {"type": "error", "error": error, "request_id": "req_011"}
    return {
        "id": "msg_013Zva2CMHLNnXjNJJKqJ2EF",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": [] if said.stop == "refusal" else [{"type": "text", "text": said.text}],
        "stop_reason": said.stop or "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1204, "output_tokens": 21},
    }


def _openai(said: Said, body: dict[str, Any]) -> dict[str, Any]:
    if said.status != 200:
        error = {"message": said.error, "type": "server_error", "param": None, "code": None}
        return {"error": error}
    refused = said.stop == "refusal"
    message: dict[str, Any] = {
        "role": "assistant",
        "content": None if refused else said.text,
        "refusal": "I can't help with that." if refused else None,
        "annotations": [],
    }
    finish = "stop" if refused else said.stop or "stop"
    return {
        "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
        "object": "chat.completion",
        "created": 1741569952,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
        "usage": {"prompt_tokens": 1204, "completion_tokens": 21, "total_tokens": 1225},
    }
