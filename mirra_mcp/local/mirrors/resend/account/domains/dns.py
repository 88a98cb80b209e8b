"""DNS records that a domain needs for sending, tracking and receiving.

Source: https://resend.com/docs/api-reference/domains/get-domain and
https://resend.com/docs/dashboard/receiving/custom-domains
"""

from mirra_mcp.local.kit.ids import BASE62, Ids
from mirra_mcp.wire.model import Doc

KEY_HEAD, KEY_TAIL = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQ", "wIDAQAB"
STATUS_OF_RECORDS = {"partially_verified": "verified", "partially_failed": "verified"}


def new_key(ids: Ids) -> str:
    """Make what looks like the public half of a 1024-bit RSA key."""
    return KEY_HEAD + ids.token(171, BASE62 + "+/") + KEY_TAIL


def records(domain: Doc) -> list[Doc]:
    """List the records of a domain; those that it had keep their status.

    Names are relative to the registered domain: `send.mail` for `mail.acme.com`.
    """
    had = {(each["record"], each["name"], each["type"]): each for each in domain["records"]}
    return [
        each | {"status": had.get((each["record"], each["name"], each["type"]), each)["status"]}
        for each in _wanted(domain)
    ]


def _wanted(domain: Doc) -> list[Doc]:
    name, region, use = domain["name"], domain["region"], domain["capabilities"]
    below = "." + ".".join(name.split(".")[:-2]) if name.count(".") > 1 else ""
    wanted: list[Doc] = []
    if use["sending"] == "enabled":
        back = domain["_return_path"] + below
        mx = f"feedback-smtp.{region}.amazonses.com"
        wanted += [
            _record("SPF", back, "MX", mx, priority=10),
            _record("SPF", back, "TXT", '"v=spf1 include:amazonses.com ~all"'),
            _record("DKIM", "resend._domainkey" + below, "TXT", f"p={domain['_key']}"),
        ]
    if domain["tracking_subdomain"]:
        host = f"{domain['tracking_subdomain']}.{name}"
        wanted.append(_record("Tracking", host, "CNAME", "links1.resend-dns.com"))
    if use["receiving"] == "enabled":
        mx = f"inbound-smtp.{region}.amazonaws.com"
        wanted.append(_record("Receiving", name, "MX", mx, priority=10))
    return wanted


def _record(record: str, name: str, type: str, value: str, *, priority: int | None = None) -> Doc:
    made: Doc = {
        "record": record,
        "name": name,
        "type": type,
        "ttl": "Auto",
        "status": "not_started",
        "value": value,
    }
    return made if priority is None else made | {"priority": priority}
