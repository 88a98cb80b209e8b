"""A Twilio account in a session of its own, with a clock that moves only when it is told to."""

import json
from typing import Any

import httpx
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.nouns import NOUNS
from mirra_mcp.wire.model import Doc
from tests.local.mirrors.account import MirrorAccount
from tests.local.receiver import Received

RFC_NOON = "Mon, 04 May 2026 12:00:00 +0000"
"""How the 2010 API writes the instant at which every account starts."""


class Mirror(TwilioHttpClient):  # type: ignore[misc]  # the SDK ships no types
    """What `setup` says: the SDK's own HTTP client, with all hosts on one URL."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=30)
        assert self.session is not None
        self.session.trust_env = False
        self.base = base

    def request(
        self,
        method: str,
        url: str,
        params: Any = None,
        data: Any = None,
        headers: Any = None,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """Send a request to the mirror, and say which host it was for."""
        host, path = url.split("/", 3)[2:]
        headers = {**(headers or {}), "X-Mirra-Host": host}
        return super().request(
            method, f"{self.base}/{path}", params, data, headers, *args, **kwargs
        )


class Account(MirrorAccount):
    """What tests do with an account, by the SDK and by raw HTTP."""

    vendor = "twilio"

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.path = f"/2010-04-01/Accounts/{self.sid}"
        """How the paths of the 2010 API begin."""
        self._transport = Mirror(self.url)
        self.client = self.client_for()
        """The official SDK."""

    def credentials(self) -> Doc:
        """Return its SID and token."""
        self.sid = self.env["TWILIO_ACCOUNT_SID"]
        self.token = self.env["TWILIO_AUTH_TOKEN"]
        return {"auth": (self.sid, self.token)}

    def client_for(
        self, user: str | None = None, password: str | None = None, account: str | None = None
    ) -> Client:
        """Return the SDK with other credentials, or acting for a subaccount."""
        return Client(
            user or self.sid, password or self.token, account, http_client=self._transport
        )

    def close(self) -> None:
        """End the session."""
        super().close()
        assert self._transport.session is not None
        self._transport.session.close()

    def call(self, method: str, path: str, form: Doc | None = None) -> httpx.Response:
        """Call the API without the SDK; a path such as `/Messages.json` is the account's.

        A path may begin with a host, and what isn't posted goes into the query.
        """
        host, slash, rest = path[1:].partition("/")
        headers = {"X-Mirra-Host": host} if host.endswith(".com") else {}
        path = slash + rest if headers else path
        if not path.startswith(("/v", "/2010")):
            path = self.path + path
        if method in ("GET", "DELETE"):
            return self.http.request(method, path, headers=headers, params=form)
        return self.http.request(method, path, headers=headers, data=form)

    def fetch(self, path: str) -> Doc:
        """Read something as plain JSON."""
        answer = self.call("GET", path)
        assert answer.is_success, answer.text
        found: Doc = answer.json()
        return found

    def post(self, path: str, **form: Any) -> Doc:
        """Create or change something, and return the plain JSON."""
        answer = self.call("POST", path, form)
        assert answer.is_success, answer.text
        found: Doc = answer.json()
        return found

    def refused(self, method: str, path: str, form: Doc | None = None) -> tuple[int, int, str]:
        """Make a call that is refused: HTTP status, Twilio's code and words."""
        answer = self.call(method, path, form)
        assert answer.status_code >= 400, answer.text
        told = answer.json()
        assert told["status"] == answer.status_code
        assert told["more_info"] == f"https://www.twilio.com/docs/errors/{told['code']}"
        return answer.status_code, told["code"], told["message"]

    def verified(self, received: Received, token: str | None = None) -> dict[str, str]:
        """Check a webhook's signature with the SDK's validator, and return its parameters."""
        validator = RequestValidator(token or self.token)
        form = {} if received.method == "GET" else received.form
        signature = received.headers["x-twilio-signature"]
        assert validator.validate(received.url, form, signature)
        assert not validator.validate(received.url, form | {"Extra": "1"}, signature)
        return received.form


def refusal(error: TwilioRestException) -> tuple[int, int | None, str]:
    """Return an SDK's exception as HTTP status, code and words."""
    return error.status, error.code, error.msg


def plain(answer: httpx.Response) -> Any:
    """Return an answer's JSON."""
    return json.loads(answer.content)


def area(*names: str) -> list[type[TwilioResource]]:
    """The nouns of some areas of the mirror."""
    return [noun for noun in NOUNS if noun.__module__.split(".")[4] in names]
