"""How Twilio speaks: forms in, JSON out, refusals, headers, and signed webhooks.

Every document has an indexed `account_sid`. `account` says whose documents the running call is
about (the account in the path of the 2010 API, else the caller's), and the resources see no
others. Outside of a call, in timers and stories, it is None and all are seen.

Source: https://www.twilio.com/docs/usage/api
"""

import hashlib
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.params import Problem
from mirra_mcp.local.kit.routes import Call
from mirra_mcp.local.kit.webhooks import Letter, Outcome, Parcel, Target
from mirra_mcp.local.mirrors.twilio.api import errors, gaps, hosts, signing
from mirra_mcp.local.mirrors.twilio.api.access import ACCOUNT_SID, AUTH_TOKEN, Caller
from mirra_mcp.local.mirrors.twilio.api.limits import Rates
from mirra_mcp.local.mirrors.twilio.api.params import Form, form_of
from mirra_mcp.wire.model import Doc

FORM = "application/x-www-form-urlencoded"
FETCHED = "media.fetched"
"""What isn't a webhook: a file that a message is to bring along is got from where it is."""
CLICKED = "link.clicked"
"""Told as JSON, unlike all others."""
LARGEST_FILE = 16 * 1024 * 1024
OVERRIDE = re.compile(r"(?:^|&)(rc|rp)=([^&]*)")


