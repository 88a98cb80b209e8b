"""Monitor's alerts: what the debugger says, as the notifications of the 2010 API do.

Source: https://www.twilio.com/docs/usage/monitor-alert
"""

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api import pages
from mirra_mcp.local.mirrors.twilio.api.dates import day, iso
from mirra_mcp.local.mirrors.twilio.api.errors import wrong
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.wire.model import Doc

LEVELS = {"0": "error", "1": "warning", "2": "notice", "3": "debug"}
SAME = (
    "account_sid", "api_version", "error_code", "more_info", "request_method", "request_url",
    "request_variables", "response_body", "response_headers", "sid",
)  # fmt: skip
LONG = ("request_headers", "request_variables", "response_body", "response_headers")


class MonitorAlerts(TwilioResource):
    """Another look at the debugger's log, which is kept as notifications."""

    entity, plural = "monitor_alert", "monitor_alerts"
    synonyms, names, is_record = (), (), True
    blank: ClassVar[Doc] = {}

    @route("GET /v1/Alerts")
    def list(self, call: Call) -> Doc:
        """List the account's alerts, newest first: of a level, or of some days."""
        level = call.query.get("LogLevel")
        if level and level not in LEVELS.values():
            raise wrong(f"Invalid parameter LogLevel: {level}")
        start, end = (_bound(call, name) for name in ("StartDate", "EndDate"))

        def keep(doc: Doc) -> bool:
            at = parsedate_to_datetime(doc["date_created"])
            is_of = not level or LEVELS[doc["log"]] == level
            return is_of and (start is None or at >= start) and (end is None or at <= end)

        found = self.mirror.notifications.find(account_sid=self.mirror.account_sid)
        at = pages.cut(call)
        told = pages.slice_of([each for each in found if keep(each)], at)
        shown = [self._shown(each) for each in told.docs]
        brief = [{k: v for k, v in each.items() if k not in LONG} for each in shown]
        page = pages.Found(brief, told.next, told.previous)
        return pages.page_v1(call, "alerts", at, page, self.mirror.base_of(call))

    @route("GET /v1/Alerts/{Sid}")
    def fetch(self, Sid: str) -> Doc:
        """Return one alert with what was asked and answered."""
        return self._shown(self.mirror.notifications.get(Sid))

    def _shown(self, doc: Doc) -> Doc:
        created = iso(parsedate_to_datetime(doc["date_created"]))
        return {name: doc[name] for name in SAME} | {
            "alert_text": doc["message_text"],
            "date_created": created,
            "date_generated": created,
            "date_updated": created,
            "log_level": LEVELS[doc["log"]],
            "resource_sid": doc["call_sid"] or doc["_resource"],
            "request_headers": None,
            "service_sid": None,
            "url": f"{self.mirror.url}/v1/Alerts/{doc['sid']}",
        }


def _bound(call: Call, name: str) -> datetime | None:
    text = call.query.get(name)
    return day(name, text)[0] if text else None
