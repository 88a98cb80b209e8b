"""A hosted Mirra is looked at as far as its documented API goes: the log is a stream there."""

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from tests.cli.command import first_line, running

SESSION = {
    "sessionId": "ses_9xk2",
    "status": "ready",
    "mirrors": [{"vendor": "resend", "url": "http://127.0.0.1:1", "version": "1.0.0"}],
    "createdAt": "2026-05-04T12:00:00Z",
}
AT = "2026-05-04T12:00:01Z"
LOG = [
    ("session.lifecycle", {"action": "start", "at": "2026-05-04T12:00:00Z"}),
    (
        "state.changed",
        {"mirror": "resend", "entity": "email", "entityId": "e1", "after": {"id": "e1"}, "at": AT},
    ),
    (
        "traffic.request_completed",
        {"mirror": "resend", "method": "POST", "path": "/emails", "status": 200, "at": AT},
    ),
    (
        "webhook.dispatched",
        {"mirror": "resend", "type": "email.sent", "emailId": "e1", "deliveryId": "d1",
         "url": "http://app.example/hook", "payload": {}, "attempt": 1, "responseStatus": 400},
    ),
]  # fmt: skip


@pytest.fixture
def hosted() -> Iterator[str]:
    """What the documents describe, and nothing else.

    Source: https://docs.mirra.run/reference/api
    """

    class Hosted(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/v1/sessions/ses_9xk2/events":
                after = int(self.headers.get("last-event-id") or 0)
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.end_headers()
                for id, (type, data) in enumerate(LOG, 1):
                    if id > after:
                        text = f"id: {id}\nevent: {type}\ndata: {json.dumps(data)}\n\n"
                        self.wfile.write(text.encode())
                self.wfile.flush()
                ending.wait(10)
                return
            known = {"/v1/sessions": {"sessions": [SESSION]}, "/v1/sessions/ses_9xk2": SESSION}
            body = json.dumps(
                known.get(path, {"error": {"code": "mirra.request.not_found", "message": "No."}})
            )
            self.send_response(200 if path in known else 404)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args: object) -> None:
            pass

    ending = threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", 0), Hosted) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        ending.set()
        server.shutdown()


def test_its_timeline_is_read_from_the_stream(hosted: str, tmp_path: Path) -> None:
    env = {"MIRRA_TOKEN": "mt_pat_x", "MIRRA_API_URL": hosted}
    with running(tmp_path, "open", "--print", env=env) as process:
        link = first_line(process).strip()
        with httpx.Client(timeout=20) as person:
            person.get(link)
            page = person.get(link.partition("?")[0])
            assert page.status_code == 200, page.text
            rows = re.findall(r'<li id="evt_(\d+)" class="row (\w+)', page.text)
            assert rows == [("3", "call"), ("1", "session")]
            assert "1 webhook refused" in page.text
            detail = person.get(link.partition("?")[0] + "/3")
            assert detail.status_code == 200, detail.text
            assert "http://app.example/hook" in detail.text
            assert "created" in detail.text
