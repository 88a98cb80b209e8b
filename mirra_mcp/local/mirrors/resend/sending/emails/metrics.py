"""Metrics: what became of the emails that were made in a range of days.

Source: https://resend.com/docs/api-reference/emails/get-metrics
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mirra_mcp.local.mirrors.resend.api import errors
from mirra_mcp.local.mirrors.resend.api.dates import iso, unstamp
from mirra_mcp.local.mirrors.resend.api.peers import Peers
from mirra_mcp.local.mirrors.resend.sending.emails.params import METRICS, MetricsQuery
from mirra_mcp.wire.model import Doc

MOST_IDS = 100
AFTER_DELIVERY = {"delivered", "opened", "clicked", "complained"}
NOT_SENT = {"queued", "scheduled", "canceled"}
RATES = {
    "delivery_rate": ("delivered", "sent"),
    "open_rate": ("unique_opened", "delivered"),
    "click_rate": ("unique_clicked", "delivered"),
    "bounce_rate": ("bounced", "sent"),
    "complaint_rate": ("complained", "delivered"),
    "unsubscribe_rate": ("unsubscribed", "delivered"),
}
"""Rates are fractions of 1. Ours: Resend doesn't say what of what."""


def measure(resend: Peers, query: MetricsQuery) -> Doc:
    """Count emails by event, in all and by each combination of the dimensions."""
    _check(query)
    zone = _zone(query.timezone)
    end = min(_instant("end_date", query.end_date, zone) or resend.now, resend.now)
    start = _instant("start_date", query.start_date, zone) or _six_days_before(end)
    if start > end:
        raise errors.validation_error("The `start_date` must be on or before the `end_date`.")
    names = [name for name in METRICS if not query.metrics or name in query.metrics]
    totals: dict[str, int] = {}
    rows: dict[tuple[str, ...], tuple[Doc, dict[str, int]]] = {}
    for email in _emails(resend, query, start, end):
        counted = _count(email)
        _add(totals, counted)
        if query.dimensions:
            keys = _keys(resend, query, zone, email)
            row = rows.setdefault(tuple(map(str, keys.values())), (keys, {}))
            _add(row[1], counted)
    received = resend.received_emails.find()
    totals["received"] = sum(start <= unstamp(each["created_at"]) <= end for each in received)
    answer: Doc = {
        "object": "metrics",
        "start_date": iso(start),
        "end_date": iso(end),
        "metrics": names,
        "dimensions": list(query.dimensions),
        "granularity": query.granularity,
        "totals": _shown(names, totals),
    }
    if query.dimensions:
        answer["data"] = [
            keys | _shown(names, counts) for _, (keys, counts) in sorted(rows.items())
        ]
    return answer


def _check(query: MetricsQuery) -> None:
    unknown = [name for name in query.metrics if name not in METRICS]
    if unknown:
        raise errors.validation_error(f"Invalid `metrics` field. '{unknown[0]}' is not a metric.")
    by_email = "email" in query.dimensions or query.email_id
    if by_email and ("broadcast" in query.dimensions or query.broadcast_id):
        raise errors.validation_error("`email` cannot be combined with `broadcast`.")
    for name in ("domain_id", "email_id", "broadcast_id"):
        if len(getattr(query, name)) > MOST_IDS:
            raise errors.validation_error(f"The `{name}` field can't have more than 100 ids.")


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise errors.validation_error(f"Invalid `timezone` field. '{name}' is unknown.") from None


def _instant(field: str, text: str | None, zone: tzinfo) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise errors.validation_error(
            f"Invalid `{field}` field. The date should be in ISO 8601 format."
        ) from None
    if field == "end_date" and len(text) == len("2026-07-01"):
        at += timedelta(days=1, milliseconds=-1)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _six_days_before(end: datetime) -> datetime:
    return (end - timedelta(days=6)).replace(hour=0, minute=0, second=0, microsecond=0)


def _emails(resend: Peers, query: MetricsQuery, start: datetime, end: datetime) -> Iterator[Doc]:
    domains = {id: resend.domains.peek(id) for id in query.domain_id}
    names = {domain["name"] for domain in domains.values() if domain}
    for email in resend.emails.find(newest_first=False):
        if (
            start <= unstamp(email["created_at"]) <= end
            and (not query.domain_id or email.get("_domain") in names)
            and (not query.email_id or email["id"] in query.email_id)
            and (not query.broadcast_id or email.get("_broadcast_id") in query.broadcast_id)
        ):
            yield email


def _count(email: Doc) -> dict[str, int]:
    last, seen = email["last_event"], {*email.get("_seen", ()), email["last_event"]}
    counted = {"sent": int(last not in NOT_SENT and last != "failed")}
    counted["delivered"] = int(bool(seen & AFTER_DELIVERY))
    for name in ("complained", "suppressed", "bounced", "delivery_delayed", "failed"):
        counted[name] = int(name in seen)
    if "bounced" in seen:
        counted[f"bounced_{email.get('_bounce_type', 'Permanent').lower()}"] = 1
    for name in ("opened", "clicked"):
        counted[f"unique_{name}"] = int(name in seen)
    counted["opened"] = email.get("_opens", 0)
    counted["clicked"] = sum(email.get("_clicks", {}).values())
    counted["unsubscribed"] = int(email.get("_unsubscribed", False))
    return counted


def _add(totals: dict[str, int], counted: dict[str, int]) -> None:
    for name, number in counted.items():
        totals[name] = totals.get(name, 0) + number


def _shown(names: list[str], counts: dict[str, int]) -> Doc:
    shown: Doc = {}
    for name in names:
        if name in RATES:
            part, whole = (counts.get(each, 0) for each in RATES[name])
            shown[name] = round(part / whole, 4) if whole else 0
        else:
            shown[name] = counts.get(name, 0)
    return shown


def _keys(resend: Peers, query: MetricsQuery, zone: tzinfo, email: Doc) -> Doc:
    keys: Doc = {}
    for dimension in query.dimensions:
        if dimension == "period":
            at = unstamp(email["created_at"]).astimezone(zone)
            keys["period"] = iso(_bucket(at, query.granularity).astimezone(UTC))
        elif dimension == "domain":
            name = email.get("_domain")
            domain = resend.domains.first(name=name)
            keys |= {"domain_id": domain["id"] if domain else None, "domain_name": name}
        elif dimension == "email":
            keys["email_id"] = email["id"]
        else:
            id = email.get("_broadcast_id")
            broadcast = resend.broadcasts.peek(id) if id else None
            keys |= {"broadcast_id": id, "broadcast_name": broadcast and broadcast["name"]}
    return keys


def _bucket(at: datetime, granularity: str) -> datetime:
    hour = at.replace(minute=0, second=0, microsecond=0)
    if granularity == "hourly":
        return hour
    day = hour.replace(hour=0)
    if granularity == "weekly":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if granularity == "monthly" else day
