"""The files that messages bring along: which are asked for, and what they may be.

Source: https://www.twilio.com/docs/messaging/guides/accepted-mime-types
"""

import re
from urllib.parse import urljoin, urlsplit

import orjson

from mirra_mcp.local.kit.guard import is_local
from mirra_mcp.local.kit.webhooks import Outcome, Parcel
from mirra_mcp.local.mirrors.twilio.api.params import is_url
from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.local.mirrors.twilio.api.speech import LARGEST_FILE
from mirra_mcp.local.mirrors.twilio.messaging.channels.addresses import is_chat
from mirra_mcp.wire.model import Doc

LARGEST_MMS = 5 * 1024 * 1024
MOST_HOPS = 5
"""Redirects that are followed: ours, Twilio documents no number."""
REDIRECTS = frozenset((301, 302, 303, 307, 308))
OURS = re.compile(r"/Media/(ME[0-9a-f]{32})(/Content)?$")
"""Where files of the mirror's own are: of messages, or of conversations."""

_OFFICE = "vnd.openxmlformats-officedocument"
_KINDS = {
    "image": "jpeg jpg gif png heic heif tiff bmp",
    "audio": "basic l24 mp4 mpeg ogg vnd.rn-realaudio vnd.wave 3gpp 3gpp2 ac3 webm amr-nb amr aac"
    " vorbis",
    "video": "mpeg mpeg4 mp4 quicktime webm 3gpp 3gpp2 3gpp-tt h261 h263 h263-1998 h263-2000 h264",
    "text": "vcard x-vcard csv rtf richtext calendar directory",
    "application": "pdf vcard vnd.apple.pkpass msword vnd.ms-excel vnd.ms-powerpoint"
    f" {_OFFICE}.presentationml.presentation {_OFFICE}.spreadsheetml.sheet"
    f" {_OFFICE}.wordprocessingml.document",
}
ACCEPTED = frozenset(f"{kind}/{name}" for kind, names in _KINDS.items() for name in names.split())
ON_CHANNELS = ACCEPTED | {"image/webp", "text/plain"}
BEGINNINGS = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/jpg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "application/pdf": (b"%PDF",),
}
"""How files begin of which Twilio can see that they are something else."""


def own(twilio: Peers, url: str) -> Doc | None:
    """Return a file that the mirror has itself, as when one that came in is sent on."""
    found = OURS.search(url) if url.startswith(f"{twilio.url}/") else None
    if found is None:
        return None
    noun = twilio.conversation_media if found[2] else twilio.media
    doc = noun.peek(found[1])
    return doc if doc is not None and doc["_content"] is not None else None


def is_near(twilio: Peers, url: str) -> bool:
    """Say whether a file can be asked for: it is on this machine, and a fork may call there."""
    session = twilio.session
    is_silent = session is not None and url in session.deliveries.silent
    return is_local(urlsplit(url).hostname or "") and not is_silent


def problem(to: str, kind: str, body: bytes, total: int) -> int | None:
    """Return the code with which a message to somebody fails over a file, or None: it is fine.

    Source: https://www.twilio.com/docs/api/errors/11751
        https://www.twilio.com/docs/api/errors/12300
        https://www.twilio.com/docs/api/errors/63019
        https://www.twilio.com/docs/api/errors/63021
    """
    if not body:
        return 63019
    if total > (LARGEST_FILE if is_chat(to) else LARGEST_MMS):
        return 11751
    is_known = kind in (ON_CHANNELS if is_chat(to) else ACCEPTED)
    if not is_known or not body.startswith(BEGINNINGS.get(kind, b"")):
        return 63021 if is_chat(to) else 12300
    return None


def unreached(to: str) -> int:
    """Return the code with which a message fails whose file can't be got.

    Source: https://www.twilio.com/docs/api/errors/63019
        https://www.twilio.com/docs/api/errors/11200
    """
    return 63019 if is_chat(to) else 11200


def led_to(parcel: Parcel, outcome: Outcome) -> str | None:
    """Return where an HTTP redirect leads, if it is one."""
    location = outcome.headers.get("location")
    if outcome.status not in REDIRECTS or not location:
        return None
    try:
        found = urljoin(parcel.url or "", location)
    except ValueError:
        return None
    return found if is_url(found) else None


def params_of(parcel: Parcel) -> dict[str, str]:
    """Return what is known of the file that was asked for."""
    found: dict[str, str] = orjson.loads(parcel.payload)
    return found
