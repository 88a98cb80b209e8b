"""A support desk on Starlette and twilio-python: card numbers never reach a conversation.

It redacts in the pre-event webhook, greets whoever writes by phone in the post-event one, and
believes neither without Twilio's signature.
"""

import re
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

CARD = re.compile(r"\b(?:\d[ -]?){13,16}\b")


class Mirror(TwilioHttpClient):  # type: ignore[misc]  # the SDK ships no types
    """What a session's `setup` says."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=30)
        self.base = base

    def request(
        self, method: str, url: str, params: Any = None, data: Any = None, headers: Any = None,
        *args: Any, **kwargs: Any,
    ) -> Any:  # fmt: skip
        """Call the mirror in place of Twilio."""
        host, path = url.split("/", 3)[2:]
        headers = {**(headers or {}), "X-Mirra-Host": host}
        return super().request(
            method, f"{self.base}/{path}", params, data, headers, *args, **kwargs
        )


def desk(env: dict[str, str], url: str, *, redacts: bool = True) -> Starlette:
    """Return the application, set up at Twilio's."""
    token = env["TWILIO_AUTH_TOKEN"]
    client = Client(env["TWILIO_ACCOUNT_SID"], token, http_client=Mirror(env["TWILIO_API_URL"]))
    client.conversations.v1.configuration.webhooks().update(
        method="POST",
        pre_webhook_url=f"{url}/before",
        post_webhook_url=f"{url}/after",
        filters=["onMessageAdd", "onMessageAdded"],
    )

    async def read(request: Request) -> dict[str, str] | None:
        form = {name: str(value) for name, value in (await request.form()).items()}
        signature = request.headers.get("x-twilio-signature", "")
        is_ours = RequestValidator(token).validate(f"{url}{request.url.path}", form, signature)
        return form if is_ours else None

    async def before(request: Request) -> Response:
        form = await read(request)
        if form is None:
            return Response(status_code=403)
        body = form.get("Body", "")
        return JSONResponse({"body": CARD.sub("[redacted]", body) if redacts else body})

    def after_form(form: dict[str, str]) -> None:
        if form["EventType"] == "onMessageAdded" and form["Source"] == "SMS":
            thread = client.conversations.v1.conversations(form["ConversationSid"])
            thread.messages.create(author="agent", body="Thanks, we are looking into it.")

    async def after(request: Request) -> Response:
        form = await read(request)
        if form is None:
            return Response(status_code=403)
        await run_in_threadpool(after_form, form)
        return Response(status_code=204)

    return Starlette(
        routes=[
            Route("/before", before, methods=["POST"]),
            Route("/after", after, methods=["POST"]),
        ]
    )
