"""A driver of the welcome-email scenario: an application with a webhook handler, good or bad."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from urllib.parse import parse_qsl

import stripe
from svix.webhooks import Webhook, WebhookVerificationError
from twilio.request_validator import RequestValidator

from mirra_mcp.client.client import MirraClient
from mirra_mcp.client.mirror import MirrorClient
from mirra_mcp.wire.sessions import MirrorInfo

MAIL: dict[str, object] = {
    "from": "hello@mail.acme.com",
    "to": ["alice@example.com"],
    "subject": "Welcome to Acme",
    "html": "<p>Welcome, Alice!</p>",
}


ANYONE: dict[str, object] = {"from": "onboarding@resend.dev", "to": ["delivered@resend.dev"]}
"""What needs no domain of one's own."""


@dataclass
class Handler:
    """A webhook handler on loopback; with a secret it refuses what isn't signed with it."""

    url: str = ""
    secret: str | None = None
    inbox: "Queue[int]" = field(default_factory=Queue)

    def answer(self, headers: dict[str, str], body: bytes) -> int:
        if self.secret is None:
            return 200
        try:
            if signature := headers.get("stripe-signature"):
                stripe.WebhookSignature.verify_header(body.decode(), signature, self.secret, 300)
            elif signature := headers.get("x-twilio-signature"):
                form = dict(parse_qsl(body.decode(), keep_blank_values=True))
                is_ours = RequestValidator(self.secret).validate(self.url, form, signature)
                return 204 if is_ours else 403
            else:
                Webhook(self.secret).verify(body, headers)
        except (WebhookVerificationError, stripe.SignatureVerificationError):
            return 400
        return 200


class Server(ThreadingHTTPServer):
    request_queue_size = 128


@contextmanager
def handling() -> Iterator[Handler]:
    """Run a handler on a free port."""
    handler = Handler()

    class Requests(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = handler.answer({k.lower(): v for k, v in self.headers.items()}, body)
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()
            handler.inbox.put(status)

        def log_message(self, *args: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Requests)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    handler.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    try:
        yield handler
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Application:
    """What the prompt asks for, done over the vendor's HTTP API."""

    mirror: MirrorClient
    headers: dict[str, str]
    secret: str

    @classmethod
    def of(cls, mirra: MirraClient, mirrors: list[MirrorInfo]) -> "Application":
        env = mirrors[0].env
        key = {"authorization": f"Bearer {env['RESEND_API_KEY']}"}
        return cls(mirra.mirror(mirrors[0].url), key, env["RESEND_WEBHOOK_SECRET"])

    async def look(self) -> None:
        """Change nothing: an attempt that makes no request is an error."""
        answer = await self.mirror.request("GET", "/domains", headers=self.headers)
        assert answer.status == 200, answer.body

    async def subscribe(self, handler: Handler) -> None:
        body = {"endpoint": handler.url, "events": ["email.sent"]}
        await self.post("/webhooks", body)

    async def send(self, **fields: object) -> str:
        return await self.post("/emails", MAIL | fields)

    async def post(self, path: str, body: Mapping[str, object]) -> str:
        answer = await self.mirror.request("POST", path, body=body, headers=self.headers)
        assert 200 <= answer.status < 300, answer.body
        return str(answer.body["id"])
