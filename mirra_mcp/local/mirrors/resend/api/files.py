"""Files of emails: listed, described, and downloaded from addresses that need no API key.

Source: https://resend.com/docs/api-reference/attachments/list-sent-email-attachments
"""

from base64 import b64decode
from datetime import timedelta
from hashlib import blake2b
from urllib.parse import quote

from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.routes import Answer
from mirra_mcp.local.mirrors.resend.api import errors
from mirra_mcp.local.mirrors.resend.api.dates import iso
from mirra_mcp.local.mirrors.resend.api.pages import paged
from mirra_mcp.local.mirrors.resend.api.params import Paging
from mirra_mcp.wire.model import Doc

PREFIX = "/files/"
PUBLIC = (PREFIX, "/unsubscribe/")
"""Paths that people open in a browser: no part of the API."""
LINK_LIFE = timedelta(hours=1)
UNRUN = {"content-security-policy": "sandbox", "x-content-type-options": "nosniff"}
"""What a stranger wrote may be looked at, and runs nothing."""
SHOWN = ("id", "filename", "size", "content_type", "content_disposition", "content_id")


def link(resend: Mirror, kind: str, email_id: str, name: str) -> str:
    """Return an address to download from; `Signature` stands in for the vendor's."""
    path = f"{PREFIX}{kind}/{email_id}/{quote(name, safe='')}"
    signature = blake2b(path.encode(), digest_size=16).hexdigest()
    return f"{resend.url}{path}?Signature={signature}"


def shown(resend: Mirror, email: Doc) -> list[Doc]:
    """Return an email's files as the state shows them, with where on the mirror each one is."""
    found = []
    for file in email.get("_attachments", ()):
        place = link(resend, "attachments", email["id"], file["id"]).removeprefix(resend.url)
        where = {"download_url": file["path"]} if file.get("path") else {"download_path": place}
        found.append({name: file[name] for name in SHOWN} | where)
    return found


def described(resend: Mirror, email: Doc, file: Doc) -> Doc:
    """Return what the API shows of a file, with an address that works for an hour."""
    shown = {name: file[name] for name in SHOWN}
    url = file.get("path") or link(resend, "attachments", email["id"], file["id"])
    return shown | {"download_url": url, "expires_at": iso(resend.now + LINK_LIFE)}


def listed(resend: Mirror, email: Doc, params: Paging) -> Doc:
    """Return one page of an email's files, in their order."""
    rows = [described(resend, email, file) for file in email.get("_attachments", [])]
    return paged(rows, params, "Attachment")


def retrieved(resend: Mirror, email: Doc, id: str) -> Doc:
    """Return one file of an email.

    Source: https://resend.com/docs/api-reference/attachments/retrieve-sent-email-attachment
    """
    for file in email.get("_attachments", []):
        if file["id"] == id:
            return {"object": "attachment", **described(resend, email, file)}
    raise errors.not_found("Attachment")


def download(kind: str, email: Doc, name: str) -> Answer:
    """Return the bytes behind a link: a file, the raw message, or the page of a shared email."""
    if kind == "attachments":
        for file in email.get("_attachments", []):
            if file["id"] == name:
                content = b64decode(file["content"])
                return Answer(200, content, {"content-type": file["content_type"], **UNRUN})
    if kind == "raw" and email.get("_raw"):
        return Answer(200, email["_raw"].encode(), {"content-type": "message/rfc822"})
    if kind == "shared":
        page = (email["html"] or f"<pre>{email['text'] or ''}</pre>").encode()
        return Answer(200, page, {"content-type": "text/html; charset=utf-8", **UNRUN})
    raise errors.not_found("File")
