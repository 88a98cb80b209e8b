"""Usage: how much of the account's quotas is used.

Source: https://resend.com/docs/api-reference/usage/retrieve-usage
"""

from datetime import datetime, timedelta

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.resend.api.dates import iso, stamp
from mirra_mcp.local.mirrors.resend.api.resource import ResendResource
from mirra_mcp.wire.model import Doc


class Usage(ResendResource):
    """One document, made when it is asked for."""

    entity, plural, title, object = "usage", "usage", "Usage", "usage"

    @route("GET /usage")
    def retrieve(self) -> Doc:
        """Count what the account has and has sent, today and this month in UTC."""
        nouns, quota = self.mirror.nouns, self.mirror.quota
        month = stamp(self.now)[:7]
        runs = self.mirror.automation_runs.find()
        return {
            "object": "usage",
            "generated_at": iso(self.now),
            "emails": {
                "daily": quota.today() | {"resets_at": iso(next_day(self.now))},
                "monthly": quota.this_month() | {"resets_at": iso(next_month(self.now))},
            },
            "contacts": {"used": nouns["contacts"].count(), "limit": 5_000},
            "segments": {"used": nouns["segments"].count(), "limit": None},
            "broadcasts": {"used": nouns["broadcasts"].count(), "limit": None},
            "ai_credits": {"used": 0, "limit": None, "next_increase_at": None},
            "automation_runs": {
                "used": sum(run["created_at"].startswith(month) for run in runs),
                "limit": 10_000,
                "resets_at": iso(next_month(self.now)),
            },
            "domains": {"used": nouns["domains"].count(), "limit": 10},
            "rate_limit": {"limit": self.mirror.limiter.limit, "duration": "1000ms"},
        }


def next_day(now: datetime) -> datetime:
    """Return the next midnight."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def next_month(now: datetime) -> datetime:
    """Return midnight at the beginning of the next month."""
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)
