"""How Resend speaks: JSON in and out, refusals, rate limits in headers, Svix-signed webhooks.

Source: https://resend.com/docs/api-reference/introduction
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from mirra_mcp.local.kit import svix
from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.idempotency import Idempotency
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.params import Problem
from mirra_mcp.local.kit.ratelimit import RateLimiter, Taken
from mirra_mcp.local.kit.routes import Call
from mirra_mcp.local.kit.webhooks import Letter, Parcel, svix_schedule
from mirra_mcp.local.mirrors.resend.api import errors, invalid
from mirra_mcp.local.mirrors.resend.api.dates import iso
from mirra_mcp.local.mirrors.resend.api.quota import Quota
from mirra_mcp.wire.model import Doc

RATE_LIMIT = 10
OWNER = "owner@example.com"
WEBHOOK_SECRET = "whsec_bWlycmEtcmVzZW5kLXdlYmhvb2sta2V5"

FAULTS: Mapping[str, Callable[[], VendorError]] = {
    "rate_limit": partial(errors.rate_limit_exceeded, RATE_LIMIT, 1),
    "daily_quota": partial(errors.quota_exceeded, "daily"),
    "monthly_quota": partial(errors.quota_exceeded, "monthly"),
    "api_error": errors.application_error,
}
"""What a fault rule can make the mirror answer.

Source: https://resend.com/docs/api-reference/errors
"""


class OncePerEndpoint(Idempotency):
    """A key counts for the endpoint that it was sent to."""

    __slots__ = ()

    def key_of(self, call: Call) -> str | None:
        """Return the path and the key, with a space between them."""
        key = Idempotency.key_of(self, call)
        return None if key is None else f"{call.path} {key}"


class Speech(Mirror):
    """A mirror that speaks as Resend's API does, whatever it is about."""

    encoding = "json"
    event_id_key = "emailId"
    retry_schedule = svix_schedule()
    """Source: https://resend.com/docs/webhooks/retries-and-replays"""
    webhook_secret = WEBHOOK_SECRET
    logged_headers = (*Mirror.logged_headers, "x-batch-validation")
    idempotency = OncePerEndpoint(paths=frozenset({"/emails", "/emails/batch"}))
    """Source: https://resend.com/docs/dashboard/emails/idempotency-keys"""

    def __init__(self, url: str, fixture: str) -> None:
        super().__init__(url, fixture)
        self.owner = OWNER
        self.quota = Quota(self)
        self.limiter = RateLimiter(RATE_LIMIT, timedelta(seconds=1))
        self._taken = Taken(True, RATE_LIMIT, RATE_LIMIT, 1)

    def keep_counters(self) -> None:
        """Write the counters if they have moved."""
        self.quota.keep()
        super().keep_counters()

    def forget_limits(self) -> None:
        """Start counting requests anew."""
        self.limiter.clear()

    def event_ref(self, data: Doc) -> str | None:
        """Return the email that an event is about, else its document."""
        return data.get("email_id") or data.get("id")

    # how it says no

    def invalid(self, problems: list[Problem], call: Call) -> VendorError:
        """Tell the first thing wrong with the parameters."""
        return invalid.refusal(problems)

    def malformed(self, call: Call) -> VendorError:
        """Refuse a body that isn't JSON."""
        return errors.validation_error("The request body must be valid JSON.", 400)

    def too_large(self, call: Call) -> VendorError:
        """Refuse a body above the size of any email."""
        return errors.validation_error("The request body is too large.", 413)

    def unknown_path(self, call: Call) -> VendorError:
        """Refuse a path that isn't Resend's."""
        return errors.unknown_endpoint()

    def wrong_method(self, call: Call, allowed: set[str]) -> VendorError:
        """Refuse a method that the path doesn't have."""
        return errors.method_not_allowed()

    def gap(self, call: Call, reason: str) -> VendorError:
        """Say that Resend has this endpoint and the mirror doesn't."""
        return errors.not_implemented(reason)

    def crashed(self, call: Call) -> VendorError:
        """Answer when the mirror itself broke."""
        return errors.application_error()

    def idempotency_invalid(self, key: str) -> VendorError | None:
        """Refuse an empty key and one above 256 characters."""
        given = key.partition(" ")[2]
        return None if 1 <= len(given) <= 256 else errors.invalid_idempotency_key()

    def idempotency_conflict(self, call: Call) -> VendorError:
        """Refuse a key that came with another payload."""
        return errors.invalid_idempotent_request()

    def decorate(self, call: Call, status: int) -> dict[str, str]:
        """Return the headers that tell where the caller stands with rate limit and quota.

        Where the limit isn't enforced, a request always remains: clients that hold back at none
        would wait for nothing.

        Source: https://resend.com/docs/api-reference/rate-limit
        """
        taken = self._taken
        headers = {
            "ratelimit-limit": str(taken.limit),
            "ratelimit-policy": f"{taken.limit};w=1",
            "ratelimit-remaining": str(taken.remaining or int(not self.quota.rate_limited)),
            "ratelimit-reset": str(taken.reset_seconds),
            "x-resend-monthly-quota": str(self.quota.this_month()["used"]),
        }
        if self.quota.is_free:
            headers["x-resend-daily-quota"] = str(self.quota.today()["used"])
        return headers

    # webhooks

    def payload(self, event: str, data: Doc) -> Doc:
        """Return the body of a webhook.

        Source: https://resend.com/docs/webhooks/introduction
        """
        return {"type": event, "created_at": iso(self.now), "data": data}

    def letter(self, parcel: Parcel, at: datetime) -> Letter:
        """Return a webhook as Svix sends it for Resend.

        Source: https://resend.com/docs/webhooks/verify-webhooks-requests
        """
        return svix.letter(parcel, at)

    def sign(self, secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
        """Return Svix's three headers."""
        return svix.headers(secret, message_id, at, body)

    def signature_of(self, headers: dict[str, str]) -> str:
        """Return the signature among the headers of a webhook."""
        return headers["svix-signature"]
