"""Meter events of the v2 API: one by one, or many at once in a session of their own.

They count in the same meters as those of the v1 API.

Source: https://docs.stripe.com/billing/subscriptions/usage-based/recording-usage-api
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field

from mirra_mcp.local.kit.clock import iso
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import Nested, StripeParams
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.billing.usage.events import CreateAdjustment, MeterEvents
from mirra_mcp.wire.model import Doc

STREAM = "/v2/billing/meter_event_stream"
SESSION = timedelta(minutes=15)
"""How long a session's token is good."""
Name = Annotated[str, Field(max_length=100)]


class Report(Nested):
    """One meter event."""

    event_name: Name
    payload: dict[str, str]
    identifier: Name | None = None
    timestamp: str | None = None


class CreateReport(Report, StripeParams):
    """Parameters of one meter event."""


class CreateReports(StripeParams):
    """Many meter events."""

    events: Annotated[list[Report], Field(min_length=1, max_length=100)]


class CancelReport(Nested):
    """Which report to take back."""

    identifier: Name


class CreateCancellation(StripeParams):
    """Parameters of an adjustment."""

    cancel: CancelReport
    event_name: Name
    type: Literal["cancel"]


class StreamedMeterEvents(MeterEvents):
    """The reports of usage, by whichever API they come."""

    @route("POST /v2/billing/meter_events")
    def create_v2(self, params: CreateReport) -> Doc:
        """Report usage; what is wrong with a report is refused at once.

        Source: https://docs.stripe.com/api/v2/billing/meter-event/create

        Raises:
            VendorError: one of the codes that `WRONG` has, or the identifier was used.
        """
        return self._v2(self.reported(self._given(params), at_once=True))

    @route("POST /v2/billing/meter_event_adjustments")
    def adjust_v2(self, params: CreateCancellation) -> Doc:
        """Take a report of the last 24 hours back.

        Source: https://docs.stripe.com/api/v2/billing/meter-event-adjustment/create
        """
        made = self.adjust(CreateAdjustment.model_validate(params.given()))
        return made | {
            "created": iso(self.now),
            "id": f"mtr_adj_test_{self.mirror.ids.token(24)}",
            "object": "v2.billing.meter_event_adjustment",
        }

    @route("POST /v2/billing/meter_event_session")
    def open_session(self) -> Doc:
        """Make a token for the stream, good for 15 minutes.

        Source: https://docs.stripe.com/api/v2/billing/meter-event-session/create
        """
        token = f"token_{self.mirror.ids.token(48)}"
        expires = self.now + SESSION
        kept = {"account": self.stripe.account, "expires": int(expires.timestamp())}
        self.mirror.set_setting(f"meter_event_session:{token}", kept)
        return {
            "id": f"mes_test_{self.mirror.ids.token(24)}",
            "object": "v2.billing.meter_event_session",
            "authentication_token": token,
            "created": iso(self.now),
            "expires_at": iso(expires),
            "livemode": False,
        }

    @route(f"POST {STREAM}")
    def stream(self, params: CreateReports) -> Doc:
        """Report up to 100 times at once; what is wrong is told later, by thin events.

        An identifier of the last 24 hours doesn't count again.

        Source: https://docs.stripe.com/api/v2/billing/meter-event-stream/create
        """
        for each in params.events:
            given = self._given(each)
            if given["identifier"] is None or not self.is_used(given["identifier"]):
                self.reported(given)
        return {}

    def _given(self, report: Report) -> Doc:
        at = None if report.timestamp is None else _seconds(report.timestamp)
        names = ("event_name", "identifier", "payload")
        return {name: getattr(report, name) for name in names} | {"timestamp": at}

    def _v2(self, doc: Doc) -> Doc:
        times = {"created": doc["created"], "timestamp": doc["timestamp"]}
        shown = {name: iso(datetime.fromtimestamp(at, UTC)) for name, at in times.items()}
        return self.view(doc) | shown | {"object": "v2.billing.meter_event"}


def holder_of(stripe: Peers, token: str) -> Doc:
    """Return whose usage a session's token reports: `{"account", "expires"}`.

    Raises:
        VendorError: it was never given out, or has expired.
    """
    kept: Doc | None = stripe.setting(f"meter_event_session:{token}") if token else None
    if kept is None:
        raise errors.error(
            401,
            "invalid_request_error",
            "The meter event stream takes the authentication token of a meter event session:"
            " create one with POST /v2/billing/meter_event_session.",
            code="invalid_api_key",
        )
    if int(stripe.now.timestamp()) >= kept["expires"]:
        raise errors.error(
            401,
            "temporary_session_expired",
            "The meter event session has expired. Create a new one.",
            code="billing_meter_event_session_expired",
        )
    return kept


def _seconds(text: str) -> int:
    """Return the instant of an ISO 8601 text."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise errors.invalid(f"Invalid timestamp: {text}.", "timestamp") from None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
