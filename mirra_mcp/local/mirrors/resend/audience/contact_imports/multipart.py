"""Reads the fields and files of a multipart/form-data body."""

from email.parser import BytesParser
from email.policy import HTTP


def form(content_type: str, body: bytes) -> dict[str, bytes]:
    """Return each part's content by its field name; nothing if the body is of another kind."""
    if not content_type.lower().startswith("multipart/form-data"):
        return {}
    message = BytesParser(policy=HTTP).parsebytes(
        b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n" + body
    )
    fields: dict[str, bytes] = {}
    for part in message.iter_parts() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            fields[name] = content
    return fields
