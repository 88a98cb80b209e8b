"""Which of Twilio's hosts a call was for. All of them share the mirror's URL.

`x-mirra-host` names it: `mirra-mcp exec` sends it, and so do the adapters of `setup`. Without
it only the path counts, and `/v1/Services` is Messaging's unless the SID of a service of
Conversations follows.

Source: https://www.twilio.com/docs/usage/api#base-urls
"""

import re

from mirra_mcp.vendors import VENDORS

HEADER = "x-mirra-host"
HOST = re.compile(r"([a-z][a-z-]*)(?:\.[a-z0-9-]+){0,2}\.twilio\.com", re.I)
"""A product, then maybe an edge and a region."""

CONVERSATIONS = "/conversations.twilio.com"
"""How its routes begin, of which some are others', too, but for the host."""
IN_CONVERSATIONS = (
    r"/v1/(Conversations|ConversationWithParticipants|ParticipantConversations|Configuration"
    r"|Roles|Users)(/|$)"
    r"|/v1/Services/IS[0-9a-f]{32}(/|$)"
)
ITS_OWN = re.compile(IN_CONVERSATIONS)

MIRRORED: dict[str, re.Pattern[str]] = {
    "api": re.compile(r"/2010-04-01/|/_media/"),
    "accounts": re.compile(r"/v1/(AuthTokens|Messaging/GeoPermissions)"),
    "content": re.compile(r"/v[12]/(Content|ContentAndApprovals|LegacyContent)(/|$)"),
    "conversations": re.compile(f"{IN_CONVERSATIONS}|/v1/Services$"),
    "iam": re.compile(r"/v1/(Keys|Account/OAuthApps|token$)"),
    "lookups": re.compile(r"/v1/PhoneNumbers/|/v2/(PhoneNumbers|batch)/"),
    "mcs": re.compile(r"/v1/Services/IS[0-9a-f]{32}/Media(/|$)"),
    "messaging": re.compile(
        r"/v1/(Services|Tollfree|a2p|LinkShortening)(/|$)|/v2/LinkShortening/"
        r"|/v2/Channels/Senders(/|$)|/v[23]/Indicators/Typing"
    ),
    "monitor": re.compile(r"/v1/(Alerts|Events)(/|$)"),
    "oauth": re.compile(r"/v[12]/token$"),
    "pricing": re.compile(
        r"/v1/(Messaging|PhoneNumbers)/Countries(/|$)|/v[12]/Voice/(Countries|Numbers)(/|$)"
    ),
    "trusthub": re.compile(
        r"/v1/(CustomerProfiles|TrustProducts|EndUsers|EndUserTypes|SupportingDocuments"
        r"|SupportingDocumentTypes|Policies)(/|$)"
    ),
    "voice": re.compile(
        r"/v1/(DialingPermissions/(Countries(/[^/]+)?|BulkCountryUpdates)|Settings)$"
    ),
    "verify": re.compile(r"/v2/(Services|Attempts|SafeList|Templates)(/|$)"),
}
"""The hosts that the mirror answers for, and what their paths look like."""

OTHERS: dict[str, str] = {
    host.partition(".")[0]: name for host, name in VENDORS["twilio"].unmirrored.items()
}
"""The other hosts of Twilio's, by the product that is not mirrored."""


def product_of(headers: dict[str, str]) -> str | None:
    """Return the first part of the host that a call was for, or None if nothing tells."""
    found = HOST.fullmatch(headers.get(HEADER, "").partition(":")[0])
    return found[1].lower() if found else None


def has(product: str, path: str) -> bool:
    """Say whether a path is one of a mirrored product's."""
    return product in MIRRORED and MIRRORED[product].match(path) is not None


def routed(product: str | None, path: str) -> str:
    """Return a path as routes are written: with the host, if it is Conversations' own."""
    if product in ("conversations", "mcs") or (product is None and ITS_OWN.match(path)):
        return CONVERSATIONS + path
    return path


def reason_of(product: str) -> str | None:
    """Return why the mirror doesn't answer for a host of Twilio's; None: it does, or isn't one."""
    name = OTHERS.get(product)
    return None if name is None else f"{name} is not mirrored."