class Speech(Mirror):
    """A mirror that speaks as Twilio's APIs do, whatever they are about."""

    encoding = "form-repeated"
    webhook_secret = AUTH_TOKEN
    message_prefix = ""
    event_id_key = "messageId"
    max_body = 5 * 1024 * 1024
    reads_answers = 64 * 1024
    """Source: https://www.twilio.com/docs/api/errors/11750"""

    account: str | None = None
    """The account that the running call is for."""
    path: str = ""
    """The path of the running call."""

    def __init__(self, url: str, fixture: str) -> None:
        super().__init__(url, fixture)
        self.rates = Rates(self)
        self.callers: dict[str, Caller] = {}
        """Who is known by an `Authorization` header."""

    def recall(self) -> None:
        """Read anew what is kept in memory: the state has been replaced."""
        super().recall()
        self.callers.clear()

    @property
    def account_sid(self) -> str:
        """Whose a new document is."""
        return self.account or ACCOUNT_SID

    # Requests.

    def read_body(self, call: Call) -> Form | Any:
        """Return the form, each name with its values; a few APIs take JSON as well.

        Raises:
            ValueError: it can't be read.
        """
        if call.headers.get("content-type", "").startswith("application/json"):
            return call.json
        return form_of(call.body.decode("utf-8"))

    def read_query(self, call: Call) -> Form:
        """Return the query, each name with its values."""
        return form_of(call.query_string)

    def decorate(self, call: Call, status: int) -> dict[str, str]:
        """Return the headers of every answer, and end the call.

        Source: https://www.twilio.com/docs/usage/twilios-response
        """
        self.account, self.path = None, ""
        headers = {"twilio-concurrent-requests": "1"}
        if self.session is not None:
            headers["twilio-request-id"] = f"RQ{self.session.ids.token(32, '0123456789abcdef')}"
        return headers

    def call_verb(self, verb: str, args: str) -> None:
        """Do what a timer was set for: nobody's request."""
        self.account, self.path = None, ""
        super().call_verb(verb, args)

    def admit(self, call: Call, spec: str) -> None:
        """Hold a send against the account's limit, if it has one."""
        self.rates.admit(spec, self.account_sid, call.now)

    def forget_limits(self) -> None:
        """Start counting requests anew."""
        self.rates.clear()

    # Refusals.

    def invalid(self, problems: list[Problem], call: Call) -> VendorError:
        """Name the first parameter that is wrong."""
        first = problems[0]
        name = str(first.loc[0]) if first.loc else "body"
        if first.type == "missing":
            return errors.refusal(
                20001, message=f"Missing required parameter {name} in the post body"
            )
        return errors.refusal(20001, message=f"Invalid parameter: {name}")

    def malformed(self, call: Call) -> VendorError:
        """Say that the body can't be read."""
        return errors.refusal(20001, message="The request body could not be read.")

    def too_large(self, call: Call) -> VendorError:
        """Say that the body is over 5 MB."""
        return errors.refusal(20413)

    def unknown_path(self, call: Call) -> VendorError:
        """Say that nothing is there, or that the mirror doesn't have this product."""
        product = hosts.product_of(call.headers)
        reason = hosts.reason_of(product) if product else None
        if product is None or hosts.has(product, call.path) or product in hosts.MIRRORED:
            reason = gaps.reason_of(call.path)
        return self.gap(call, reason) if reason else errors.not_found(call.path)

    def wrong_method(self, call: Call, allowed: set[str]) -> VendorError:
        """Say that the resource takes other methods."""
        return errors.refusal(20004)

    def gap(self, call: Call, reason: str) -> VendorError:
        """Say that the mirror doesn't have this."""
        return errors.refusal(20501, message=f"{reason} See mirra_catalog for what is.")

    def crashed(self, call: Call) -> VendorError:
        """Say that the mirror itself failed."""
        return errors.refusal(20500)

    # Webhooks.

    def payload(self, event: str, data: Doc) -> Doc:
        """Return a webhook's parameters, which are texts, or what is said over a socket."""
        if "frames" in data:
            return data
        return {name: str(value) for name, value in data.items() if value is not None}

    def event_ref(self, data: Doc) -> str | None:
        """Return the SID of the message or call that a webhook is about."""
        return (
            data.get("MessageSid")
            or data.get("CallSid")
            or data.get("ConferenceSid")
            or data.get("Sid")
            or data.get("StreamSid")
            or data.get("SessionId")
            or data.get("sms_sid")
            or data.get("BundleSid")
        )

    def endpoints(self, event: str) -> list[Target]:
        """List nobody: each webhook goes where the resource says that it is about."""
        return []

    def letter(self, parcel: Parcel, at: datetime) -> Letter:
        """Return a webhook as Twilio sends it: a signed form, or a signed query.

        Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security
        """
        params: dict[str, str] = orjson.loads(parcel.payload)
        url = signing.as_requested((parcel.url or "").partition("#")[0]) if parcel.url else ""
        headers = {
            "accept": "*/*",
            "user-agent": signing.USER_AGENT,
            "i-twilio-idempotency-token": parcel.message,
            **signing.authorization(parcel.url or ""),
        }
        if parcel.type == FETCHED:
            headers[signing.HEADER] = signing.signature(parcel.secret, url, {})
            return Letter("GET", url, headers, b"", LARGEST_FILE)
        if parcel.type == CLICKED:
            return self._as_json(parcel, url, headers)
        if parcel.method == "GET":
            url += ("&" if "?" in url else "?") + urlencode(params)
            headers[signing.HEADER] = signing.signature(parcel.secret, url, {})
            return Letter("GET", url, headers, b"")
        headers["content-type"] = f"{FORM}; charset=utf-8"
        headers[signing.HEADER] = signing.signature(parcel.secret, url, params)
        content = urlencode(params).encode() if parcel.url else b""
        return Letter("POST", url, headers, content)

    def _as_json(self, parcel: Parcel, url: str, headers: dict[str, str]) -> Letter:
        """Return a webhook in JSON: the signed address has the hash of its body.

        Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security#validation-using-json
        """
        content = parcel.payload if url else b""
        if url:
            digest = hashlib.sha256(content).hexdigest()
            url += f"{'&' if '?' in url else '?'}bodySHA256={digest}"
        headers["content-type"] = "application/json"
        headers[signing.HEADER] = signing.signature(parcel.secret, url, {})
        return Letter("POST", url, headers, content)

    def signature_of(self, headers: dict[str, str]) -> str:
        """Return the `X-Twilio-Signature` header."""
        return headers[signing.HEADER]

    def retry(self, parcel: Parcel, outcome: Outcome, tries: int) -> timedelta | None:
        """Try again at once, as often and for what the URL's connection overrides say.

        Source: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
        """
        given = dict(OVERRIDE.findall((parcel.url or "").partition("#")[2]))
        count = int(given["rc"]) if given.get("rc", "") in tuple("012345") else 1
        policy = given.get("rp", "ct").split(",")
        failure = _failure(outcome)
        wanted = failure in policy or "all" in policy
        return timedelta(0) if wanted and tries <= count else None


def _failure(outcome: Outcome) -> str:
    """Return what connection overrides call a failure."""
    if outcome.status is not None:
        return f"{outcome.status // 100}xx"
    return "rt" if "did not answer" in (outcome.error or "") else "ct"
