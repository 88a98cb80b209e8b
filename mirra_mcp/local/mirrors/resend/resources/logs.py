"""Logs: the calls that were made to this API, read from the session's own log.

Source: https://resend.com/docs/api-reference/logs/list-logs
"""

from datetime import datetime
from typing import Any

import orjson

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.resend import errors
from mirra_mcp.local.mirrors.resend.resource import ResendResource, is_uuid
from mirra_mcp.local.mirrors.resend.wire import Paging, listing, stamp
from mirra_mcp.wire.model import Doc

Rows = list[tuple[int, bytes]]
CALLS = "SELECT id, data FROM main.log WHERE type='traffic.request_completed' AND mirror=?"
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
            rows = self._rows(
                "AND id>? ORDER BY id LIMIT ?", self._number(params.before), limit + 1
            )
            has_more = len(rows) > limit
            rows = rows[:limit][::-1]
        else:
            below = self._number(params.after) if params.after else 1 << 62
            rows = self._rows("AND id<? ORDER BY id DESC LIMIT ?", below, limit + 1)
            has_more = len(rows) > limit
        return listing([_summary(*row) for row in rows[:limit]], has_more)

    @route("GET /logs/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one call with its body; of answers only errors are kept."""
        rows = self._rows("AND id=?", self._number(id))
        if not rows:
            raise self.missing(id)
        call: Doc = orjson.loads(rows[0][1])
        return {
            "object": "log",
            **_summary(*rows[0]),
            "request_body": call.get("request"),
            "response_body": call.get("error"),
        }

    def _rows(self, more: str, *args: Any) -> Rows:
        session = self.mirror.session
        if session is None:
            return []
        return session.db.execute(f"{CALLS} {more}", (self.mirror.vendor, *args)).fetchall()

    def _number(self, id: str) -> int:
        number = int(id[-12:], 16) if is_uuid(id) else -1
        if ID.format(number if number >= 0 else 0) != id.lower():
            raise self.missing(id)
        return number


def _summary(number: int, data: bytes) -> Doc:
    call: Doc = orjson.loads(data)
    return {
        "id": ID.format(number),
        "created_at": stamp(datetime.fromisoformat(call["at"])),
        "endpoint": call["path"],
        "method": call["method"],
        "response_status": call["status"],
        "user_agent": call.get("userAgent"),
    }
