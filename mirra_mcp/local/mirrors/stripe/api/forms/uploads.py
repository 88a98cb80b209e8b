"""Files that are uploaded as `multipart/form-data`. Source: https://docs.stripe.com/file-upload"""

from email import policy
from email.parser import BytesParser

from mirra_mcp.local.mirrors.stripe.api.forms import encoding
from mirra_mcp.wire.model import Doc


def parse(kind: str, body: bytes) -> Doc:
    """Return the fields of an upload; a file becomes an object: `filename`, `type`, `data`.

    Raises:
        ValueError: the body isn't what its content type says.
    """
    head = b"Content-Type: " + kind.encode("latin-1") + b"\r\n\r\n"
    message = BytesParser(policy=policy.HTTP).parsebytes(head + body)
    if not message.is_multipart():
        raise ValueError("not a multipart body")
    fields: Doc = {}
    pairs: list[tuple[str, str]] = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            raise ValueError("a part without a name")
        filename = part.get_filename()
        if filename is None:
            pairs.append((name, content.decode("utf-8")))
        else:
            kind = part.get_content_type()
            fields[name] = {"filename": filename, "type": kind, "data": content}
    return {**encoding.nested(pairs), **fields}
