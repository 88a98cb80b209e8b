"""The floor of a mirror: an ASGI app that parses what is created and answers, and keeps nothing."""

import sys
from typing import Any
from urllib.parse import parse_qsl

import orjson
import uvicorn

ID = "49a3999c-0ce1-4ea6-ab68-afcd6dc2e794"
KEPT = {"object": "email"}


def parsed(scope: Any, body: bytes) -> dict[str, Any]:
    """Read a body as the vendor would: Stripe's and Twilio's are forms."""
    if scope["path"].startswith(("/v1/", "/2010-04-01/")):
        return dict(parse_qsl(body.decode()))
    read: dict[str, Any] = orjson.loads(body)
    return read


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answer what the vendor answers to a valid request."""
    message = await receive()
    made = parsed(scope, message["body"]) if scope["method"] == "POST" else KEPT
    body = orjson.dumps(made | {"id": ID, "sid": ID})
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), lifespan="off", access_log=False, log_level="warning")
