"""The floor of a mirror: an ASGI app that parses an email and answers, and keeps nothing."""

import sys
from typing import Any

import orjson
import uvicorn

ID = "49a3999c-0ce1-4ea6-ab68-afcd6dc2e794"


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answer what Resend answers to a valid request."""
    message = await receive()
    email = orjson.loads(message["body"]) if scope["method"] == "POST" else {"object": "email"}
    body = orjson.dumps(email | {"id": ID})
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), lifespan="off", access_log=False, log_level="warning")
