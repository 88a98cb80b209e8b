"""Logs: the calls that were made to this API, read from the session's own log.

Source: https://resend.com/docs/api-reference/logs/list-logs
"""

import builtins
from datetime import datetime

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.resend.api import errors, files
from mirra_mcp.local.mirrors.resend.api.dates import stamp
from mirra_mcp.local.mirrors.resend.api.pages import listing
from mirra_mcp.local.mirrors.resend.api.params import Paging
from mirra_mcp.local.mirrors.resend.api.resource import ResendResource, is_uuid
from mirra_mcp.wire.model import Doc

ID = "00000000-0000-4000-8000-{:012x}"


class Logs(ResendResource):
    """The log of calls; nothing is stored a second time for it."""

    entity, plural, title, object = "log", "logs", "Log", "log"
    only_uuids = True
    blank = {"object": "log", "id": None}

    @route("GET /logs")
    def list(self, params: Paging) -> Doc:
        """List the calls, newest first."""
        if params.after and params.before:
            raise errors.both_cursors()
        limit = params.limit or 20
        if params.before:
            rows = self._calls(limit + 1, above=self._number(params.before))
            has_more = len(rows) > limit
            rows = rows[-limit:]
        else:
            below = self._number(params.after) if params.after else None
            rows = self._calls(limit + 1, below=below)
            has_more = len(rows) > limit
        return listing([_summary(*row) for row in rows[:limit]], has_more)

    @route("GET /logs/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one call with its body; of answers only errors are kept."""
        number = self._number(id)
        rows = self._calls(1, below=number + 1, above=number - 1)
        if not rows:
            raise self.missing(id)
        call = rows[0][1]
        return {
            "object": "log",
            **_summary(*rows[0]),
            "request_body": call.get("request"),
            "response_body": call.get("error"),
        }

    def _calls(
        self, limit: int, *, below: int | None = None, above: int = 0
    ) -> builtins.list[tuple[int, Doc]]:
        """List calls of the API, newest first; what people open in a browser is none."""
        session = self.mirror.session
        found: builtins.list[tuple[int, Doc]] = []
        while session is not None and len(found) < limit:
            rows = session.log.calls(self.mirror.vendor, limit, below=below, above=above)
            calls = [row for row in rows if not row[1]["path"].startswith(files.PUBLIC)]
            found = calls + found if above else found + calls
            if len(rows) < limit:
                break
            above, below = (rows[0][0], below) if above else (0, rows[-1][0])
        return found[-limit:] if above else found[:limit]

    def _number(self, id: str) -> int:
        number = int(id[-12:], 16) if is_uuid(id) else -1
        if ID.format(number if number >= 0 else 0) != id.lower():
            raise self.missing(id)
        return number


def _summary(number: int, call: Doc) -> Doc:
    return {
        "id": ID.format(number),
        "created_at": stamp(datetime.fromisoformat(call["at"])),
        "endpoint": call["path"],
        "method": call["method"],
        "response_status": call["status"],
        "user_agent": call["headers"].get("user-agent"),
    }
